import { describe, expect, it } from 'vitest';
import { ageOn, circumstancesOn, problemOfTags } from './personal-data.js';

describe('an age', () => {
  it.each<[string, string, number | null]>([
    ['1960-04-20', '2026-04-19', 65],
    ['1960-04-20', '2026-04-20', 66],
    ['1960-04-20', '2026-12-31', 66],
    ['1960-12-31', '2026-01-01', 65],
    ['2008-02-29', '2026-02-28', 17],
    ['2008-02-29', '2026-03-01', 18],
    ['2026-04-20', '2026-04-20', 0],
    ['2026-04-20', '2026-04-19', null],
  ])('of somebody born on %s is on %s %s', (born, on, age) => expect(ageOn(born, on)).toBe(age));

  it('is read from the ID number, and tags are as they were entered', () => {
    const personal = { idNumber: '610101196004200018', name: '张三', phone: null, tags: ['低保'] };
    expect(circumstancesOn(personal, '2026-04-19')).toEqual({ age: 65, personTags: ['低保'] });
  });
});

describe('tags', () => {
  const many = (count: number): string[] => Array.from({ length: count }, (_, n) => `标签${n}`);

  it.each<[string, readonly string[]]>([
    ['none', []],
    ['twenty', many(20)],
    ['one of twenty characters, beyond the plane too', ['𠀀'.repeat(20)]],
    ['one with a blank inside', ['公务员 一级']],
  ])('that are %s are well', (_, tags) => expect(problemOfTags(tags)).toBeNull());

  it.each<[string, readonly string[]]>([
    ['too many', many(21)],
    ['empty', ['']],
    ['too long', ['名'.repeat(21)]],
    ['of two lines', ['低\n保']],
    ['with a NUL', ['低保\u0000']],
    ['with blanks around', [' 低保']],
    ['twice the same', ['低保', '特困', '低保']],
  ])('that are %s are not', (_, tags) => expect(problemOfTags(tags)).toMatch(/^tags /));
});
