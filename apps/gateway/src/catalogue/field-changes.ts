import { z } from 'zod';
import { bilingual } from '../filing/filing-names.js';
import { OVER_CAP_NAMES } from './catalogue-names.js';
import { capsText, entryText, restrictionText, sharesText } from './entry-text.js';
import type { EntryAnswer } from './entry.dto.js';
import type { ItemAnswer } from './national-item.dto.js';

export const fieldChange = z.object({
  field: z.string().describe('whole：整条'),
  fieldName: bilingual,
  first: z.string().nullable().describe('前者的内容，文字'),
  second: z.string().nullable().describe('后者的内容，文字'),
});
export type FieldChange = z.infer<typeof fieldChange>;

type Field<T> = readonly [zh: string, en: string, text: (side: T) => string | null];

const ENTRY_FIELDS: Readonly<Record<string, Field<EntryAnswer>>> = {
  name: ['名称', 'name', ({ name }) => name],
  provincial_code: ['医保目录编码', 'provincial code', ({ provincialCode }) => provincialCode],
  item_class: ['收费项目等级', 'class', ({ itemClassName }) => itemClassName.zh],
  shares: ['先行自付比例', 'first self-pay', ({ shares }) => sharesText(shares)],
  caps: ['限价', 'price cap', ({ caps }) => capsText(caps)],
  over_cap_rule: [
    '超限处理方式',
    'over-cap rule',
    ({ overCapRule }) => (overCapRule === null ? '' : OVER_CAP_NAMES[overCapRule].zh),
  ],
  restriction: ['限制使用', 'restriction', ({ restriction }) => restrictionText(restriction)],
  charge_category: ['收费类别', 'charge category', categoryText],
  ends_on: ['截止日期', 'last day', ({ endsOn }) => endsOn],
};

const ITEM_FIELDS: Readonly<Record<string, Field<ItemAnswer>>> = {
  name: ['名称', 'name', ({ name }) => name],
  kind: ['目录类别', 'kind', ({ kindName }) => kindName.zh],
  dosage_form: ['剂型', 'dosage form', ({ dosageForm }) => dosageForm],
  specification: ['规格', 'specification', ({ specification }) => specification],
  pack: ['包装规格', 'pack', ({ pack }) => pack],
  unit: ['计价单位', 'unit', ({ unit }) => unit],
  manufacturer: ['生产企业', 'manufacturer', ({ manufacturer }) => manufacturer],
  approval_number: ['批准文号', 'approval number', ({ approvalNumber }) => approvalNumber],
  charge_category: ['收费类别', 'charge category', categoryText],
  reference_price_micro_yuan: ['参考价', 'reference price', ({ referencePriceYuan }) => referencePriceYuan],
  origin: ['数据来源', 'origin', ({ originName }) => originName.zh],
  ends_on: ['截止日期', 'last day', ({ endsOn }) => endsOn],
};

const WHOLE = { field: 'whole', fieldName: { zh: '整条', en: 'the whole' } };

/** What differs, in words: of two sides their fields, of one side alone the whole of it. */
export const changesOf = {
  entry: (first: EntryAnswer | null, second: EntryAnswer | null, fields: readonly string[]): FieldChange[] =>
    changes(first, second, fields, ENTRY_FIELDS, entryText),
  item: (first: ItemAnswer | null, second: ItemAnswer | null, fields: readonly string[]): FieldChange[] =>
    changes(first, second, fields, ITEM_FIELDS, itemText),
};

function changes<T>(
  first: T | null,
  second: T | null,
  fields: readonly string[],
  known: Readonly<Record<string, Field<T>>>,
  whole: (side: T) => string,
): FieldChange[] {
  if (first !== null && second !== null)
    return fields.map((field) => {
      // A field that the service compares and this table doesn't know yet is named all the same.
      const [zh, en, text] = known[field] ?? [field, field, () => null];
      return { field, fieldName: { zh, en }, first: text(first) || null, second: text(second) || null };
    });
  if (first === null && second === null) return [];
  return [{ ...WHOLE, first: first === null ? null : whole(first), second: second === null ? null : whole(second) }];
}

function itemText(item: ItemAnswer): string {
  const { kindName, dosageForm, specification, pack, unit, manufacturer, approvalNumber } = item;
  return [kindName.zh, dosageForm, specification, pack, unit, manufacturer, approvalNumber]
    .filter((text) => text !== null && text !== '')
    .join('；');
}

function categoryText(side: Pick<EntryAnswer, 'chargeCategory' | 'chargeCategoryName'>): string {
  return side.chargeCategory === null ? '' : `${side.chargeCategory} ${side.chargeCategoryName?.zh ?? ''}`.trim();
}
