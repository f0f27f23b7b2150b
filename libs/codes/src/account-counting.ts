import { fen, type Fen } from '@yiditong/money';
import { findProvince } from './regions.js';

/**
 * Provinces whose hospitals count 个人账户支出 (acct_pay) into 基金支付总额 (fund_pay_sumamt): 广东. Everywhere else, and inside this system, an
 * account is no fund.
 */
const ACCOUNT_COUNTS: readonly string[] = ['440000'];

/** Whether hospitals of the treating place count accounts as funds. */
export function accountCountsAsFund(treatingRegion: string): boolean {
  const province = findProvince(treatingRegion)?.code;
  return province !== undefined && ACCOUNT_COUNTS.includes(province);
}

/** 基金支付总额 as a hospital of the treating place has it. */
export function fundTotalShown(fundTotalFen: Fen, accountFen: Fen, treatingRegion: string): Fen {
  return accountCountsAsFund(treatingRegion) ? fen(fundTotalFen + accountFen) : fundTotalFen;
}

/** What funds paid, accounts left out, of the 基金支付总额 that a hospital of the treating place names. */
export function fundTotalMeant(shownFen: Fen, accountFen: Fen, treatingRegion: string): Fen {
  return accountCountsAsFund(treatingRegion) ? fen(shownFen - accountFen) : shownFen;
}
