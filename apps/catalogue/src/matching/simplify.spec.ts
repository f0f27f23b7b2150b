import { describe, expect, it } from 'vitest';
import { simplify } from './simplify.js';

describe('simplify', () => {
  it.each([
    ['鹽酸二甲雙胍片', '盐酸二甲双胍片'],
    ['注射用頭孢曲松鈉', '注射用头孢曲松钠'],
    ['氯化鈉注射液(0.9%)', '氯化钠注射液(0.9%)'],
    ['複方甘草片', '复方甘草片'],
    ['心臟彩色都卜勒超聲檢查', '心脏彩色都卜勒超声检查'],
    ['經皮冠狀動脈支架置入術', '经皮冠状动脉支架置入术'],
  ])('writes %s as %s', (traditional, simplified) => {
    expect(simplify(traditional)).toBe(simplified);
  });

  it.each(['阿莫西林胶囊', '乾隆', 'CT平扫', '0.25g×24粒', '', '麝香保心丸'])('leaves %s as it is', (text) => {
    expect(simplify(text)).toBe(text);
  });

  it('turns compatibility forms of characters into the usual ones', () => {
    expect(simplify('金屬')).toBe('金属');
  });
});
