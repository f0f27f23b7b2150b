import { describe, expect, it } from 'vitest';
import { refusalOf } from './filing-rules.js';

const proposal = {
  insuredRegion: '131000',
  category: 'REFERRAL' as const,
  destinationRegion: '310000',
  validFrom: '2026-08-31',
  validTo: '2027-02-28',
};

describe('a filing', () => {
  it.each([
    ['of exactly six months is taken, month ends considered', {}, null],
    ['a day short of six months is refused', { validTo: '2027-02-27' }, 'FILING_PERIOD_INVALID'],
    ['that is temporary needs an end', { validTo: null }, 'FILING_PERIOD_INVALID'],
    ['that is long-term has no end', { category: 'LONG_TERM_WORKER' as const }, 'FILING_PERIOD_INVALID'],
    ['that is long-term is open-ended', { category: 'LONG_TERM_WORKER' as const, validTo: null }, null],
    ['for an emergency is not registered', { category: 'EMERGENCY' as const }, 'FILING_EMERGENCY_NOT_REGISTRABLE'],
    ['to a whole province of prefectures is refused', { destinationRegion: '320000' }, 'FILING_DESTINATION_INVALID'],
    ['to a prefecture is taken', { destinationRegion: '320100' }, null],
    ['inside the insured province is refused', { destinationRegion: '130100' }, 'FILING_SAME_PROVINCE'],
  ])('%s', (_, change, reason) => expect(refusalOf({ ...proposal, ...change })).toBe(reason));
});
