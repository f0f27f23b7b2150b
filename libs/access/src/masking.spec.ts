import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MASKED, maskedDiagnoses, maskIdNumber, maskName, maskPhone } from './masking.js';

describe('a name', () => {
  it.each([
    ['张三', '张*'],
    ['张三丰', '张**'],
    ['欧阳震华', '欧阳**'],
    ['司马相如', '司马**'],
    ['欧阳明', '欧**'],
    ['王小明明', '王***'],
    ['𠮷野家', '𠮷**'],
    [' 张三 ', '张*'],
    ['阿依古丽·买买提', '阿**·**'],
    ['阿依古丽•买买提', '阿**·**'],
    ['古丽娜尔·阿不都·热合曼', '古**·**·**'],
    ['迪丽热巴・迪力木拉提', '迪**·**'],
    ['John Smith', 'J**'],
    ['Ли Вэй', 'Л**'],
    ['张', '*'],
    ['李A', '**'],
    ['Li', '**'],
    ['·买买提', '**'],
    ['138', '**'],
    ['', ''],
    ['  ', ''],
  ])('%s is shown as %s', (name, shown) => expect(maskName(name)).toBe(shown));

  it('never shows more than its first character, or two of at least four', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 40 }), (name) => {
        const characters = Array.from(name.trim());
        const shown = Array.from(maskName(name)).filter((character) => !'*·'.includes(character));
        expect(shown).toEqual(characters.slice(0, shown.length));
        const atMost = characters.length === 1 ? 0 : characters.length >= 4 ? 2 : 1;
        expect(shown.length).toBeLessThanOrEqual(atMost);
      }),
    );
  });
});

describe('an ID number', () => {
  it.each([
    ['11010519491231002X', '1****************X'],
    ['11010519491231002x', '1****************x'],
    [' 440524188001010014 ', '4****************4'],
    ['1101054912310', '******************'],
    ['E12345678', '******************'],
    ['11010519491231002Xtra', '******************'],
    ['1', '******************'],
    ['', ''],
  ])('%s is shown as %s', (idNumber, shown) => expect(maskIdNumber(idNumber)).toBe(shown));
});

describe('a phone number', () => {
  it.each([
    ['13812341234', '138****1234'],
    [' 13812341234 ', '138****1234'],
    ['010-65123456', '***********'],
    ['+8613812341234', '***********'],
    ['1381234123', '***********'],
    ['120', '***********'],
    ['', ''],
  ])('%s is shown as %s', (phone, shown) => expect(maskPhone(phone)).toBe(shown));
});

describe('a masked number', () => {
  it('shows two characters of an ID number and seven of a mobile one, and nothing of any other text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 40 }), (text) => {
        fc.pre(!/^\s*(\d{17}[\dXx]|1\d{10})\s*$/.test(text));
        expect(maskIdNumber(text) + maskPhone(text)).toMatch(/^\**$/);
      }),
    );
    fc.assert(
      fc.property(fc.stringMatching(/^\d{17}[\dX]$/), fc.stringMatching(/^1\d{10}$/), (idNumber, phone) => {
        expect(maskIdNumber(idNumber)).toMatch(/^[^*]\*{16}[^*]$/);
        expect(maskPhone(phone)).toMatch(/^[^*]{3}\*{4}[^*]{4}$/);
      }),
    );
  });
});

describe('a diagnosis', () => {
  it('shows neither its chapter, nor its length, nor how many there are', () => {
    expect(maskedDiagnoses()).toEqual([{ code: MASKED, name: MASKED }]);
  });
});
