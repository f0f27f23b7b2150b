import { decodeInstant, decodeRejection, importStateCodec, required } from '@yiditong/chassis';
import { IMPORT_STATES } from '@yiditong/codes';
import type { filingV1 } from '@yiditong/contracts';
import { z } from 'zod';
import { instant, region, uuid } from '../http/fields.js';
import { said } from './eligibility.dto.js';

export const importBody = z.strictObject({
  insuredRegion: region.describe('参保地：本省或本统筹区，文件中的人员都须在此参保'),
});
export const importAnswer = z.object({
  importId: uuid,
  insuredRegion: region,
  state: z
    .enum(IMPORT_STATES)
    .describe('接收 OPEN、检查 CHECKING、可导入 READY、有误 FAULTY、导入中 APPLYING、已导入 APPLIED、已放弃 DISCARDED'),
  rows: z.int().describe('已收行数'),
  faultyRows: z.int().describe('有误行数'),
  checkedRows: z.int().describe('检查进度：已核对参保信息的行数'),
  openedAt: instant,
  updatedAt: instant,
  appliedAt: instant.nullable(),
});
export const importErrorsQuery = z.strictObject({
  after: z
    .string()
    .regex(/^[\w:.|~=-]{1,200}$/, 'what the page before said in nextAfter')
    .optional(),
  limit: z.coerce.number().int().min(1).max(1_000).default(100),
});
const importError = z.object({
  rowNumber: z.int().describe('表格中的行号；表头为 1'),
  cell: z.string().nullable().describe('单元格，如 F17；整行有误时为空'),
  column: z.string().nullable(),
  reason: z.string(),
  zh: z.string(),
  en: z.string(),
});
export const importErrorsAnswer = z.object({ errors: z.array(importError), nextAfter: z.string().nullable() });
export type ImportBody = z.infer<typeof importBody>;
export type ImportAnswer = z.infer<typeof importAnswer>;
export type ImportErrorsQuery = z.infer<typeof importErrorsQuery>;
export type ImportErrorsAnswer = z.infer<typeof importErrorsAnswer>;

export function decodeImport(wire: filingV1.FilingImport | null | undefined): ImportAnswer {
  const found = required(wire, 'import');
  return {
    ...found,
    state: importStateCodec.decode(found.state),
    openedAt: decodeInstant(found.openedAt, 'opened_at').toISOString(),
    updatedAt: decodeInstant(found.updatedAt, 'updated_at').toISOString(),
    appliedAt: found.appliedAt ? decodeInstant(found.appliedAt, 'applied_at').toISOString() : null,
  };
}

export function decodeImportErrors(wire: filingV1.ListImportErrorsResponse): ImportErrorsAnswer {
  return {
    errors: wire.errors.map(({ rowNumber, cell, column, rejection }) => ({
      rowNumber,
      cell: cell || null,
      column: column || null,
      ...said(decodeRejection(required(rejection, 'rejection'))),
    })),
    nextAfter: wire.nextAfter || null,
  };
}
