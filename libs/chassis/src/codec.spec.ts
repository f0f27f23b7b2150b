import { PERSON_TYPES, Rejection, VISIT_KINDS } from '@yiditong/codes';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  decodeInstant,
  decodeRejection,
  encodeInstant,
  encodeRejection,
  personTypeCodec,
  visitKindCodec,
} from './codec.js';

const EARLIEST = new Date('1900-01-01T00:00:00.000Z');
const LATEST = new Date('2999-12-31T23:59:59.999Z');

describe('codecs', () => {
  it.each([...VISIT_KINDS])('carry the visit kind %s', (kind) =>
    expect(visitKindCodec.decode(visitKindCodec.encode(kind))).toBe(kind),
  );
  it.each([...PERSON_TYPES])('carry the person type %s', (type) =>
    expect(personTypeCodec.decode(personTypeCodec.encode(type))).toBe(type),
  );

  it.each(['VISIT_KIND_UNSPECIFIED', 'VISIT_KIND_DENTAL', '', 'INPATIENT'])('refuse %j', (wire) =>
    expect(() => visitKindCodec.decode(wire)).toThrow(Rejection),
  );

  it('carry every instant to the millisecond, before 1970 too', () => {
    fc.assert(
      fc.property(fc.date({ noInvalidDate: true, min: EARLIEST, max: LATEST }), (instant) => {
        expect(decodeInstant(encodeInstant(instant), 'at')).toEqual(instant);
      }),
    );
  });

  it.each([
    ['of the year 0', '0000-01-01T00:00:00.000Z'],
    ['before 1900', '1899-12-31T23:59:59.999Z'],
    ['after 2999', '3000-01-01T00:00:00.000Z'],
    ['of five digits', '+010000-01-01T00:00:00.000Z'],
  ])('refuse an instant %s, which PostgreSQL would', (_, text) =>
    expect(() => decodeInstant(encodeInstant(new Date(text)), 'admitted_at')).toThrow(/admitted_at/),
  );

  it('refuse an instant that is not set', () =>
    expect(() => decodeInstant(null, 'admitted_at')).toThrow(/admitted_at/));

  it('carry a rejection with its parameters, and take a reason they don’t know for a fault', () => {
    const carried = decodeRejection(encodeRejection(new Rejection('CYCLE_NOT_FOUND', { date: '2026-11-22' })));
    expect([carried.reason, carried.params]).toEqual(['CYCLE_NOT_FOUND', { date: '2026-11-22' }]);
    expect(decodeRejection({ reason: 'FROM_THE_FUTURE', params: {} }).reason).toBe('INTERNAL_FAULT');
  });
});
