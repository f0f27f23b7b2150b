import type { Actor } from '@yiditong/chassis';
import type { benefitV1 } from '@yiditong/contracts';
import { createTestDatabase, FixedClock, patiently, queryAs, rowCounts, type TestDatabase } from '@yiditong/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { migrations } from '../migrations/index.js';
import { PolicyService } from '../policy/policy.service.js';
import { EstimateController } from './estimate.controller.js';
import { EstimateService } from './estimate.service.js';

const CLERK: Actor = { role: 'bureau', region: '610000', subject: 'clerk', rank: 'clerk' };
const SUPERVISOR: Actor = { ...CLERK, subject: 'supervisor', rank: 'supervisor' };
const XIAN = '610100';

let db: TestDatabase;
let estimates: EstimateController;

beforeAll(async () => {
  db = await createTestDatabase('benefit', migrations);
  estimates = new EstimateController(new EstimateService(db.database));
  await publish('2025-01-01', '2025-12-31', '70%');
  await publish('2026-01-01', null, '80%');
});
afterAll(() => db.drop());

async function publish(validFrom: string, validTo: string | null, ratio: string): Promise<void> {
  const policies = new PolicyService(db.database, new FixedClock(new Date('2026-01-01T00:00:00Z')));
  const document = {
    region: XIAN,
    insurance: 'EMPLOYEE',
    title: `西安市职工医保 ${validFrom.slice(0, 4)}`,
    source: '演示假定',
    trust: 'D',
    validFrom,
    validTo,
    visits: {
      INPATIENT: {
        deductible: { basis: 'PER_VISIT', standard: '100' },
        bands: [{ upTo: null, ratio }],
        bandsFrom: 'AFTER_DEDUCTIBLE',
      },
    },
    adjustments: [
      { when: { settledBy: 'MANUAL', benefitLevels: ['OTHER_TEMPORARY'] }, mode: 'FACTOR', factor: '0.5' },
      { when: { personTags: ['低保'] }, mode: 'POINTS_MORE', points: '10%' },
    ],
    poolingCap: { period: 'YEAR', on: 'FUND', most: '1000' },
  };
  const { id } = await policies.propose(CLERK, `request-${validFrom}`, XIAN, JSON.stringify(document));
  await patiently(() => policies.decide(SUPERVISOR, XIAN, id, { decision: 'APPROVE', remark: '' }));
}

const split = (inScopeFen: bigint) => ({ fullSelfPayFen: 500n, overCeilingFen: 0n, firstSelfPayFen: 0n, inScopeFen });

function claimed(change: Partial<benefitV1.ModelClaim> = {}): benefitV1.ModelClaim {
  return {
    treatingRegion: '110105',
    visitKind: 'VISIT_KIND_INPATIENT',
    hospitalLevel: 'HOSPITAL_LEVEL_TERTIARY',
    benefitLevel: 'BENEFIT_LEVEL_REFERRAL',
    byHand: false,
    diseaseCode: '',
    endedOn: '2026-06-30',
    split: split(30_000n),
    parts: [],
    hospitalTags: [],
    ...change,
  };
}

function person(change: Partial<benefitV1.ModelPerson> = {}): benefitV1.ModelPerson {
  const of = { insuredRegion: XIAN, insurance: 'INSURANCE_EMPLOYEE', personType: 'PERSON_TYPE_ACTIVE' } as const;
  return { ...of, tags: [], totals: [], ...change };
}

async function ask(claims: readonly benefitV1.ModelClaim[], of = person()): Promise<readonly benefitV1.ModelAnswer[]> {
  return (await estimates.estimateClaims({ person: of, claims: [...claims] })).answers;
}

const fundOf = ({ adjudication, rejection }: benefitV1.ModelAnswer): bigint | string | undefined =>
  adjudication?.fundTotalFen ?? rejection?.reason;

