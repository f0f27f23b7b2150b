import type { ItemKind } from './catalogue-dictionaries.js';

/** A stretch of a national code, in the order of the code. */
type Segment = { readonly zh: string; readonly en: string; readonly form: string };
type Shape = { readonly kind: ItemKind; readonly lengths: readonly number[]; readonly segments: readonly Segment[] };

/** What is wrong with a code, in Chinese and English. */
export type CodeProblem = { readonly zh: string; readonly en: string };

const MANUFACTURER: Segment = { zh: '企业', en: 'manufacturer', form: '99999' };

/**
 * The national formats (医保发〔2019〕39号、医保办发〔2020〕42号). In a form, A is a capital letter and 9 a digit; a letter in
 * quotes is itself.
 */
const SHAPES: Readonly<Record<string, Shape>> = {
  X: {
    kind: 'WESTERN_DRUG',
    lengths: [23],
    segments: [
      { zh: '药品标识', en: 'kind', form: "'X" },
      { zh: '药品分类', en: 'drug class', form: 'A99AA' },
      { zh: '药品名称', en: 'drug name', form: 'A999' },
      { zh: '剂型', en: 'dosage form', form: 'A999' },
      { zh: '规格包装', en: 'strength and pack', form: '9999' },
      MANUFACTURER,
    ],
  },
  Z: {
    kind: 'PATENT_MEDICINE',
    lengths: [20],
    segments: [
      { zh: '药品标识', en: 'kind', form: "'Z" },
      { zh: '药品分类', en: 'drug class', form: 'A99AA' },
      { zh: '药品名称', en: 'drug name', form: 'A9999' },
      { zh: '规格包装', en: 'strength and pack', form: '9999' },
      MANUFACTURER,
    ],
  },
  T: {
    kind: 'HERBAL_PIECES',
    lengths: [10],
    segments: [
      { zh: '饮片标识', en: 'kind', form: "'T" },
      { zh: '执行标准', en: 'standard', form: '99' },
      { zh: '功效分类', en: 'effect', form: '99' },
      { zh: '饮片名称', en: 'name', form: '99999' },
    ],
  },
  J: {
    kind: 'HOSPITAL_PREPARATION',
    lengths: [16],
    segments: [
      { zh: '制剂标识', en: 'kind', form: "'J" },
      { zh: '行政区划', en: 'division', form: '999999' },
      { zh: '医疗机构', en: 'institution', form: '99999' },
      { zh: '顺序号', en: 'sequence', form: '9999' },
    ],
  },
  C: {
    kind: 'CONSUMABLE',
    lengths: [20, 27],
    segments: [
      { zh: '耗材标识', en: 'kind', form: "'C" },
      { zh: '三级分类', en: 'class', form: '999999' },
      { zh: '通用名', en: 'generic name', form: '999' },
      { zh: '材质特征规格', en: 'material, feature and specification', form: '99999' },
      MANUFACTURER,
      { zh: '规格型号', en: 'model', form: '9999999' },
    ],
  },
};

const SERVICE: Shape = {
  kind: 'SERVICE',
  lengths: [15],
  segments: [
    { zh: '地区', en: 'region', form: '99' },
    { zh: '基本码', en: 'base code', form: '999999999' },
    { zh: '分解码', en: 'part', form: '99' },
    { zh: '加收码', en: 'surcharge', form: '99' },
  ],
};

/** The kind that a code is of by its first character, or null. */
export function itemKindOf(code: string): ItemKind | null {
  return shapeOf(code)?.kind ?? null;
}

export function isNationalItemCode(code: string): boolean {
  return nationalCodeProblem(code) === null;
}

/** What is wrong with a national code, which names the segment, or null. The segments are looked at before the length. */
export function nationalCodeProblem(code: string): CodeProblem | null {
  const shape = shapeOf(code);
  if (!shape) return { zh: '首位不是 X、Z、T、J、C 或数字', en: 'it begins with none of X, Z, T, J, C or a digit' };
  let from = 0;
  for (const segment of shape.segments) {
    const length = segment.form.replace("'", '').length;
    const part = code.slice(from, from + length);
    if (part === '' && shape.lengths.includes(from)) break;
    if (!fits(part, segment.form)) return segmentProblem(segment, from, length);
    if (part.length < length) return lengthProblem(code, shape, segment);
    from += length;
  }
  return shape.lengths.includes(code.length) ? null : lengthProblem(code, shape, null);
}

function shapeOf(code: string): Shape | undefined {
  return /^\d/.test(code) ? SERVICE : SHAPES[code.charAt(0)];
}

/** Whether a segment, or its beginning, is of the form. */
function fits(part: string, form: string): boolean {
  if (form.startsWith("'")) return part === form.slice(1);
  return Array.from(part).every((letter, at) => (form.charAt(at) === 'A' ? /[A-Z]/ : /[0-9]/).test(letter));
}

function segmentProblem({ zh, en, form }: Segment, from: number, length: number): CodeProblem {
  const [first, last] = [from + 1, from + length];
  const expected = { zh: inWordsZh(form), en: inWordsEn(form) };
  return {
    zh: `第 ${first}–${last} 位「${zh}」应为${expected.zh}`,
    en: `characters ${first} to ${last}, the ${en}, must be ${expected.en}`,
  };
}

function lengthProblem(code: string, { lengths }: Shape, missing: Segment | null): CodeProblem {
  const zh = missing === null ? '末尾有多余字符' : `「${missing.zh}」不完整`;
  const en = missing === null ? 'there is something after its end' : `the ${missing.en} is incomplete`;
  return {
    zh: `应为 ${lengths.join(' 或 ')} 位，实为 ${code.length} 位：${zh}`,
    en: `it must have ${lengths.join(' or ')} characters and has ${code.length}: ${en}`,
  };
}

function inWordsZh(form: string): string {
  return runsOf(form)
    .map(([letter, count]) => `${count} 位${letter === 'A' ? '大写字母' : '数字'}`)
    .join('加 ');
}

function inWordsEn(form: string): string {
  return runsOf(form)
    .map(([letter, count]) => `${count} ${letter === 'A' ? 'capital letter' : 'digit'}${count > 1 ? 's' : ''}`)
    .join(', then ');
}

function runsOf(form: string): (readonly [string, number])[] {
  return (form.match(/A+|9+/g) ?? []).map((run) => [run.charAt(0), run.length] as const);
}
