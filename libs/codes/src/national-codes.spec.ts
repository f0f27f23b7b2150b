import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isNationalItemCode, itemKindOf, nationalCodeProblem } from './national-codes.js';

const GOOD = [
  ['WESTERN_DRUG', 'XB01ACA056A012010100799'],
  ['PATENT_MEDICINE', 'ZA09FAB0150010190013'],
  ['HERBAL_PIECES', 'T001700622'],
  ['HOSPITAL_PREPARATION', 'J110101000019001'],
  ['SERVICE', '001102000050000'],
  ['SERVICE', '331201000350000'],
  ['CONSUMABLE', 'C0202020019000190001'],
  ['CONSUMABLE', 'C02020500290001900029000001'],
] as const;

describe('a national code', () => {
  it.each(GOOD)('of a %s is %s', (kind, code) => {
    expect([nationalCodeProblem(code), isNationalItemCode(code), itemKindOf(code)]).toEqual([null, true, kind]);
  });

  it.each([
    // What it begins with.
    ['', '首位不是 X、Z、T、J、C 或数字', 'it begins with none of X, Z, T, J, C or a digit'],
    ['Y001102000050000', '首位不是 X、Z、T、J、C 或数字', 'it begins with none of X, Z, T, J, C or a digit'],
    ['xb01aca056a012010100799', '首位不是', 'it begins with none of'],
    ['０01102000050000', '首位不是', 'it begins with none of'],
    [' 001102000050000', '首位不是', 'it begins with none of'],
    // Western drugs, segment by segment.
    ['X101ACA056A012010100799', '第 2–6 位「药品分类」应为1 位大写字母加 2 位数字加 2 位大写字母', 'characters 2 to 6'],
    ['XB0IACA056A012010100799', '第 2–6 位「药品分类」', 'the drug class, must be 1 capital letter, then 2 digits'],
    ['XB01AC1056A012010100799', '第 7–10 位「药品名称」', 'characters 7 to 10, the drug name'],
    ['XB01ACAO56A012010100799', '第 7–10 位「药品名称」', 'characters 7 to 10, the drug name'],
    ['XB01ACA056a012010100799', '第 11–14 位「剂型」', 'characters 11 to 14, the dosage form'],
    ['XB01ACA056A012O10100799', '第 15–18 位「规格包装」应为4 位数字', 'the strength and pack, must be 4 digits'],
    ['XB01ACA056A01201010079X', '第 19–23 位「企业」', 'characters 19 to 23, the manufacturer'],
    ['XB01ACA056A01201010079', '应为 23 位，实为 22 位：「企业」不完整', 'has 22: the manufacturer is incomplete'],
    ['XB01ACA056A0120101', '应为 23 位，实为 18 位：「企业」不完整', 'has 18: the manufacturer is incomplete'],
    ['XB01', '应为 23 位，实为 4 位：「药品分类」不完整', 'has 4: the drug class is incomplete'],
    ['X', '应为 23 位，实为 1 位：「药品分类」不完整', 'has 1: the drug class is incomplete'],
    ['XB01ACA056A0120101007990', '应为 23 位，实为 24 位：末尾有多余字符', 'has 24: there is something after its end'],
    ['XB01ACA056A012010100799 ', '实为 24 位：末尾有多余字符', 'there is something after its end'],
    // What is there of an incomplete segment may be wrong too, which says more.
    ['XB0A', '第 2–6 位「药品分类」', 'characters 2 to 6, the drug class'],
    // The others.
    ['ZA09FA10150010190013', '第 7–11 位「药品名称」', 'characters 7 to 11, the drug name'],
    ['ZA09FAB01500101900', '应为 20 位，实为 18 位：「企业」不完整', 'the manufacturer is incomplete'],
    ['ZA09FAB0150010190013001', '应为 20 位，实为 23 位：末尾有多余字符', 'there is something after its end'],
    ['T0A1700622', '第 2–3 位「执行标准」', 'characters 2 to 3, the standard'],
    ['T00A700622', '第 4–5 位「功效分类」', 'characters 4 to 5, the effect'],
    ['T00170062', '应为 10 位，实为 9 位：「饮片名称」不完整', 'has 9: the name is incomplete'],
    ['J11010A000019001', '第 2–7 位「行政区划」', 'characters 2 to 7, the division'],
    ['J1101010000A9001', '第 8–12 位「医疗机构」', 'characters 8 to 12, the institution'],
    ['J1101010000190', '应为 16 位，实为 14 位：「顺序号」不完整', 'the sequence is incomplete'],
    ['00110200005000', '应为 15 位，实为 14 位：「加收码」不完整', 'has 14: the surcharge is incomplete'],
    ['110200005', '应为 15 位，实为 9 位：「基本码」不完整', 'has 9: the base code is incomplete'],
    ['00110200005', '应为 15 位，实为 11 位：「分解码」不完整', 'has 11: the part is incomplete'],
    ['0A1102000050000', '第 1–2 位「地区」', 'characters 1 to 2, the region'],
    ['00110200005000A', '第 14–15 位「加收码」', 'characters 14 to 15, the surcharge'],
    ['0011020000500001', '应为 15 位，实为 16 位：末尾有多余字符', 'there is something after its end'],
    ['C0A02020019000190001', '第 2–7 位「三级分类」', 'characters 2 to 7, the class'],
    ['C02020200A9000190001', '第 8–10 位「通用名」', 'characters 8 to 10, the generic name'],
    ['C0202020019A00190001', '第 11–15 位「材质特征规格」', 'the material, feature and specification'],
    ['C020202001900019000', '应为 20 或 27 位，实为 19 位：「企业」不完整', 'the manufacturer is incomplete'],
    ['C02020200190001900011', '应为 20 或 27 位，实为 21 位：「规格型号」不完整', 'has 21: the model is incomplete'],
    [
      'C0202020019000190001123456',
      '应为 20 或 27 位，实为 26 位：「规格型号」不完整',
      'has 26: the model is incomplete',
    ],
    [
      'C02020200190001900011234A67',
      '第 21–27 位「规格型号」应为7 位数字',
      'characters 21 to 27, the model, must be 7 digits',
    ],
    [
      'C020202001900019000112345678',
      '应为 20 或 27 位，实为 28 位：末尾有多余字符',
      'it must have 20 or 27 characters',
    ],
  ])('%j is none, and the wrong segment is named', (code, zh, en) => {
    expect(isNationalItemCode(code)).toBe(false);
    const problem = nationalCodeProblem(code);
    expect(problem?.zh).toContain(zh);
    expect(problem?.en).toContain(en);
  });

  it('has one length only, but a consumable’s two', () => {
    const code = fc.constantFrom(...GOOD.map(([, good]) => good));
    fc.assert(
      fc.property(code, fc.nat({ max: 27 }), (good, length) => {
        const cut = good.slice(0, length);
        const complete = cut === good || (good.startsWith('C') && length === 20);
        expect(nationalCodeProblem(cut) === null).toBe(complete);
      }),
    );
  });

  it('is refused for any text without a fault, and never repeated in the words', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 3 }), fc.constantFrom('', 'X', 'C', '0'), (text, first) => {
        const problem = nationalCodeProblem(`${first}${text}（`);
        expect(problem?.zh).not.toContain('（');
        expect(problem?.en).not.toContain('（');
        expect(problem).not.toBeNull();
      }),
    );
  });
});
