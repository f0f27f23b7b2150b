import { fen } from '@yiditong/money';
import { describe, expect, it } from 'vitest';
import { accountCountsAsFund, fundTotalMeant, fundTotalShown } from './account-counting.js';

describe('基金支付总额 at a hospital', () => {
  it.each([
    ['440000', true, 130n],
    ['440106', true, 130n],
    ['430000', false, 100n],
    ['430502', false, 100n],
    ['110101', false, 100n],
    ['990000', false, 100n],
  ])('of %s counts accounts: %s', (region, counts, shown) => {
    expect(accountCountsAsFund(region)).toBe(counts);
    expect(fundTotalShown(fen(100n), fen(30n), region)).toBe(shown);
    expect(fundTotalMeant(fen(shown), fen(30n), region)).toBe(100n);
  });
});
