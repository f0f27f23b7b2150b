import {
  FILING_CATEGORIES,
  IMPORT_COLUMNS,
  NATION,
  type FilingCategory,
  type FilingSource,
  type MaterialKind,
} from '@yiditong/codes';
import { describe, expect, it } from 'vitest';
import {
  DEFAULT_POLICY,
  filingOptions,
  FOUNDING_RULES,
  lockedUntilOf,
  MATERIALS,
  outcomeOfSubmission,
  owedOf,
  refusalOfProposal,
  type FilingRule,
  type Proposal,
} from './index.js';

const TODAY = '2026-11-22';

describe('materials', () => {
  it.each<[FilingCategory, MaterialKind[], MaterialKind[]]>([
    ['RETIREE_RESETTLED', [], ['HOUSEHOLD_REGISTER']],
    ['RETIREE_RESETTLED', ['HOUSEHOLD_REGISTER'], []],
    ['LONG_TERM_RESIDENT', ['HOUSEHOLD_REGISTER'], ['RESIDENCE_PROOF']],
    ['LONG_TERM_RESIDENT', ['HOUSEHOLD_REGISTER', 'RESIDENCE_PROOF'], []],
    ['LONG_TERM_WORKER', [], ['DISPATCH_CERTIFICATE', 'EMPLOYER_CERTIFICATE', 'EMPLOYMENT_CONTRACT']],
    ['LONG_TERM_WORKER', ['EMPLOYMENT_CONTRACT'], []],
    ['LONG_TERM_WORKER', ['DISPATCH_CERTIFICATE'], []],
    ['LONG_TERM_WORKER', ['EMPLOYER_CERTIFICATE'], []],
    ['REFERRAL', ['RESIDENCE_PROOF'], ['REFERRAL_CERTIFICATE']],
    ['REFERRAL', ['REFERRAL_CERTIFICATE'], []],
    ['OTHER_TEMPORARY', [], []],
  ])('of %s: %j leaves owing %j', (category, materials, owed) => expect(owedOf(category, materials)).toEqual(owed));
});

describe('a filing handed in', () => {
  const paper = (category: FilingCategory): readonly MaterialKind[] => MATERIALS[category].anyOf.slice(0, 1);
  const outcome = (
    category: FilingCategory,
    source: FilingSource,
    given: { papers?: boolean; pledged?: boolean },
  ): string => {
    const materials = given.papers ? paper(category) : [];
    const found = outcomeOfSubmission({ category, materials, pledged: given.pledged ?? false, source });
    return typeof found === 'string' ? found : found.reason;
  };

  it.each<[FilingCategory, FilingSource, { papers?: boolean; pledged?: boolean }, string]>([
    ['RETIREE_RESETTLED', 'ONLINE', { pledged: true }, 'ACTIVE'],
    ['LONG_TERM_RESIDENT', 'ONLINE', { pledged: true }, 'ACTIVE'],
    ['LONG_TERM_WORKER', 'INSTITUTION', { pledged: true }, 'ACTIVE'],
    ['LONG_TERM_WORKER', 'ONLINE', { papers: true, pledged: true }, 'ACTIVE'],
    ['LONG_TERM_WORKER', 'ONLINE', { papers: true }, 'SUBMITTED'],
    ['LONG_TERM_WORKER', 'INSTITUTION', { papers: true }, 'SUBMITTED'],
    ['LONG_TERM_WORKER', 'BUREAU', { papers: true }, 'ACTIVE'],
    ['LONG_TERM_WORKER', 'IMPORT', { papers: true }, 'ACTIVE'],
    ['LONG_TERM_WORKER', 'ONLINE', {}, 'FILING_MATERIALS_MISSING'],
    ['LONG_TERM_WORKER', 'BUREAU', {}, 'FILING_MATERIALS_MISSING'],
    ['REFERRAL', 'ONLINE', { papers: true }, 'SUBMITTED'],
    ['REFERRAL', 'INSTITUTION', { papers: true }, 'SUBMITTED'],
    ['REFERRAL', 'BUREAU', { papers: true }, 'ACTIVE'],
    ['REFERRAL', 'ONLINE', { papers: true, pledged: true }, 'SUBMITTED'],
    ['REFERRAL', 'ONLINE', { pledged: true }, 'FILING_PLEDGE_NOT_POSSIBLE'],
    ['REFERRAL', 'BUREAU', { pledged: true }, 'FILING_PLEDGE_NOT_POSSIBLE'],
    ['REFERRAL', 'ONLINE', {}, 'FILING_MATERIALS_MISSING'],
    ['OTHER_TEMPORARY', 'ONLINE', {}, 'ACTIVE'],
    ['OTHER_TEMPORARY', 'INSTITUTION', { pledged: true }, 'ACTIVE'],
    ['EMERGENCY', 'BUREAU', { papers: true }, 'FILING_EMERGENCY_NOT_REGISTRABLE'],
  ])('as %s by %s with %j: %s', (category, source, given, expected) =>
    expect(outcome(category, source, given)).toBe(expected),
  );

  it('is told which papers would do', () => {
    const refused = outcomeOfSubmission({ category: 'REFERRAL', materials: [], pledged: false, source: 'ONLINE' });
    expect(refused).toEqual({
      reason: 'FILING_MATERIALS_MISSING',
      params: { anyOf: '转诊转院证明 Referral certificate' },
    });
  });
});

