import { Rejection } from '@yiditong/codes';
import type { benefitV1 } from '@yiditong/contracts';
import { MAX_BILL_FEN } from '@yiditong/money';
import { describe, expect, it } from 'vitest';
import { decodeAccountEntries, decodeShown } from './account.codec.js';

const uuid = (n: number): string => `0198e9a0-0000-7000-8000-${String(n).padStart(12, '0')}`;

function wire(change: Partial<benefitV1.AccountEntry> = {}): benefitV1.AccountEntry {
  return { entryId: uuid(1), personId: uuid(2), kind: 'ACCOUNT_KIND_OWN', amountFen: -5n, ...change };
}

describe('account entries', () => {
  it('are read in their order, ids in small letters', () => {
    const other = wire({ entryId: '0198E9A0-0000-7000-8000-00000000000A', kind: 'ACCOUNT_KIND_MUTUAL_AID' });
    expect(decodeAccountEntries([wire(), other])).toEqual([
      { entryId: uuid(1), personId: uuid(2), kind: 'OWN', amountFen: -5n },
      { entryId: '0198e9a0-0000-7000-8000-00000000000a', personId: uuid(2), kind: 'MUTUAL_AID', amountFen: -5n },
    ]);
    expect(decodeAccountEntries([wire({ amountFen: MAX_BILL_FEN })])).toMatchObject([{ amountFen: MAX_BILL_FEN }]);
  });

  it.each<[string, readonly benefitV1.AccountEntry[], string]>([
    ['that are none', [], 'entries must be 1 to 1000'],
    ['too many', Array.from({ length: 1_001 }, (_, n) => wire({ entryId: uuid(n) })), 'entries must be 1 to 1000'],
    ['of nothing', [wire({ amountFen: 0n })], 'entries.0.amount_fen'],
    ['of too much', [wire({ amountFen: MAX_BILL_FEN + 1n })], 'entries.0.amount_fen'],
    ['of too much the other way', [wire({ amountFen: -MAX_BILL_FEN - 1n })], 'entries.0.amount_fen'],
    ['of no account', [wire({ kind: 'ACCOUNT_KIND_UNSPECIFIED' })], 'account_kind'],
    ['without an id', [wire(), wire({ entryId: '' })], 'entries.1.entry_id'],
    ['of nobody', [wire({ personId: 'x' })], 'entries.0.person_id'],
    ['that name an id twice', [wire(), wire({ entryId: uuid(1).toUpperCase() })], 'an entry_id is twice'],
  ])('%s are malformed', (_, entries, problem) => {
    const decode = () => decodeAccountEntries(entries);
    expect(decode).toThrow(Rejection);
    expect(decode).toThrow(problem);
  });
});

describe('what a patient shows', () => {
  it('is a card’s number or a token, and not both', () => {
    const institutionCode = 'H11010500001';
    expect(decodeShown({ institutionCode, idNumber: 'n', token: '' })).toEqual({ idNumber: 'n' });
    expect(decodeShown({ institutionCode, idNumber: '', token: 't' })).toEqual({ token: 't' });
    for (const text of ['', 'x'])
      expect(() => decodeShown({ institutionCode, idNumber: text, token: text })).toThrow(
        'either id_number or token is needed',
      );
  });
});
