import { formatYuan, negateFen } from '@yiditong/money';
import type { Obligation, Posting } from './obligation.js';

/** What was booked of an obligation, under the cycle's date. */
export type JournalEntry = Pick<Obligation, 'obligationId' | 'settlementId' | 'kind' | 'businessDate'> & {
  readonly postings: readonly Posting[];
};

/** How a journal for hledger (https://hledger.org) begins: amounts are yuan with two decimals, receivables are assets and payables debts. */
export const JOURNAL_HEAD: readonly string[] = [
  'commodity 1000.00 CNY',
  'account receivable  ; type: Asset',
  'account payable  ; type: Liability',
  '',
];

/** An obligation's postings as a transaction: each debit with its credit, so that it balances whatever it holds. */
export function journalEntry({ businessDate, obligationId, settlementId, kind, postings }: JournalEntry): string[] {
  return [
    `${businessDate} * (${obligationId}) ${kind}  ; settlement: ${settlementId}`,
    ...postings.flatMap(({ debitAccount, creditAccount, amountFen }) => [
      `    ${debitAccount}  ${formatYuan(amountFen)} CNY`,
      `    ${creditAccount}  ${formatYuan(negateFen(amountFen))} CNY`,
    ]),
    '',
  ];
}
