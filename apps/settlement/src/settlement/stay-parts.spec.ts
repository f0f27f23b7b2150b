import { randomUUID } from 'node:crypto';
import { fen } from '@yiditong/money';
import { describe, expect, it } from 'vitest';
import { isBilledTwice, maySettlementStandAgain, partOfStay, type StandingPart } from './stay-parts.js';

const at = (hour: number): Date => new Date(Date.UTC(2026, 2, 1, hour));
const STAY = { visitKind: 'INPATIENT', partKey: '', visitId: null } as const;

const part = (stayPart: number, change: Partial<StandingPart> = {}): StandingPart => ({
  ...STAY,
  settlementId: randomUUID(),
  stayPart,
  midStay: true,
  continuesStay: stayPart > 1,
  deductibleFen: fen(0n),
  endedAt: at(stayPart),
  standsSince: at(stayPart),
  ...change,
});
const last = (stayPart: number, change: Partial<StandingPart> = {}) => part(stayPart, { midStay: false, ...change });

describe('a bill of a stay', () => {
  const first = { continuesStay: false, stayDeductibleFen: 0n };
  const refused = (reason: string) => ({ refused: { reason, params: {} } });

  it.each<[string, boolean, readonly StandingPart[], object]>([
    ['is the whole where nothing stands', false, [], { stayPart: 0, ...first }],
    ['is the first part where the stay goes on', true, [], { stayPart: 1, ...first }],
    [
      'follows the parts before it, and is told what they paid of the deductible',
      true,
      [part(1, { deductibleFen: fen(300n) }), part(2, { deductibleFen: fen(200n) })],
      { stayPart: 3, continuesStay: true, stayDeductibleFen: 500n },
    ],
    ['is the last', false, [part(1)], { stayPart: 2, continuesStay: true, stayDeductibleFen: 0n }],
    ['takes the place of a part that was taken back', true, [part(2), last(3)], { stayPart: 1, ...first }],
    [
      'can’t be the admission where later parts paid its deductible',
      true,
      [last(2, { deductibleFen: fen(1n) })],
      refused('STAY_PART_COUNTED_ON'),
    ],
    ['is refused after the whole', true, [last(0)], refused('VISIT_ALREADY_SETTLED')],
    ['is refused after the last, where no part is missing', true, [part(1), last(2)], refused('VISIT_ALREADY_SETTLED')],
    ['is refused as another last', false, [last(2)], refused('VISIT_ALREADY_SETTLED')],
    [
      'is refused beside fees that were settled by themselves',
      true,
      [part(1, { visitId: 'v' })],
      refused('VISIT_ALREADY_SETTLED'),
    ],
  ])('%s', (_, midStay, standing, expected) =>
    expect(partOfStay({ midStay, endedAt: at(0) }, STAY, standing)).toEqual(expected),
  );

  it('that isn’t one is never mid-stay', () => {
    const place = { ...STAY, visitKind: 'OUTPATIENT' } as const;
    expect(partOfStay({ midStay: true, endedAt: at(0) }, place, [])).toEqual(refused('MID_STAY_INVALID'));
  });

  it('may not have a line again that a standing part had', () => {
    const line = (hour: number, code: string) => ({ occurredAt: at(hour), nationalCode: code, hospitalCode: '' });
    expect(isBilledTwice([line(1, 'X'), line(2, 'Y')], [line(2, 'Y')])).toBe(true);
    expect(isBilledTwice([line(1, 'X'), line(2, 'Y')], [line(1, 'Y'), line(2, 'X')])).toBe(false);
  });
});

describe('a part that was taken back', () => {
  const back = { ...STAY, settlementId: randomUUID(), stayPart: 2, midStay: true, cancelledAt: at(5).toISOString() };

  it.each<[string, boolean, object, readonly StandingPart[]]>([
    ['stands again beside those that stood', true, {}, [part(1), last(3)]],
    ['not where its place is taken', false, {}, [part(2)]],
    ['not beside the whole', false, {}, [last(0)]],
    ['not as the whole beside a part', false, { stayPart: 0, midStay: false }, [part(1)]],
    ['not as another last', false, { midStay: false }, [last(3)]],
    ['not where something came to stand since', false, {}, [part(1, { standsSince: at(6) })]],
    ['not where the visit is settled by its fees', false, {}, [part(1, { visitId: 'v' })]],
    ['beside an outpatient visit of the same number', true, {}, [part(2, { visitKind: 'OUTPATIENT', visitId: 'v' })]],
  ])('%s', (_, expected, change, standing) =>
    expect(maySettlementStandAgain({ ...back, ...change }, standing)).toBe(expected),
  );
});
