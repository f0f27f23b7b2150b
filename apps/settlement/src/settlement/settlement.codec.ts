import { MASKED, maskedDiagnoses } from '@yiditong/access';
import {
  benefitLevelCodec,
  decodeInstant,
  encodeFunds,
  encodeInstant,
  filingCategoryCodec,
  insuranceCodec,
  personTypeCodec,
  required,
  visitKindCodec,
} from '@yiditong/chassis';
import {
  findProvince,
  isChronicDiseaseCode,
  isDiagnosisCode,
  nationalCodeProblem,
  ownCode,
  PERSON_TYPES_OF,
  Rejection,
} from '@yiditong/codes';
import type { settlementV1 } from '@yiditong/contracts';
import { fen } from '@yiditong/money';
import { validate as isUuid } from 'uuid';
import type { Institution } from '../institution/institution.entity.js';
import type { Decided } from './adjudication.codec.js';
import type { Bill, BillLine, Diagnosis, InsuredAs } from './bill-rules.js';
import type { Facts } from './facts.service.js';
import type { Diagnosed, DiagnosedSettlement, Settlement, SettlementState } from './settlement.entity.js';

const MAX_LINES = 5_000;
const MAX_DIAGNOSES = 10;
const MAX_DIAGNOSIS_NAME = 100;

/** Rejects with REQUEST_MALFORMED or REGION_UNKNOWN. What the bill says is judged later. */
export function decodeBill(wire: settlementV1.Bill | undefined): Bill {
  const bill = required(wire, 'bill');
  if (!isUuid(bill.personId)) throw malformed('person_id is not a UUID');
  if (!findProvince(bill.insuredRegion)) throw new Rejection('REGION_UNKNOWN', { region: bill.insuredRegion });
  if (!/^[\w-]{1,30}$/.test(bill.visitNumber)) throw malformed('visit_number must be 1 to 30 letters, digits, - or _');
  if (bill.lines.length === 0 || bill.lines.length > MAX_LINES) throw malformed(`lines must be 1 to ${MAX_LINES}`);
  const visitKind = visitKindCodec.decode(bill.visitKind);
  const hasDisease = isChronicDiseaseCode(bill.diseaseCode);
  if ((visitKind === 'CHRONIC') !== hasDisease)
    throw malformed('disease_code goes with a chronic visit, as M and five digits');
  return {
    personId: bill.personId.toLowerCase(),
    insuredRegion: bill.insuredRegion,
    insuredAs: decodeBilledAs(bill),
    visitNumber: bill.visitNumber,
    visitKind,
    emergency: bill.emergency,
    diseaseCode: bill.diseaseCode,
    diagnoses: decodeDiagnoses(bill.diagnoses),
    admittedAt: decodeInstant(bill.admittedAt, 'admitted_at'),
    endedAt: decodeInstant(bill.endedAt, 'ended_at'),
    useAccount: bill.useAccount,
    totalFen: fen(bill.totalFen),
    lines: bill.lines.map(decodeLine),
  };
}

function decodeBilledAs(wire: settlementV1.Bill): InsuredAs | null {
  const insurance = insuranceCodec.decodeOptional(wire.insurance);
  const personType = personTypeCodec.decodeOptional(wire.personType);
  if (insurance === null && personType === null) return null;
  if (insurance === null || personType === null || !PERSON_TYPES_OF[insurance].includes(personType))
    throw malformed('insurance and person_type must both be given and go together, or neither be given');
  return { insurance, personType };
}

/** Says which one is wrong, and never quotes it. */
function decodeDiagnoses(wire: readonly settlementV1.Diagnosis[]): Diagnosis[] {
  if (wire.length > MAX_DIAGNOSES) throw malformed(`diagnoses must be at most ${MAX_DIAGNOSES}`);
  return wire.map(({ code, name: text }, index) => {
    const name = text.trim();
    if (!isDiagnosisCode(code)) throw malformed(`diagnoses.${index}: code is not of ICD-10`);
    if (name === '' || Array.from(name).length > MAX_DIAGNOSIS_NAME || /\p{Cc}/u.test(name))
      throw malformed(`diagnoses.${index}: name must be 1 to ${MAX_DIAGNOSIS_NAME} characters`);
    return { code, name };
  });
}

