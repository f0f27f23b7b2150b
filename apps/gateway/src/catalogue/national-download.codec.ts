import { createHash } from 'node:crypto';
import { decodeInstant, itemClassCodec, itemOriginCodec, overCapRuleCodec, required } from '@yiditong/chassis';
import { itemKindOf, type HospitalLevel, type ItemClass, type ItemKind, type OverCapRule } from '@yiditong/codes';
import type { catalogueV1 } from '@yiditong/contracts';
import { INSURANCE_CODES, PERSON_TYPE_CODES } from '../national/national-codes.js';
import { shareText, yuanText } from './amounts.js';
import { ORIGIN_NAMES, scopeName } from './catalogue-names.js';
import {
  capsOf,
  changeOf,
  invalidFrom,
  restricts,
  sharesOf,
  type CapFact,
  type EntryFact,
  type ItemFact,
  type MappingFact,
  type ShareFact,
} from './download-facts.js';

/** A field as the national interface spells it, what it is called, and what stands in it. */
type Field<T> = readonly [name: string, zh: string, text: (fact: T) => string];
type Row = readonly string[];

/** 目录类别. Nothing is marked as 民族药 (105), which is listed among 中成药. */
const LIST_TYPES: Readonly<Record<ItemKind, string>> = {
  WESTERN_DRUG: '101',
  PATENT_MEDICINE: '102',
  HERBAL_PIECES: '103',
  HOSPITAL_PREPARATION: '104',
  SERVICE: '201',
  CONSUMABLE: '301',
};
/** 收费项目等级. */
const CLASS_CODES: Readonly<Record<ItemClass, string>> = { A: '01', B: '02', C: '03' };
/** 医保目录限价类型: by level of hospital, 0 for all. */
const CAP_TYPES: Readonly<Record<HospitalLevel, string>> = { PRIMARY: '1', SECONDARY: '2', TERTIARY: '3' };
/** 医保目录超限处理方式. */
const OVER_CAP_WAYS: Readonly<Record<OverCapRule, string>> = { EXCESS: '1', WHOLE: '2' };
const EVERYBODY = '0';
/** 先行自付, the only kind of share there is here. */
const SHARE_TYPE = '1';
const RID_LENGTH = 40;
const SHANGHAI_OFFSET_MS = 8 * 3_600_000;

const ITEM_STATE: readonly Field<ItemFact>[] = [
  ['med_chrgitm_type', '医疗收费项目类别', ({ item }) => item.chargeCategory],
  ['begndate', '开始日期', ({ item }) => item.effectiveFrom],
  ['enddate', '结束日期', ({ item }) => item.endsOn],
  ['vali_flag', '有效标志：1 有效、0 自开始日期起停用', ({ withdrawn }) => flag(!withdrawn)],
  ['memo', '备注', ({ item }) => `数据来源：${ORIGIN_NAMES[itemOriginCodec.decode(item.origin)].zh}`],
  ['rid', '唯一记录号', ({ item, sequence }) => ridOf('item', item.nationalCode, sequence)],
  ['updt_time', '更新时间', ({ publishedAt }) => timeText(publishedAt)],
  ['ver', '版本号', ({ sequence }) => String(sequence)],
  ['ver_name', '版本名称', ({ sequence }) => versionName('000000', sequence)],
  ['isu_flag', '下发标志：1 已下发', () => flag(true)],
  ['efft_time', '生效时间', ({ item }) => midnightOf(item.effectiveFrom)],
  ['invd_time', '失效时间：自此无效', (fact) => midnightOf(invalidFrom(fact))],
];
const ITEM_CODE: Field<ItemFact> = ['med_list_codg', '医疗目录编码', ({ item }) => item.nationalCode];
const MAKER: Field<ItemFact> = ['prodentp_name', '生产企业名称', ({ item }) => item.manufacturer];
const APPROVAL: Field<ItemFact> = ['aprvno', '批准文号', ({ item }) => item.approvalNumber];
const PACK: Field<ItemFact> = ['pacspec', '包装规格', ({ item }) => item.pack];
const DRUG_KIND: Field<ItemFact> = ['drug_type', '药品类别', ({ item }) => listTypeOf(item.nationalCode)];
const STRENGTH: Field<ItemFact> = ['drug_spec', '药品规格', ({ item }) => item.specification];
const UNIT: Field<ItemFact> = ['min_prcunt', '最小计价单位', ({ item }) => item.unit];

