import { findProvince, isCalendarDate, NATION } from '@yiditong/codes';
import { describe, expect, it } from 'vitest';
import {
  agreementFor,
  DEFAULT_POLICY,
  FOUNDING_RULES,
  policyOf,
  rulesInForce,
  subjectOf,
  type FilingRule,
} from './index.js';

const TODAY = '2026-11-22';
/** The provinces and autonomous regions: each numbers its capital first. */
const CAPITALS = '13 14 15 21 22 23 32 33 34 35 36 37 41 42 43 44 45 46 51 52 53 54 61 62 63 64 65';

describe('the founding rules', () => {
  it('are the nation’s, each with a source and a first day', () => {
    for (const { owner, source, validFrom, validTo } of FOUNDING_RULES) {
      expect([owner, source.length > 0, isCalendarDate(validFrom), validTo]).toEqual([NATION, true, true, null]);
    }
  });

  it('are about different things', () => {
    const subjects = FOUNDING_RULES.map(({ content }) => `${content.kind} ${subjectOf(content)}`);
    expect(new Set(subjects).size).toBe(subjects.length);
  });

  it('let a filing name seven provinces as a whole', () => {
    const regions = rulesInForce(FOUNDING_RULES, 'WHOLE_PROVINCE', TODAY).map(({ region }) => region);
    expect(regions).toEqual(['110000', '120000', '310000', '460000', '500000', '540000', '660000']);
  });

  it('link 省本级 with the capital in each of the other 27 provinces', () => {
    const links = rulesInForce(FOUNDING_RULES, 'LINKED_PLACES', TODAY).map(({ regions }) => regions);
    expect(links.map((regions) => regions.join('-'))).toEqual(
      CAPITALS.split(' ').map((digits) => `${digits}9900-${digits}0100`),
    );
  });

  it('open five diseases from 2022 and ten from December 2024 on', () => {
    const classes = (on: string): string[] =>
      rulesInForce(FOUNDING_RULES, 'OPENED_DISEASE', on).map((rule) => rule.class);
    expect(classes('2021-12-31')).toEqual([]);
    expect(classes('2024-11-30')).toEqual(['M039', 'M016', 'M005', 'M078', 'M083']);
    expect(classes('2024-12-01').toSorted()).toEqual([
      'M002',
      'M005',
      'M016',
      'M039',
      'M046',
      'M053',
      'M069',
      'M072',
      'M078',
      'M083',
    ]);
  });

  it('name only divisions of provinces', () => {
    const regions = FOUNDING_RULES.flatMap(({ content }) => {
      if (content.kind === 'AGREEMENT') return content.parties;
      return content.kind === 'LINKED_PLACES' ? content.regions : [];
    });
    expect(regions.filter((region) => findProvince(region) === null)).toEqual([]);
  });
});

describe('agreements', () => {
  const between = (insured: string, treating: string, on = TODAY): string =>
    agreementFor(FOUNDING_RULES, on, insured, treating)?.name ?? 'none';

  it.each([
    ['131000', '110101', TODAY, '京津冀'],
    ['110000', '130100', TODAY, '京津冀'],
    ['120103', '139900', TODAY, '京津冀'],
    ['131000', '110101', '2023-04-01', '京津冀'],
    ['131000', '110101', '2023-03-31', 'none'],
    ['131000', '130100', TODAY, 'none'],
    ['131000', '310115', TODAY, 'none'],
    ['310118', '320509', TODAY, '长三角生态绿色一体化发展示范区'],
    ['330421', '310118', TODAY, '长三角生态绿色一体化发展示范区'],
    ['310000', '320509', TODAY, 'none'],
    ['310118', '320500', TODAY, 'none'],
    ['310118', '320508', TODAY, 'none'],
    ['310115', '330421', TODAY, 'none'],
  ])('of %s and %s on %s: %s', (insured, treating, on, expected) =>
    expect(between(insured, treating, on)).toBe(expected),
  );

  const agreement = (name: string, benefitLevel: 'LOCAL' | 'REFERRAL'): FilingRule => ({
    owner: NATION,
    source: 'a test',
    validFrom: '2026-01-01',
    validTo: '2026-12-31',
    content: { kind: 'AGREEMENT', name, parties: ['320000', '330000'], effect: 'DEEMED_FILED', benefitLevel },
  });

  it('are chosen by benefit, then by name, whatever their order', () => {
    const rules = [
      agreement('c', 'REFERRAL'),
      agreement('b', 'LOCAL'),
      agreement('a', 'REFERRAL'),
      agreement('d', 'LOCAL'),
    ];
    expect(agreementFor(rules, '2026-12-31', '320500', '330400')?.name).toBe('b');
    expect(agreementFor(rules.toReversed(), '2026-12-31', '320500', '330400')?.name).toBe('b');
    expect(agreementFor(rules, '2027-01-01', '320500', '330400')).toBeNull();
  });
});

describe('the policy of a province', () => {
  const rules: FilingRule[] = [
    {
      owner: '320000',
      source: 'a test',
      validFrom: '2026-01-01',
      validTo: '2026-06-30',
      content: { kind: 'PROVINCE_POLICY', lockInMonths: 6, temporaryMonths: 12 },
    },
  ];
  it.each([
    ['320000', '2026-06-30', { kind: 'PROVINCE_POLICY', lockInMonths: 6, temporaryMonths: 12 }],
    ['320000', '2026-07-01', DEFAULT_POLICY],
    ['320000', '2025-12-31', DEFAULT_POLICY],
    ['330000', '2026-06-30', DEFAULT_POLICY],
  ])('%s on %s', (province, on, expected) => expect(policyOf(rules, province, on)).toEqual(expected));
});
