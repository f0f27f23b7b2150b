import {
  CHARGE_CATEGORY_NAMES,
  HOSPITAL_LEVELS,
  INSURANCES,
  isCalendarDate,
  isChargeCategory,
  ITEM_CLASSES,
  ITEM_KIND_NAMES,
  ITEM_KINDS,
  ITEM_ORIGINS,
  nationalCodeProblem,
  OVER_CAP_RULES,
  VISIT_KINDS,
  type HospitalLevel,
  type Insurance,
  type ItemClass,
  type ItemKind,
  type ItemOrigin,
  type OverCapRule,
  type VisitKind,
} from '@yiditong/codes';

/** What a cell says, or what is wrong with it in Chinese and in English, without its words. */
export type Read<T> = { readonly value: T } | { readonly problem: string };

const DATE = /^(\d{4})(?:-(\d{1,2})-(\d{1,2})|[/.](\d{1,2})[/.](\d{1,2})|年(\d{1,2})月(\d{1,2})日|(\d{2})(\d{2}))$/;
/** Up to 12 digits before the point and 6 after it, as the wire's 16,6 has them; thousands may be told apart. */
const YUAN = /^¥?\s*(\d{1,12}|\d{1,3}(?:,\d{3}){1,3})(?:\.(\d{1,6}))?\s*元?$/;
const MICRO_DIGITS = 6;
const SEPARATORS = /[、,;|/\n]/;
const YES: ReadonlySet<string> = new Set(['是', '1', 'y', 'yes', 'true', '√']);
const NO: ReadonlySet<string> = new Set(['', '否', '0', 'n', 'no', 'false', '×']);

/** Words by which each value of a dictionary is known besides its own name, in capitals as they are compared. */
const KINDS = named(ITEM_KINDS, (kind) => [ITEM_KIND_NAMES[kind].zh], {
  WESTERN_DRUG: ['101'],
  PATENT_MEDICINE: ['民族药', '102', '105'],
  HERBAL_PIECES: ['饮片', '中草药', '103'],
  HOSPITAL_PREPARATION: ['院内制剂', '自制剂', '104'],
  SERVICE: ['服务项目', '诊疗项目', '医疗服务', '201'],
  CONSUMABLE: ['耗材', '材料', '301'],
});
const CLASSES = named(ITEM_CLASSES, () => [], {
  A: ['甲', '甲类', '01'],
  B: ['乙', '乙类', '02'],
  C: ['丙', '丙类', '03'],
});
const OVER_CAPS = named(OVER_CAP_RULES, () => [], {
  EXCESS: ['超出部分自付', '超限部分自付', '超出部分', '超限部分'],
  WHOLE: ['全部自付', '整项自付', '全额自付', '全部'],
});
const LEVELS = named(HOSPITAL_LEVELS, () => [], {
  PRIMARY: ['一级', '一级及以下'],
  SECONDARY: ['二级'],
  TERTIARY: ['三级'],
});
const VISITS = named(VISIT_KINDS, () => [], {
  INPATIENT: ['住院'],
  OUTPATIENT: ['门诊', '普通门诊'],
  CHRONIC: ['门诊慢特病', '慢特病', '门慢特'],
});
const INSURANCE_WORDS = named(INSURANCES, () => [], {
  EMPLOYEE: ['职工', '职工医保', '城镇职工'],
  RESIDENT: ['居民', '居民医保', '城乡居民'],
});
const ORIGINS = named(ITEM_ORIGINS, () => [], { PUBLISHED: ['公布', '国家公布'], SYNTHETIC: ['模拟', '合成', '测试'] });
const CATEGORIES: ReadonlyMap<string, string> = new Map(
  Object.entries(CHARGE_CATEGORY_NAMES).map(([code, { zh }]) => [zh, code]),
);

/** A cell's text where it is a code or a value: full-width characters as the narrow ones that they stand for, nothing around it. */
export function textOfCell(cell: string | undefined): string {
  return (cell ?? '').normalize('NFKC').trim();
}

/** A cell's text where it is a name: as it stands, which is how it is printed, without what is around it. */
export function wordsOfCell(cell: string | undefined): string {
  return (cell ?? '').replaceAll('\uFEFF', '').trim();
}

export function readWords(text: string, longest: number): Read<string> {
  if (text.length > longest) return { problem: `多于 ${longest} 个字符 more than ${longest} characters` };
  if (/\p{Cc}/u.test(text)) return { problem: '含有换行等控制字符 it holds line breaks or other control characters' };
  return { value: text };
}

/** Rejects with the segment that is wrong. Small letters are taken for capitals. */
export function readNationalCode(text: string): Read<string> {
  const value = text.toUpperCase();
  const problem = nationalCodeProblem(value);
  return problem === null ? { value } : { problem: `${problem.zh} ${problem.en}` };
}