const policyOf320000: FilingRule = {
  owner: '320000',
  source: 'a test',
  validFrom: '2020-01-01',
  validTo: null,
  content: { kind: 'PROVINCE_POLICY', lockInMonths: 3, temporaryMonths: 12 },
};
const endingAgreement: FilingRule = {
  owner: NATION,
  source: 'a test',
  validFrom: '2026-01-01',
  validTo: '2026-12-31',
  content: {
    kind: 'AGREEMENT',
    name: '苏浙',
    parties: ['320000', '330000'],
    effect: 'DEEMED_FILED',
    benefitLevel: 'REFERRAL',
  },
};
const poorAgreement: FilingRule = {
  ...endingAgreement,
  validTo: null,
  content: {
    kind: 'AGREEMENT',
    name: '两广',
    parties: ['440000', '450000'],
    effect: 'DEEMED_FILED',
    benefitLevel: 'OTHER_TEMPORARY',
  },
};
const rules = [...FOUNDING_RULES, policyOf320000, endingAgreement, poorAgreement];

describe('a filing proposed', () => {
  const proposal: Proposal = {
    insuredRegion: '610100',
    category: 'REFERRAL',
    destinationRegion: '310000',
    validFrom: '2026-08-31',
    validTo: '2027-02-27',
    today: TODAY,
  };
  const longTerm = { category: 'LONG_TERM_WORKER', validTo: null } as const;

  it.each<[string, Partial<Proposal>, string]>([
    ['for six months is allowed, a month’s end counting as the month', {}, 'allowed'],
    ['for a day less is not', { validTo: '2027-02-26' }, 'FILING_PERIOD_INVALID {"months":"6"}'],
    ['from 1 December to 31 May is allowed', { validFrom: '2026-12-01', validTo: '2027-05-31' }, 'allowed'],
    [
      'from 1 December to 30 May is not',
      { validFrom: '2026-12-01', validTo: '2027-05-30' },
      'FILING_PERIOD_INVALID {"months":"6"}',
    ],
    ['without an end is not, if temporary', { validTo: null }, 'FILING_PERIOD_INVALID {"months":"6"}'],
    ['without an end is, if long-term', longTerm, 'allowed'],
    ['with an end is not, if long-term', { category: 'LONG_TERM_WORKER' }, 'FILING_PERIOD_INVALID {"months":"6"}'],
    ['from a year ago is allowed', { ...longTerm, validFrom: '2025-11-22' }, 'allowed'],
    [
      'from a day more than a year ago is not',
      { ...longTerm, validFrom: '2025-11-21' },
      'FILING_PERIOD_INVALID {"months":"6"}',
    ],
    ['from in a year is allowed', { ...longTerm, validFrom: '2027-11-22' }, 'allowed'],
    [
      'from in a year and a day is not',
      { ...longTerm, validFrom: '2027-11-23' },
      'FILING_PERIOD_INVALID {"months":"6"}',
    ],
    [
      'for less than the province asks is not',
      { insuredRegion: '320500', validTo: '2027-08-29' },
      'FILING_PERIOD_INVALID {"months":"12"}',
    ],
    ['for what the province asks is allowed', { insuredRegion: '320500', validTo: '2027-08-30' }, 'allowed'],
    [
      'as an emergency is not',
      { category: 'EMERGENCY', destinationRegion: 'x' },
      'FILING_EMERGENCY_NOT_REGISTRABLE {}',
    ],
    ['to a district is not', { destinationRegion: '310115' }, 'FILING_DESTINATION_INVALID {"region":"310115"}'],
    [
      'to a province that is not pooled as one is not',
      { destinationRegion: '410000' },
      'FILING_DESTINATION_INVALID {"region":"410000"}',
    ],
    [
      'to a place of the own province is not',
      { destinationRegion: '610200', validTo: null },
      'FILING_SAME_PROVINCE {}',
    ],
    ['of the Corps to 新疆 is allowed', { insuredRegion: '660100', destinationRegion: '650100' }, 'allowed'],
    [
      'where 京津冀 deems it filed is not needed',
      { insuredRegion: '131000', destinationRegion: '110000', validTo: null },
      'FILING_NOT_NEEDED {"agreement":"京津冀"}',
    ],
    [
      'where 京津冀 deems it filed is allowed for a long-term resident',
      { ...longTerm, insuredRegion: '131000', destinationRegion: '110000' },
      'allowed',
    ],
    [
      'to more than the demonstration zone is allowed',
      { insuredRegion: '310118', destinationRegion: '330400' },
      'allowed',
    ],
    [
      'where an agreement ends before the filing would is allowed',
      { insuredRegion: '330100', destinationRegion: '320500' },
      'allowed',
    ],
    [
      'where an agreement pays as well until the end is not needed',
      { insuredRegion: '330100', destinationRegion: '320500', validFrom: '2026-06-01', validTo: '2026-12-31' },
      'FILING_NOT_NEEDED {"agreement":"苏浙"}',
    ],
    ['where an agreement pays less is allowed', { insuredRegion: '440100', destinationRegion: '450100' }, 'allowed'],
  ])('%s', (_, change, expected) => {
    const refused = refusalOfProposal({ ...proposal, ...change }, rules);
    expect(refused ? `${refused.reason} ${JSON.stringify(refused.params)}` : 'allowed').toBe(expected);
  });
});

