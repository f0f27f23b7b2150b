import { describe, expect, it } from 'vitest';
import { decideEligibility, type FiledStay, type Visit } from './index.js';

const filing = (change: Partial<FiledStay> = {}): FiledStay => ({
  filingId: 'f1',
  category: 'RETIREE_RESETTLED',
  destinationRegion: '310000',
  validFrom: '2026-01-01',
  validTo: null,
  ...change,
});
const visit = (change: Partial<Visit> = {}): Visit => ({
  insuredRegion: '610100',
  treatingRegion: '310115',
  emergency: false,
  admittedOn: '2026-06-30',
  filings: [],
  ...change,
});

const referral = filing({ category: 'REFERRAL', validTo: '2026-06-30' });
const stay = filing({ category: 'OTHER_TEMPORARY', validTo: '2026-12-31' });

describe('eligibility', () => {
  it.each<[string, Partial<Visit>, string]>([
    ['a long-term filing gives the local standard', { filings: [filing()] }, 'LOCAL by FILED as RETIREE_RESETTLED'],
    [
      'a long-term filing beats the emergency standard',
      { filings: [filing()], emergency: true },
      'LOCAL by FILED as RETIREE_RESETTLED',
    ],
    [
      'a referral gives the referral standard on its last day',
      { filings: [referral] },
      'REFERRAL by FILED as REFERRAL',
    ],
    ['the day after, it is over', { filings: [referral], admittedOn: '2026-07-01' }, 'FILING_REQUIRED'],
    ['before it begins, nothing holds', { filings: [filing({ validFrom: '2026-07-01' })] }, 'FILING_REQUIRED'],
    [
      'an emergency without a filing is deemed filed',
      { emergency: true },
      'EMERGENCY by EMERGENCY_DEEMED_FILED as EMERGENCY',
    ],
    [
      'an emergency lifts another temporary stay',
      { filings: [stay], emergency: true },
      'EMERGENCY by EMERGENCY_DEEMED_FILED as EMERGENCY',
    ],
    ['another temporary stay has its own standard', { filings: [stay] }, 'OTHER_TEMPORARY by FILED as OTHER_TEMPORARY'],
    ['the better of two filings decides', { filings: [stay, referral] }, 'REFERRAL by FILED as REFERRAL'],
    ['another place is not covered', { filings: [filing()], treatingRegion: '320100' }, 'FILING_REQUIRED'],
    [
      '京津冀 care is deemed filed',
      { insuredRegion: '131000', treatingRegion: '110101' },
      'LOCAL by AGREEMENT_DEEMED_FILED as OTHER_TEMPORARY',
    ],
    [
      'before the agreement it was not',
      { insuredRegion: '131000', treatingRegion: '110101', admittedOn: '2023-03-31' },
      'FILING_REQUIRED',
    ],
    ['the same province is refused', { insuredRegion: '310101' }, 'NOT_CROSS_PROVINCE'],
    ['the Corps and 新疆 are two provinces', { insuredRegion: '660100', treatingRegion: '650102' }, 'FILING_REQUIRED'],
  ])('%s', (_, change, expected) => {
    const decision = decideEligibility(visit(change));
    const text = decision.covered
      ? `${decision.benefitLevel} by ${decision.basis} as ${decision.category}`
      : decision.reason;
    expect(text).toBe(expected);
  });
});
