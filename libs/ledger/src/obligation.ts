import { CLEARED_FUNDS, INSURANCES, type ClearedFund, type Insurance, type VisitKind } from '@yiditong/codes';
import { fen, negateFen, sumFen, type Fen } from '@yiditong/money';

/** A settlement; its technical undo; its business undo (退费); and the undo of that. */
export type ObligationKind = 'SETTLEMENT' | 'REVERSAL' | 'REFUND' | 'REINSTATEMENT';

/** What an insured province owes a treating province for one settlement, or its exact negation. Gross: netting never extinguishes it (规程 art. 45: 按月全额清算). */
export type Obligation = {
  readonly obligationId: string;
  readonly settlementId: string;
  /** What made it: the settlement itself, or the cancellation that took it back. One of a kind for each. */
  readonly operationId: string;
  readonly kind: ObligationKind;
  /** Payer. */
  readonly insuredProvince: string;
  /** Payee. */
  readonly treatingProvince: string;
  readonly insurance: Insurance;
  readonly visitKind: VisitKind;
  /** The cycle. */
  readonly businessDate: string;
  /** The month that the cost is of (费款所属期), YYYY-MM: that of the bill's own cycle, whichever cycle corrects it later. */
  readonly costMonth: string;
  /** What its funds and the person's accounts paid: the bill less the person's cash and the hospital's part. Each named once. */
  readonly funds: readonly { readonly fund: ClearedFund; readonly amountFen: Fen }[];
};

/** One row moves one amount from a debit to a credit account: balanced by construction. */
export type Posting = {
  readonly fund: ClearedFund;
  readonly debitAccount: string;
  readonly creditAccount: string;
  readonly amountFen: Fen;
};

export function obligationAmount(obligation: Pick<Obligation, 'funds'>): Fen {
  return sumFen(obligation.funds.map(({ amountFen }) => amountFen));
}

/** The clearinghouse's books: what it is to receive from the payer against what it is to pay the payee, per fund. */
export function postingsOf(obligation: Obligation): Posting[] {
  return obligation.funds.map(({ fund, amountFen }) => ({
    fund,
    debitAccount: `receivable:${obligation.insuredProvince}:${obligation.insurance}:${fund}`,
    creditAccount: `payable:${obligation.treatingProvince}:${obligation.insurance}:${fund}`,
    amountFen,
  }));
}

/** Whose books two accounts are that a posting moved an amount between. Throws where they don't belong together. */
export function fundBetween(
  debitAccount: string,
  creditAccount: string,
): Pick<Obligation, 'insuredProvince' | 'treatingProvince' | 'insurance'> & Pick<Posting, 'fund'> {
  const [, insuredProvince = '', ofInsurance, ofFund] = debitAccount.split(':');
  const [, treatingProvince = ''] = creditAccount.split(':');
  const insurance = INSURANCES.find((known) => known === ofInsurance);
  const fund = CLEARED_FUNDS.find((known) => known === ofFund);
  const credited = `payable:${treatingProvince}:${ofInsurance}:${ofFund}`;
  if (!insurance || !fund || creditAccount !== credited || !debitAccount.startsWith('receivable:'))
    throw new Error(`nothing moves between ${debitAccount} and ${creditAccount}`);
  return { insuredProvince, treatingProvince, insurance, fund };
}

/** The negation of an obligation, in the cycle that is open when it is undone. */
export function reverseObligation(
  original: Obligation,
  identity: Pick<Obligation, 'obligationId' | 'businessDate' | 'operationId' | 'kind'>,
): Obligation {
  return {
    ...original,
    ...identity,
    funds: original.funds.map(({ fund, amountFen }) => ({ fund, amountFen: negateFen(amountFen) })),
  };
}

/** Debits less credits per account. The sum over all accounts is zero. */
export function accountBalances(postings: Iterable<Posting>): Map<string, Fen> {
  const balances = new Map<string, Fen>();
  const move = (account: string, by: bigint): void => {
    balances.set(account, fen((balances.get(account) ?? 0n) + by));
  };
  for (const posting of postings) {
    move(posting.debitAccount, posting.amountFen);
    move(posting.creditAccount, -posting.amountFen);
  }
  return balances;
}

/** The canonical text of an obligation, which both sides of the seal hash. Funds are in dictionary order. */
export function obligationLeaf(obligation: Obligation): string {
  const funds = [...obligation.funds]
    .sort((a, b) => (a.fund < b.fund ? -1 : 1))
    .map(({ fund, amountFen }) => `${fund}=${amountFen}`);
  return [
    obligation.obligationId,
    obligation.settlementId,
    obligation.operationId,
    obligation.kind,
    obligation.insuredProvince,
    obligation.treatingProvince,
    obligation.insurance,
    obligation.visitKind,
    obligation.businessDate,
    obligation.costMonth,
    ...funds,
  ].join('|');
}
