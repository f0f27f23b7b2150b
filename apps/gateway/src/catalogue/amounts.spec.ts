import { describe, expect, it } from 'vitest';
import { percentText, quantityText, shareText, yuanText } from './amounts.js';

describe('a price', () => {
  it.each([
    [50_000_000n, '50.00'],
    [125_000n, '0.125'],
    [1n, '0.000001'],
    [1_500_000n, '1.50'],
    [999_999_000_000n, '999999.00'],
    [0n, '0.00'],
  ])('of %d millionths is %s yuan', (micro, text) => expect(yuanText(micro)).toBe(text));
});

describe('a quantity', () => {
  it.each([
    [10_000n, '1'],
    [5_000n, '0.5'],
    [123_456n, '12.3456'],
  ])('of %d ten-thousandths is %s', (quantity, text) => expect(quantityText(quantity)).toBe(text));
});

describe('a share', () => {
  it.each([
    [0, '0', '0%'],
    [5, '0.0005', '0.05%'],
    [500, '0.05', '5%'],
    [1_000, '0.1', '10%'],
    [1_250, '0.125', '12.5%'],
    [10_000, '1', '100%'],
  ])('of %d basis points is %s, or %s', (bps, decimal, percent) => {
    expect(shareText(bps)).toBe(decimal);
    expect(percentText(bps)).toBe(percent);
  });
});
