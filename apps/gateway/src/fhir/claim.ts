import { CHARGE_CATEGORY_NAMES, isChargeCategory, placeName } from '@yiditong/codes';
import type { Fen } from '@yiditong/money';
import { VOID_STATES, type SettledBill, type SettledLine } from '../slip/settled-bill.js';
import { INSURANCE_WORDS, VISIT_WORDS } from '../slip/slip-words.js';
import { dateInShanghai } from '../slip/written.js';
import { coding, concept, identified, IDENTIFIERS, SYSTEMS } from './code-systems.js';
import { ExactNumber, type FhirElement, type FhirResource } from './fhir-json.js';

const QUANTITY_SCALE = 4;
const PRICE_SCALE = 6;
const LANGUAGE = 'zh-CN';
const PHARMACY = 'P';

/** The bill as the hospital presented it. */
export function claimOf(bill: SettledBill): FhirResource {
  return {
    resourceType: 'Claim',
    ...headOf(bill),
    billablePeriod: periodOf(bill),
    priority: priorityOf(),
    related: relatedOf(bill),
    diagnosis: diagnosesOf(bill),
    insurance: [{ sequence: 1, focal: true, coverage: coverageOf(bill) }],
    item: bill.lines.map((line) => ({ sequence: line.lineNumber, ...chargeOf(line, bill) })),
    total: money(bill.totalFen),
  };
}

/** What the three resources of a settlement say alike. */
export function headOf(bill: SettledBill): FhirElement {
  return {
    id: bill.settlementId,
    language: LANGUAGE,
    identifier: [
      { system: IDENTIFIERS.settlement, value: bill.settlementId },
      { system: IDENTIFIERS.message, value: bill.messageId },
      { system: `${IDENTIFIERS.visit}:${bill.institutionCode}`, value: bill.visitNumber },
    ],
    status: VOID_STATES.has(bill.state) ? 'cancelled' : 'active',
    type: {
      coding: [
        coding(SYSTEMS.claimType, bill.institutionCode.startsWith(PHARMACY) ? 'pharmacy' : 'institutional'),
        coding(SYSTEMS.visitKind, bill.visitKind, VISIT_WORDS[bill.visitKind].zh),
      ],
    },
    use: 'claim',
    patient: identified('Patient', IDENTIFIERS.person, bill.personId),
    created: bill.settledAt,
    insurer: identified('Organization', IDENTIFIERS.division, bill.insuredRegion, placeName(bill.insuredRegion).zh),
    // A ClaimResponse calls the provider its requestor.
    provider: identified('Organization', IDENTIFIERS.institution, bill.institutionCode, bill.institutionName),
  };
}

/** Direct settlement is processed while the patient waits. */
export function priorityOf(): FhirElement {
  return concept(SYSTEMS.priority, 'stat');
}

export function periodOf({ admittedAt, endedAt }: SettledBill): FhirElement | undefined {
  return admittedAt === null || endedAt === null ? undefined : { start: admittedAt, end: endedAt };
}

export function relatedOf({ remainderOf }: SettledBill): FhirElement[] {
  if (remainderOf === '') return [];
  return [{ claim: { reference: `Claim/${remainderOf}` }, relationship: concept(SYSTEMS.relatedClaim, 'prior') }];
}

/** What the caller may not see isn't there. */
export function diagnosesOf({ diagnoses, diseaseCode }: SettledBill): FhirElement[] {
  const codes = [
    ...diagnoses.map(({ code, name }) => concept(SYSTEMS.diagnosis, code, name)),
    ...(diseaseCode === '' ? [] : [concept(SYSTEMS.chronicDisease, diseaseCode)]),
  ];
  return codes.map((diagnosisCodeableConcept, index) => ({
    sequence: index + 1,
    diagnosisCodeableConcept,
    type: index === 0 && diagnoses.length > 0 ? [concept(SYSTEMS.diagnosisType, 'principal')] : undefined,
  }));
}

export function coverageOf({ personId, insuredRegion, insurance }: SettledBill): FhirElement {
  return identified(
    'Coverage',
    IDENTIFIERS.coverage,
    `${insuredRegion}-${insurance}-${personId}`,
    INSURANCE_WORDS[insurance].zh,
  );
}

/** What was charged for a line. */
export function chargeOf(line: SettledLine, { institutionCode }: SettledBill): FhirElement {
  const { nationalCode, hospitalCode, chargeCategory } = line;
  return {
    category: isChargeCategory(chargeCategory)
      ? concept(SYSTEMS.chargeCategory, chargeCategory, CHARGE_CATEGORY_NAMES[chargeCategory]?.zh)
      : undefined,
    productOrService: {
      coding: [
        ...(nationalCode === '' ? [] : [coding(SYSTEMS.nationalItem, nationalCode)]),
        ...(hospitalCode === '' ? [] : [coding(`${SYSTEMS.hospitalItem}:${institutionCode}`, hospitalCode)]),
      ],
    },
    servicedDate: dateInShanghai(line.occurredAt),
    quantity: { value: ExactNumber.ofScale(line.quantityE4, QUANTITY_SCALE) },
    unitPrice: { value: ExactNumber.ofScale(line.unitPriceMicroYuan, PRICE_SCALE), currency: 'CNY' },
    net: money(line.amountFen),
  };
}

export function money(amount: Fen): FhirElement {
  return { value: ExactNumber.ofFen(amount), currency: 'CNY' };
}
