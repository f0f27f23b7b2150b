import pg from 'pg';
import supertest, { type Test } from 'supertest';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { quietBooks, type Books } from './books.js';
import { judged, refusal } from './refusals.js';

const { document, databases, spoils } = inject('stack');
const gateway = supertest(document.gateway);

/** A bed of 60 yuan, which each province caps otherwise, and intensive care, of which a share is paid first. */
const [BED, INTENSIVE_CARE] = ['001109000010400', '001109000030100'];
const ID_NUMBER = '11010519491231002X';

/** An employee of 廊坊, who goes to a tertiary hospital in 浦东 to be treated as an inpatient. */
const HOME = { insuredRegion: '131000', insurance: 'EMPLOYEE', personType: 'ACTIVE' };
const THERE = { treatingRegion: '310115', hospitalLevel: 'TERTIARY', visitKind: 'INPATIENT', filingCategory: null };
const AMOUNT = { totalFen: '4000000' };

type Sentence = { readonly zh: string; readonly en: string };
type Result = Readonly<
  Record<'totalFen' | 'deductibleFen' | 'fundTotalFen' | 'personalFen' | 'cashAtCounterFen' | 'expectedBackFen', string>
> & {
  readonly split: Readonly<Record<string, string>>;
  readonly funds: readonly { readonly fund: string; readonly fundName: Sentence; readonly amountFen: string }[];
  readonly lines: readonly { readonly nationalCode: string; readonly itemClass: string; readonly rule: string }[];
  readonly why: readonly { readonly source: string; readonly resultFen: string; readonly text: Sentence }[];
};
type Estimate = {
  readonly direct: boolean;
  readonly basis: string | null;
  readonly benefitLevel: string | null;
  readonly result: Result | null;
  readonly refusal: { readonly reason: string; readonly messages: Sentence } | null;
  readonly policy: { readonly trust: string; readonly trustName: Sentence; readonly source: string } | null;
};
type Answer = {
  readonly onDate: string;
  readonly assumptions: readonly Sentence[];
  readonly alternatives: readonly Estimate[];
  readonly comparison: {
    readonly cheapest: number | null;
    readonly differences: readonly { readonly toFirstFen: string | null; readonly toCheapestFen: string | null }[];
    readonly filingFirst: readonly {
      readonly unfiled: number;
      readonly filed: number;
      readonly savesFen: string | null;
      readonly text: Sentence;
    }[];
  };
};

function ask(body: object): Test {
  return gateway.post('/v1/estimates').send(body);
}

async function estimated(alternatives: readonly object[], change: object = {}): Promise<Answer> {
  const asked = {
    home: HOME,
    bill: AMOUNT,
    alternatives: alternatives.map((one) => ({ ...THERE, ...one })),
    ...change,
  };
  const { status, text, body } = await ask(asked);
  expect(status, text).toBe(200);
  return body as Answer;
}

const personalOf = ({ alternatives }: Answer): (string | undefined)[] =>
  alternatives.map(({ result, refusal: refused }) => result?.personalFen ?? refused?.reason);

/** What the audits of all services have recorded, of whichever province. */
async function auditedSoFar(): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const service of ['filing', 'catalogue', 'benefit', 'settlement']) {
    const client = new pg.Client({ connectionString: spoils.databases[service] });
    await client.connect();
    const { rows } = await client.query<{ count: number }>('SELECT count(*)::int AS count FROM audit_record');
    counts[service] = rows[0]?.count ?? 0;
    await client.end();
  }
  return counts;
}