const DRUG: readonly Field<ItemFact>[] = [
  ITEM_CODE,
  ['reg_name', '注册名称', ({ item }) => item.name],
  ['drug_dosform_name', '药品剂型名称', ({ item }) => item.dosageForm],
  DRUG_KIND,
  STRENGTH,
  PACK,
  UNIT,
  MAKER,
  APPROVAL,
  ...ITEM_STATE,
];
const HERB: readonly Field<ItemFact>[] = [
  ITEM_CODE,
  ['tcmherb_name', '单味药名称', ({ item }) => item.name],
  UNIT,
  ...ITEM_STATE,
];
const PREPARATION: readonly Field<ItemFact>[] = [
  ITEM_CODE,
  ['drug_prodname', '药品商品名', ({ item }) => item.name],
  ['dosform', '剂型', ({ item }) => item.dosageForm],
  DRUG_KIND,
  STRENGTH,
  PACK,
  UNIT,
  APPROVAL,
  ...ITEM_STATE,
];
const SERVICE: readonly Field<ItemFact>[] = [
  ITEM_CODE,
  ['prcunt_name', '计价单位名称', ({ item }) => item.unit],
  ['servitem_name', '医疗服务项目名称', ({ item }) => item.name],
  ...ITEM_STATE,
];
const CONSUMABLE: readonly Field<ItemFact>[] = [
  ITEM_CODE,
  ['hi_genname', '医保通用名', ({ item }) => item.name],
  ['spec', '规格', ({ item }) => item.specification],
  PACK,
  UNIT,
  MAKER,
  APPROVAL,
  ...ITEM_STATE,
];

const HILIST_CODE: Field<EntryFact> = ['hilist_code', '医保目录编码', hilistCode];
const REGION: Field<EntryFact> = ['insu_admdvs', '参保机构医保区划', ({ province }) => province];
const BEGINS: Field<EntryFact> = ['begndate', '开始日期', ({ effectiveFrom }) => effectiveFrom];
const ENDS: Field<EntryFact> = ['enddate', '结束日期', ({ entry }) => entry.endsOn];
const VALID: Field<EntryFact> = [
  'vali_flag',
  '有效标志：1 有效、0 自开始日期起停用',
  ({ withdrawn }) => flag(!withdrawn),
];
const UPDATED: Field<EntryFact> = ['updt_time', '更新时间', ({ publishedAt }) => timeText(publishedAt)];
const LIST_TYPE: Field<EntryFact> = [
  'list_type',
  '目录类别：101 西药、102 中成药、103 饮片、104 制剂、201 服务、301 耗材',
  ({ entry }) => listTypeOf(entry.nationalCode),
];
const NATIONAL: Field<EntryFact> = ['med_list_codg', '医疗目录编码', ({ entry }) => entry.nationalCode];
/** The whole province is one scope here. */
const POOLING_AREA: Field<unknown> = ['poolarea_no', '统筹区', nothing];
/** Not of these transactions' own fields; they order what several versions say of a code. */
const VERSION: readonly Field<EntryFact>[] = [
  ['ver', '版本号', ({ sequence }) => String(sequence)],
  ['ver_name', '版本名称', ({ province, sequence }) => versionName(province, sequence)],
];

