import { describe, expect, it } from 'vitest';
import {
  readChargeCategory,
  readClass,
  readDate,
  readInsurances,
  readKind,
  readNationalCode,
  readOverCapRule,
  readVisitKinds,
  readWords,
  readYesNo,
  readYuan,
  textOfCell,
  wordsOfCell,
  type Read,
} from './cells.js';
import { readCaps, readShares } from './share-cells.js';

const shares = (text: string): string =>
  told(readShares(textOfCell(text)), (all) =>
    all.map(({ insurance, personType, bps }) => [insurance, personType, bps].join(' ').trim()).join('; '),
  );
const caps = (text: string): string =>
  told(readCaps(textOfCell(text)), (all) =>
    all.map(({ hospitalLevel, microYuan }) => `${hospitalLevel ?? 'ALL'} ${microYuan}`).join('; '),
  );

function told<T>(read: Read<T>, show: (value: T) => string = String): string {
  return 'value' in read ? show(read.value) : `! ${read.problem}`;
}

describe('a cell of shares', () => {
  it.each([
    ['10%', '1000'],
    ['１０％', '1000'],
    ['0', '0'],
    ['100%', '10000'],
    ['12.5%', '1250'],
    ['0.01%', '1'],
    ['10%; 居民 15%; 职工退休 5%', '1000; EMPLOYEE RETIREE 500; RESIDENT  1500'],
    ['职工退休5%；居民：15%；10%', '1000; EMPLOYEE RETIREE 500; RESIDENT  1500'],
    ['10%;居民未成年 3%;退休 4%', '1000; RETIREE 400; RESIDENT MINOR 300'],
    ['10%; employee retiree 5%', '1000; EMPLOYEE RETIREE 500'],
    ['10%; 居民成年居民 8%', '1000; RESIDENT RESIDENT 800'],
  ])('%s says %s', (text, expected) => {
    expect(shares(text).replaceAll(/(^|; ) +/g, '$1')).toBe(expected);
  });

  it.each([
    ['0.1', '百分数'],
    ['10', '百分数'],
    ['-5%', '人群'],
    ['100.01%', '100%'],
    ['1.234%', '人群'],
    ['农民 5%', '人群'],
    ['职工居民 5%', '人群'],
  ])('%s is wrong', (text, problem) => {
    expect(shares(text)).toMatch(/^! /);
    expect(shares(text)).toContain(problem);
  });
});

describe('a cell of caps', () => {
  it.each([
    ['50', 'ALL 50000000'],
    ['50; 三级 60; 二级 45', 'ALL 50000000; SECONDARY 45000000; TERTIARY 60000000'],
    ['三级：６０．５元；５０', 'ALL 50000000; TERTIARY 60500000'],
    ['1,234.567891', 'ALL 1234567891'],
    ['999999999999.999999', 'ALL 999999999999999999'],
  ])('%s says %s', (text, expected) => {
    expect(caps(text)).toBe(expected);
  });

  it.each(['五十', '四级 50', '1.2345678', '50 60', '1,23', '三级'])('%s is wrong', (text) => {
    expect(caps(text)).toMatch(/^! .*(元|等级)/);
  });
});

describe('a cell of', () => {
  it.each<[string, string, (text: string) => Read<unknown>, string]>([
    ['a date', '2026/3/1', readDate, '2026-03-01'],
    ['a date', '２０２６－０３－０１', readDate, '2026-03-01'],
    ['a date', '2026年3月1日', readDate, '2026-03-01'],
    ['a date', '20260229', readDate, '! 应为日期'],
    ['a date', '0026-01-01', readDate, '! 应为日期'],
    ['yes or no', '是', readYesNo, 'true'],
    ['yes or no', '', readYesNo, 'false'],
    ['yes or no', '也许', readYesNo, '! 应为“是”或“否”'],
    ['an amount', '23.5', readYuan, '23500000'],
    ['an amount', '0', readYuan, '0'],
    ['an amount', '-1', readYuan, '! 应为金额'],
    ['an amount', '1e3', readYuan, '! 应为金额'],
    ['a charge category', '2', readChargeCategory, '02'],
    ['a charge category', '床位费', readChargeCategory, '01'],
    ['a charge category', '15', readChargeCategory, '! 应为 01 至 14'],
    ['a class', '乙类', readClass, 'B'],
    ['a class', 'c', readClass, 'C'],
    ['a class', '丁', readClass, '! 应为甲、乙、丙之一'],
    ['a kind', '西药', readKind, 'WESTERN_DRUG'],
    ['a kind', '301', readKind, 'CONSUMABLE'],
    ['a kind', '其他', readKind, '! 应为西药'],
    ['what is above a cap', '全部自付', readOverCapRule, 'WHOLE'],
    ['kinds of visits', '普通门诊、住院，住院', readVisitKinds, 'INPATIENT,OUTPATIENT'],
    ['insurances', '居民/职工', readInsurances, 'EMPLOYEE,RESIDENT'],
    ['insurances', '新农合', readInsurances, '! 应为职工、居民'],
    ['a national code', 'xa01aba001a002010100001', readNationalCode, 'XA01ABA001A002010100001'],
    ['a national code', 'XA01ABA001A0020101', readNationalCode, '! 应为 23 位，实为 18 位：「企业」不完整'],
    ['a national code', 'X101ABA001A002010100001', readNationalCode, '! 第 2–6 位「药品分类」'],
  ])('%s, %s', (_, text, read, expected) => {
    const said = told(read(textOfCell(text)));
    expect(said.startsWith('!') ? said.slice(0, expected.length) : said).toBe(expected);
  });

  it('a name stands as it is printed, and holds no line break', () => {
    expect(wordsOfCell('\uFEFF 阿莫西林（胶囊）Ⅱ ')).toBe('阿莫西林（胶囊）Ⅱ');
    expect(told(readWords('一\n二', 10))).toContain('换行');
    expect(told(readWords('一二三', 2))).toContain('多于 2 个字符');
  });
});
