import { fen, NumberText, parseExactly, readDecimal, sumFen, type Fen } from '@yiditong/money';
import { fundTotalMeant } from './account-counting.js';

const AMOUNT = { digits: 16, scale: 2, negative: true } as const;
const RATIO = { digits: 5, scale: 4, negative: false } as const;

/** Which amounts of setlinfo a settlement has, and whether each must be there. */
const AMOUNTS = {
  total: ['medfee_sumamt', true],
  fullSelfPay: ['fulamt_ownpay_amt', true],
  overCeiling: ['overlmt_selfpay', true],
  firstSelfPay: ['preselfpay_amt', true],
  inScope: ['inscp_scp_amt', true],
  deductible: ['act_pay_dedc', false],
  pooling: ['hifp_pay', true],
  civilServant: ['cvlserv_pay', true],
  employerSupplement: ['hifes_pay', true],
  criticalIllness: ['hifmi_pay', true],
  largeSum: ['hifob_pay', true],
  disabledCare: ['hifdm_pay', false],
  medicalAid: ['maf_pay', true],
  hospitalPart: ['hosp_part_amt', false],
  other: ['oth_pay', true],
  /** As it is named; {@link SettlementAnswer} has what it means. */
  fundTotal: ['fund_pay_sumamt', true],
  personal: ['psn_part_amt', false],
  account: ['acct_pay', true],
  mutualAid: ['acct_mulaid_pay', false],
} as const satisfies Readonly<Record<string, readonly [string, boolean]>>;
type AmountName = keyof typeof AMOUNTS;

/** One row of setldetail that says something. */
export type AnsweredDetail = {
  readonly fundPayType: string;
  readonly amount: Fen;
  readonly base: Fen | null;
  readonly limit: Fen | null;
};

/** A settlement as a hospital's system reads it from an answer. Amounts in fen; negative of a cancellation. */
export type AnsweredSettlement = Readonly<Record<AmountName, Fen>> & {
  readonly visitId: string;
  readonly settlementId: string;
  readonly personNumber: string;
  readonly messageId: string;
  readonly cash: Fen;
  /** 余额 after; null where the answer names none. */
  readonly balance: Fen | null;
  /** In ten-thousandths. Centres that don't tell it write 0. */
  readonly poolingRatioE4: bigint;
  readonly details: readonly AnsweredDetail[];
};

/** What became of a 2207, 2304, 2208 or 2305, as far as its answer tells. */
export type SettlementAnswer =
  | { readonly outcome: 'SETTLED'; readonly settlement: AnsweredSettlement }
  | { readonly outcome: 'REFUSED'; readonly infcode: number; readonly message: string }
  /** Nobody knows: ask, or reverse. */
  | { readonly outcome: 'UNKNOWN'; readonly message: string }
  /** It came, and can't be believed: something is missing or doesn't add up. Not to be paid by. */
  | { readonly outcome: 'UNUSABLE'; readonly problems: readonly string[] };

type Members = Readonly<Record<string, unknown>>;

/**
 * Reads an answer to a settlement by the national interface, from whichever centre: numbers or texts for codes and amounts, empty texts for
 * what there isn't, `err_msg` or `message`. An answer counts only where who pays sums to what was charged.
 */
export function readSettlementAnswer(json: string, treatingRegion: string): SettlementAnswer {
  const answer = parsed(json);
  if (answer === null) return { outcome: 'UNUSABLE', problems: ['not a JSON object'] };
  const infcode = integerOf(answer['infcode']);
  const message = textOf(answer['err_msg']) || textOf(answer['message']);
  if (infcode === null) return { outcome: 'UNUSABLE', problems: ['infcode: not a number'] };
  if (infcode === -1) return { outcome: 'UNKNOWN', message };
  if (infcode !== 0) return { outcome: 'REFUSED', infcode, message };
  const output = membersOf(answer['output']);
  return readOutput(membersOf(output['setlinfo']), output['setldetail'], treatingRegion);
}

