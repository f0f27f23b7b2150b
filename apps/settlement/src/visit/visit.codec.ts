import {
  decodeInstant,
  decodeSplit,
  encodeInstant,
  enumCodec,
  insuranceCodec,
  itemClassCodec,
  lineRuleCodec,
  personTypeCodec,
  required,
  uuidField,
  visitKindCodec,
} from '@yiditong/chassis';
import { findProvince, isChronicDiseaseCode, Rejection } from '@yiditong/codes';
import type { settlementV1 } from '@yiditong/contracts';
import { fen } from '@yiditong/money';
import { decodeBilledAs, decodeDiagnoses, decodeLine, decodeTrauma } from '../settlement/settlement.codec.js';
import type { Removal } from './fee-rules.js';
import type { TakenFee } from './fee.service.js';
import type { VisitBill } from './visit-bill.js';
import type { VisitChanges } from './visit-rules.js';
import { VISIT_STATES } from './visit-states.js';
import type { ShownFee, ShownVisit, UploadedFee } from './visit.entity.js';
import type { Opening } from './visit.service.js';

const MAX_FEES = 1_000;
const SERIAL = /^\P{Cc}{1,30}$/u;

const visitStateCodec = enumCodec('VISIT_STATE', VISIT_STATES);

/** Rejects with REQUEST_MALFORMED or REGION_UNKNOWN. */
export function decodeOpening(wire: settlementV1.OpenVisitRequest): Opening {
  if (!findProvince(wire.insuredRegion)) throw new Rejection('REGION_UNKNOWN', { region: wire.insuredRegion });
  if (!/^[\w-]{1,30}$/.test(wire.visitNumber)) throw malformed('visit_number must be 1 to 30 letters, digits, - or _');
  const visitKind = visitKindCodec.decode(wire.visitKind);
  if (visitKind === 'CHRONIC' ? !isChronicDiseaseCode(wire.diseaseCode) : wire.diseaseCode !== '')
    throw malformed('disease_code goes with a chronic visit, as M and five digits');
  return {
    personId: uuidField(wire.personId, 'person_id'),
    insuredRegion: wire.insuredRegion,
    visitNumber: wire.visitNumber,
    visitKind,
    emergency: wire.emergency,
    admittedAt: decodeInstant(wire.admittedAt, 'admitted_at'),
    diseaseCode: wire.diseaseCode,
    diagnoses: decodeDiagnoses(wire.diagnoses),
    trauma: decodeTrauma(wire.trauma),
    insuredAs: decodeBilledAs(wire),
  };
}

export function decodeOfVisit(wire: { readonly visitId: string; readonly personId: string }): {
  readonly visitId: string;
  readonly personId: string;
} {
  return { visitId: decodeVisitId(wire.visitId), personId: uuidField(wire.personId, 'person_id') };
}

/** What is no id is no visit's either. */
export function decodeVisitId(text: string): string {
  return uuidField(text, 'visit_id');
}

export function decodeChanges(wire: settlementV1.ChangeVisitRequest): VisitChanges {
  const endedAt = wire.endedAt ? decodeInstant(wire.endedAt, 'ended_at') : null;
  if (wire.reopen && endedAt !== null) throw malformed('reopen and ended_at exclude each other');
  const diseaseCode = wire.diseaseCode ?? null;
  // Empty: the visit is no chronic one any more.
  if (diseaseCode !== null && diseaseCode !== '' && !isChronicDiseaseCode(diseaseCode))
    throw malformed('disease_code is M and five digits');
  return {
    admittedAt: wire.admittedAt ? decodeInstant(wire.admittedAt, 'admitted_at') : null,
    endedAt,
    reopen: wire.reopen,
    visitKind: visitKindCodec.decodeOptional(wire.visitKind),
    emergency: wire.emergency ?? null,
    diseaseCode,
    diagnoses: decodeDiagnoses(wire.diagnoses),
    trauma: decodeTrauma(wire.trauma),
  };
}

export function decodeFees(wire: readonly settlementV1.Fee[]): UploadedFee[] {
  if (wire.length === 0 || wire.length > MAX_FEES) throw malformed(`fees must be 1 to ${MAX_FEES}`);
  return wire.map((fee, index) => {
    const { lineNumber: _, ...line } = decodeLine({ ...required(fee.line, 'line'), lineNumber: index + 1 });
    return {
      serial: serialField(fee.serial, `fees.${index}.serial`),
      refundsSerial: fee.refundsSerial && serialField(fee.refundsSerial, `fees.${index}.refunds_serial`),
      batch: fee.batch && serialField(fee.batch, `fees.${index}.batch`),
      line,
    };
  });
}

