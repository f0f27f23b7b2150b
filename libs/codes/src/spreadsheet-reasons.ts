import { entry, type ReasonEntry } from './reason-entry.js';

/** Why an uploaded spreadsheet isn't taken. No parameter ever holds what a cell says. */
export const SPREADSHEET_REASONS = {
  SPREADSHEET_UNREADABLE: entry(
    'INVALID_ARGUMENT',
    422,
    '无法读取该表格文件：{problem}。请在表格软件中打开，另存为不加密的 XLSX 或 UTF-8 编码的 CSV 后重新上传。',
    'The spreadsheet can’t be read: {problem}. Open it in a spreadsheet program, save it as an XLSX without a password or as a CSV in UTF-8, and upload it again.',
  ),
  SPREADSHEET_SHEET_INVALID: entry(
    'INVALID_ARGUMENT',
    422,
    '工作表有误：{problem}。请只保留一个有内容的工作表并放在最前面，另存后重新上传；本次上传的内容均未采用。',
    'The sheets of the file are not as they must be: {problem}. Keep one sheet with content, as the first, save the file and upload it again; nothing of this upload was taken.',
  ),
  SPREADSHEET_CELL_INVALID: entry(
    'INVALID_ARGUMENT',
    422,
    '第 {sheet} 个工作表的单元格 {cell} 无法采用：{problem}。请在表格软件中改正后重新上传；本次上传的内容均未采用。',
    'Cell {cell} of sheet {sheet} can’t be taken: {problem}. Correct it in a spreadsheet program and upload the file again; nothing of this upload was taken.',
  ),
  SPREADSHEET_TOO_LARGE: entry(
    'RESOURCE_EXHAUSTED',
    413,
    '表格文件超过上限：{limit}。请删去多余内容或拆分为几个文件后重新上传。',
    'The spreadsheet exceeds the limit: {limit}. Remove what isn’t needed or split it into several files, and upload it again.',
  ),
  SPREADSHEET_HEADER_INVALID: entry(
    'INVALID_ARGUMENT',
    422,
    '表头有误：{problem}。请下载模板，按模板的表头改正后重新上传。',
    'The header row is not valid: {problem}. Download the template, correct the header row to match it, and upload the file again.',
  ),
} as const satisfies Record<string, ReasonEntry>;
