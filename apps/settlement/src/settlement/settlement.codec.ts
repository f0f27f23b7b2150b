import { MASKED, maskedDiagnoses } from '@yiditong/access';
import {
  benefitLevelCodec,
  decodeInstant,
  encodeFunds,
  encodeInstant,
  filingCategoryCodec,
  fundCodec,
  insuranceCodec,
  personTypeCodec,
  required,
  visitKindCodec,
} from '@yiditong/chassis';
import {
  findProvince,
  isChronicDiseaseCode,
  isDiagnosisCode,
  isInstitutionCode,
  nationalCodeProblem,
  ownCode,
  PERSON_TYPES_OF,
  Rejection,
} from '@yiditong/codes';
import type { benefitV1, settlementV1 } from '@yiditong/contracts';
import { fen } from '@yiditong/money';
import { validate as isUuid } from 'uuid';
import type { Institution } from '../institution/institution.entity.js';
import type { Decided } from './adjudication.codec.js';
import type { Bill, BillLine, Diagnosis, InsuredAs, Trauma } from './bill-rules.js';
import type { Facts } from './facts.service.js';
import type { Diagnosed, DiagnosedSettlement, FundDetail, Settlement, SettlementState } from './settlement.entity.js';

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
  if (visitKind === 'CHRONIC' ? !isChronicDiseaseCode(bill.diseaseCode) : bill.diseaseCode !== '')
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
    trauma: decodeTrauma(bill.trauma),
    midStay: bill.midStay,
    hospitalPartFen: fen(bill.hospitalPartFen),
    totalFen: fen(bill.totalFen),
    lines: bill.lines.map(decodeLine),
  };
}

export function decodeTrauma(wire: settlementV1.Trauma | undefined | null): Trauma | null {
  if (!wire) return null;
  const { thirdParty, pledgedAt } = wire;
  return { thirdParty, pledgedAt: pledgedAt ? decodeInstant(pledgedAt, 'pledged_at') : null };
}

export function decodeBilledAs(wire: Pick<settlementV1.Bill, 'insurance' | 'personType'>): InsuredAs | null {
  const insurance = insuranceCodec.decodeOptional(wire.insurance);
  const personType = personTypeCodec.decodeOptional(wire.personType);
  if (insurance === null && personType === null) return null;
  if (insurance === null || personType === null || !PERSON_TYPES_OF[insurance].includes(personType))
    throw malformed('insurance and person_type must both be given and go together, or neither be given');
  return { insurance, personType };
}

/** Says which one is wrong, and never quotes it. */
export function decodeDiagnoses(wire: readonly settlementV1.Diagnosis[]): Diagnosis[] {
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
export function decodeLine(wire: settlementV1.BillLine): BillLine {
  const { lineNumber, nationalCode } = wire;
  if (lineNumber < 1 || lineNumber > MAX_LINES) throw malformed(`line_number must be 1 to ${MAX_LINES}`);
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
    examiningInstitutionCode: examiningInstitution(wire),
    diseaseCode: lineDisease(wire),
  };
}

function examiningInstitution({ lineNumber, examiningInstitutionCode }: settlementV1.BillLine): string {
  if (examiningInstitutionCode !== '' && !isInstitutionCode(examiningInstitutionCode))
    throw malformed(`line ${lineNumber}: examining_institution_code`);
  return examiningInstitutionCode;
}

/** Says which line, and never quotes the disease. */
function lineDisease({ lineNumber, diseaseCode }: settlementV1.BillLine): string {
  if (diseaseCode !== '' && !isChronicDiseaseCode(diseaseCode)) throw malformed(`line ${lineNumber}: disease_code`);
  return diseaseCode;
}

function malformed(problem: string): Rejection {
  return new Rejection('REQUEST_MALFORMED', { problem });
}

export type Identity = Pick<
  Settlement,
  | 'settlementId'
  | 'messageId'
  | 'businessDate'
  | 'settledAt'
  | 'partKey'
  | 'stayPart'
  | 'visitId'
  | 'continuesStay'
  | 'remainderOf'
>;