export function decodeRemoval({ serials, batch, all }: settlementV1.RemoveFeesRequest): Removal {
  const named = [serials.length > 0, batch !== '', all].filter(Boolean).length;
  if (named !== 1) throw malformed('exactly one of serials, batch and all');
  if (all) return { all: true };
  if (batch !== '') return { batch: serialField(batch, 'batch') };
  if (serials.length > MAX_FEES) throw malformed(`serials must be 1 to ${MAX_FEES}`);
  return { serials: serials.map((serial, index) => serialField(serial, `serials.${index}`)) };
}

export function decodeVisitBill(wire: settlementV1.VisitBill): VisitBill {
  const { diseaseCode, unrelated, ordinary = false } = wire;
  if (diseaseCode !== '' && !isChronicDiseaseCode(diseaseCode)) throw malformed('disease_code is M and five digits');
  if (diseaseCode !== '' && unrelated) throw malformed('disease_code and unrelated exclude each other');
  if (ordinary && (diseaseCode !== '' || unrelated))
    throw malformed('ordinary stands instead of disease_code and unrelated');
  return {
    batch: wire.batch && serialField(wire.batch, 'batch'),
    diseaseCode,
    unrelated,
    ...(ordinary ? { ordinary } : {}),
    useAccount: wire.useAccount,
    midStay: wire.midStay,
    endedAt: wire.endedAt ? decodeInstant(wire.endedAt, 'ended_at') : null,
    declaredTotalFen: fen(wire.declaredTotalFen),
    declaredSplit: wire.declaredSplit ? decodeSplit(wire.declaredSplit) : null,
    hospitalPartFen: fen(wire.hospitalPartFen),
  };
}

export function decodePage({ after, limit }: { readonly after: string; readonly limit: number }): void {
  if ((after !== '' && !SERIAL.test(after)) || limit < 1 || limit > MAX_FEES)
    throw malformed(`after, or limit (1 to ${MAX_FEES})`);
}

export function encodeVisit(visit: ShownVisit): settlementV1.Visit {
  const { trauma } = visit;
  return {
    visitId: visit.visitId,
    institutionCode: visit.institutionCode,
    personId: visit.personId,
    insuredRegion: visit.insuredRegion,
    visitNumber: visit.visitNumber,
    visitKind: visitKindCodec.encode(visit.visitKind),
    state: visitStateCodec.encode(visit.state),
    emergency: visit.emergency,
    admittedAt: encodeInstant(visit.admittedAt),
    endedAt: visit.endedAt ? encodeInstant(visit.endedAt) : undefined,
    diseaseCode: visit.diseaseCode,
    diagnoses: [...visit.diagnoses],
    trauma: trauma
      ? { thirdParty: trauma.thirdParty, pledgedAt: trauma.pledgedAt ? encodeInstant(trauma.pledgedAt) : undefined }
      : undefined,
    insurance: insuranceCodec.encodeOptional(visit.insuredAs?.insurance ?? null),
    personType: personTypeCodec.encodeOptional(visit.insuredAs?.personType ?? null),
    unsettledCount: visit.unsettledCount,
    unsettledFen: visit.unsettledFen,
    settlementIds: [...visit.settlementIds],
  };
}

/** As it was uploaded, and how it was taken. */
export function encodeTaken(fee: settlementV1.Fee, taken: TakenFee): settlementV1.ClassifiedFee {
  return {
    fee: { ...fee, line: fee.line && { ...fee.line, lineNumber: 0 } },
    ...encodeDivision(taken),
    settlementId: '',
  };
}

export function encodeFee({
  serial,
  refundsSerial,
  batch,
  line,
  diseaseCode,
  settlementId,
}: ShownFee): settlementV1.ClassifiedFee {
  return {
    fee: {
      serial,
      refundsSerial,
      batch,
      line: {
        lineNumber: 0,
        nationalCode: line.nationalCode,
        hospitalCode: line.hospitalCode,
        approved: line.approved,
        quantityE4: line.quantityE4,
        unitPriceMicroYuan: line.unitPriceMicroYuan,
        amountFen: line.amountFen,
        occurredAt: encodeInstant(line.occurredAt),
        examiningInstitutionCode: line.examiningInstitutionCode,
        diseaseCode,
      },
    },
    ...encodeDivision(line),
    settlementId: settlementId ?? '',
  };
}

function encodeDivision(
  taken: TakenFee,
): Pick<settlementV1.ClassifiedFee, 'itemClass' | 'chargeCategory' | 'rule' | 'split'> {
  return {
    itemClass: itemClassCodec.encode(taken.itemClass),
    chargeCategory: taken.chargeCategory,
    rule: lineRuleCodec.encode(taken.catalogueRule).replace('LINE_RULE_', ''),
    split: taken.split,
  };
}

function serialField(text: string, field: string): string {
  if (!SERIAL.test(text)) throw malformed(`${field} must be 1 to 30 characters`);
  return text;
}

function malformed(problem: string): Rejection {
  return new Rejection('REQUEST_MALFORMED', { problem });
}
