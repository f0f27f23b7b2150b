import type { catalogueV1 } from '@yiditong/contracts';
import { describe, expect, it } from 'vitest';
import { ENTRY_DOWNLOADS, ITEM_DOWNLOADS, MAPPING_DOWNLOAD, recordOf } from './national-download.codec.js';

/** 2026-01-31 16:30 UTC is February in Asia/Shanghai. */
const PUBLISHED = { seconds: BigInt(Date.UTC(2026, 0, 31, 16, 30, 5) / 1000), nanos: 0 };
const DRUG = 'XA01ABA075A001010100483';
const SERVICE = '001102000010000';

const ITEM: catalogueV1.NationalItem = {
  nationalCode: DRUG,
  kind: 'ITEM_KIND_WESTERN_DRUG',
  name: '西吡氯铵含片',
  dosageForm: '含片',
  specification: '2mg',
  pack: '24片/盒',
  unit: '盒',
  manufacturer: '某某制药有限公司',
  approvalNumber: '国药准字H20000001',
  chargeCategory: '09',
  referencePriceMicroYuan: 0n,
  origin: 'ITEM_ORIGIN_SYNTHETIC',
  effectiveFrom: '2026-03-01',
  endsOn: '',
};
const ENTRY: catalogueV1.CatalogueEntry = {
  nationalCode: SERVICE,
  name: '住院诊查费',
  itemClass: 'ITEM_CLASS_B',
  chargeCategory: '02',
  provincialCode: 'BJ-0001',
  shares: [
    { insurance: 'INSURANCE_UNSPECIFIED', personType: 'PERSON_TYPE_UNSPECIFIED', bps: 1_000 },
    { insurance: 'INSURANCE_RESIDENT', personType: 'PERSON_TYPE_UNSPECIFIED', bps: 1_250 },
    { insurance: 'INSURANCE_EMPLOYEE', personType: 'PERSON_TYPE_RETIREE', bps: 500 },
    { insurance: 'INSURANCE_UNSPECIFIED', personType: 'PERSON_TYPE_MINOR', bps: 0 },
  ],
  caps: [
    { hospitalLevel: 'HOSPITAL_LEVEL_UNSPECIFIED', microYuan: 50_000_000n },
    { hospitalLevel: 'HOSPITAL_LEVEL_TERTIARY', microYuan: 60_125_000n },
  ],
  overCapRule: 'OVER_CAP_RULE_WHOLE',
  restriction: {
    needsApproval: true,
    text: '限重症',
    minimumLevel: 'HOSPITAL_LEVEL_UNSPECIFIED',
    visitKinds: [],
    insurances: [],
  },
  endsOn: '',
};
const PLAIN: catalogueV1.CatalogueEntry = {
  ...ENTRY,
  itemClass: 'ITEM_CLASS_A',
  provincialCode: '',
  shares: [],
  caps: [],
  overCapRule: 'OVER_CAP_RULE_UNSPECIFIED',
  restriction: undefined,
};

type Rows = readonly Readonly<Record<string, string | null>>[];

function itemRows(infno: keyof typeof ITEM_DOWNLOADS, item: catalogueV1.NationalItem, withdrawn = false): Rows {
  const { fields, rowsOf } = ITEM_DOWNLOADS[infno];
  return rowsOf({ sequence: 7, item, withdrawn, publishedAt: PUBLISHED }, '000000').map((row) => recordOf(fields, row));
}

function entryRows(infno: keyof typeof ENTRY_DOWNLOADS, entry: catalogueV1.CatalogueEntry, withdrawn = false): Rows {
  const { fields, rowsOf } = ENTRY_DOWNLOADS[infno];
  const change = { sequence: 3, entry, withdrawn, effectiveFrom: '2026-02-02', publishedAt: PUBLISHED };
  return rowsOf(change, '110000').map((row) => recordOf(fields, row));
}