const ENTRY: readonly Field<EntryFact>[] = [
  HILIST_CODE,
  ['hilist_name', '医保目录名称', ({ entry }) => entry.name],
  REGION,
  BEGINS,
  ENDS,
  ['med_chrgitm_type', '医疗收费项目类别', ({ entry }) => entry.chargeCategory],
  [
    'chrgitm_lv',
    '收费项目等级：01 甲、02 乙、03 丙',
    ({ entry }) => CLASS_CODES[itemClassCodec.decode(entry.itemClass)],
  ],
  ['lmt_used_flag', '限制使用标志：1 有限制、0 没有或仅有说明', ({ entry }) => flag(restricts(entry.restriction))],
  LIST_TYPE,
  ['med_use_flag', '医疗使用标志', () => flag(true)],
  ['matn_used_flag', '生育使用标志', nothing],
  ['hilist_use_type', '医保目录使用类别', nothing],
  ['lmt_cpnd_type', '限复方使用类型', nothing],
  ['memo', '备注', ({ entry }) => entry.restriction?.text ?? ''],
  VALID,
  ['rid', '唯一记录号', (fact) => entryRid('1312', fact)],
  UPDATED,
  POOLING_AREA,
  NATIONAL,
  ...VERSION,
];
const NATIONAL_TO_PROVINCIAL: readonly Field<EntryFact>[] = [
  BEGINS,
  LIST_TYPE,
  REGION,
  NATIONAL,
  VALID,
  HILIST_CODE,
  ['memo', '备注', nothing],
  ['rid', '唯一记录号', (fact) => entryRid('1316', fact)],
  UPDATED,
  ENDS,
  POOLING_AREA,
  ...VERSION,
];
const CAP: readonly Field<CapFact>[] = [
  HILIST_CODE,
  [
    'hilist_lmtpric_type',
    '医保目录限价类型：0 各级、1 一级、2 二级、3 三级',
    ({ level }) => (level === null ? EVERYBODY : CAP_TYPES[level]),
  ],
  ['overlmt_dspo_way', '医保目录超限处理方式：1 超出部分自费、2 全部自费', ({ entry }) => overCapWay(entry)],
  REGION,
  BEGINS,
  ENDS,
  ['hilist_pric_uplmt_amt', '医保目录定价上限金额，元；999999 为无限价', ({ microYuan }) => yuanText(microYuan)],
  VALID,
  ['rid', '唯一记录号', (fact) => entryRid('1318', fact, fact.level ?? '')],
  UPDATED,
  POOLING_AREA,
  NATIONAL,
  ...VERSION,
];
const SHARE: readonly Field<ShareFact>[] = [
  HILIST_CODE,
  [
    'selfpay_prop_psn_type',
    '医保目录自付比例人员类别：0 全部，否则为险种类型（310、390）加人员类别（11、12、14、15）或其一',
    peopleOf,
  ],
  ['selfpay_prop_type', '目录自付比例类别：1 先行自付', () => SHARE_TYPE],
  REGION,
  BEGINS,
  ENDS,
  ['selfpay_prop', '自付比例，小数', ({ bps }) => shareText(bps)],
  VALID,
  ['rid', '唯一记录号', (fact) => entryRid('1319', fact, peopleOf(fact))],
  UPDATED,
  POOLING_AREA,
  NATIONAL,
  ...VERSION,
];
const MAPPING: readonly Field<MappingFact>[] = [
  ['begndate', '开始日期', ({ mapping }) => mapping.effectiveFrom],
  [
    'list_type',
    '目录类别：101 西药、102 中成药、103 饮片、104 制剂、201 服务、301 耗材',
    ({ mapping }) => listTypeOf(mapping.nationalCode),
  ],
  ['insu_admdvs', '参保机构医保区划', ({ province }) => province],
  ['med_list_codg', '医疗目录编码', ({ mapping }) => mapping.nationalCode],
  ['vali_flag', '有效标志：1 有效、0 自开始日期起停用', ({ mapping }) => flag(mapping.nationalCode !== '')],
  ['hilist_code', '医保目录编码', nothing],
  ['memo', '备注', ({ mapping }) => mapping.remark],
  ['rid', '唯一记录号', mappingRid],
  ['updt_time', '更新时间', ({ mapping }) => timeText(decodeInstant(mapping.decidedAt, 'decided_at'))],
  ['fixmedins_code', '定点医药机构编号', ({ mapping }) => mapping.institutionCode],
  ['medins_list_codg', '定点医药机构目录编号', ({ mapping }) => mapping.itemCode],
  ['medins_list_name', '定点医药机构目录名称', ({ mapping }) => mapping.itemName],
  ['enddate', '结束日期', ({ mapping }) => mapping.effectiveTo],
  ['aprvno', '批准文号', nothing],
  ['dosform', '剂型', nothing],
  ['exct_cont', '除外内容', nothing],
  ['item_cont', '项目内涵', nothing],
  ['prcunt', '计价单位', nothing],
  ['spec', '规格', nothing],
  ['pacspec', '包装规格', nothing],
  POOLING_AREA,
];

type Of<Source extends string, Wire> = {
  readonly zh: string;
  readonly en: string;
  readonly source: Source;
  /** The kinds of items in it, each of which is asked for by itself. */
  readonly kinds: readonly ItemKind[];
  readonly fields: readonly { readonly name: string; readonly zh: string }[];
  readonly rowsOf: (change: Wire, province: string) => readonly Row[];
};
export type ItemDownload = Of<'items', catalogueV1.ItemChange>;
export type EntryDownload = Of<'entries', catalogueV1.EntryChange>;

export const ITEM_DOWNLOADS = {
  '1301': items('西药、中成药', 'western drugs and patent medicines', ['WESTERN_DRUG', 'PATENT_MEDICINE'], DRUG),
  '1302': items('中药饮片', 'herbal pieces', ['HERBAL_PIECES'], HERB),
  '1303': items('医疗机构制剂', 'hospital preparations', ['HOSPITAL_PREPARATION'], PREPARATION),
  '1304': items('民族药（列在中成药中，未单独标注，此处为空）', 'ethnic medicines: none is marked as such', [], DRUG),
  '1305': items('医疗服务项目', 'medical services', ['SERVICE'], SERVICE),
  '1306': items('医用耗材', 'consumables', ['CONSUMABLE'], CONSUMABLE),
} as const satisfies Readonly<Record<string, ItemDownload>>;

