import type { catalogueV1 } from '@yiditong/contracts';
import { describe, expect, it } from 'vitest';
import { comparisonRows, comparisonTitles } from './comparison-sheet.js';
import { decodeDifference } from './comparison.dto.js';

const CODE = '001102000010000';
const SIDES = { first: '变更前', second: '变更后' };

const ENTRY: catalogueV1.CatalogueEntry = {
  nationalCode: CODE,
  name: '住院诊查费',
  itemClass: 'ITEM_CLASS_B',
  chargeCategory: '02',
  provincialCode: '',
  shares: [
    { insurance: 'INSURANCE_UNSPECIFIED', personType: 'PERSON_TYPE_UNSPECIFIED', bps: 1_000 },
    { insurance: 'INSURANCE_EMPLOYEE', personType: 'PERSON_TYPE_RETIREE', bps: 500 },
  ],
  caps: [
    { hospitalLevel: 'HOSPITAL_LEVEL_UNSPECIFIED', microYuan: 50_000_000n },
    { hospitalLevel: 'HOSPITAL_LEVEL_TERTIARY', microYuan: 60_500_000n },
  ],
  overCapRule: 'OVER_CAP_RULE_EXCESS',
  restriction: undefined,
  endsOn: '',
};
const ITEM: catalogueV1.NationalItem = {
  nationalCode: CODE,
  kind: 'ITEM_KIND_SERVICE',
  name: '住院诊查费',
  dosageForm: '',
  specification: '',
  pack: '',
  unit: '日',
  manufacturer: '',
  approvalNumber: '',
  chargeCategory: '02',
  referencePriceMicroYuan: 0n,
  origin: 'ITEM_ORIGIN_PUBLISHED',
  effectiveFrom: '2026-01-01',
  endsOn: '',
};
const NOTHING = { first: undefined, second: undefined, firstItem: undefined, secondItem: undefined };

type Row = readonly [what: string, wire: Partial<catalogueV1.EntryDifference>, rows: readonly (readonly string[])[]];

describe('a comparison as a table for people', () => {
  it('is headed in Chinese, with the two sides last', () => {
    expect(comparisonTitles(SIDES)).toEqual(['国家编码', '名称', '差异', '项目', '变更前', '变更后']);
  });

  it.each<Row>([
    [
      'has a row for each field that differs',
      {
        first: ENTRY,
        second: { ...ENTRY, itemClass: 'ITEM_CLASS_A', shares: [], caps: [], overCapRule: 'OVER_CAP_RULE_UNSPECIFIED' },
        fields: ['item_class', 'shares', 'caps', 'over_cap_rule'],
      },
      [
        ['不同', '收费项目等级', '乙类', '甲类'],
        ['不同', '先行自付比例', '10%; 职工退休 5%', ''],
        ['不同', '限价', '50.00; 三级 60.50', ''],
        ['不同', '超限处理方式', '超出部分自费', ''],
      ],
    ],
    [
      'puts restrictions into words',
      {
        first: ENTRY,
        second: {
          ...ENTRY,
          restriction: {
            needsApproval: true,
            text: '限重症',
            minimumLevel: 'HOSPITAL_LEVEL_SECONDARY',
            visitKinds: ['VISIT_KIND_INPATIENT'],
            insurances: ['INSURANCE_EMPLOYEE'],
          },
        },
        fields: ['restriction'],
      },
      [['不同', '限制使用', '', '须医院确认；限重症；二级及以上；限住院；限职工']],
    ],
    [
      'says what only one side has as a whole',
      { second: ENTRY, fields: [] },
      [['仅变更后', '整条', '', '乙类；先行自付 10%; 职工退休 5%；限价 50.00; 三级 60.50；超限超出部分自费；诊察费']],
    ],
    [
      'says so of the first side too',
      { first: { ...ENTRY, shares: [], caps: [], overCapRule: 'OVER_CAP_RULE_UNSPECIFIED' } },
      [['仅变更前', '整条', '乙类；诊察费', '']],
    ],
    [
      'reads national items the same way',
      { firstItem: ITEM, secondItem: { ...ITEM, unit: '次', chargeCategory: '' }, fields: ['unit', 'charge_category'] },
      [
        ['不同', '计价单位', '日', '次'],
        ['不同', '收费类别', '02 诊察费', ''],
      ],
    ],
    [
      'names a field that is new to it',
      { first: ENTRY, second: ENTRY, fields: ['something_new'] },
      [['不同', 'something_new', '', '']],
    ],
  ])('%s', (_, wire, rows) => {
    const difference = decodeDifference({ nationalCode: CODE, ...NOTHING, fields: [], ...wire });
    expect(comparisonRows(difference, SIDES)).toEqual(rows.map((row) => [CODE, '住院诊查费', ...row]));
  });
});
