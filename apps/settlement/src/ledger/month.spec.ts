import { fen } from '@yiditong/money';
import fc from 'fast-check';
import { v7 as uuidv7 } from 'uuid';
import { describe, expect, it } from 'vitest';
import type { ConfirmedRow, MonthEntry, MonthRow } from './ledger.entity.js';
import { confirmationOf, digestOfMonth, isOver, monthRows, refusalOfConfirmation, spanOfMonth } from './month.js';
import { firstIdAt, instantOfId } from './month.store.js';

const UNDONE_BY = { SETTLEMENT: 'REVERSAL', REFUND: 'REINSTATEMENT' } as const;

const entry = fc.record({
  kind: fc.constantFrom('SETTLEMENT', 'REFUND'),
  recordId: fc.uuid(),
  at: fc.date({ min: new Date('2026-01-01'), max: new Date('2026-01-03'), noInvalidDate: true }),
  visitNumber: fc.string({ maxLength: 5 }),
  visitId: fc.option(fc.uuid()),
  insuredRegion: fc.constantFrom('610100', '510100'),
  totalFen: fc.bigInt({ min: -1000n, max: 1000n }).map(fen),
  agencyPaysFen: fc.bigInt({ min: -1000n, max: 1000n }).map(fen),
}) satisfies fc.Arbitrary<MonthEntry>;
const entries = fc.uniqueArray(entry, { selector: ({ recordId }) => recordId, maxLength: 20 });
const shuffledTwice = entries.chain((all) =>
  fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length })),
);

const wordOn = ({ recordId, totalFen, agencyPaysFen }: MonthRow): ConfirmedRow => ({
  recordId,
  totalFen,
  agencyPaysFen,
  confirmed: true,
});

describe('the rows of a month', () => {
  it('are numbered from 1 by their time, the same however they are read, with the same digest', () =>
    fc.assert(
      fc.property(shuffledTwice, ([all, shuffled]) => {
        const rows = monthRows(all);
        expect(monthRows(shuffled)).toEqual(rows);
        expect(digestOfMonth(monthRows(shuffled))).toBe(digestOfMonth(rows));
        expect(rows.map(({ rowNumber }) => rowNumber)).toEqual(rows.map((_, at) => at + 1));
        const instants = rows.map(({ at }) => at.getTime());
        expect(instants).toEqual(instants.toSorted((a, b) => a - b));
      }),
    ));

  it('have nothing of what was undone in the same month', () =>
    fc.assert(
      fc.property(entries, fc.infiniteStream(fc.boolean()), (all, undo) => {
        const gone = all.filter(() => undo.next().value === true);
        const undoing = gone.map((one) => ({ ...one, kind: UNDONE_BY[one.kind], totalFen: fen(-one.totalFen) }));
        const kept = all.filter((one) => !gone.includes(one));
        expect(monthRows([...undoing, ...all])).toEqual(monthRows(kept));
      }),
    ));

  it('have what undoes an earlier month’s settlement, with its amounts negative', () => {
    const at = new Date('2026-02-03T00:00:00Z');
    const one = { recordId: 'a', at, visitNumber: 'v', visitId: null, insuredRegion: '610100' };
    const reversal = { ...one, kind: 'REVERSAL' as const, totalFen: fen(-100n), agencyPaysFen: fen(-70n) };
    expect(monthRows([reversal])).toEqual([{ ...one, totalFen: fen(-100n), agencyPaysFen: fen(-70n), rowNumber: 1 }]);
  });

  it('have another digest where anything in any row is another', () =>
    fc.assert(
      fc.property(
        entries.filter(({ length }) => length > 0),
        fc.nat(),
        fc.constantFrom('recordId', 'visitNumber', 'visitId', 'insuredRegion', 'totalFen', 'agencyPaysFen', 'at'),
        (all, which, field) => {
          const rows = monthRows(all);
          const at = which % rows.length;
          const spoilt = rows.map((row, index) => (index === at ? changed(row, field) : row));
          expect(digestOfMonth(spoilt)).not.toBe(digestOfMonth(rows));
          expect(digestOfMonth(rows.slice(0, -1))).not.toBe(digestOfMonth(rows));
        },
      ),
    ));
});

function changed(row: MonthRow, field: string): MonthRow {
  const before = row[field as keyof MonthRow];
  if (before instanceof Date) return { ...row, at: new Date(before.getTime() + 1) };
  return { ...row, [field]: typeof before === 'bigint' ? before + 1n : `${String(before)}x` };
}