describe('the calculator’s arithmetic', () => {
  it('pays by the policy in force on the day, and says which one it is and how far it may be relied on', async () => {
    const [answer, earlier] = await ask([claimed(), claimed({ endedOn: '2025-12-31' })]);
    // 80 % of (300 − 100) yuan; the year before 70 %.
    expect(answer?.adjudication).toMatchObject({
      totalFen: 30_500n,
      deductibleFen: 10_000n,
      fundTotalFen: 16_000n,
      personalFen: 14_500n,
      cashFen: 14_500n,
      accountFen: 0n,
      benefitYear: 2026,
      poolingRatioE4: 8_000,
      funds: [{ fund: 'FUND_POOLING', amountFen: 16_000n }],
      details: [{ fund: 'FUND_POOLING', baseFen: 20_000n, amountFen: 16_000n }],
      settlementId: '',
    });
    for (const { textZh, textEn, source } of answer?.adjudication?.explanation ?? []) {
      expect(textZh).toMatch(/\p{Script=Han}/u);
      expect(textEn).toMatch(/[A-Za-z]/);
      expect(source).not.toBe('');
    }
    expect(answer?.adjudication?.explanation.length).toBeGreaterThan(2);
    expect(answer?.policy).toMatchObject({
      policyId: answer?.adjudication?.policyId,
      region: XIAN,
      insurance: 'INSURANCE_EMPLOYEE',
      title: '西安市职工医保 2026',
      source: '演示假定',
      trust: 'D',
      validFrom: '2026-01-01',
      validTo: '',
    });
    expect(earlier?.adjudication?.fundTotalFen).toBe(14_000n);
    expect(earlier?.policy).toMatchObject({ title: '西安市职工医保 2025', validTo: '2025-12-31' });
  });

  it('counts what is said to have been booked before, and what is said of the person', async () => {
    const [capped] = await ask([claimed()], person({ totals: [{ kind: 'POOLING_PAID', value: 99_000n }] }));
    expect(capped && fundOf(capped)).toBe(1_000n);
    const [tagged] = await ask([claimed()], person({ tags: ['低保'] }));
    expect(tagged && fundOf(tagged)).toBe(18_000n);
    const [plain] = await ask([claimed()]);
    expect([plain?.notSaid, tagged?.notSaid]).toEqual([['PERSON_TAGS'], []]);
  });

  it('answers each claim by itself, and never guesses what a claim by hand is paid', async () => {
    const answers = await ask([
      claimed({ byHand: true, benefitLevel: 'BENEFIT_LEVEL_OTHER_TEMPORARY' }),
      claimed({ byHand: true }),
      claimed({ visitKind: 'VISIT_KIND_OUTPATIENT' }),
      claimed({ endedOn: '2024-01-01' }),
      claimed(),
    ]);
    expect(answers.map(fundOf)).toEqual([
      8_000n,
      'MANUAL_CLAIM_NOT_STATED',
      'VISIT_KIND_NOT_COVERED',
      'POLICY_NOT_FOUND',
      16_000n,
    ]);
    expect(answers.map(({ policy }) => policy?.title ?? null)).toEqual([
      ...Array<string>(3).fill('西安市职工医保 2026'),
      null,
      '西安市职工医保 2026',
    ]);
  });

  it('writes nothing, not even into the audit', async () => {
    const before = await rowCounts(db);
    await ask([claimed(), claimed({ byHand: true })]);
    expect(await rowCounts(db)).toEqual(before);
    expect(await queryAs(db.superuserUrl, 'SELECT 1 FROM insured_person')).toEqual([]);
  });
});

describe('an odd question', () => {
  const part = { itemClass: 'ITEM_CLASS_A', itemKind: '', inScopeFen: 30_000n } as const;
  it.each([
    ['no claim', [], {}, 'claims'],
    ['nine claims', Array.from({ length: 9 }, () => claimed()), {}, 'claims'],
    ['an unknown total', [claimed()], { totals: [{ kind: 'LOTTERY', value: 1n }] }, 'person.totals.0.kind'],
    ['a negative total', [claimed()], { totals: [{ kind: 'POOLING_PAID', value: -1n }] }, 'person.totals.0.value'],
    ['a negative age', [claimed()], { age: -1 }, 'person.age'],
    ['a number for a tag', [claimed()], { tags: ['110105194912310'] }, 'person.tags'],
    ['a minor among employees', [claimed()], { personType: 'PERSON_TYPE_MINOR' }, 'person.person_type'],
    ['a negative part', [claimed({ split: split(-1n) })], {}, 'claims.0.split'],
    ['a bill beyond all bills', [claimed(), claimed({ split: split(10_000_000_000_001n) })], {}, 'claims.1.split'],
    ['no split', [claimed({ split: undefined })], {}, 'claims.0.split'],
    ['no date', [claimed({ endedOn: '2026-02-30' })], {}, 'claims.0.ended_on'],
    ['a disease of an inpatient', [claimed({ diseaseCode: 'M01600' })], {}, 'claims.0.disease_code'],
    ['parts that are less', [claimed({ parts: [{ ...part, inScopeFen: 1n }] })], {}, 'claims.0.parts'],
    ['a negative part of it', [claimed({ parts: [{ ...part, inScopeFen: -1n }] })], {}, 'claims.0.parts.0'],
    ['a part of no kind', [claimed({ parts: [{ ...part, itemKind: 'FOOD' }] })], {}, 'claims.0.parts.0.item_kind'],
  ] satisfies [string, benefitV1.ModelClaim[], Partial<benefitV1.ModelPerson>, string][])(
    'with %s is refused, and the place is named',
    async (_, claims, change, place) => {
      await expect(ask(claims, person(change))).rejects.toMatchObject({
        reason: 'REQUEST_MALFORMED',
        params: { problem: expect.stringContaining(place) as string },
      });
    },
  );

  it.each(['990000', '', '张三'])('of the division %j is refused', async (insuredRegion) => {
    await expect(ask([claimed()], person({ insuredRegion }))).rejects.toMatchObject({ reason: 'REGION_UNKNOWN' });
  });
});
