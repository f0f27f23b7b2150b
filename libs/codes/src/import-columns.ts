import type { SheetColumn } from './catalogue-columns.js';

/** The columns of the file that filings are imported from in bulk (批量导入), in the order of the template; a file may have them in any. A person is named by 人员编号, never by a number of his or a name. */
export const IMPORT_COLUMNS = [
  { name: 'person_id', zh: '人员编号', required: true, example: '01890a5d-ac96-774b-bcce-b302099a8057' },
  { name: 'category', zh: '备案类别', required: true, example: '其他跨省临时外出就医人员' },
  { name: 'destination_region', zh: '就医地区划', required: true, example: '310000' },
  { name: 'valid_from', zh: '开始日期', required: true, example: '2026-03-01' },
  { name: 'valid_to', zh: '截止日期', required: false, example: '2026-08-31' },
  { name: 'materials', zh: '材料', required: false, example: '' },
  { name: 'pledged', zh: '个人承诺', required: false, example: '否' },
] as const satisfies readonly SheetColumn[];

export type ImportColumnName = (typeof IMPORT_COLUMNS)[number]['name'];

/** So many rows an import has at most. */
export const IMPORT_ROWS_MAX = 100_000;

/** So many rows are sent at a time at most. */
export const IMPORT_BATCH_MAX = 1_000;