function readOutput(setlinfo: Members, setldetail: unknown, treatingRegion: string): SettlementAnswer {
  const problems: string[] = [];
  const amount = (name: string, isNeeded: boolean, from: Members = setlinfo): Fen | null => {
    const written = writtenOf(from[name]);
    if (written === '') {
      if (isNeeded) problems.push(`${name}: is missing`);
      return null;
    }
    const value = readDecimal(written, AMOUNT);
    if (value === null) problems.push(`${name}: not an amount`);
    return value === null ? null : fen(value);
  };
  const amounts = Object.fromEntries(
    Object.entries(AMOUNTS).map(([name, [field, isNeeded]]) => [name, amount(field, isNeeded) ?? fen(0n)]),
  ) as Record<AmountName, Fen>;
  // 2208 spells it with a d, and some centres have both.
  const cash = amount(writtenOf(setlinfo['psn_cash_pay']) === '' ? 'pdn_cash_pay' : 'psn_cash_pay', true) ?? fen(0n);
  const ratio = readDecimal(writtenOf(setlinfo['pool_prop_selfpay']) || '0', RATIO);
  if (ratio === null) problems.push('pool_prop_selfpay: not a ratio');
  const settlement = {
    ...amounts,
    fundTotal: fundTotalMeant(amounts.fundTotal, amounts.account, treatingRegion),
    personal:
      writtenOf(setlinfo['psn_part_amt']) === ''
        ? sumFen([amounts.account, amounts.mutualAid, cash])
        : amounts.personal,
    cash,
    balance: amount('balc', false),
    poolingRatioE4: ratio ?? 0n,
    details: detailRows(setldetail).map((row) => ({
      fundPayType: textOf(row['fund_pay_type']),
      amount: amount('fund_payamt', true, row) ?? fen(0n),
      base: amount('inscp_scp_amt', false, row),
      limit: amount('crt_payb_lmt_amt', false, row),
    })),
    ...idsOf(setlinfo, problems),
  };
  const all = [...problems, ...(problems.length === 0 ? sumProblems(settlement) : [])];
  return all.length === 0 ? { outcome: 'SETTLED', settlement } : { outcome: 'UNUSABLE', problems: all };
}

function idsOf(setlinfo: Members, problems: string[]) {
  const id = (name: string): string => {
    const value = textOf(setlinfo[name]);
    if (value === '') problems.push(`${name}: is missing`);
    return value;
  };
  return {
    visitId: id('mdtrt_id'),
    settlementId: id('setl_id'),
    // Cancellations needn't repeat whose they are.
    personNumber: textOf(setlinfo['psn_no']),
    messageId: id('medins_setl_id'),
  };
}

/** What must hold of every settlement: the four parts are the whole, and so are those who pay; accounts and cash are the person's part; funds add up. */
function sumProblems(one: AnsweredSettlement): string[] {
  const sums: readonly (readonly [string, Fen, readonly Fen[]])[] = [
    [
      'medfee_sumamt is not its four parts',
      one.total,
      [one.fullSelfPay, one.overCeiling, one.firstSelfPay, one.inScope],
    ],
    [
      'medfee_sumamt is not what funds, person and hospital pay',
      one.total,
      [one.fundTotal, one.personal, one.hospitalPart],
    ],
    ['psn_part_amt is not accounts and cash', one.personal, [one.account, one.mutualAid, one.cash]],
    ['fund_pay_sumamt is not its funds', one.fundTotal, fundsOf(one)],
  ];
  return sums.filter(([, whole, parts]) => whole !== sumFen(parts)).map(([problem]) => problem);
}

function fundsOf(one: AnsweredSettlement): readonly Fen[] {
  return [
    one.pooling,
    one.civilServant,
    one.employerSupplement,
    one.criticalIllness,
    one.largeSum,
    one.disabledCare,
    one.medicalAid,
    one.other,
  ];
}

/** Some centres send a row of empty texts where they have no details. */
function detailRows(setldetail: unknown): readonly Members[] {
  if (!Array.isArray(setldetail)) return [];
  return setldetail
    .map(membersOf)
    .filter((row) => writtenOf(row['fund_pay_type']) !== '' || writtenOf(row['fund_payamt']) !== '');
}

function parsed(json: string): Members | null {
  try {
    const value = parseExactly(json);
    return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof NumberText)
      ? (value as Members)
      : null;
  } catch {
    return null;
  }
}

function membersOf(value: unknown): Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Members) : {};
}

function integerOf(value: unknown): number | null {
  const written = writtenOf(value);
  return /^-?\d{1,6}$/.test(written) ? Number(written) : null;
}

/** A code or an amount, whether it came as a number or as a text. */
function writtenOf(value: unknown): string {
  return value instanceof NumberText ? value.text : textOf(value);
}

function textOf(value: unknown): string {
  if (value instanceof NumberText) return value.text;
  return typeof value === 'string' ? value.trim() : '';
}