describe('the calculator', () => {
  let books: Books;
  let audited: Record<string, number>;
  beforeAll(async () => {
    books = await quietBooks(databases);
    audited = await auditedSoFar();
  });

  it('says what each pays of an amount, and why, and by which policy', async () => {
    const { alternatives, assumptions, onDate } = await estimated([{ filingCategory: 'REFERRAL' }]);
    // (40,000 − 1,000) × 82 % × 0.9 = 28,782 yuan.
    expect(alternatives).toMatchObject([
      {
        direct: true,
        basis: 'FILED',
        benefitLevel: 'REFERRAL',
        refusal: null,
        result: {
          totalFen: '4000000',
          split: { fullSelfPayFen: '0', overCeilingFen: '0', firstSelfPayFen: '0', inScopeFen: '4000000' },
          deductibleFen: '100000',
          funds: [{ fund: 'POOLING', amountFen: '2878200' }],
          fundTotalFen: '2878200',
          personalFen: '1121800',
          cashAtCounterFen: '1121800',
          expectedBackFen: '0',
          lines: [],
        },
        // Nobody takes what was collected and never checked for law.
        policy: { trust: 'C', trustName: { zh: expect.stringContaining('不能作为依据') as string } },
      },
    ]);
    const { why = [] } = alternatives[0]?.result ?? {};
    expect(why.map(({ resultFen }) => resultFen)).toEqual(expect.arrayContaining(['100000', '2878200', '1121800']));
    for (const { source, text } of why) {
      expect(source).not.toBe('');
      expect(text).toEqual({
        zh: expect.stringMatching(/\p{Script=Han}/u),
        en: expect.stringMatching(/^\P{Script=Han}+$/u),
      });
    }
    expect(assumptions.map(({ zh }) => zh).join()).toMatch(/不是待遇承诺.*政策范围内.*首次就医/);
    expect(onDate).toMatch(/^\d{4}-\d\d-\d\d$/);
  });

  it('says to the fen what filing first saves, and what is advanced without', async () => {
    const answer = await estimated([{}, { filingCategory: 'REFERRAL' }, { filingCategory: 'LONG_TERM_WORKER' }]);
    expect(personalOf(answer)).toEqual(['1761400', '1121800', '802000']);
    // Unfiled all is paid at the counter; 39,000 × 82 % × 0.7 should come back.
    expect(answer.alternatives[0]).toMatchObject({
      direct: false,
      basis: null,
      result: { cashAtCounterFen: '4000000', expectedBackFen: '2238600' },
    });
    const { cheapest, differences, filingFirst } = answer.comparison;
    expect(cheapest).toBe(2);
    expect(differences).toEqual([
      { toFirstFen: '0', toCheapestFen: '959400' },
      { toFirstFen: '-639600', toCheapestFen: '319800' },
      { toFirstFen: '-959400', toCheapestFen: '0' },
    ]);
    expect(filingFirst).toMatchObject([
      { unfiled: 0, filed: 1, savesFen: '639600' },
      { unfiled: 0, filed: 2, savesFen: '959400' },
    ]);
    expect(filingFirst[0]?.text.zh).toContain('少负担 6396.00 元');
    expect(filingFirst[0]?.text.zh).toContain('先垫付全部 40000.00 元');
    expect(filingFirst[0]?.text.en).toContain('saves the person 6396.00 yuan');
  });

  it('doesn’t guess where the policy says nothing of claims by hand', async () => {
    const { alternatives, comparison } = await estimated([{}, { filingCategory: 'REFERRAL' }], {
      home: { ...HOME, insuredRegion: '610100' },
    });
    expect(alternatives[0]).toMatchObject({ result: null, refusal: { reason: 'MANUAL_CLAIM_NOT_STATED' } });
    // (40,000 − 1,200) × (80 % − 10 %) = 27,160 yuan.
    expect(alternatives[1]).toMatchObject({ result: { fundTotalFen: '2716000' } });
    expect(comparison).toMatchObject({ cheapest: 1, filingFirst: [{ unfiled: 0, filed: 1, savesFen: null }] });
    expect(comparison.filingFirst[0]?.text).toMatchObject({ zh: expect.stringContaining('没有写明') as string });
  });

  it('knows that between 河北 and 北京 nothing has to be filed', async () => {
    const answer = await estimated([
      { treatingRegion: '110105' },
      { treatingRegion: '110105', filingCategory: 'LONG_TERM_WORKER' },
    ]);
    expect(personalOf(answer)).toEqual(['802000', '802000']);
    expect(answer.alternatives.map(({ basis }) => basis)).toEqual(['AGREEMENT_DEEMED_FILED', 'FILED']);
    expect(answer.comparison.filingFirst).toMatchObject([{ savesFen: '0' }]);
  });

  it('divides a basket by the catalogue of each place', async () => {
    const basket = [
      { nationalCode: BED, quantity: '100', unitPriceYuan: '60' },
      { nationalCode: INTENSIVE_CARE, quantity: '10', unitPriceYuan: '100' },
    ];
    const ways = ['310115', '420100'].map((treatingRegion) => ({ treatingRegion, filingCategory: 'REFERRAL' }));
    const answer = await estimated(ways, { bill: { basket } });
    // 上海 caps the bed at 45 yuan and 武汉 at 35; a tenth of intensive care is paid first in both.
    expect(answer.alternatives).toMatchObject([
      { result: { split: { overCeilingFen: '150000', firstSelfPayFen: '10000', inScopeFen: '540000' } } },
      { result: { split: { overCeilingFen: '250000', firstSelfPayFen: '10000', inScopeFen: '440000' } } },
    ]);
    // (5,400 − 1,000) × 73.8 % and (4,400 − 1,000) × 73.8 %.
    expect(personalOf(answer)).toEqual([String(700_000 - 324_720), String(700_000 - 250_920)]);
    expect(answer.comparison.differences[1]).toEqual({ toFirstFen: '73800', toCheapestFen: '73800' });
    expect(answer.alternatives[0]?.result?.lines).toMatchObject([
      { nationalCode: BED, itemClass: 'A', rule: 'ENTRY' },
      { nationalCode: INTENSIVE_CARE, itemClass: 'B', rule: 'ENTRY' },
    ]);
  });

  it('counts what is said to have been paid earlier in the year', async () => {
    const earlierThisYear = { INPATIENT_VISITS: '1', POOLING_PAID: '19900000', INPATIENT_POOLING: '19900000' };
    const { alternatives } = await estimated([{ filingCategory: 'REFERRAL' }], { home: { ...HOME, earlierThisYear } });
    // 100 yuan less of the deductible, and of the pooling fund's 200,000 yuan 1,000 are left.
    expect(alternatives[0]?.result).toMatchObject({ deductibleFen: '90000' });
    expect(alternatives[0]?.result?.funds).toMatchObject([
      { fund: 'POOLING', amountFen: '100000' },
      { fund: 'LARGE_SUM' },
    ]);
  });

  it('answers eight alternatives each by itself, in the order asked', async () => {
    const answer = await estimated([
      {},
      { filingCategory: 'RETIREE_RESETTLED' },
      { filingCategory: 'LONG_TERM_RESIDENT' },
      { filingCategory: 'REFERRAL' },
      { filingCategory: 'EMERGENCY' },
      { filingCategory: 'OTHER_TEMPORARY' },
      { treatingRegion: '130100', filingCategory: 'REFERRAL' },
      { visitKind: 'CHRONIC', diseaseCode: 'M10000', filingCategory: 'REFERRAL' },
    ]);
    expect(personalOf(answer)).toEqual([
      '1761400',
      '802000',
      '802000',
      '1121800',
      '1121800',
      '1761400',
      'NOT_CROSS_PROVINCE',
      'DISEASE_NOT_OPENED',
    ]);
    expect(answer.comparison.cheapest).toBe(1);
    expect(answer.comparison.filingFirst.map(({ filed, savesFen }) => [filed, savesFen])).toEqual([
      [1, '959400'],
      [2, '959400'],
      [3, '639600'],
      [5, '0'],
    ]);
  });

  it('says of an area without a policy that it has none', async () => {
    const { alternatives, comparison } = await estimated([{ filingCategory: 'REFERRAL' }], {
      home: { ...HOME, insuredRegion: '630100' },
    });
    expect(alternatives).toMatchObject([{ result: null, policy: null, refusal: { reason: 'POLICY_NOT_FOUND' } }]);
    expect(comparison.cheapest).toBeNull();
  });

  it('says of a place without a catalogue that it has none, and still answers for the other', async () => {
    const ways = ['540100', '310115'].map((treatingRegion) => ({ treatingRegion, filingCategory: 'REFERRAL' }));
    const bill = { basket: [{ nationalCode: BED, quantity: '1', unitPriceYuan: '60' }] };
    expect(personalOf(await estimated(ways, { bill }))).toEqual(['CATALOGUE_NOT_PUBLISHED', '6000']);
  });

  it('asks nobody who he is, and doesn’t look at what somebody says who he is', async () => {
    const asked = { home: HOME, bill: AMOUNT, alternatives: [THERE] };
    const { status } = await ask(asked).auth('a.b.c', { type: 'bearer' });
    expect(status).toBe(200);
  });

  it.each<[string, object, string]>([
    ['a division that there is not', { home: { ...HOME, insuredRegion: '990000' } }, 'home.insuredRegion'],
    ['nine alternatives', { alternatives: Array.from({ length: 9 }, () => THERE) }, 'alternatives'],
    ['no bill', { bill: {} }, 'bill'],
    ['two bills', { bill: { ...AMOUNT, split: { inScopeFen: '1' } } }, 'bill'],
    ['an amount in yuan', { bill: { totalFen: '40000.00' } }, 'bill.totalFen'],
    ['an amount that is a number', { bill: { totalFen: 4_000_000 } }, 'bill.totalFen'],
    ['a negative amount', { bill: { totalFen: '-1' } }, 'bill.totalFen'],
    ['an amount beyond all bills', { bill: { totalFen: '9'.repeat(15) } }, 'bill'],
    ['an amount of nothing', { bill: { totalFen: '0' } }, 'bill'],
    ['an ID number', { home: { ...HOME, idNumber: ID_NUMBER } }, 'home'],
    ['an ID number for a field', { home: { ...HOME, [ID_NUMBER]: '' } }, 'home'],
    ['an ID number for a tag', { home: { ...HOME, tags: [ID_NUMBER] } }, 'home.tags'],
    ['a name', { name: '张三丰' }, 'body'],
  ])('refuses %s, names the place and doesn’t say it back', async (_, change, place) => {
    const answer = await ask({ home: HOME, bill: AMOUNT, alternatives: [THERE], ...change });
    expect([answer.status, (answer.body as { reason: string }).reason]).toEqual([400, 'REQUEST_MALFORMED']);
    const { errors } = answer.body as { errors: readonly { readonly path: string }[] };
    expect(errors.map(({ path }) => path)).toContain(place);
    expect(answer.text).not.toMatch(/11010519491231002X|张三丰/);
  });

  it.each([
    [
      'a basket of tomorrow',
      { onDate: '2099-01-01', bill: { basket: [{ nationalCode: BED, quantity: '1', unitPriceYuan: '60' }] } },
    ],
    [
      'an amount that isn’t price times quantity',
      { bill: { basket: [{ nationalCode: BED, quantity: '1', unitPriceYuan: '60', amountFen: '1' }] } },
    ],
    ['a total that nobody counts', { home: { ...HOME, earlierThisYear: { LOTTERY_PAID: '1' } } }],
    ['more visits than a year has days', { home: { ...HOME, earlierThisYear: { INPATIENT_VISITS: '1001' } } }],
  ])('refuses %s', async (_, change) => {
    const answer = await ask({ home: HOME, bill: AMOUNT, alternatives: [THERE], ...change });
    expect(judged(answer)).toEqual(refusal(400, 'REQUEST_MALFORMED', 'zh'));
  });

  it('refuses what is longer than any question', async () => {
    const answer = await ask({
      home: { ...HOME, tags: Array(30_000).fill('低保') },
      bill: AMOUNT,
      alternatives: [THERE],
    });
    expect(judged(answer)).toEqual(refusal(413, 'PAYLOAD_TOO_LARGE', 'zh'));
  });

  it('left nothing behind of all this, neither in the books nor in any audit', async () => {
    expect(await quietBooks(databases)).toEqual(books);
    expect(await auditedSoFar()).toEqual(audited);
  });
});
