import { describe, expect, it } from 'vitest';
import { encodeEstimate, estimateBody } from './estimate.dto.js';

const HOME = { insuredRegion: '131000', insurance: 'EMPLOYEE', personType: 'RETIREE' };
const THERE = { treatingRegion: '310115', hospitalLevel: 'TERTIARY', visitKind: 'INPATIENT', filingCategory: null };
const BED = { nationalCode: '001109000010400', quantity: '2', unitPriceYuan: '33.335' };
const body = (change: object = {}): object => ({
  home: HOME,
  bill: { totalFen: '4000000' },
  alternatives: [THERE],
  ...change,
});
const home = (change: object): object => body({ home: { ...HOME, ...change } });
const there = (change: object): object => body({ alternatives: [{ ...THERE, ...change }] });
const bought = (change: object): object => body({ bill: { basket: [{ ...BED, ...change }] } });

function encoded(of: object) {
  return encodeEstimate(estimateBody.parse(of), '2026-06-30');
}

describe('a body of the calculator', () => {
  it('needs no more than how the person is insured, an amount and a place', () => {
    expect(encoded(body())).toEqual({
      person: {
        insuredRegion: '131000',
        insurance: 'INSURANCE_EMPLOYEE',
        personType: 'PERSON_TYPE_RETIREE',
        age: undefined,
        tags: [],
        totals: [],
      },
      onDate: '2026-06-30',
      basket: [],
      split: { fullSelfPayFen: 0n, overCeilingFen: 0n, firstSelfPayFen: 0n, inScopeFen: 4_000_000n },
      alternatives: [
        {
          treatingRegion: '310115',
          visitKind: 'VISIT_KIND_INPATIENT',
          hospitalLevel: 'HOSPITAL_LEVEL_TERTIARY',
          filingCategory: 'FILING_CATEGORY_UNSPECIFIED',
          diseaseCode: '',
          hospitalTags: [],
        },
      ],
    });
  });

  it('takes an amount that is divided already', () => {
    const split = { fullSelfPayFen: '1', firstSelfPayFen: '2', inScopeFen: '3' };
    expect(encoded(body({ bill: { split } })).split).toEqual({
      fullSelfPayFen: 1n,
      overCeilingFen: 0n,
      firstSelfPayFen: 2n,
      inScopeFen: 3n,
    });
  });

  it('takes a basket, whose amounts are price times quantity, rounded half up, unless they are said', () => {
    const line = { nationalCode: BED.nationalCode, quantityE4: 20_000n, unitPriceMicroYuan: 33_335_000n };
    expect(encoded(bought({}))).toMatchObject({ split: undefined, basket: [{ ...line, amountFen: 6_667n }] });
    expect(encoded(bought({ quantity: '1' })).basket).toMatchObject([{ amountFen: 3_334n }]);
    expect(encoded(bought({ amountFen: '6666', approved: true })).basket).toMatchObject([
      { amountFen: 6_666n, approved: true },
    ]);
  });

  it('takes what was booked earlier in the year', () => {
    const earlierThisYear = { INPATIENT_VISITS: '1', POOLING_PAID: '1200000', 'CHRONIC_POOLING@M01600/2026-03': '5' };
    expect(encoded(home({ earlierThisYear, age: 70, tags: ['低保'] })).person).toMatchObject({
      age: 70,
      tags: ['低保'],
      totals: [
        { kind: 'INPATIENT_VISITS', value: 1n },
        { kind: 'POOLING_PAID', value: 1_200_000n },
        { kind: 'CHRONIC_POOLING@M01600/2026-03', value: 5n },
      ],
    });
  });

  it.each([
    ['an ID number', home({ idNumber: '11010519491231002X' }), 'home'],
    ['a name', body({ name: '张三' }), ''],
    ['an ID number for a tag', home({ tags: ['11010519491231002X'] }), 'home.tags'],
    ['a phone for a tag of a hospital', there({ hospitalTags: ['13800138000'] }), 'alternatives.0.hospitalTags'],
    ['a person type of the other insurance', home({ personType: 'MINOR' }), 'home.personType'],
    ['a division that there is not', home({ insuredRegion: '990000' }), 'home.insuredRegion'],
    ['an age of a tree', home({ age: 151 }), 'home.age'],
    ['a total with a small name', home({ earlierThisYear: { visits: '1' } }), 'home.earlierThisYear.visits'],
    [
      'a total that is negative',
      home({ earlierThisYear: { POOLING_PAID: '-1' } }),
      'home.earlierThisYear.POOLING_PAID',
    ],
    ['no bill', body({ bill: {} }), 'bill'],
    ['two bills', body({ bill: { totalFen: '1', split: { inScopeFen: '1' } } }), 'bill'],
    ['a bill of nothing', body({ bill: { totalFen: '0' } }), 'bill'],
    ['a bill beyond all bills', body({ bill: { totalFen: '10000000000001' } }), 'bill'],
    ['an amount that is a number', body({ bill: { totalFen: 100 } }), 'bill.totalFen'],
    ['an amount in yuan', body({ bill: { totalFen: '100.00' } }), 'bill.totalFen'],
    ['a negative part', body({ bill: { split: { inScopeFen: '-1' } } }), 'bill.split.inScopeFen'],
    ['an empty basket', body({ bill: { basket: [] } }), 'bill.basket'],
    ['a basket of 201', body({ bill: { basket: Array.from({ length: 201 }, () => BED) } }), 'bill.basket'],
    ['a code of no form', bought({ nationalCode: 'ASPIRIN' }), 'bill.basket.0.nationalCode'],
    ['a quantity of nothing', bought({ quantity: '0' }), 'bill.basket.0.quantity'],
    ['a quantity that is none', bought({ quantity: 'two' }), 'bill.basket.0.quantity'],
    ['an amount of words', bought({ amountFen: 'much' }), 'bill.basket.0.amountFen'],
    ['no alternative', body({ alternatives: [] }), 'alternatives'],
    ['nine alternatives', body({ alternatives: Array.from({ length: 9 }, () => THERE) }), 'alternatives'],
    ['no word about filing', there({ filingCategory: undefined }), 'alternatives.0.filingCategory'],
    ['a disease of an inpatient', there({ diseaseCode: 'M01600' }), 'alternatives.0.diseaseCode'],
    ['a day that no calendar has', body({ onDate: '2026-02-30' }), 'onDate'],
    ['a day of the year 1', body({ onDate: '0001-01-01' }), 'onDate'],
  ])('is refused with %s, and the place is named', (_, refused, place) => {
    const result = estimateBody.safeParse(refused);
    expect(result.error?.issues.map(({ path }) => path.join('.'))).toContain(place);
  });

  it('says in both languages what is too much', () => {
    const issues =
      estimateBody.safeParse(body({ alternatives: Array.from({ length: 9 }, () => THERE), bill: {} })).error?.issues ??
      [];
    for (const { message } of issues) expect(message).toMatch(/\p{Script=Han}.* \/ .*[a-z]/u);
    expect(issues).toHaveLength(2);
  });
});
