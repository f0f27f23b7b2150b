import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { compareStrengths, packOf, strengthOf, type Agreement } from './amounts.js';

describe('strengths', () => {
  it.each<[string, string, Agreement]>([
    ['250mg', '0.25g', 'EQUAL'],
    ['0.05mg', '50μg', 'EQUAL'],
    ['50ug', '50mcg', 'EQUAL'],
    ['５００ｍｇ', '0.5g', 'EQUAL'],
    ['5ml:50mg', '50mg/5ml', 'EQUAL'],
    ['10ml：0.1g', '0.1g:10ml', 'EQUAL'],
    ['80万U', '80万单位', 'EQUAL'],
    ['1.25万单位', '12500IU', 'EQUAL'],
    ['300U:3ml', '3ml:300单位', 'EQUAL'],
    ['0.9% 100ml', '100ml:0.9g', 'EQUAL'],
    ['150mg/12.5mg', '150mg:12.5mg', 'EQUAL'],
    ['10mg/ml', '5ml:50mg', 'PARTIAL'],
    ['0.9%', '100ml:0.9g', 'PARTIAL'],
    ['50mg', '5ml:50mg', 'PARTIAL'],
    ['100ml', '100ml:0.9g', 'PARTIAL'],
    ['0.25g', '0.5g', 'DIFFERENT'],
    ['2ml:15mg', '4ml:30mg', 'DIFFERENT'],
    ['100ml:0.9g', '250ml:2.25g', 'DIFFERENT'],
    ['100ml:0.5g', '250ml:0.5g', 'DIFFERENT'],
    ['10%', '5%', 'DIFFERENT'],
    ['80万单位', '160万单位', 'DIFFERENT'],
    ['', '0.5g', 'UNSAID'],
    ['', '', 'NEITHER'],
  ])('%s and %s: %s', (one, other, expected) => {
    expect(compareStrengths(strengthOf(one), strengthOf(other))).toBe(expected);
  });

  const amount = fc.tuple(fc.integer({ min: 1, max: 5_000 }), fc.constantFrom('mg', 'g', 'μg', 'ml', '单位', '%'));
  const text = fc
    .array(amount, { maxLength: 3 })
    .map((amounts) => amounts.map(([value, unit]) => `${value}${unit}`).join(':'));

  it('are compared the same from either side', () => {
    fc.assert(
      fc.property(text, text, (one, other) => {
        const [a, b] = [strengthOf(one), strengthOf(other)];
        expect(compareStrengths(a, b)).toBe(compareStrengths(b, a));
      }),
    );
  });

  it('are the same in any unit', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 999_999 }), (milligrams) => {
        const [grams, rest] = [Math.floor(milligrams / 1_000), String(milligrams % 1_000).padStart(3, '0')];
        const spelled = [`${milligrams}mg`, `${grams}.${rest}g`, `${milligrams}000μg`, `${milligrams}毫克`];
        for (const one of spelled)
          expect(compareStrengths(strengthOf(one), strengthOf(spelled[0] ?? ''))).toBe('EQUAL');
      }),
    );
  });
});

describe('packs', () => {
  it.each<[string, number | null]>([
    ['24粒/盒', 24],
    ['12片×2板', 24],
    ['12片/板×2板/盒', 24],
    ['0.25g*24粒', 24],
    ['0.25gx24粒/盒', 24],
    ['10ml*6支', 6],
    ['×30', 30],
    ['48', 48],
    ['1支/支', 1],
    ['维生素B1片 10mg', null],
    ['3.0×18mm', null],
    ['100ml', null],
    ['', null],
  ])('%s holds %s', (text, count) => {
    expect(packOf(text)).toBe(count);
  });
});
