import { FixedClock } from '@yiditong/testing';
import { describe, expect, it } from 'vitest';
import type { Envelope } from './envelope.js';
import { SignInNumbers } from './sign-in-numbers.js';

const NOON = new Date('2026-11-22T04:00:00Z');
const OPERATOR = { fixmedins_code: 'H11010100001', opter: '001' };
const clock = new FixedClock(NOON);
const numbers = new SignInNumbers('secret', clock);

function at(time: string): void {
  clock.moveTo(new Date(time));
}

describe('a sign-in number', () => {
  it('has the form’s thirty characters, and is good for its operator at any gateway with the key', () => {
    at('2026-11-22T04:00:00Z');
    const { number } = numbers.issue(OPERATOR);
    expect(number).toMatch(/^20261122120000[0-9A-F]{16}$/);
    expect(() => new SignInNumbers('secret', clock).verify(number, OPERATOR)).not.toThrow();
  });

  it.each<[string, (number: string) => readonly [string, typeof OPERATOR, string]]>([
    ['another operator’s', (number) => [number, { ...OPERATOR, opter: '002' }, '2026-11-22T05:00:00Z']],
    [
      'another hospital’s',
      (number) => [number, { ...OPERATOR, fixmedins_code: 'H11010100002' }, '2026-11-22T05:00:00Z'],
    ],
    ['a day and a second old', (number) => [number, OPERATOR, '2026-11-23T04:00:01Z']],
    ['of the future', (number) => [number, OPERATOR, '2026-11-22T03:58:00Z']],
    ['changed', (number) => [number.replace('20261122', '20261123'), OPERATOR, '2026-11-22T05:00:00Z']],
    ['cut', (number) => [number.slice(0, 29), OPERATOR, '2026-11-22T05:00:00Z']],
    ['made up', () => ['S0001', OPERATOR, '2026-11-22T05:00:00Z']],
    ['of no day', () => ['20261331000000ABCDEF0123456789', OPERATOR, '2026-11-22T05:00:00Z']],
  ])('that is %s is refused', (_, made) => {
    at('2026-11-22T04:00:00Z');
    const [number, operator, time] = made(numbers.issue(OPERATOR).number);
    at(time);
    expect(() => numbers.verify(number, operator)).toThrow(expect.objectContaining({ reason: 'SIGN_IN_INVALID' }));
  });

  it('holds for a day', () => {
    at('2026-11-22T04:00:00Z');
    const { number } = numbers.issue(OPERATOR);
    at('2026-11-23T04:00:00Z');
    expect(() => numbers.verify(number, OPERATOR)).not.toThrow();
  });

  it('of another key is refused', () => {
    at('2026-11-22T04:00:00Z');
    const { number } = new SignInNumbers('other', clock).issue(OPERATOR);
    expect(() => numbers.verify(number, OPERATOR)).toThrow(expect.objectContaining({ reason: 'SIGN_IN_INVALID' }));
  });

  it('may be left out of a message, but not be wrong, except where one is asked for anew', () => {
    const check = (sign_no: string | null, infno = '2207') =>
      numbers.check({ ...OPERATOR, infno, sign_no } as Envelope);
    expect(() => check(null)).not.toThrow();
    expect(() => check('')).not.toThrow();
    expect(() => check('S0001', '9001')).not.toThrow();
    expect(() => check('S0001')).toThrow(expect.objectContaining({ reason: 'SIGN_IN_INVALID' }));
  });
});