describe('a national item', () => {
  type Case = readonly [keyof typeof ITEM_DOWNLOADS, Partial<catalogueV1.NationalItem>, Record<string, string>];
  it.each<Case>([
    [
      '1301',
      {},
      {
        med_list_codg: DRUG,
        reg_name: '西吡氯铵含片',
        drug_dosform_name: '含片',
        drug_type: '101',
        drug_spec: '2mg',
        pacspec: '24片/盒',
        min_prcunt: '盒',
        prodentp_name: '某某制药有限公司',
        aprvno: '国药准字H20000001',
      },
    ],
    ['1301', { nationalCode: 'ZA01AAJ00010010100001' }, { drug_type: '102' }],
    ['1302', { nationalCode: 'T000100001', name: '麻黄' }, { med_list_codg: 'T000100001', tcmherb_name: '麻黄' }],
    [
      '1303',
      { nationalCode: 'J110105000010001' },
      { drug_prodname: '西吡氯铵含片', dosform: '含片', drug_type: '104' },
    ],
    [
      '1305',
      { nationalCode: SERVICE, name: '住院诊查费', unit: '日' },
      { servitem_name: '住院诊查费', prcunt_name: '日' },
    ],
    ['1306', { nationalCode: 'C0101010010000100001' }, { hi_genname: '西吡氯铵含片', spec: '2mg' }],
  ])('in %s says what it is', (infno, change, row) => {
    expect(itemRows(infno, { ...ITEM, ...change })).toEqual([expect.objectContaining(row)]);
  });

  it('says from when, since which version, whether it stands, and where it comes from', () => {
    expect(itemRows('1301', ITEM)[0]).toMatchObject({
      med_chrgitm_type: '09',
      begndate: '2026-03-01',
      enddate: null,
      vali_flag: '1',
      memo: '数据来源：模拟',
      updt_time: '2026-02-01 00:30:05',
      ver: '7',
      ver_name: '国家医保目录第7版',
      isu_flag: '1',
      efft_time: '2026-03-01 00:00:00',
      invd_time: null,
    });
    expect(itemRows('1301', { ...ITEM, endsOn: '2026-02-28' }, true)[0]).toMatchObject({
      enddate: '2026-02-28',
      vali_flag: '0',
    });
  });

  it.each(['1301', '1302', '1303', '1305', '1306'] as const)('in %s is invalid from an instant on', (infno) => {
    const until = (endsOn: string, withdrawn: boolean) => itemRows(infno, { ...ITEM, endsOn }, withdrawn)[0];
    expect(until('2026-12-31', false)).toMatchObject({ vali_flag: '1', invd_time: '2027-01-01 00:00:00' });
    expect(until('', true)).toMatchObject({ vali_flag: '0', invd_time: '2026-03-01 00:00:00' });
  });
});

