import {
  decodeInstant,
  hospitalLevelCodec,
  insuranceCodec,
  itemClassCodec,
  lineRuleCodec,
  personTypeCodec,
  visitKindCodec,
} from '@yiditong/chassis';
import { findProvince, ownCode, Rejection } from '@yiditong/codes';
import type { catalogueV1 } from '@yiditong/contracts';
import { fen } from '@yiditong/money';
import { businessDayOf } from './business-day.js';
import type { Bill, BillAnswer, BillLine, LineAnswer } from './bill-split.js';

const MAX_LINES = 5_000;

/** Rejects with REQUEST_MALFORMED or REGION_UNKNOWN. */
export function decodeBill(wire: catalogueV1.ClassifyLinesRequest): Bill {
  const { province, lines, institutionCode } = wire;
  if (findProvince(province)?.code !== province) throw new Rejection('REGION_UNKNOWN', { region: province });
  if (lines.length === 0 || lines.length > MAX_LINES)
    throw new Rejection('REQUEST_MALFORMED', { problem: `lines must be 1 to ${MAX_LINES}` });
  return {
    province,
    institutionCode,
    context: {
      insurance: insuranceCodec.decodeOptional(wire.insurance),
      personType: personTypeCodec.decodeOptional(wire.personType),
      hospitalLevel: hospitalLevelCodec.decodeOptional(wire.hospitalLevel),
      visitKind: visitKindCodec.decodeOptional(wire.visitKind),
    },
    lines: lines.map(decodeLine),
  };
}

function decodeLine(line: catalogueV1.FeeLine): BillLine {
  const hospitalCode = ownCode(line.hospitalCode);
  if ('problem' in hospitalCode)
    throw new Rejection('REQUEST_MALFORMED', {
      problem: `line ${line.lineNumber}: hospital_code ${hospitalCode.problem}`,
    });
  return {
    lineNumber: line.lineNumber,
    nationalCode: line.nationalCode,
    hospitalCode: hospitalCode.value,
    approved: line.approved,
    quantityE4: line.quantityE4,
    unitPriceMicroYuan: line.unitPriceMicroYuan,
    amountFen: fen(line.amountFen),
    businessDay: businessDayOf(decodeInstant(line.occurredAt, 'occurred_at')),
  };
}

export function encodeBillAnswer(answer: BillAnswer): catalogueV1.ClassifyLinesResponse {
  return {
    lines: answer.lines.map(encodeLine),
    versionIds: answer.versions.map(({ versionId }) => versionId),
    versionSequences: answer.versions.map(({ sequence }) => sequence),
    nationalVersionId: answer.nationalVersionId ?? '',
  };
}

/** An unlisted line is shown as of class C. */
function encodeLine(answer: LineAnswer): catalogueV1.ClassifiedLine {
  const { entry, classified } = answer;
  return {
    lineNumber: answer.lineNumber,
    itemClass: itemClassCodec.encode(entry?.rule.itemClass ?? 'C'),
    chargeCategory: answer.chargeCategory,
    firstSelfPayBps: classified.firstSelfPayBps,
    split: classified.split,
    listed: entry !== null,
    rule: lineRuleCodec.encode(classified.rule),
    versionSequence: answer.versionSequence,
    entrySequence: entry?.sequence ?? 0,
    provincialCode: entry?.provincialCode ?? '',
    nationalCode: answer.mappedCode,
    capMicroYuan: classified.capMicroYuan ?? 0n,
  };
}
