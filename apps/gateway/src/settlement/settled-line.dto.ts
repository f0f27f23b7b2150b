import { decodeInstant, itemClassCodec, required } from '@yiditong/chassis';
import { ITEM_CLASSES, LINE_RULES } from '@yiditong/codes';
import type { settlementV1 } from '@yiditong/contracts';
import { z } from 'zod';
import { answerFen, instant } from '../http/fields.js';

const MAX_PAGE = 1_000;

export const settledLinesQuery = z.strictObject({
  after: z.coerce.number().int().min(0).max(5_000).default(0).describe('上一页最后的行号；第一页为 0'),
  limit: z.coerce.number().int().min(1).max(MAX_PAGE).default(100),
});
export type SettledLinesQuery = z.infer<typeof settledLinesQuery>;

const settledLine = z.object({
  lineNumber: z.int(),
  nationalCode: z.string().nullable().describe('国家医保编码；没有对照的为空'),
  hospitalItemCode: z.string().nullable(),
  quantity: z.string(),
  unitPriceYuan: z.string(),
  amountFen: answerFen,
  occurredAt: instant,
  approved: z.boolean(),
  examiningInstitutionCode: z.string().nullable().describe('外检医院编码'),
  itemClass: z.enum(ITEM_CLASSES).describe('甲乙丙类'),
  chargeCategory: z.string().describe('医疗收费项目类别 01–14'),
  rule: z.enum(LINE_RULES).describe('目录对该行的认定'),
  catalogueSequence: z.int(),
  fullSelfPayFen: answerFen,
  overCeilingFen: answerFen,
  firstSelfPayFen: answerFen,
  inScopeFen: answerFen,
});
export const settledLinesAnswer = z.object({
  lines: z.array(settledLine),
  nextAfter: z.int().nullable().describe('下一页的 after；最后一页为空'),
});
export type SettledLinesAnswer = z.infer<typeof settledLinesAnswer>;

export function decodeSettledLines(wire: settlementV1.ListSettledLinesResponse): SettledLinesAnswer {
  return { lines: wire.lines.map(decodeLine), nextAfter: wire.nextAfter === 0 ? null : wire.nextAfter };
}

function decodeLine(wire: settlementV1.SettledLine): SettledLinesAnswer['lines'][number] {
  const line = required(wire.line, 'line');
  const split = required(wire.split, 'split');
  return {
    lineNumber: line.lineNumber,
    nationalCode: line.nationalCode || null,
    hospitalItemCode: line.hospitalCode || null,
    quantity: decimalOf(line.quantityE4, 4),
    unitPriceYuan: decimalOf(line.unitPriceMicroYuan, 6),
    amountFen: String(line.amountFen),
    occurredAt: decodeInstant(line.occurredAt, 'occurred_at').toISOString(),
    approved: line.approved,
    examiningInstitutionCode: line.examiningInstitutionCode || null,
    itemClass: itemClassCodec.decode(wire.itemClass),
    chargeCategory: wire.chargeCategory,
    rule: required(
      LINE_RULES.find((rule) => rule === wire.rule),
      'rule',
    ),
    catalogueSequence: wire.catalogueSequence,
    fullSelfPayFen: String(split.fullSelfPayFen),
    overCeilingFen: String(split.overCeilingFen),
    firstSelfPayFen: String(split.firstSelfPayFen),
    inScopeFen: String(split.inScopeFen),
  };
}

/** A scaled whole number as the decimal that a hospital sends, without zeros at its end. */
function decimalOf(value: bigint, scale: number): string {
  const digits = String(value).padStart(scale + 1, '0');
  const decimals = digits.slice(-scale).replace(/0+$/, '');
  return decimals === '' ? digits.slice(0, -scale) : `${digits.slice(0, -scale)}.${decimals}`;
}
