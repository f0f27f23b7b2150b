import { fen } from '@yiditong/money';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareLedgers, doubledRecord, totalsAgree } from './comparison.js';
import type { LedgerRow, OwnRow, Totals } from './ledger.entity.js';

const theirsOf = ({ recordId, personId, totalFen, fundTotalFen, accountFen, refund }: OwnRow): LedgerRow => ({
  recordId,
  personId,
  totalFen,
  fundTotalFen,
  accountFen,
  refund,
});

const amount = fc.bigInt({ min: 0n, max: 10n ** 12n }).map(fen);
const ownRow: fc.Arbitrary<OwnRow> = fc.record({
  recordId: fc.uuid(),
  messageId: fc.constant('m'),
  personId: fc.uuid(),
  totalFen: amount,
  fundTotalFen: amount,
  accountFen: amount,
  refund: fc.boolean(),
});
const ledger = fc.uniqueArray(ownRow, { selector: ({ recordId }) => recordId, maxLength: 30 });

/** What may be wrong with a row in the hospital's ledger, and what a comparison then calls it. */
const spoils: Readonly<Record<string, (row: LedgerRow) => LedgerRow>> = {
  person: (row) => ({ ...row, personId: `${row.personId}x` }),
  total: (row) => ({ ...row, totalFen: fen(row.totalFen + 1n) }),
  fundTotal: (row) => ({ ...row, fundTotalFen: fen(row.fundTotalFen - 1n) }),
  account: (row) => ({ ...row, accountFen: fen(row.accountFen + 1n) }),
  refund: (row) => ({ ...row, refund: !row.refund }),
};

const CALLED: Readonly<Record<string, string>> = { same: '', missing: 'ONLY_HERE', added: 'ONLY_THERE' };

describe('a comparison of two ledgers', () => {
  it('finds nothing where they say the same, in whatever order', () =>
    fc.assert(
      fc.property(
        ledger.chain((rows) => fc.tuple(fc.constant(rows), fc.shuffledSubarray(rows, { minLength: rows.length }))),
        ([ours, shuffled]) => {
          expect(compareLedgers(ours, shuffled.map(theirsOf))).toEqual({ differences: [], equalCount: ours.length });
        },
      ),
    ));

  it('finds every row that is spoilt, missing or added, calls each what it is, and finds no other', () =>
    fc.assert(
      fc.property(
        ledger,
        fc.infiniteStream(fc.constantFrom('same', 'missing', 'added', ...Object.keys(spoils))),
        (rows, fates) => {
          const expected: [string, string][] = [];
          const ours: OwnRow[] = [];
          const theirs: LedgerRow[] = [];
          for (const row of rows) {
            const fate: string = fates.next().value as string;
            if (fate !== 'added') ours.push(row);
            if (fate !== 'missing') theirs.push((spoils[fate] ?? ((one: LedgerRow) => one))(theirsOf(row)));
            const called = CALLED[fate] ?? 'DIFFERS';
            if (called !== '') expected.push([row.recordId, called]);
          }
          const { differences, equalCount } = compareLedgers(ours, theirs.toReversed());
          expect(differences.map(({ row, difference }) => [row.recordId, difference])).toEqual(
            expected.sort(([a], [b]) => (a < b ? -1 : 1)),
          );
          expect(equalCount).toBe(ours.length - expected.filter(([, called]) => called !== 'ONLY_THERE').length);
        },
      ),
    ));

  it('shows our row where there is one, with its message, else theirs', () => {
    const own: OwnRow = {
      recordId: 'a',
      messageId: 'm1',
      personId: 'p',
      totalFen: fen(100n),
      fundTotalFen: fen(60n),
      accountFen: fen(0n),
      refund: false,
    };
    const changed = { ...theirsOf(own), totalFen: fen(101n) };
    expect(compareLedgers([own], [changed]).differences).toEqual([
      { difference: 'DIFFERS', row: own, messageId: 'm1' },
    ]);
    expect(compareLedgers([], [changed]).differences).toEqual([
      { difference: 'ONLY_THERE', row: changed, messageId: '' },
    ]);
  });
});

it('finds the record that is named twice', () => {
  expect(doubledRecord([{ recordId: 'a' }, { recordId: 'b' }])).toBeNull();
  expect(doubledRecord([{ recordId: 'a' }, { recordId: 'b' }, { recordId: 'a' }])).toBe('a');
});

describe('totals', () => {
  const totals: Totals = { totalFen: fen(3n), fundTotalFen: fen(2n), accountFen: fen(1n), count: 1 };

  it('agree where all four are the same', () => expect(totalsAgree(totals, { ...totals })).toBe(true));

  it.each(['totalFen', 'fundTotalFen', 'accountFen'] as const)('disagree by one fen of %s', (field) =>
    expect(totalsAgree(totals, { ...totals, [field]: fen(totals[field] + 1n) })).toBe(false),
  );

  it('disagree by one settlement', () => expect(totalsAgree(totals, { ...totals, count: 2 })).toBe(false));
});
