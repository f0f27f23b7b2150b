import type { CatalogueEntryRow, NationalItemRow } from '../catalogue/catalogue.entity.js';

/** Of what an entry says, all that may differ, in the order in which it is shown. */
export const ENTRY_FIELDS = [
  'item_class',
  'shares',
  'caps',
  'over_cap_rule',
  'restriction',
  'charge_category',
  'name',
  'provincial_code',
  'ends_on',
] as const;
export type EntryField = (typeof ENTRY_FIELDS)[number];

/** A provincial code is each province's own and says nothing of what it pays. */
export const FIELDS_BETWEEN_PROVINCES: readonly EntryField[] = ENTRY_FIELDS.filter(
  (field) => field !== 'provincial_code',
);

export const ITEM_FIELDS = [
  'kind',
  'name',
  'dosage_form',
  'specification',
  'pack',
  'unit',
  'manufacturer',
  'approval_number',
  'charge_category',
  'reference_price_micro_yuan',
  'origin',
  'ends_on',
] as const;
export type ItemField = (typeof ITEM_FIELDS)[number];

const NOT_SAID = '–';

/** What is said of each field, so that two of the same meaning are the same text: the order of a list says nothing. */
const ENTRY_CONTENT: Readonly<Record<EntryField, (entry: CatalogueEntryRow) => string>> = {
  item_class: ({ itemClass }) => itemClass,
  shares: ({ shares }) => asSet(shares.map((share) => [share.insurance, share.personType, share.bps].join())),
  caps: ({ caps }) => asSet(caps.map((cap) => [cap.hospitalLevel, cap.microYuan].join())),
  over_cap_rule: ({ overCapRule }) => overCapRule ?? NOT_SAID,
  restriction: restrictionOf,
  charge_category: ({ chargeCategory }) => chargeCategory ?? NOT_SAID,
  name: ({ name }) => name,
  provincial_code: ({ provincialCode }) => provincialCode,
  ends_on: ({ endsOn }) => endsOn ?? NOT_SAID,
};

const ITEM_CONTENT: Readonly<Record<ItemField, (item: NationalItemRow) => string>> = {
  kind: ({ kind }) => kind,
  name: ({ name }) => name,
  dosage_form: ({ dosageForm }) => dosageForm,
  specification: ({ specification }) => specification,
  pack: ({ pack }) => pack,
  unit: ({ unit }) => unit,
  manufacturer: ({ manufacturer }) => manufacturer,
  approval_number: ({ approvalNumber }) => approvalNumber,
  charge_category: ({ chargeCategory }) => chargeCategory ?? NOT_SAID,
  reference_price_micro_yuan: ({ referencePriceMicroYuan }) => referencePriceMicroYuan?.toString() ?? NOT_SAID,
  origin: ({ origin }) => origin,
  ends_on: ({ endsOn }) => endsOn ?? NOT_SAID,
};

/** Which of some fields two entries say differently. */
export function differingFields(
  first: CatalogueEntryRow,
  second: CatalogueEntryRow,
  fields: readonly EntryField[],
): EntryField[] {
  return fields.filter((field) => ENTRY_CONTENT[field](first) !== ENTRY_CONTENT[field](second));
}

/** Which fields two versions of a national item say differently. */
export function differingItemFields(first: NationalItemRow, second: NationalItemRow): ItemField[] {
  return ITEM_FIELDS.filter((field) => ITEM_CONTENT[field](first) !== ITEM_CONTENT[field](second));
}

function restrictionOf({ restriction }: CatalogueEntryRow): string {
  if (restriction === null) return NOT_SAID;
  const { needsApproval, text, minimumLevel, visitKinds, insurances } = restriction;
  return [needsApproval, minimumLevel, asSet(visitKinds), asSet(insurances), text].join('\n');
}

function asSet(texts: readonly string[]): string {
  return [...new Set(texts)].sort().join(' ');
}