describe('a month', () => {
  it.each([
    ['2026-01', '2025-12-31T16:00:00.000Z', '2026-01-31T16:00:00.000Z'],
    ['2026-12', '2026-11-30T16:00:00.000Z', '2026-12-31T16:00:00.000Z'],
    ['2028-02', '2028-01-31T16:00:00.000Z', '2028-02-29T16:00:00.000Z'],
  ])('%s begins at %s and ends at %s', (month, from, before) =>
    expect(spanOfMonth(month)).toEqual({ from: new Date(from), before: new Date(before) }),
  );

  it('is over ten minutes after its end, when no message of it is in doubt any more', () => {
    const span = spanOfMonth('2026-01');
    expect(isOver(span, new Date('2026-01-31T16:09:59.999Z'))).toBe(false);
    expect(isOver(span, new Date('2026-01-31T16:10:00.000Z'))).toBe(true);
  });
});

describe('a confirmation', () => {
  it('passes with every row once, in any order', () =>
    fc.assert(
      fc.property(shuffledTwice, ([all, shuffled]) => {
        const order = shuffled.map(({ recordId }) => recordId);
        const rows = monthRows(all);
        const words = rows.map(wordOn).sort((a, b) => order.indexOf(a.recordId) - order.indexOf(b.recordId));
        expect(refusalOfConfirmation(rows, words)).toBeNull();
      }),
    ));

  it('fails with any one row missing, doubled or of other amounts, or with one too many', () =>
    fc.assert(
      fc.property(
        entries.filter(({ length }) => length > 0),
        fc.nat(),
        fc.constantFrom('missing', 'doubled', 'total', 'pays', 'foreign'),
        (all, which, fault) => {
          const rows = monthRows(all);
          const at = which % rows.length;
          const words = rows.map(wordOn);
          const one = words[at] as ConfirmedRow;
          const faulty: Record<string, ConfirmedRow[]> = {
            missing: words.toSpliced(at, 1),
            doubled: [...words, one],
            total: words.with(at, { ...one, totalFen: fen(one.totalFen + 1n) }),
            pays: words.with(at, { ...one, agencyPaysFen: fen(one.agencyPaysFen + 1n) }),
            foreign: [...words, { ...one, recordId: 'foreign' }],
          };
          const { length } = rows;
          const [expected, received] = [String(length), String(length - 1)];
          const incomplete = { reason: 'MONTH_INCOMPLETE', params: { expected, received } };
          const differs = (row: number) => ({ reason: 'MONTH_DIFFERS', params: { row: String(row) } });
          const expectedOf: Record<string, object> = {
            missing: incomplete,
            doubled: incomplete,
            foreign: differs(length + 1),
          };
          expect(refusalOfConfirmation(rows, faulty[fault] ?? [])).toEqual(expectedOf[fault] ?? differs(at + 1));
        },
      ),
    ));

  it('of a month without rows has none', () => {
    expect(refusalOfConfirmation([], [])).toBeNull();
    const stranger = { recordId: 'a', totalFen: fen(0n), agencyPaysFen: fen(0n), confirmed: true };
    expect(refusalOfConfirmation([], [stranger])?.reason).toBe('MONTH_DIFFERS');
  });

  it('counts what is disputed, and its receipt depends on which rows are, not on their order', () => {
    const of = {
      institutionCode: 'H11010500001',
      messageId: 'm',
      treatingProvince: '110000',
      month: '2026-01',
      monthDigest: '5e'.repeat(32),
      confirmedAt: new Date(0),
    };
    const fixed = {
      at: new Date(0),
      visitNumber: '',
      visitId: null,
      insuredRegion: '',
      totalFen: fen(1n),
      agencyPaysFen: fen(1n),
    };
    const rows = ['a', 'b', 'c'].map((recordId, at) => ({ ...fixed, recordId, rowNumber: at + 1 }));
    const [a, b, c] = rows.map(wordOn) as [ConfirmedRow, ConfirmedRow, ConfirmedRow];
    const disputed = confirmationOf(of, [{ ...c, confirmed: false }, a, { ...b, confirmed: false }]);
    expect(disputed).toMatchObject({ confirmed: 1, disputedIds: ['b', 'c'] });
    expect(confirmationOf(of, [a, { ...b, confirmed: false }, { ...c, confirmed: false }])).toEqual(disputed);
    expect(confirmationOf(of, [a, b, { ...c, confirmed: false }]).digest).not.toBe(disputed.digest);
    const otherMonth = { ...of, monthDigest: '5f'.repeat(32) };
    expect(confirmationOf(otherMonth, [a, b, c]).digest).not.toBe(confirmationOf(of, [a, b, c]).digest);
    expect(confirmationOf({ ...of, messageId: 'n' }, [a, b, c]).digest).not.toBe(confirmationOf(of, [a, b, c]).digest);
  });
});

it('an id of version 7 lies between the bounds of its millisecond, and says which it is', () => {
  const at = new Date('2026-01-31T16:00:00.000Z');
  for (let made = 0; made < 100; made++) {
    const id = uuidv7({ msecs: at.getTime() });
    expect(instantOfId(id)).toEqual(at);
    expect(firstIdAt(at) < id && id < firstIdAt(new Date(at.getTime() + 1))).toBe(true);
  }
});
