import {
  CATEGORY_NAMES,
  FILING_CATEGORIES,
  findProvince,
  isCalendarDate,
  MATERIAL_KINDS,
  MATERIAL_NAMES,
  type FilingCategory,
  type MaterialKind,
} from '@yiditong/codes';

/** What a cell says, or what is wrong with it in Chinese and in English, without its words. */
export type Read<T> = { readonly value: T } | { readonly problem: string };

const UUID = /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/;
/** 18 characters today, 15 before 1999; a UUID has at most twelve digits in a row. */
const LIKE_ID_NUMBER = /\d{15}/;
const DATE = /^(\d{4})(?:-(\d{1,2})-(\d{1,2})|\/(\d{1,2})\/(\d{1,2})|(\d{2})(\d{2}))$/;
const SEPARATORS = /[、,;|]/;
const YES: ReadonlySet<string> = new Set(['是', 'y', 'yes', 'true']);
const NO: ReadonlySet<string> = new Set(['', '否', 'n', 'no', 'false']);

const CATEGORIES = byNameOrCode(FILING_CATEGORIES, CATEGORY_NAMES);
const MATERIALS = byNameOrCode(MATERIAL_KINDS, MATERIAL_NAMES);

/** A cell's text as it is read: full-width characters as the narrow ones that they stand for, and nothing around it. */
export function textOfCell(cell: string | undefined): string {
  return (cell ?? '').normalize('NFKC').trim();
}

export function looksLikeIdNumber(text: string): boolean {
  return LIKE_ID_NUMBER.test(text.replace(/[\s-]/g, '')) && !UUID.test(text.toLowerCase());
}

export function readPersonId(text: string): Read<string> {
  const value = text.toLowerCase();
  return UUID.test(value) ? { value } : { problem: '应为人员编号（UUID） not a person_id (a UUID)' };
}

export function readCategory(text: string): Read<FilingCategory> {
  const value = CATEGORIES.get(text.toUpperCase());
  return value === undefined
    ? { problem: '应为六类备案之一的名称或代码 not the name or the code of a category' }
    : { value };
}

export function readRegion(text: string): Read<string> {
  return /^\d{6}$/.test(text) && findProvince(text) !== null
    ? { value: text }
    : { problem: '应为六位医保区划代码 not the six digits of a division' };
}

/** YYYY-MM-DD, YYYY/M/D or YYYYMMDD. */
export function readDate(text: string): Read<string> {
  const [, year = '', ...parts] = DATE.exec(text) ?? [];
  const [month = '', day = ''] = parts.filter((part) => part !== undefined);
  const value = [year, month.padStart(2, '0'), day.padStart(2, '0')].join('-');
  return isCalendarDate(value) ? { value } : { problem: '应为日期，如 2026-03-01 not a date such as 2026-03-01' };
}

/** Several are told apart by 、 , ; or |. */
export function readMaterials(text: string): Read<readonly MaterialKind[]> {
  const value: MaterialKind[] = [];
  for (const part of text.split(SEPARATORS)) {
    const name = part.trim();
    if (name === '') continue;
    const kind = MATERIALS.get(name.toUpperCase());
    if (kind === undefined) return { problem: '应为材料名称或代码 not the names or codes of papers' };
    if (!value.includes(kind)) value.push(kind);
  }
  return { value };
}

export function readPledged(text: string): Read<boolean> {
  const answer = text.toLowerCase();
  if (YES.has(answer)) return { value: true };
  return NO.has(answer) ? { value: false } : { problem: '应为“是”或“否” neither yes nor no' };
}

function byNameOrCode<T extends string>(
  codes: readonly T[],
  names: Readonly<Record<T, { readonly zh: string }>>,
): ReadonlyMap<string, T> {
  return new Map(
    codes.flatMap((code): [string, T][] => [
      [code, code],
      [names[code].zh.toUpperCase(), code],
    ]),
  );
}
