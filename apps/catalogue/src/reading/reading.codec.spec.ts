import type { catalogueV1 } from '@yiditong/contracts';
import { describe, expect, it } from 'vitest';
import { decodeChangeQuestion, decodeItemName, decodeSearch, encodeEntryChanges } from './item.codec.js';
import { entry, METFORMIN } from './published-desk.js';
import { decodeBasket, decodeDifferencePage, decodeProvincePair, decodeVersionPage } from './version.codec.js';

const LINE = { nationalCode: METFORMIN, quantityE4: 10_000n, unitPriceMicroYuan: 1_000_000n, approved: false };
const BASKET: catalogueV1.PriceBasketRequest = {
  provinces: [],
  on: '2026-03-01',
  insurance: 'INSURANCE_UNSPECIFIED',
  personType: 'PERSON_TYPE_UNSPECIFIED',
  hospitalLevel: 'HOSPITAL_LEVEL_TERTIARY',
  visitKind: 'VISIT_KIND_INPATIENT',
  lines: [LINE],
};
const ANY_KIND = 'ITEM_KIND_UNSPECIFIED' as const;
const CHANGES = { span: undefined, kind: ANY_KIND, after: '', limit: 1000 };
const SEARCH: catalogueV1.SearchItemsRequest = { text: '床位费', kind: ANY_KIND, on: '', limit: 50 };

const malformed = expect.objectContaining({ reason: 'REQUEST_MALFORMED' });
const unknown = expect.objectContaining({ reason: 'REGION_UNKNOWN' });

describe('a basket', () => {
  it('is of any provinces, for whom and where unset fields leave open', () => {
    expect(decodeBasket(BASKET)).toMatchObject({
      provinces: null,
      context: { insurance: null, personType: null, hospitalLevel: 'TERTIARY', visitKind: 'INPATIENT' },
    });
  });

  it.each<[string, Partial<catalogueV1.PriceBasketRequest>, unknown]>([
    ['no lines', { lines: [] }, malformed],
    ['too many lines', { lines: Array.from({ length: 201 }, () => LINE) }, malformed],
    ['a province twice', { provinces: ['110000', '110000'] }, malformed],
    ['a prefecture', { provinces: ['610100'] }, unknown],
    ['the nation', { provinces: ['000000'] }, unknown],
    ['no day', { on: '' }, malformed],
    ['a day that there isn’t', { on: '2026-02-30' }, malformed],
    ['no national code', { lines: [{ ...LINE, nationalCode: 'X1' }] }, malformed],
    ['nothing of something', { lines: [{ ...LINE, quantityE4: 0n }] }, malformed],
    ['a refund', { lines: [{ ...LINE, unitPriceMicroYuan: -1n }] }, malformed],
    ['more than any bill', { lines: [{ ...LINE, quantityE4: 10n ** 10n, unitPriceMicroYuan: 10n ** 12n }] }, malformed],
  ])('of %s is refused', (_what, change, reason) =>
    expect(() => decodeBasket({ ...BASKET, ...change })).toThrow(reason),
  );
});

describe('what is asked', () => {
  it.each<[string, () => unknown, unknown]>([
    ['a page of none', () => decodeDifferencePage({ after: '', limit: 0 }), malformed],
    ['a page of too many', () => decodeDifferencePage({ after: '', limit: 1001 }), malformed],
    ['a page after no code', () => decodeDifferencePage({ after: 'X-1', limit: 1 }), malformed],
    [
      'a province that there isn’t',
      () =>
        decodeProvincePair({
          firstProvince: '110000',
          secondProvince: '990000',
          on: '2026-01-01',
          after: '',
          limit: 1,
        }),
      unknown,
    ],
    ['versions of a prefecture', () => decodeVersionPage({ province: '610100', beforeSequence: 0, limit: 1 }), unknown],
    ['versions before none', () => decodeVersionPage({ province: '610000', beforeSequence: -1, limit: 1 }), malformed],
    ['a text of nothing', () => decodeSearch({ ...SEARCH, text: '  ' }), malformed],
    ['a text with a NUL', () => decodeSearch({ ...SEARCH, text: '床\u0000位' }), malformed],
    ['a text too long', () => decodeSearch({ ...SEARCH, text: '床'.repeat(201) }), malformed],
    ['an unknown kind', () => decodeSearch({ ...SEARCH, kind: 'BED' as catalogueV1.ItemKind }), malformed],
    ['more than are shown', () => decodeSearch({ ...SEARCH, limit: 51 }), malformed],
    ['an item without a code', () => decodeItemName({ nationalCode: '', on: '' }), malformed],
    ['a page after nowhere', () => decodeChangeQuestion({ ...CHANGES, after: '1', span: endOf(3) }), malformed],
    ['a later page without an end', () => decodeChangeQuestion({ ...CHANGES, after: `1.${METFORMIN}` }), malformed],
    ['a span before the first version', () => decodeChangeQuestion({ ...CHANGES, span: endOf(-1) }), malformed],
  ])('as %s is refused', (_what, decode, reason) => expect(decode).toThrow(reason));

  it('of the nation’s versions is taken, from the newest', () => {
    expect(decodeVersionPage({ province: '000000', beforeSequence: 0, limit: 200 })).toEqual({
      scope: '000000',
      before: null,
      limit: 200,
    });
  });
});

describe('where a page of a download ended', () => {
  it('is where the next begins', () => {
    const nextAfter = { sequence: 12, nationalCode: METFORMIN };
    const page = encodeEntryChanges({ changes: [], nextAfter, span: { since: 0, upTo: 12 }, total: 1 });
    const next = decodeChangeQuestion({ ...CHANGES, after: page.nextAfter, span: page.span });
    expect(next).toMatchObject({ after: nextAfter, span: { since: 0, upTo: 12 } });
  });

  it('is nowhere on the last page, which has each field of an entry', () => {
    const change = {
      ...entry(METFORMIN),
      province: '110000',
      sequence: 1,
      effectiveFrom: '2026-01-01',
      withdrawn: true,
      publishedAt: new Date('2026-01-01T00:00:00Z'),
    };
    const page = encodeEntryChanges({ changes: [change], nextAfter: null, span: { since: 0, upTo: 1 }, total: 1 });
    expect(page.nextAfter).toBe('');
    expect(page.changes[0]).toMatchObject({
      withdrawn: true,
      entry: { nationalCode: METFORMIN, itemClass: 'ITEM_CLASS_A', restriction: undefined, endsOn: '' },
    });
  });
});

function endOf(upToSequence: number): catalogueV1.ChangeSpan {
  return { sinceSequence: 0, upToSequence };
}
