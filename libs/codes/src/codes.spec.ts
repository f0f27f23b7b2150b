import { describe, expect, it } from 'vitest';
import {
  addMonths,
  destinationCovers,
  findProvince,
  idNumberCheck,
  isCalendarDate,
  isDiagnosisCode,
  isIdNumber,
  isInstitutionCode,
  isMessageId,
  isPhoneNumber,
  PROVINCES,
  provinceOf,
  REASONS,
  sentence,
} from './index.js';

describe('regions', () => {
  it('are 32 clearing parties with distinct codes', () => {
    expect(new Set(PROVINCES.map((p) => p.code)).size).toBe(32);
  });

  it('keep 新疆 and the Corps apart', () => {
    expect(provinceOf('659001')).toBe('650000');
    expect(provinceOf('660100')).toBe('660000');
  });

  it.each(['', '000000', '990000', '11000', '11000a'])('know no province of %j', (code) =>
    expect(findProvince(code)).toBeNull(),
  );

  it.each([
    ['310000', '310115', true],
    ['460000', '469002', true],
    ['410100', '410102', true],
    ['410100', '410299', false],
    ['410100', '410100', true],
    ['660000', '659001', false],
  ])('%s contains %s: %s', (destination, place, covers) => expect(destinationCovers(destination, place)).toBe(covers));
});

describe('code formats', () => {
  it('know institutions by kind, division and sequence', () => {
    expect(isInstitutionCode('H11010100001')).toBe(true);
    expect(isInstitutionCode('H99010100001')).toBe(false);
    expect(isInstitutionCode('D11010100001')).toBe(false);
  });
  it.each([
    ['H31010100001202611211530120001', true],
    ['H31010100001202613211530120001', false],
    ['H3101010000120261121153012001', false],
    ['H31010100001202611212430120001', false],
  ])('message id %s: %s', (id, valid) => expect(isMessageId(id)).toBe(valid));
});

describe('diagnoses', () => {
  it.each(['I10', 'J18.9', 'C34.900', 'I10.x00x002', 'R55.x00', 'C34.900x004', 'G63.2*', 'E11.4†', 'Z51.100'])(
    'are written as %s',
    (code) => expect(isDiagnosisCode(code)).toBe(true),
  );
  it.each(['', 'I1', 'I10.', 'i10', 'I10.90', 'I10.9000', 'I10.x00x02', '高血压', 'I10 ', 'M016000', 'DROP'])(
    'are not written as %j',
    (code) => expect(isDiagnosisCode(code)).toBe(false),
  );
});

describe('telephone numbers', () => {
  it.each(['13812341234', '15400000000', '010-65123456', '02165123456', '0755-12345678', '0937-1234567'])(
    'are %s',
    (number) => expect(isPhoneNumber(number)).toBe(true),
  );
  it.each(['', '120', '1381234123', '138123412345', '+8613812341234', '65123456', '138 1234 1234', '０１０'])(
    'are not %j',
    (number) => expect(isPhoneNumber(number)).toBe(false),
  );
});

describe('ID numbers', () => {
  it('carry the check character of GB 11643', () => {
    // The worked example of the standard.
    expect(idNumberCheck('11010519491231002')).toBe('X');
    expect(isIdNumber('11010519491231002X')).toBe(true);
    expect(isIdNumber('110105194912310021')).toBe(false);
  });
  it('need a real date of birth', () => {
    const impossible = '11010519490230002';
    expect(isIdNumber(impossible + idNumberCheck(impossible))).toBe(false);
  });
});

describe('calendar dates', () => {
  it.each([
    ['2024-02-29', true],
    ['2026-02-29', false],
    ['2026-13-01', false],
    ['2026-1-01', false],
    ['0000-01-01', false],
  ])('%s: %s', (date, valid) => expect(isCalendarDate(date)).toBe(valid));

  it.each([
    ['2026-08-31', 6, '2027-02-28'],
    ['2027-08-31', 6, '2028-02-29'],
    ['2026-11-22', 6, '2027-05-22'],
    ['2026-01-15', -1, '2025-12-15'],
  ])('%s plus %i months is %s', (date, months, expected) => expect(addMonths(date, months)).toBe(expected));
});

describe('reasons', () => {
  it.each(Object.keys(REASONS))('%s speaks both languages and names its parameters alike', (reason) => {
    const { zh, en } = REASONS[reason as keyof typeof REASONS];
    const names = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map((m) => m[1] ?? '').sort();
    expect(zh).toMatch(/[一-龥]/);
    expect(names(zh)).toEqual(names(en));
  });
  it('fill in their parameters', () => {
    expect(sentence('CYCLE_NOT_FOUND', 'en', { date: '2026-11-22' })).toBe(
      'There is no cycle 2026-11-22. Check the date.',
    );
  });
});