export const ENTRY_DOWNLOADS = {
  '1312': entries('医保目录', 'a province’s entries', ENTRY, (fact) => [fact]),
  '1316': entries('医疗目录与医保目录匹配', 'national to provincial codes', NATIONAL_TO_PROVINCIAL, (fact) => [fact]),
  '1318': entries('医保目录限价', 'price caps', CAP, capsOf),
  '1319': entries('医保目录先自付比例', 'first self-pay shares', SHARE, sharesOf),
} as const satisfies Readonly<Record<string, EntryDownload>>;

export const MAPPING_DOWNLOAD = {
  zh: '医药机构目录匹配',
  en: 'an institution’s own codes to national ones',
  fields: namesOf(MAPPING),
  rowOf: (mapping: catalogueV1.Mapping, province: string): Row => cells(MAPPING, { mapping, province }),
};

/** A row as the JSON form has it: its fields by name, null where there is nothing in one. */
export function recordOf(fields: readonly { readonly name: string }[], row: Row): Record<string, string | null> {
  return Object.fromEntries(fields.map(({ name }, at) => [name, row[at] || null]));
}

export function versionName(province: string, sequence: number): string {
  return `${scopeName(province).zh}医保目录第${sequence}版`;
}

function items(zh: string, en: string, kinds: readonly ItemKind[], fields: readonly Field<ItemFact>[]): ItemDownload {
  return {
    zh,
    en,
    source: 'items',
    kinds,
    fields: namesOf(fields),
    rowsOf: (change) => [cells(fields, { ...changeOf(change), item: required(change.item, 'item') })],
  };
}

function entries<T>(
  zh: string,
  en: string,
  fields: readonly Field<T>[],
  factsOf: (fact: EntryFact) => readonly T[],
): EntryDownload {
  return {
    zh,
    en,
    source: 'entries',
    kinds: [],
    fields: namesOf(fields),
    rowsOf: (change, province) => {
      const entry = required(change.entry, 'entry');
      const fact = { ...changeOf(change), province, entry, effectiveFrom: change.effectiveFrom };
      return factsOf(fact).map((one) => cells(fields, one));
    },
  };
}

/** 险种类型, then 人员类别; either alone, or 0 for everybody. */
function peopleOf({ insurance, personType }: ShareFact): string {
  const code = [
    insurance === null ? '' : INSURANCE_CODES[insurance],
    personType === null ? '' : PERSON_TYPE_CODES[personType],
  ].join('');
  return code === '' ? EVERYBODY : code;
}

function namesOf<T>(fields: readonly Field<T>[]): { readonly name: string; readonly zh: string }[] {
  return fields.map(([name, zh]) => ({ name, zh }));
}

function cells<T>(fields: readonly Field<T>[], fact: T): Row {
  return fields.map(([, , text]) => text(fact));
}

function hilistCode({ entry }: EntryFact): string {
  return entry.provincialCode || entry.nationalCode;
}

function overCapWay({ caps, overCapRule }: catalogueV1.CatalogueEntry): string {
  const rule = overCapRuleCodec.decodeOptional(overCapRule);
  return caps.length === 0 || rule === null ? '' : OVER_CAP_WAYS[rule];
}

/** 目录类别 of a national code; empty where it is none. */
export function listTypeOf(nationalCode: string): string {
  const kind = itemKindOf(nationalCode);
  return kind === null ? '' : LIST_TYPES[kind];
}

function entryRid(infno: string, { province, entry, sequence }: EntryFact, part = ''): string {
  return ridOf(infno, province, entry.nationalCode, sequence, part);
}

function mappingRid({ mapping }: MappingFact): string {
  const { institutionCode, itemCode, effectiveFrom } = mapping;
  return ridOf(
    '1317',
    institutionCode,
    itemCode,
    effectiveFrom,
    decodeInstant(mapping.decidedAt, 'decided_at').toISOString(),
  );
}

/** The same record has the same number whenever it is downloaded. 40 characters, as the field has. */
function ridOf(...parts: readonly (string | number)[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, RID_LENGTH);
}

function flag(on: boolean): string {
  return on ? '1' : '0';
}

/** When a day begins; empty where there is none. */
function midnightOf(date: string): string {
  return date === '' ? '' : `${date} 00:00:00`;
}

/** yyyy-MM-dd HH:mm:ss, in Asia/Shanghai. */
function timeText(instant: Date): string {
  return new Date(instant.getTime() + SHANGHAI_OFFSET_MS).toISOString().slice(0, 19).replace('T', ' ');
}

function nothing(): string {
  return '';
}
