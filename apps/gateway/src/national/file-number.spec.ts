import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { expiryOf, fileNumberOf, orderOf } from './file-number.js';

const KEY = Buffer.alloc(32, 7);
const HOSPITAL = 'H11010500001';
const NOW = new Date('2026-11-22T04:30:00Z');
const order = fc.record({
  infno: fc.constantFrom('1301', '1306', '1312', '1317', '1319'),
  since: fc.nat(0xff_ff_ff),
  upTo: fc.nat(0xff_ff_ff),
  changedSince: fc.nat(0xff_ff_ff_ff),
});

describe('a file number', () => {
  it('has the thirty characters of the form and says what was ordered', () =>
    fc.assert(
      fc.property(order, (one) => {
        const number = fileNumberOf(one, expiryOf(NOW), HOSPITAL, KEY);
        expect(number).toMatch(/^[\w-]{30}$/);
        expect(orderOf(number, NOW, HOSPITAL, KEY)).toEqual(one);
      }),
    ));

  it('is none with any character changed', () =>
    fc.assert(
      fc.property(order, fc.nat(29), fc.constantFrom('A', 'z', '0', '_', '-'), (one, at, letter) => {
        const number = fileNumberOf(one, expiryOf(NOW), HOSPITAL, KEY);
        const changed = number.slice(0, at) + letter + number.slice(at + 1);
        fc.pre(changed !== number);
        expect(orderOf(changed, NOW, HOSPITAL, KEY)).toBeNull();
      }),
    ));

  it('is none for another institution, under another key, or once its time is over', () => {
    const one = { infno: '1301', since: 3, upTo: 7, changedSince: 0 };
    const expiresAt = expiryOf(NOW);
    const number = fileNumberOf(one, expiresAt, HOSPITAL, KEY);
    expect(orderOf(number, new Date(expiresAt.getTime() - 1), HOSPITAL, KEY)).toEqual(one);
    expect(orderOf(number, expiresAt, HOSPITAL, KEY)).toBeNull();
    expect(orderOf(number, NOW, 'H11010500002', KEY)).toBeNull();
    expect(orderOf(number, NOW, HOSPITAL, Buffer.alloc(32, 8))).toBeNull();
    expect(orderOf('', NOW, HOSPITAL, KEY)).toBeNull();
  });

  it('expires at a full hour, within a day', () => expect(expiryOf(NOW)).toEqual(new Date('2026-11-23T04:00:00Z')));
});