/** What of a bill is sealed. */
export function diagnosedIn({ diseaseCode, diagnoses }: Bill): Diagnosed {
  return { diseaseCode, diagnoses };
}

/** What everybody but the hospital that sent it is shown. That a visit is a chronic disease's its kind says already. */
export function maskedDiagnosis({ visitKind }: Settlement): Diagnosed {
  return { diseaseCode: visitKind === 'CHRONIC' ? MASKED : '', diagnoses: maskedDiagnoses() };
}

/** A line names its item by the national code, by the hospital's own, or by both; the mapping is asked only where the first is missing. */
function decodeLine(wire: settlementV1.BillLine): BillLine {
  const { lineNumber, nationalCode } = wire;
  const ownItem = ownCode(wire.hospitalCode);
  if ('problem' in ownItem) throw malformed(`line ${lineNumber}: hospital_code ${ownItem.problem}`);
  const hospitalCode = ownItem.value;
  if (nationalCode === '' && hospitalCode === '')
    throw malformed(`line ${lineNumber}: neither national_code nor hospital_code`);
  const codeProblem = nationalCode === '' ? null : nationalCodeProblem(nationalCode);
  if (codeProblem) throw malformed(`line ${lineNumber}: national_code: ${codeProblem.en}`);
  return {
    lineNumber,
    nationalCode,
    hospitalCode,
    approved: wire.approved,
    quantityE4: wire.quantityE4,
    unitPriceMicroYuan: wire.unitPriceMicroYuan,
    amountFen: fen(wire.amountFen),
    occurredAt: decodeInstant(wire.occurredAt, 'occurred_at'),
  };
}

function malformed(problem: string): Rejection {
  return new Rejection('REQUEST_MALFORMED', { problem });
}

export type Identity = Pick<Settlement, 'settlementId' | 'messageId' | 'businessDate' | 'settledAt'>;

/** Puts together what was asked, found and decided. */
export function composeSettlement(
  identity: Identity,
  bill: Bill,
  institution: Institution,
  facts: Facts,
  decided: Decided,
): Settlement {
  const { settlementId, messageId, businessDate, settledAt } = identity;
  return {
    personId: bill.personId,
    settlementId,
    institutionCode: institution.institutionCode,
    messageId,
    visitNumber: bill.visitNumber,
    visitKind: bill.visitKind,
    insuredRegion: bill.insuredRegion,
    treatingRegion: institution.region,
    filingCategory: facts.filingCategory,
    benefitLevel: facts.benefitLevel,
    eligibilityBasis: facts.eligibilityBasis,
    filingId: facts.filingId,
    totalFen: bill.totalFen,
    ...decided,
    businessDate,
    settledAt,
    state: 'SETTLED',
    reversalBusinessDate: null,
  };
}

const STATE: Record<SettlementState, settlementV1.SettlementState> = {
  SETTLED: 'SETTLEMENT_STATE_SETTLED',
  REVERSING: 'SETTLEMENT_STATE_REVERSING',
  REVERSED: 'SETTLEMENT_STATE_REVERSED',
};

export function encodeSettlement(settlement: DiagnosedSettlement): settlementV1.Settlement {
  const { filingId, reversalBusinessDate, settledAt, explanation, diagnoses, ...rest } = settlement;
  return {
    ...rest,
    visitKind: visitKindCodec.encode(settlement.visitKind),
    filingCategory: filingCategoryCodec.encode(settlement.filingCategory),
    benefitLevel: benefitLevelCodec.encode(settlement.benefitLevel),
    insurance: insuranceCodec.encode(settlement.insurance),
    personType: personTypeCodec.encode(settlement.personType),
    funds: encodeFunds(settlement.funds),
    settledAt: settledAt ? encodeInstant(new Date(settledAt)) : undefined,
    state: STATE[settlement.state],
    reversalBusinessDate: reversalBusinessDate ?? '',
    filingId: filingId ?? '',
    explanation: [...explanation],
    diagnoses: [...diagnoses],
  };
}
