import { FILING_EVENTS, FILING_STATES, REASONS, type FilingEvent, type FilingState } from '@yiditong/codes';
import { describe, expect, it } from 'vitest';
import { nextState, OPEN_STATES, refusalOfUndoing } from './index.js';

/** One line a state, one column an event; a dot is refused. */
const TABLE = `
            | DRAFT | SUBMIT    | ACCEPT | RETURN   | REJECT   | CHANGE | SUPPLY | CANCEL    | EXPIRE  | INVALIDATE
no filing   | DRAFT | SUBMITTED | ACTIVE | .        | .        | .      | .      | .         | .       | .
DRAFT       | .     | SUBMITTED | ACTIVE | .        | .        | .      | .      | CANCELLED | .       | INVALIDATED
SUBMITTED   | .     | .         | ACTIVE | RETURNED | REJECTED | .      | .      | CANCELLED | .       | INVALIDATED
RETURNED    | .     | SUBMITTED | ACTIVE | .        | .        | .      | .      | CANCELLED | .       | INVALIDATED
REJECTED    | .     | .         | .      | .        | .        | .      | .      | .         | .       | .
ACTIVE      | .     | .         | .      | .        | .        | ACTIVE | ACTIVE | CANCELLED | EXPIRED | INVALIDATED
CANCELLED   | .     | .         | .      | .        | .        | .      | .      | .         | .       | .
EXPIRED     | .     | .         | .      | .        | .        | .      | .      | .         | .       | .
INVALIDATED | .     | .         | .      | .        | .        | .      | .      | .         | .       | .
`;

const [header = [], ...rows] = TABLE.trimEnd()
  .split('\n')
  .slice(1)
  .map((line) => line.split('|').map((cell) => cell.trim()));
const cells = rows.flatMap(([state = '', ...results]) =>
  results.map((result, column) => [state, header[column + 1] ?? '', result] as const),
);
const stateOf = (text: string): FilingState | null => FILING_STATES.find((state) => state === text) ?? null;
const eventOf = (text: string): FilingEvent => {
  const event = FILING_EVENTS.find((each) => each === text);
  if (!event) throw new Error(`no event ${text}`);
  return event;
};

describe('the life of a filing', () => {
  it('has a line for every state and a column for every event', () => {
    expect(rows.map(([state]) => state)).toEqual(['no filing', ...FILING_STATES]);
    expect(header.slice(1)).toEqual([...FILING_EVENTS]);
    expect(cells).toHaveLength(90);
  });

  it.each(cells)('%s on %s: %s', (state, event, expected) =>
    expect(nextState(stateOf(state), eventOf(event)) ?? '.').toBe(expected),
  );

  it('is open in every state that something still leads from', () => {
    const leadingOn = FILING_STATES.filter((state) => FILING_EVENTS.some((event) => nextState(state, event)));
    expect(OPEN_STATES).toEqual(leadingOn);
    expect(OPEN_STATES).toEqual(['DRAFT', 'SUBMITTED', 'RETURNED', 'ACTIVE']);
  });
});

describe('the lock-in', () => {
  const refusal = (lockedUntil: string | null, today: string, insuranceChanged = false): string | null =>
    refusalOfUndoing({ lockedUntil, today, insuranceChanged })?.reason ?? null;

  it.each([
    ['holds on its last day', refusal('2026-06-30', '2026-06-30'), 'FILING_LOCKED_IN'],
    ['is over the day after', refusal('2026-06-30', '2026-07-01'), null],
    ['is none where the province has none', refusal(null, '2026-06-30'), null],
    ['gives way to a change of the insurance', refusal('2026-06-30', '2026-06-30', true), null],
  ])('%s', (_, found, expected) => expect(found).toBe(expected));

  it('says until when', () => {
    const refused = refusalOfUndoing({ lockedUntil: '2026-06-30', today: '2026-06-01', insuranceChanged: false });
    expect(refused?.params).toEqual({ until: '2026-06-30' });
    expect(REASONS.FILING_LOCKED_IN.en).toContain('{until}');
  });
});
