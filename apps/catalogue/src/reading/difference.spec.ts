import { describe, expect, it } from 'vitest';
import type { CatalogueEntryRow, NationalItemRow } from '../catalogue/catalogue.entity.js';
import { differingFields, differingItemFields, ENTRY_FIELDS, FIELDS_BETWEEN_PROVINCES } from './difference.js';
import { entry, item, METFORMIN, shared } from './published-desk.js';

const TENTH = { insurance: null, personType: null, bps: 1000 } as const;
const RETIRED = { insurance: 'EMPLOYEE', personType: 'RETIREE', bps: 500 } as const;
const CAP = { hospitalLevel: null, microYuan: 50_000_000n } as const;
const TERTIARY = { hospitalLevel: 'TERTIARY', microYuan: 60_000_000n } as const;
const RESTRICTED = {
  needsApproval: true,
  text: '限二线用药',
  minimumLevel: 'SECONDARY',
  visitKinds: ['INPATIENT', 'CHRONIC'],
  insurances: ['EMPLOYEE'],
} as const;
const FULL: CatalogueEntryRow = shared(METFORMIN, 1000, {
  shares: [TENTH, RETIRED],
  caps: [CAP, TERTIARY],
  overCapRule: 'EXCESS',
  restriction: RESTRICTED,
});

describe('two entries', () => {
  it.each<[string, Partial<CatalogueEntryRow>, string[]]>([
    ['the same', {}, []],
    ['shares in another order', { shares: [RETIRED, TENTH] }, []],
    ['caps in another order', { caps: [TERTIARY, CAP] }, []],
    ['kinds of visit in another order', { restriction: { ...RESTRICTED, visitKinds: ['CHRONIC', 'INPATIENT'] } }, []],
    ['another class and so no shares', { itemClass: 'A', shares: [] }, ['item_class', 'shares']],
    ['another share', { shares: [TENTH, { ...RETIRED, bps: 600 }] }, ['shares']],
    ['a share for others', { shares: [TENTH, { ...RETIRED, personType: null }] }, ['shares']],
    ['one share fewer', { shares: [TENTH] }, ['shares']],
    ['a cap less', { caps: [TERTIARY] }, ['caps']],
    ['another cap', { caps: [{ ...CAP, microYuan: 50_000_001n }, TERTIARY] }, ['caps']],
    ['another rule above it', { overCapRule: 'WHOLE' }, ['over_cap_rule']],
    ['no restriction', { restriction: null }, ['restriction']],
    ['other words of a restriction', { restriction: { ...RESTRICTED, text: '' } }, ['restriction']],
    ['no charge category', { chargeCategory: null }, ['charge_category']],
    ['another name and an end', { name: '二甲双胍', endsOn: '2026-12-31' }, ['name', 'ends_on']],
    ['another provincial code', { provincialCode: 'BJ-1' }, ['provincial_code']],
  ])('%s', (_what, change, fields) => {
    expect(differingFields(FULL, { ...FULL, ...change }, ENTRY_FIELDS)).toEqual(fields);
    expect(differingFields({ ...FULL, ...change }, FULL, ENTRY_FIELDS)).toEqual(fields);
  });

  it('of two provinces don’t differ by their own codes', () => {
    const elsewhere = { ...FULL, provincialCode: 'SN-1', itemClass: 'C' } as const;
    expect(differingFields(FULL, elsewhere, FIELDS_BETWEEN_PROVINCES)).toEqual(['item_class']);
  });
});

describe('two versions of a national item', () => {
  const first = item(METFORMIN, '盐酸二甲双胍片', { referencePriceMicroYuan: 23_500_000n });
  it.each<[string, Partial<NationalItemRow>, string[]]>([
    ['the same', {}, []],
    ['an end', { endsOn: '2026-12-31' }, ['ends_on']],
    [
      'another pack and price',
      { pack: '30片/盒', referencePriceMicroYuan: null },
      ['pack', 'reference_price_micro_yuan'],
    ],
  ])('%s', (_what, change, fields) => expect(differingItemFields(first, { ...first, ...change })).toEqual(fields));

  it('say nothing else that could differ', () => {
    const other: NationalItemRow = {
      nationalCode: first.nationalCode,
      kind: 'PATENT_MEDICINE',
      name: 'a',
      dosageForm: 'b',
      specification: 'c',
      pack: 'd',
      unit: 'e',
      manufacturer: 'f',
      approvalNumber: 'g',
      chargeCategory: '09',
      referencePriceMicroYuan: 1n,
      origin: 'PUBLISHED',
      endsOn: '2026-12-31',
    };
    expect(differingItemFields(first, other)).toHaveLength(Object.keys(other).length - 1);
    expect(ENTRY_FIELDS).toHaveLength(Object.keys(entry(METFORMIN)).length - 1);
  });
});