it('the example of the import’s template could be filed on its first day', () => {
  const cell = (name: string): string => IMPORT_COLUMNS.find((column) => column.name === name)?.example ?? '';
  const [validFrom, validTo] = [cell('valid_from'), cell('valid_to')];
  const destinationRegion = cell('destination_region');
  const proposal = {
    insuredRegion: '610100',
    category: 'OTHER_TEMPORARY',
    destinationRegion,
    validFrom,
    validTo,
  } as const;
  expect(refusalOfProposal({ ...proposal, today: validFrom }, rules)).toBeNull();
});

describe('the lock-in lasts', () => {
  const policy = (lockInMonths: number) => ({ ...DEFAULT_POLICY, lockInMonths });
  it.each([
    ['LONG_TERM_WORKER', '2026-01-01', 6, '2026-06-30'],
    ['LONG_TERM_RESIDENT', '2026-08-31', 6, '2027-02-27'],
    ['RETIREE_RESETTLED', '2026-09-15', 6, '2027-03-14'],
    ['RETIREE_RESETTLED', '2025-09-01', 6, '2026-02-28'],
    ['RETIREE_RESETTLED', '2026-12-01', 1, '2026-12-31'],
    ['RETIREE_RESETTLED', '2026-03-02', 1, '2026-04-01'],
    ['LONG_TERM_WORKER', '2026-01-01', 0, null],
    ['REFERRAL', '2026-01-01', 6, null],
  ] as const)('of %s from %s for %i months: %s', (category, validFrom, months, until) =>
    expect(lockedUntilOf(category, validFrom, policy(months))).toBe(until),
  );
});

describe('the ways to file', () => {
  const options = (insuredRegion: string, treatingPlace: string, validFrom = TODAY) =>
    filingOptions({ insuredRegion, treatingPlace, validFrom, today: TODAY }, rules);

  it('are the five categories that are registered, with what each needs', () => {
    const lines = options('320500', '110101').map((option) =>
      [
        option.category,
        option.anyOf.length,
        option.pledgePossible ? 'pledge' : '-',
        option.immediate ? 'at once' : '-',
        option.earliestValidTo ?? '∞',
        option.lockedUntil ?? '-',
        option.benefitLevel,
        option.article,
      ].join(' '),
    );
    expect(lines).toEqual([
      'RETIREE_RESETTLED 1 pledge - ∞ 2027-02-21 LOCAL 通知二(五)',
      'LONG_TERM_RESIDENT 1 pledge - ∞ 2027-02-21 LOCAL 通知二(五)',
      'LONG_TERM_WORKER 3 pledge - ∞ 2027-02-21 LOCAL 通知二(五)',
      'REFERRAL 1 - - 2027-11-21 - REFERRAL 通知二(六)',
      'OTHER_TEMPORARY 0 - at once 2027-11-21 - OTHER_TEMPORARY 通知二(六)',
    ]);
  });

  it.each([
    ['in the own province', '610100', '610200', 0],
    ['where no filing can name the place', '610100', '419000', 0],
    ['under 京津冀, which leaves the long-term ones', '131000', '110101', 3],
    ['from 新疆 to the Corps', '650100', '660100', 5],
    ['too long ago', '610100', '110101', 0, '2025-11-21'],
  ])('%s', (_, insured, place, count, validFrom = TODAY) =>
    expect(options(insured, place, validFrom)).toHaveLength(count),
  );

  it('are all allowed as they are offered', () => {
    for (const category of FILING_CATEGORIES) {
      const option = options('610100', '469002').find((each) => each.category === category);
      const refused = refusalOfProposal(
        {
          insuredRegion: '610100',
          category,
          destinationRegion: '460000',
          validFrom: TODAY,
          validTo: option?.earliestValidTo ?? null,
          today: TODAY,
        },
        rules,
      );
      expect(refused === null).toBe(option !== undefined);
    }
  });
});
