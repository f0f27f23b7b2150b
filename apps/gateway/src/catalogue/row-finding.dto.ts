import { decodeRejection, required } from '@yiditong/chassis';
import type { catalogueV1 } from '@yiditong/contracts';
import { z } from 'zod';
import { said } from '../filing/eligibility.dto.js';

/** Where the page before ended, as the service spelt it. */
export const cursor = z
  .string()
  .regex(/^[\x21-\x7e]{1,200}$/, 'what the page before said in nextAfter')
  .optional()
  .describe('上一页的 nextAfter；首页不填');

export const findingsQuery = z.strictObject({
  after: cursor,
  limit: z.coerce.number().int().min(1).max(1_000).default(100),
});
const finding = z.object({
  rowNumber: z.int().describe('表格中的行号；表头为 1'),
  cell: z.string().nullable().describe('单元格，如 F17；整行有误时为空'),
  column: z.string().nullable().describe('列名'),
  warning: z.boolean().describe('提醒：不妨碍发布，发布后列为冲突 / doesn’t block, becomes a conflict'),
  reason: z.string(),
  zh: z.string(),
  en: z.string(),
});
export const findingsAnswer = z.object({ findings: z.array(finding), nextAfter: z.string().nullable() });
export type FindingsQuery = z.infer<typeof findingsQuery>;
export type FindingsAnswer = z.infer<typeof findingsAnswer>;

export const FINDING_TITLES: readonly string[] = ['行号', '单元格', '列', '性质', '原因码', '说明', 'Explanation'];

export function decodeFindings(found: readonly catalogueV1.RowFinding[], nextAfter: string): FindingsAnswer {
  return {
    findings: found.map(({ rowNumber, cell, column, warning, rejection }) => ({
      rowNumber,
      cell: cell || null,
      column: column || null,
      warning,
      ...said(decodeRejection(required(rejection, 'rejection'))),
    })),
    nextAfter: nextAfter || null,
  };
}

/** A finding as a row of the file that is downloaded, under {@link FINDING_TITLES}. */
export function findingCells(one: FindingsAnswer['findings'][number]): string[] {
  const { rowNumber, cell, column, warning, reason, zh, en } = one;
  return [String(rowNumber), cell ?? '', column ?? '', warning ? '提醒' : '错误', reason, zh, en];
}
