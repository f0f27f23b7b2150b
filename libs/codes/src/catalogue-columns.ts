/** A column of a spreadsheet, by its names in the header. */
export type SheetColumn = {
  readonly name: string;
  readonly zh: string;
  /** A file without it isn't taken. */
  readonly required: boolean;
  /** A cell of the template's example row. */
  readonly example: string;
};

/** A hospital's or a province's own items (院内目录). */
export const LIST_COLUMNS = [
  { name: 'item_code', zh: '院内编码', required: true, example: 'YP000123' },
  { name: 'name', zh: '名称', required: true, example: '盐酸二甲双胍片' },
  { name: 'kind', zh: '目录类别', required: false, example: '西药' },
  { name: 'dosage_form', zh: '剂型', required: false, example: '片剂' },
  { name: 'specification', zh: '规格', required: false, example: '0.5g' },
  { name: 'pack', zh: '包装规格', required: false, example: '20片/盒' },
  { name: 'unit', zh: '计价单位', required: false, example: '盒' },
  { name: 'manufacturer', zh: '生产企业', required: false, example: '某某制药有限公司' },
  { name: 'approval_number', zh: '批准文号', required: false, example: '国药准字H20023370' },
  { name: 'price_yuan', zh: '单价', required: false, example: '23.50' },
  { name: 'national_code', zh: '国家编码', required: false, example: '' },
] as const satisfies readonly SheetColumn[];

/**
 * A province's entries (医保目录). Shares and caps of insurances, person types and levels stand in one cell each, such as
 * "10%; 居民 15%; 职工退休 5%" and "50; 三级 60; 二级 45".
 */
export const ENTRY_COLUMNS = [
  { name: 'national_code', zh: '国家编码', required: true, example: '001102000010000' },
  { name: 'provincial_code', zh: '医保目录编码', required: false, example: '' },
  { name: 'name', zh: '名称', required: true, example: '住院诊查费' },
  { name: 'item_class', zh: '收费项目等级', required: true, example: '甲' },
  { name: 'first_self_pay', zh: '先行自付比例', required: false, example: '0%' },
  { name: 'price_cap', zh: '限价', required: false, example: '' },
  { name: 'over_cap_rule', zh: '超限处理方式', required: false, example: '' },
  { name: 'charge_category', zh: '收费类别', required: false, example: '02' },
  { name: 'needs_approval', zh: '限制使用', required: false, example: '否' },
  { name: 'restriction', zh: '限制条件', required: false, example: '' },
  { name: 'minimum_level', zh: '最低医院等级', required: false, example: '' },
  { name: 'visit_kinds', zh: '限医疗类别', required: false, example: '' },
  { name: 'insurances', zh: '限险种', required: false, example: '' },
  { name: 'ends_on', zh: '截止日期', required: false, example: '' },
  { name: 'withdrawn', zh: '停用', required: false, example: '否' },
] as const satisfies readonly SheetColumn[];

/** The nation's items. */
export const ITEM_COLUMNS = [
  { name: 'national_code', zh: '国家编码', required: true, example: '001102000010000' },
  { name: 'name', zh: '名称', required: true, example: '住院诊查费' },
  { name: 'dosage_form', zh: '剂型', required: false, example: '' },
  { name: 'specification', zh: '规格', required: false, example: '' },
  { name: 'pack', zh: '包装规格', required: false, example: '' },
  { name: 'unit', zh: '计价单位', required: false, example: '日' },
  { name: 'manufacturer', zh: '生产企业', required: false, example: '' },
  { name: 'approval_number', zh: '批准文号', required: false, example: '' },
  { name: 'charge_category', zh: '收费类别', required: false, example: '02' },
  { name: 'reference_price_yuan', zh: '参考价', required: false, example: '' },
  { name: 'origin', zh: '数据来源', required: false, example: '公布' },
  { name: 'ends_on', zh: '截止日期', required: false, example: '' },
  { name: 'withdrawn', zh: '停用', required: false, example: '否' },
] as const satisfies readonly SheetColumn[];

export type ListColumnName = (typeof LIST_COLUMNS)[number]['name'];
export type EntryColumnName = (typeof ENTRY_COLUMNS)[number]['name'];
export type ItemColumnName = (typeof ITEM_COLUMNS)[number]['name'];
