import { Rejection } from '@yiditong/codes';
import type { settlementV1 } from '@yiditong/contracts';
import { fen, formatYuan, type Fen } from '@yiditong/money';
import { idOfNational, nationalIdOf } from './national-codes.js';

/** The columns of what a hospital uploads for 3202, in this order and without a header. */
export const DETAIL_COLUMNS = [
  'setl_id',
  'mdtrt_id',
  'psn_no',
  'medfee_sumamt',
  'fund_pay_sumamt',
  'acct_pay',
  'refd_setl_flag',
] as const;
/** And of what it downloads. */
export const RESULT_COLUMNS = [
  'psn_no',
  'mdtrt_id',
  'setl_id',
  'msgid',
  'stmt_rslt',
  'refd_setl_flag',
  'memo',
  'medfee_sumamt',
  'fund_pay_sumamt',
  'acct_pay',
] as const;

const MAX_ROWS = 20_000;
/** Up to 14 digits before the point, as 16,2 has. */
const AMOUNT = /^(-?)(0|[1-9]\d{0,13})(?:\.(\d{1,2}))?$/;

/** How a province writes the funds' total: with the accounts in it or without. */
export type FundReading = (fundFen: Fen, accountFen: Fen) => Fen;

export type DetailRow = settlementV1.LedgerRow & { readonly visit: string };

/** Rejects with DETAIL_FILE_INVALID, naming the row and what is wrong with it, and never quoting it. */
export function readDetailFile(text: string, meantFund: FundReading): DetailRow[] {
  const lines = text.replace(/^\uFEFF/, '').split(/\r?\n/);
  if (lines.at(-1) === '') lines.pop();
  if (lines.length > MAX_ROWS) throw invalid(MAX_ROWS + 1, `最多 ${MAX_ROWS} 行 at most ${MAX_ROWS} rows`);
  const seen = new Set<string>();
  return lines.map((line, index) => {
    const row = readRow(line.split('\t'), index + 1, meantFund);
    if (seen.has(row.recordId)) throw invalid(index + 1, 'setl_id 重复 is there twice');
    seen.add(row.recordId);
    return row;
  });
}

function readRow(cells: readonly string[], number: number, meantFund: FundReading): DetailRow {
  const [settlement = '', visit = '', person = '', total = '', fund = '', account = '', refund = ''] = cells;
  if (cells.length !== DETAIL_COLUMNS.length)
    throw invalid(number, `应有 ${DETAIL_COLUMNS.length} 列 must have ${DETAIL_COLUMNS.length} columns`);
  if (refund !== '0' && refund !== '1') throw invalid(number, 'refd_setl_flag');
  if (visit.length > 30) throw invalid(number, 'mdtrt_id');
  const amountOf = (cell: string, column: string): Fen => {
    const value = readAmount(cell);
    if (value === null || (refund === '1' ? value > 0n : value < 0n)) throw invalid(number, column);
    return fen(value);
  };
  const accountFen = amountOf(account, 'acct_pay');
  return {
    recordId: idOfNational(settlement) ?? fail(number, 'setl_id'),
    personId: idOfNational(person) ?? fail(number, 'psn_no'),
    totalFen: amountOf(total, 'medfee_sumamt'),
    fundTotalFen: meantFund(amountOf(fund, 'fund_pay_sumamt'), accountFen),
    accountFen,
    refund: refund === '1',
    visit,
  };
}

function readAmount(cell: string): bigint | null {
  const [, sign, whole, decimals = ''] = AMOUNT.exec(cell) ?? [];
  if (whole === undefined) return null;
  const value = BigInt(`${whole}${decimals.padEnd(2, '0')}`);
  return sign === '-' ? -value : value;
}

const RESULTS: Readonly<Record<string, readonly [code: string, memo: string]>> = {
  ROW_DIFFERENCE_ONLY_HERE: ['101', '中心多'],
  ROW_DIFFERENCE_ONLY_THERE: ['102', '医药机构多'],
  ROW_DIFFERENCE_DIFFERS: ['103', '数据不一致'],
};

/** The rows of the answer: the amounts are ours where we have the record, else the hospital's. The visit is as the hospital said it. */
export function resultRows(
  compared: readonly settlementV1.ComparedRow[],
  uploaded: readonly DetailRow[],
  shownFund: FundReading,
): string[][] {
  const visits = new Map(uploaded.map(({ recordId, visit }) => [recordId, visit]));
  return compared.flatMap(({ difference, row, messageId }) => {
    const [code, memo] = RESULTS[difference] ?? [];
    if (!row || code === undefined || memo === undefined) return [];
    const { recordId, personId, refund, totalFen, fundTotalFen, accountFen } = row;
    return [
      [
        nationalIdOf(personId),
        visits.get(recordId) ?? '',
        nationalIdOf(recordId),
        messageId,
        code,
        refund ? '1' : '0',
        memo,
        ...[totalFen, shownFund(fen(fundTotalFen), fen(accountFen)), accountFen].map((amount) =>
          formatYuan(fen(amount)),
        ),
      ],
    ];
  });
}

function fail(row: number, problem: string): never {
  throw invalid(row, problem);
}

function invalid(row: number, problem: string): Rejection {
  return new Rejection('DETAIL_FILE_INVALID', { row: String(row), problem });
}
