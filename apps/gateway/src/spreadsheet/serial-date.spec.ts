import { describe, expect, it } from 'vitest';
import { isDateFormat, serialToDate } from './serial-date.js';

describe('a serial number', () => {
  it.each([
    ['45292', false, '2024-01-01'],
    ['45292.75', false, '2024-01-01'],
    ['43830', true, '2024-01-01'],
    ['45351', false, '2024-02-29'],
    ['1', false, '1900-01-01'],
    ['59', false, '1900-02-28'],
    ['60', false, '1900-02-29'],
    ['61', false, '1900-03-01'],
    ['0', true, '1904-01-01'],
    ['2958465', false, '9999-12-31'],
    ['4.5292E4', false, '2024-01-01'],
  ])('%s, counted from 1904: %s, is the day %s', (serial, from1904, day) =>
    expect(serialToDate(serial, from1904)).toBe(day),
  );

  it.each(['0.5', '-3', '2958466', 'x', ' ', '1e99'])('%j that counts no day stays as it is', (serial) =>
    expect(serialToDate(serial, false)).toBe(serial),
  );
});

describe('a number format', () => {
  it.each<[number, string | undefined, boolean]>([
    [14, undefined, true],
    [31, undefined, true],
    [58, undefined, true],
    [20, undefined, false],
    [33, undefined, false],
    [0, undefined, false],
    [49, undefined, false],
    [176, 'yyyy"年"m"月"d"日";@', true],
    [176, '[$-804]yyyy/m/d;@', true],
    [176, 'mmm\\-yy', true],
    [176, 'yyyy\\-mm\\-dd hh:mm', true],
    [176, 'mm', true],
    [176, 'h:mm:ss', false],
    [176, '[h]:mm', false],
    [176, '0.00" days"', false],
    [176, '[Red]0.00', false],
    [176, '0.00E+00', false],
    [176, 'General', false],
    [176, '[$-804]General', false],
    [176, '0;"dry"', false],
  ])('%i %s shows a day: %s', (id, code, shows) => expect(isDateFormat(id, code)).toBe(shows));
});