describe('a province’s entry', () => {
  it('has its classes, categories and restriction in 1312', () => {
    expect(entryRows('1312', ENTRY)).toEqual([
      {
        hilist_code: 'BJ-0001',
        hilist_name: '住院诊查费',
        insu_admdvs: '110000',
        begndate: '2026-02-02',
        enddate: null,
        med_chrgitm_type: '02',
        chrgitm_lv: '02',
        lmt_used_flag: '1',
        list_type: '201',
        med_use_flag: '1',
        matn_used_flag: null,
        hilist_use_type: null,
        lmt_cpnd_type: null,
        memo: '限重症',
        vali_flag: '1',
        rid: expect.stringMatching(/^[0-9a-f]{40}$/),
        updt_time: '2026-02-01 00:30:05',
        poolarea_no: null,
        med_list_codg: SERVICE,
        ver: '3',
        ver_name: '北京医保目录第3版',
      },
    ]);
  });

  it.each([
    ['ITEM_CLASS_A', '01'],
    ['ITEM_CLASS_B', '02'],
    ['ITEM_CLASS_C', '03'],
  ] as const)('of %s is of 收费项目等级 %s', (itemClass, code) => {
    expect(entryRows('1312', { ...PLAIN, itemClass })[0]).toMatchObject({ chrgitm_lv: code, lmt_used_flag: '0' });
  });

  const TEXT_ONLY: catalogueV1.Restriction = {
    needsApproval: false,
    text: '限重症',
    minimumLevel: 'HOSPITAL_LEVEL_UNSPECIFIED',
    visitKinds: [],
    insurances: [],
  };
  it.each<[string, Partial<catalogueV1.Restriction>]>([
    ['0', {}],
    ['1', { needsApproval: true }],
    ['1', { minimumLevel: 'HOSPITAL_LEVEL_SECONDARY' }],
    ['1', { visitKinds: ['VISIT_KIND_INPATIENT'] }],
    ['1', { insurances: ['INSURANCE_EMPLOYEE'] }],
  ])('has 限制使用标志 %s where its restriction says %j besides a text', (expected, change) => {
    const restriction = { ...TEXT_ONLY, ...change };
    expect(entryRows('1312', { ...ENTRY, restriction })[0]).toMatchObject({ lmt_used_flag: expected, memo: '限重症' });
  });

  it('is mapped by 1316, to the national code itself where the province has no own', () => {
    expect(entryRows('1316', ENTRY)[0]).toMatchObject({
      med_list_codg: SERVICE,
      hilist_code: 'BJ-0001',
      list_type: '201',
    });
    expect(entryRows('1316', PLAIN)[0]).toMatchObject({ med_list_codg: SERVICE, hilist_code: SERVICE });
  });

  it('has a row for each cap in 1318, and one where there is none', () => {
    const caps = (rows: Rows) =>
      rows.map((row) => [row['hilist_lmtpric_type'], row['hilist_pric_uplmt_amt'], row['overlmt_dspo_way']]);
    expect(caps(entryRows('1318', ENTRY))).toEqual([
      ['0', '50.00', '2'],
      ['3', '60.125', '2'],
    ]);
    expect(caps(entryRows('1318', { ...ENTRY, overCapRule: 'OVER_CAP_RULE_EXCESS' }))[0]).toEqual(['0', '50.00', '1']);
    expect(caps(entryRows('1318', PLAIN))).toEqual([['0', '999999.00', null]]);
  });

  it('has a row for each share in 1319, and one of classes that have none', () => {
    const shares = (rows: Rows) => rows.map((row) => [row['selfpay_prop_psn_type'], row['selfpay_prop']]);
    expect(shares(entryRows('1319', ENTRY))).toEqual([
      ['0', '0.1'],
      ['390', '0.125'],
      ['31012', '0.05'],
      ['14', '0'],
    ]);
    expect(shares(entryRows('1319', PLAIN))).toEqual([['0', '0']]);
    expect(shares(entryRows('1319', { ...PLAIN, itemClass: 'ITEM_CLASS_C' }))).toEqual([['0', '1']]);
  });

  it('that is withdrawn is 无效 in each of them', () => {
    for (const infno of ['1312', '1316', '1318', '1319'] as const)
      expect(entryRows(infno, ENTRY, true).every((row) => row['vali_flag'] === '0')).toBe(true);
  });

  it('has a number of its own in each row, the same at every download', () => {
    const rids = () =>
      (['1312', '1316', '1318', '1319'] as const).flatMap((infno) => entryRows(infno, ENTRY).map((row) => row['rid']));
    expect(new Set(rids()).size).toBe(1 + 1 + 2 + 4);
    expect(rids()).toEqual(rids());
  });
});

describe('an institution’s mapping', () => {
  const MAPPING: catalogueV1.Mapping = {
    institutionCode: 'H11010500001',
    itemCode: 'YP000123',
    itemName: '西吡氯铵含片',
    nationalCode: DRUG,
    effectiveFrom: '2026-02-02',
    effectiveTo: '',
    deciderKind: 'DECIDER_KIND_RULE',
    decidedBy: 'match-1',
    decidedAt: PUBLISHED,
    scoreBps: 9_800,
    evidence: [],
    remark: '',
    listId: '',
  };
  const row = (mapping: catalogueV1.Mapping) =>
    recordOf(MAPPING_DOWNLOAD.fields, MAPPING_DOWNLOAD.rowOf(mapping, '110000'));

  it('is a row of 1317', () => {
    expect(row(MAPPING)).toMatchObject({
      fixmedins_code: 'H11010500001',
      medins_list_codg: 'YP000123',
      medins_list_name: '西吡氯铵含片',
      med_list_codg: DRUG,
      list_type: '101',
      insu_admdvs: '110000',
      begndate: '2026-02-02',
      enddate: null,
      vali_flag: '1',
      updt_time: '2026-02-01 00:30:05',
    });
  });

  it('to nothing is 无效', () => {
    expect(row({ ...MAPPING, nationalCode: '' })).toMatchObject({
      med_list_codg: null,
      list_type: null,
      vali_flag: '0',
    });
  });
});

describe('the fields of a download', () => {
  it.each(Object.entries({ ...ITEM_DOWNLOADS, ...ENTRY_DOWNLOADS }))('of %s are each there once', (_, { fields }) => {
    const names = fields.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
  });
});
