import { parseYuan, ZERO_FEN, type Fen } from '@yiditong/money';
import type { Accumulators } from './accumulators.js';
import { adjudicate } from './adjudicate.js';
import type { Adjudication, Claim } from './claim.js';
import type { FeeSplit } from './line-split.js';
import { readPolicy, type PolicyDocument } from './policy-document.js';
import type { Policy } from './policy.js';

/** What the specs write their policies and claims with. */
export type Json = { readonly [key: string]: unknown };

export const yuan = (text: string): Fen => parseYuan(text) ?? ZERO_FEN;

/** 1,000 yuan a stay, then 80 %, where nothing else is said. */
export function stay(change: Json = {}): Json {
  return {
    deductible: { basis: 'PER_VISIT', standard: '1000' },
    bands: [{ upTo: null, ratio: '80%' }],
    bandsFrom: 'AFTER_DEDUCTIBLE',
    ...change,
  };
}

/** A whole document, of which a spec says what matters to it. */
export function documentOf(inpatient: Json = {}, change: Json = {}): Json {
  return {
    region: '610100',
    insurance: 'EMPLOYEE',
    title: 'test',
    source: 'test',
    trust: 'D',
    validFrom: '2022-01-01',
    validTo: null,
    visits: { INPATIENT: stay(inpatient) },
    adjustments: [],
    ...change,
  };
}

export function read(document: Json): Policy & PolicyDocument {
  const reading = readPolicy(document);
  if ('problem' in reading) throw new Error(reading.problem);
  return { policyId: 'test', ...reading.policy };
}

export function split(inScope: string, fullSelfPay = '0', overCeiling = '0', firstSelfPay = '0'): FeeSplit {
  return {
    fullSelfPayFen: yuan(fullSelfPay),
    overCeilingFen: yuan(overCeiling),
    firstSelfPayFen: yuan(firstSelfPay),
    inScopeFen: yuan(inScope),
  };
}

/** A stay of 10,000 yuan, all in scope, by someone insured elsewhere who lives where the hospital is. */
export function claim(change: Partial<Claim> = {}): Claim {
  return {
    visitKind: 'INPATIENT',
    personType: 'ACTIVE',
    age: null,
    personTags: [],
    hospitalLevel: 'TERTIARY',
    hospitalTags: [],
    benefitLevel: 'LOCAL',
    settledBy: 'DIRECT',
    place: 'OTHER_PROVINCE',
    diseaseCode: null,
    split: split('10000'),
    parts: [],
    institutionCode: 'H11010800001',
    startedOn: change.endedOn ?? '2026-03-15',
    endedOn: '2026-03-15',
    account: null,
    hospitalPartFen: ZERO_FEN,
    stayDeductibleFen: null,
    ...change,
  };
}

export function paid(of: Claim, policy: Policy, before: Accumulators = {}): Adjudication {
  const result = adjudicate(of, policy, before);
  if (!result.ok) throw new Error(result.reason);
  return result.adjudication;
}

export function paidBy(fund: string, { funds }: Adjudication): Fen {
  return funds.find((of) => of.fund === fund)?.amountFen ?? ZERO_FEN;
}
