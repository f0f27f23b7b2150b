import type { catalogueV1 } from '@yiditong/contracts';
import { findProvince, NATION } from '@yiditong/codes';
import { z } from 'zod';
import { bilingual } from '../filing/filing-names.js';
import { businessDate, uuid } from '../http/fields.js';
import { decodeEntry, entryAnswer } from './entry.dto.js';
import { changesOf, fieldChange } from './field-changes.js';
import { decodeItem, itemAnswer, onDay } from './national-item.dto.js';
import { cursor } from './row-finding.dto.js';

const limit = z.coerce.number().int().min(1).max(1_000).default(100);
export const province = z
  .string()
  .refine((code) => findProvince(code)?.code === code, 'a province')
  .describe('省份，如 110000');
/** Whose catalogue: a province's, or the nation's. */
export const scope = z
  .string()
  .refine((code) => code === NATION || findProvince(code)?.code === code, 'a province, or 000000 for the nation')
  .describe('省份，如 110000；000000 为国家目录');

export const versionPairQuery = z.strictObject({
  province: scope,
  first: uuid.describe('前一版本'),
  second: uuid.describe('后一版本'),
});
export const versionComparisonQuery = versionPairQuery.extend({ after: cursor, limit });
export const provincePairQuery = z.strictObject({
  first: province.describe('前一省份'),
  second: province.describe('后一省份'),
  on: onDay,
});
export const provinceComparisonQuery = provincePairQuery.extend({ after: cursor, limit });

const difference = z.object({
  nationalCode: z.string(),
  name: z.string(),
  first: entryAnswer.nullable().describe('前者的条目；没有则为空'),
  second: entryAnswer.nullable().describe('后者的条目；没有则为空'),
  firstItem: itemAnswer.nullable().describe('国家目录比较时，前者的项目'),
  secondItem: itemAnswer.nullable().describe('国家目录比较时，后者的项目'),
  changes: z.array(fieldChange).describe('逐项差异，可直接展示；只在一方的，为该方内容 / field by field, readable'),
});
const totals = z.object({
  onlyFirst: z.int().describe('仅前者有'),
  onlySecond: z.int().describe('仅后者有'),
  different: z.int().describe('内容不同'),
  same: z.int().describe('相同'),
});
export const comparisonAnswer = z.object({
  totals: totals.nullable().describe('仅在首页给出 / on the first page only'),
  differences: z.array(difference).describe('按国家编码 / by code'),
  nextAfter: z.string().nullable(),
});
export const provinceComparisonAnswer = comparisonAnswer.extend({
  on: businessDate,
  firstVersionId: uuid,
  secondVersionId: uuid,
  firstName: bilingual,
  secondName: bilingual,
});
export type VersionPairQuery = z.infer<typeof versionPairQuery>;
export type VersionComparisonQuery = z.infer<typeof versionComparisonQuery>;
export type ProvincePairQuery = z.infer<typeof provincePairQuery>;
export type ProvinceComparisonQuery = z.infer<typeof provinceComparisonQuery>;
export type Difference = z.infer<typeof difference>;
export type ComparisonAnswer = z.infer<typeof comparisonAnswer>;
export type ProvinceComparisonAnswer = z.infer<typeof provinceComparisonAnswer>;

type Compared = Pick<catalogueV1.CompareVersionsResponse, 'differences' | 'nextAfter' | 'totals'>;

export function decodeComparison({ differences, nextAfter, totals: sums }: Compared): ComparisonAnswer {
  return {
    totals: sums ? decodeTotals(sums) : null,
    differences: differences.map(decodeDifference),
    nextAfter: nextAfter || null,
  };
}

function decodeTotals(wire: catalogueV1.DifferenceTotals): z.infer<typeof totals> {
  const { onlyFirst, onlySecond, different, same } = wire;
  return { onlyFirst, onlySecond, different, same };
}

export function decodeDifference(wire: catalogueV1.EntryDifference): Difference {
  const sides = {
    first: wire.first ? decodeEntry(wire.first) : null,
    second: wire.second ? decodeEntry(wire.second) : null,
    firstItem: wire.firstItem ? decodeItem(wire.firstItem) : null,
    secondItem: wire.secondItem ? decodeItem(wire.secondItem) : null,
  };
  const { first, second, firstItem, secondItem } = sides;
  return {
    nationalCode: wire.nationalCode,
    name: (second ?? secondItem ?? first ?? firstItem)?.name ?? '',
    ...sides,
    changes: [...changesOf.entry(first, second, wire.fields), ...changesOf.item(firstItem, secondItem, wire.fields)],
  };
}
