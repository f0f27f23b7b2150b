import { describe, expect, it } from 'vitest';
import {
  ISSUES_PER_MINUTE,
  judgePresentation,
  keptUntil,
  minuteBefore,
  secondsToWait,
  sessionEnd,
} from './credential-rules.js';
import type { Credential, CredentialUse } from './credential.entity.js';

const at = (clock: string): Date => new Date(`2026-05-01T${clock}+08:00`);

const FRESH: Credential = {
  credentialId: '0198e9a0-0000-7000-8000-000000000001',
  personId: '0198e9a0-0000-7000-8000-000000000002',
  province: '610000',
  issuedFor: null,
  expiresAt: at('09:01:00'),
  withdrawnAt: null,
  use: null,
};
const USE: CredentialUse = {
  institutionCode: 'H11010500001',
  visitNumber: 'V1',
  usedAt: at('09:00:30'),
  standsUntil: new Date('2026-05-02T00:00:00+08:00'),
  answer: { kind: 'inactive' },
};
const USED = { use: USE };
const [HERE, THERE] = ['H11010500001', 'H31010100001'];

describe('a token that is shown at a counter', () => {
  it.each<[string, Partial<Credential>, institution: string | undefined, visit: string, when: Date, verdict: string]>([
    // In the order in which they are checked.
    ['was used for another visit', USED, HERE, 'V2', at('09:00:40'), 'E_CREDENTIAL_USED'],
    ['was used elsewhere', USED, THERE, 'V1', at('09:00:40'), 'E_CREDENTIAL_USED'],
    ['was used elsewhere, and its time is over', USED, THERE, 'V1', at('23:00:00'), 'E_CREDENTIAL_USED'],
    [
      'was used elsewhere, for whom it was issued',
      { ...USED, issuedFor: 'H11010500001' },
      THERE,
      'V1',
      at('09:00:40'),
      'E_CREDENTIAL_USED',
    ],
    ['was used here for this visit', USED, HERE, 'V1', at('09:00:40'), 'again'],
    ['was used here for this visit, and could not be used now', USED, HERE, 'V1', at('23:59:59.999'), 'again'],
    [
      'was used here for this visit, whose day is over',
      USED,
      HERE,
      'V1',
      new Date('2026-05-02T00:00:00+08:00'),
      'E_CREDENTIAL_EXPIRED',
    ],
    [
      'was issued for another institution',
      { issuedFor: 'H31010100001' },
      HERE,
      'V1',
      at('09:00:40'),
      'E_CREDENTIAL_ELSEWHERE',
    ],
    [
      'was issued for another institution, and its time is over',
      { issuedFor: 'H31010100001' },
      HERE,
      'V1',
      at('10:00:00'),
      'E_CREDENTIAL_ELSEWHERE',
    ],
    [
      'was replaced by a newer one',
      { withdrawnAt: at('09:00:20') },
      HERE,
      'V1',
      at('09:00:40'),
      'E_CREDENTIAL_EXPIRED',
    ],
    ['has just expired', {}, HERE, 'V1', at('09:01:00'), 'E_CREDENTIAL_EXPIRED'],
    ['is about to expire', {}, HERE, 'V1', at('09:00:59.999'), 'first'],
    ['was issued for this institution', { issuedFor: 'H11010500001' }, HERE, 'V1', at('09:00:40'), 'first'],
    ['is new', {}, THERE, 'V9', at('09:00:00'), 'first'],
  ])('and %s', (_, change, institutionCode = '', visitNumber, when, verdict) => {
    const found = judgePresentation({ ...FRESH, ...change }, { institutionCode, visitNumber, at: when });
    expect(found.kind === 'refused' ? found.reason : found.kind).toBe(verdict);
  });
});

describe('a decoding stands', () => {
  it.each([
    ['in the morning', '2026-05-01T08:00:00+08:00', '2026-05-02T00:00:00+08:00'],
    ['at the first moment of a day', '2026-05-01T00:00:00+08:00', '2026-05-02T00:00:00+08:00'],
    ['while four hours of the day are left', '2026-05-01T20:00:00+08:00', '2026-05-02T00:00:00+08:00'],
    ['late in the evening', '2026-05-01T20:00:01+08:00', '2026-05-02T00:00:01+08:00'],
    ['a second before midnight', '2026-05-01T23:59:59+08:00', '2026-05-02T03:59:59+08:00'],
    ['on New Year’s Eve', '2026-12-31T12:00:00+08:00', '2027-01-01T00:00:00+08:00'],
  ])('%s: from %s until %s', (_, from, until) => expect(sessionEnd(new Date(from))).toEqual(new Date(until)));
});

describe('another token in the same minute', () => {
  const now = at('09:01:00');
  const ago = (...seconds: number[]): Date[] => seconds.map((second) => new Date(now.getTime() - second * 1_000));

  it.each<[string, number[], number | null]>([
    ['after none is given', [], null],
    ['after four is given', [1, 2, 3, 4], null],
    ['after five waits until the first of them is a minute old', [1, 2, 3, 4, 5], 55],
    ['after five waits a second at least', [1, 2, 3, 4, 59.999], 1],
    ['after five, the first of them a minute ago, is given', [1, 2, 3, 4, 60], null],
    ['waits for the fifth before, however many there were', [0, 0, 0, 0, 30, 40, 50], 30],
  ])('%s', (_, issued, wait) => expect(secondsToWait(ago(...issued), now)).toBe(wait));

  it('is counted by the minute before', () => {
    expect(minuteBefore(now)).toEqual(at('09:00:00'));
    expect(ISSUES_PER_MINUTE).toBe(5);
  });
});

it('a row is kept for a day after it is over', () => {
  expect(keptUntil(at('09:01:00'))).toEqual(new Date('2026-05-02T09:01:00+08:00'));
});