/** YYYY-MM-DD, YYYY/M/D, YYYY.M.D, YYYY年M月D日 or YYYYMMDD. */
export function readDate(text: string): Read<string> {
  const [, year = '', ...parts] = DATE.exec(text) ?? [];
  const [month = '', day = ''] = parts.filter((part) => part !== undefined);
  const value = [year, month.padStart(2, '0'), day.padStart(2, '0')].join('-');
  return isCalendarDate(value) && value >= '1900-01-01' && value <= '2999-12-31'
    ? { value }
    : { problem: '应为日期，如 2026-03-01 not a date such as 2026-03-01' };
}

export function readYesNo(text: string): Read<boolean> {
  const answer = text.toLowerCase();
  if (YES.has(answer)) return { value: true };
  return NO.has(answer) ? { value: false } : { problem: '应为“是”或“否” neither yes nor no' };
}

/** An amount in yuan as millionths of a yuan, 0 or more. */
export function readYuan(text: string): Read<bigint> {
  const [, whole, fraction = ''] = YUAN.exec(text) ?? [];
  if (whole === undefined)
    return {
      problem: '应为金额（元，最多六位小数），如 23.50 not an amount in yuan of at most six decimals, such as 23.50',
    };
  return { value: BigInt(whole.replaceAll(',', '') + fraction.padEnd(MICRO_DIGITS, '0')) };
}

/** A code of two digits, which a spreadsheet program may have shortened to one, or its name. */
export function readChargeCategory(text: string): Read<string> {
  const value = CATEGORIES.get(text) ?? text.padStart(2, '0');
  return isChargeCategory(value)
    ? { value }
    : { problem: '应为 01 至 14 或其名称，如 床位费 neither 01 to 14 nor one of their names' };
}

export function readKind(text: string): Read<ItemKind> {
  return one(
    KINDS,
    text,
    '西药、中成药、中药饮片、医疗机构制剂、医疗服务项目、医用耗材之一 none of the kinds of items',
  );
}

export function readClass(text: string): Read<ItemClass> {
  return one(CLASSES, text, '甲、乙、丙之一 none of 甲 (A), 乙 (B), 丙 (C)');
}

export function readOverCapRule(text: string): Read<OverCapRule> {
  return one(OVER_CAPS, text, '“超出部分自付”或“全部自付” neither EXCESS nor WHOLE');
}

export function readLevel(text: string): Read<HospitalLevel> {
  return one(LEVELS, text, '一级、二级、三级之一 none of PRIMARY, SECONDARY, TERTIARY');
}

export function readOrigin(text: string): Read<ItemOrigin> {
  return one(ORIGINS, text, '“公布”或“模拟” neither PUBLISHED nor SYNTHETIC');
}

/** Several are told apart by 、 , ; | or /. */
export function readVisitKinds(text: string): Read<readonly VisitKind[]> {
  return several(VISITS, VISIT_KINDS, text, '住院、普通门诊、门诊慢特病 not INPATIENT, OUTPATIENT or CHRONIC');
}

export function readInsurances(text: string): Read<readonly Insurance[]> {
  return several(INSURANCE_WORDS, INSURANCES, text, '职工、居民 not EMPLOYEE or RESIDENT');
}

function one<T>(words: ReadonlyMap<string, T>, text: string, expected: string): Read<T> {
  const value = words.get(text.toUpperCase());
  return value === undefined ? { problem: `应为${expected}` } : { value };
}

/** Each once, in the order of the dictionary, so that equal contents are equal. */
function several<T>(
  words: ReadonlyMap<string, T>,
  all: readonly T[],
  text: string,
  expected: string,
): Read<readonly T[]> {
  const said = new Set<T>();
  for (const part of text.split(SEPARATORS)) {
    if (part.trim() === '') continue;
    const read = one(words, part.trim(), expected);
    if ('problem' in read) return read;
    said.add(read.value);
  }
  return { value: all.filter((value) => said.has(value)) };
}

/** Values by their own names, by those of their dictionary, and by further words. */
function named<T extends string>(
  values: readonly T[],
  namesOf: (value: T) => readonly string[],
  further: Readonly<Record<T, readonly string[]>>,
): ReadonlyMap<string, T> {
  return new Map(
    values.flatMap((value) => [value, ...namesOf(value), ...further[value]].map((name): [string, T] => [name, value])),
  );
}

/** Where a row first says something under no title, counted from 0, or -1; the first only, since one file may hold millions. */
export function strayCell(cells: readonly string[], columns: Readonly<Record<string, number | undefined>>): number {
  const titled = new Set(Object.values(columns));
  return cells.findIndex((cell, at) => !titled.has(at) && textOfCell(cell) !== '');
}

/** What is wrong with a stray cell. */
export const UNTITLED = '该列没有表头 its column has no title';
