import type { ConflictKind } from '@yiditong/codes';
import { describe, expect, it } from 'vitest';
import { conflictText } from './conflict-text.js';
import type { ConflictSubject, Findings } from './conflict.entity.js';

const CODE = 'XA10BAE041A001010100001';
const NONE: ConflictSubject = { institutionCode: '', itemCode: '', nationalCode: '' };
const ENTRY = { ...NONE, nationalCode: CODE };
const ITEM = { institutionCode: 'H61010100001', itemCode: 'YP1', nationalCode: CODE };
const text = <Kind extends ConflictKind>(
  kind: Kind,
  subject: ConflictSubject,
  finding: Findings[Kind],
  announcedFor: string | null = null,
): string[] => {
  const { zh, en } = conflictText(kind, { ...subject, finding: { ...finding, announcedFor } });
  return [zh, en];
};
const name = '某某片';
const capped = { name, priceMicroYuan: '1000000', capMicroYuan: '500000' };
const three = { name, agreeing: ['110000', '310000'], others: 3 };

describe('what was found', () => {
  it.each<[string, string[], string[]]>([
    [
      'an item under several codes',
      text('ONE_TO_MANY', { ...ITEM, nationalCode: '' }, { codes: ['A', 'B'] }),
      ['院内项目 YP1 对应多个国家编码：A、B', 'the item YP1 stands for several national codes: A, B'],
    ],
    [
      'a provincial code that says different things',
      text('ONE_TO_MANY', { ...ENTRY, itemCode: 'SX1' }, { codes: ['A', 'B'] }),
      [
        '医保目录编码 SX1 下的国家编码 A、B 等级、比例、限价或限制不一致',
        'the entries A, B under the provincial code SX1 differ in class, share, cap or restriction',
      ],
    ],
    [
      'an entry whose item has ended',
      text('ENDED_CODE_IN_USE', ENTRY, { name, endedOn: '2026-01-31', isKnown: true }),
      [
        `${CODE} 已于 2026-01-31 截止，目录仍收录「某某片」`,
        `${CODE} ended on 2026-01-31, and the catalogue still lists it`,
      ],
    ],
    [
      'an item that is mapped to what was withdrawn',
      text('ENDED_CODE_IN_USE', ITEM, { name, endedOn: null, isKnown: true }),
      [`${CODE} 已停用，院内项目 YP1「某某片」仍对照到它`, `${CODE} was withdrawn, and the item YP1 is mapped to it`],
    ],
    [
      'an item that is mapped to what there never was',
      text('ENDED_CODE_IN_USE', ITEM, { name, endedOn: null, isKnown: false }),
      [
        `国家目录中没有 ${CODE}，院内项目 YP1「某某片」仍对照到它`,
        `the national catalogue has no ${CODE}, and the item YP1 is mapped to it`,
      ],
    ],
    [
      'a price, to the millionth of a yuan',
      text('PRICE_ABOVE_CAP', ITEM, { name, priceMicroYuan: '1234567891', capMicroYuan: '500000', levels: null }),
      [
        '院内项目 YP1「某某片」单价 1234.567891 元，超过限价 0.50 元',
        'the item YP1 costs 1234.567891 yuan, above the cap of 0.50 yuan',
      ],
    ],
    [
      'a price above what some hospitals may take',
      text('PRICE_ABOVE_CAP', ITEM, { ...capped, levels: ['PRIMARY', 'SECONDARY'] }),
      [
        '院内项目 YP1「某某片」单价 1.00 元，超过一级及以下、二级医院限价 0.50 元',
        'the item YP1 costs 1.00 yuan, above the cap of 0.50 yuan for primary and secondary hospitals',
      ],
    ],
    [
      'another class',
      text('CLASS_DIFFERS', ENTRY, { ...three, own: 'A', usual: 'B' }),
      [
        `${CODE}「某某片」本省为甲类，其他 3 个省份中的 2 个（北京、上海）为乙类`,
        `${CODE} is of class A here and of class B in 2 of 3 other provinces (Beijing, Shanghai)`,
      ],
    ],
    [
      'another share',
      text('SHARE_DIFFERS', ENTRY, { ...three, ownBps: 5, usualBps: 1250 }),
      [
        `${CODE}「某某片」本省先行自付 0.05%，其他 3 个省份中的 2 个（北京、上海）为 12.5%`,
        `${CODE} has a first self-pay of 0.05% here and of 12.5% in 2 of 3 other provinces (Beijing, Shanghai)`,
      ],
    ],
    [
      'an entry without charge category',
      text('NO_CHARGE_CATEGORY', ENTRY, { name, national: '09' }),
      [
        `${CODE}「某某片」缺少医疗收费项目类别，按国家目录的 09 归类`,
        `${CODE} has no charge category, and counts as 09 by the nation’s`,
      ],
    ],
    [
      'an entry without charge category, to which the nation gives none either',
      text('NO_CHARGE_CATEGORY', ENTRY, { name, national: null }),
      [
        `${CODE}「某某片」缺少医疗收费项目类别，国家目录也没有，按其他（14）归类`,
        `${CODE} has no charge category, nor does the nation give it one: it counts as 14, other`,
      ],
    ],
    [
      'an item that a clerk has to map',
      text('UNMAPPED_ITEM', { ...ITEM, nationalCode: '' }, { name, state: 'QUEUED' }),
      ['院内项目 YP1「某某片」尚未对照：待人工确认', 'the item YP1 isn’t mapped yet: a clerk has to say what it is'],
    ],
    [
      'an item that nothing was near',
      text('UNMAPPED_ITEM', { ...ITEM, nationalCode: '' }, { name, state: 'REFUSED' }),
      ['院内项目 YP1「某某片」尚未对照：未能对照', 'the item YP1 isn’t mapped yet: nothing was near enough'],
    ],
    [
      'what is announced, with its day',
      text('ONE_TO_MANY', { ...ITEM, nationalCode: '' }, { codes: ['A', 'B'] }, '2026-05-01'),
      [
        '自 2026-05-01 起：院内项目 YP1 对应多个国家编码：A、B',
        'from 2026-05-01 on: the item YP1 stands for several national codes: A, B',
      ],
    ],
  ])('is told of %s', (_what, said, expected) => expect(said).toEqual(expected));

  it('names five provinces at most', () => {
    const agreeing = ['110000', '120000', '130000', '140000', '150000', '210000'];
    const [zh = ''] = text('CLASS_DIFFERS', ENTRY, { name, agreeing, others: 6, own: 'C', usual: 'A' });
    expect(zh).toContain('其他 6 个省份中的 6 个（北京、天津、河北、山西、内蒙古等）');
  });
});