/** Puts together what was asked, found and decided. */
export function composeSettlement(
  identity: Identity,
  bill: Bill,
  institution: Institution,
  facts: Facts,
  decided: Decided,
): Settlement {
  const { settlementId, messageId, businessDate, settledAt, partKey, stayPart, visitId, continuesStay, remainderOf } =
    identity;
  return {
    personId: bill.personId,
    settlementId,
    institutionCode: institution.institutionCode,
    messageId,
    visitNumber: bill.visitNumber,
    visitKind: bill.visitKind,
    partKey,
    stayPart,
    continuesStay,
    midStay: bill.midStay,
    visitId,
    admittedAt: bill.admittedAt.toISOString(),
    endedAt: bill.endedAt.toISOString(),
    emergency: bill.emergency,
    trauma: bill.trauma !== null,
    insuredRegion: bill.insuredRegion,
    treatingRegion: institution.region,
    filingCategory: facts.filingCategory,
    benefitLevel: facts.benefitLevel,
    eligibilityBasis: facts.eligibilityBasis,
    filingId: facts.filingId,
    insuranceBilled: bill.insuredAs !== null,
    useAccount: bill.useAccount,
    totalFen: bill.totalFen,
    ...decided,
    businessDate,
    settledAt,
    state: 'SETTLED',
    reversalBusinessDate: null,
    remainderOf,
    cancellationId: null,
    cancellationMessageId: null,
    cancellationBusinessDate: null,
    cancelledAt: null,
    laterSettlementIds: [],
    reinstatementId: null,
    reinstatedAt: null,
  };
}

const STATE: Record<SettlementState, settlementV1.SettlementState> = {
  SETTLED: 'SETTLEMENT_STATE_SETTLED',
  REVERSING: 'SETTLEMENT_STATE_REVERSING',
  REVERSED: 'SETTLEMENT_STATE_REVERSED',
  CANCELLING: 'SETTLEMENT_STATE_CANCELLING',
  // To others it is still on its way.
  RESTORING: 'SETTLEMENT_STATE_CANCELLING',
  CANCELLED: 'SETTLEMENT_STATE_CANCELLED',
  REINSTATING: 'SETTLEMENT_STATE_REINSTATING',
};

export function encodeSettlement(settlement: DiagnosedSettlement): settlementV1.Settlement {
  const { explanation, diagnoses, details, ...rest } = settlement;
  const { partKey: _, cancellationMessageId: __, laterSettlementIds: ___, ...open } = rest;
  const {
    insuranceBilled: ____,
    useAccount: _____,
    reinstatementId: ______,
    continuesStay: ________,
    reinstatedAt: _______,
    ...shown
  } = open;
  const instant = (text: string | null) => (text ? encodeInstant(new Date(text)) : undefined);
  return {
    ...shown,
    visitKind: visitKindCodec.encode(settlement.visitKind),
    filingCategory: filingCategoryCodec.encode(settlement.filingCategory),
    benefitLevel: benefitLevelCodec.encode(settlement.benefitLevel),
    insurance: insuranceCodec.encode(settlement.insurance),
    personType: personTypeCodec.encode(settlement.personType),
    funds: encodeFunds(settlement.funds),
    settledAt: instant(settlement.settledAt),
    admittedAt: instant(settlement.admittedAt),
    endedAt: instant(settlement.endedAt),
    cancelledAt: instant(settlement.cancelledAt),
    accountBalanceFen: settlement.accountBalanceFen ?? undefined,
    details: details.map(encodeDetail),
    state: STATE[settlement.state],
    reversalBusinessDate: settlement.reversalBusinessDate ?? '',
    cancellationId: settlement.cancellationId ?? '',
    cancellationMessageId: settlement.cancellationMessageId ?? '',
    cancellationBusinessDate: settlement.cancellationBusinessDate ?? '',
    remainderOf: settlement.remainderOf ?? '',
    visitId: settlement.visitId ?? '',
    filingId: settlement.filingId ?? '',
    explanation: [...explanation],
    diagnoses: [...diagnoses],
    institutionName: '',
  };
}

function encodeDetail({ fund, baseFen, limitFen, amountFen, process }: FundDetail): benefitV1.FundDetail {
  return { fund: fundCodec.encode(fund), baseFen, limitFen: limitFen ?? undefined, amountFen, process };
}
