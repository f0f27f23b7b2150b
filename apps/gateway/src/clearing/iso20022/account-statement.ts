import { fen, magnitude, sumFen, type Fen } from '@yiditong/money';
import {
  amountElement,
  dateElement,
  messageHeader,
  ownAccount,
  partyElement,
  remittance,
  sideElement,
  transactionCode,
  yuanElement,
  type MessageHeader,
  type Side,
  type Treasury,
  type TreasuryAccount,
} from './parts.js';
import { calendarDate, countText, identifier, instant, unsignedYuan } from './values.js';
import { element, textElement, writeDocument, type XmlElement } from './xml.js';

/** What one province owes or is owed by another within a statement: gross of an insurance, or a net. */
export type AccountStatementEntry = {
  /** As a message's id; once in a statement. */
  readonly entryId: string;
  /** A credit is what the statement's province receives. */
  readonly side: Side;
  /** Above zero, at most 18 digits. */
  readonly amountFen: Fen;
  /** YYYY-MM-DD, of the statement's days. */
  readonly businessDate: string;
  readonly counterparty: Treasury;
  /** How many obligations the entry sums up, from 1; null where it isn't a sum of them. */
  readonly obligationCount: bigint | null;
  /** At most 140 characters. */
  readonly reference: string;
};

/** A province's clearing position over the closed cycles of some days. */
export type AccountStatement = MessageHeader & {
  /** As a message's id. */
  readonly statementId: string;
  /** Of the account's statements, from 1. */
  readonly sequence: bigint;
  readonly account: TreasuryAccount;
  /** The first and the last business date, YYYY-MM-DD, both within. One cycle has one. */
  readonly from: string;
  readonly to: string;
  /** What the province is owed; negative where it owes. */
  readonly openingFen: Fen;
  readonly closingFen: Fen;
  readonly entries: readonly AccountStatementEntry[];
};

/**
 * The statement of a province's clearing position: ISO 20022 camt.053.001.08, BankToCustomerStatement, one statement. A credit balance is
 * owed to the province, a debit balance by it; zero is a credit. A business date is a whole day in Beijing. Entries stay in their order.
 *
 * @returns XML to be encoded in UTF-8; the same bytes for the same input
 * @throws RangeError where the schema would refuse a value, where the opening balance and the entries don't give the closing balance, where
 * an entry comes twice, or where its day isn't one of the statement's
 */
export function writeAccountStatement(statement: AccountStatement): string {
  assertConsistent(statement);
  const { statementId, sequence, createdAt, account, from, to, openingFen, closingFen, entries } = statement;
  return writeDocument(
    'urn:iso:std:iso:20022:tech:xsd:camt.053.001.08',
    element(
      'BkToCstmrStmt',
      messageHeader(statement),
      element(
        'Stmt',
        textElement('Id', identifier(statementId, 'the statement id')),
        textElement('ElctrncSeqNb', countText(sequence, 18, 'the sequence number')),
        textElement('CreDtTm', instant(createdAt, 'the time of creation')),
        element(
          'FrToDt',
          textElement('FrDtTm', `${from}T00:00:00+08:00`),
          textElement('ToDtTm', `${to}T23:59:59+08:00`),
        ),
        ownAccount(account),
        balance('OPBD', openingFen, from),
        balance('CLBD', closingFen, to),
        totals(entries),
        ...entries.map(entryElement),
      ),
    ),
  );
}

function assertConsistent({ from, to, openingFen, closingFen, entries }: AccountStatement): void {
  if (calendarDate(from, 'the first day') > calendarDate(to, 'the last day'))
    throw new RangeError(`the first day ${from} is after the last day ${to}`);
  const seen = new Set<string>();
  for (const { entryId, businessDate } of entries) {
    const id = identifier(entryId, 'the entry id');
    if (seen.has(id)) throw new RangeError(`the entry ${entryId} comes twice`);
    seen.add(id);
    if (businessDate < from || businessDate > to)
      throw new RangeError(`the entry ${entryId} is of ${businessDate}, not from ${from} to ${to}`);
  }
  const expectedFen = openingFen + netOf(entries);
  if (expectedFen !== closingFen)
    throw new RangeError(
      `the opening balance and the entries give ${expectedFen} fen, the closing balance is ${closingFen}`,
    );
}

function netOf(entries: readonly AccountStatementEntry[]): Fen {
  return fen(sumOf(entries, 'CREDIT') - sumOf(entries, 'DEBIT'));
}

function sumOf(entries: readonly AccountStatementEntry[], side: Side): Fen {
  return sumFen(entries.filter((entry) => entry.side === side).map(({ amountFen }) => amountFen));
}

function sideOf(signedFen: Fen): Side {
  return signedFen < 0n ? 'DEBIT' : 'CREDIT';
}

function magnitudeInYuan(signedFen: Fen, what: string): string {
  return unsignedYuan(fen(magnitude(signedFen)), what);
}

/** OPBD and CLBD: opening and closing balance, booked. */
function balance(type: 'OPBD' | 'CLBD', signedFen: Fen, date: string): XmlElement {
  const what = type === 'OPBD' ? 'the opening balance' : 'the closing balance';
  return element(
    'Bal',
    element('Tp', element('CdOrPrtry', textElement('Cd', type))),
    yuanElement('Amt', magnitudeInYuan(signedFen, what)),
    sideElement(sideOf(signedFen)),
    dateElement('Dt', date, `the day of ${what}`),
  );
}

function totals(entries: readonly AccountStatementEntry[]): XmlElement {
  const [creditFen, debitFen, netFen] = [sumOf(entries, 'CREDIT'), sumOf(entries, 'DEBIT'), netOf(entries)];
  return element(
    'TxsSummry',
    element(
      'TtlNtries',
      ...countAndSum(entries.length, sumFen([creditFen, debitFen])),
      element('TtlNetNtry', textElement('Amt', magnitudeInYuan(netFen, 'the net')), sideElement(sideOf(netFen))),
    ),
    element('TtlCdtNtries', ...countAndSum(countOf(entries, 'CREDIT'), creditFen)),
    element('TtlDbtNtries', ...countAndSum(countOf(entries, 'DEBIT'), debitFen)),
  );
}

function countOf(entries: readonly AccountStatementEntry[], side: Side): number {
  return entries.filter((entry) => entry.side === side).length;
}

function countAndSum(count: number, amountFen: Fen): XmlElement[] {
  return [
    textElement('NbOfNtries', String(count)),
    textElement('Sum', unsignedYuan(amountFen, 'the sum of the entries')),
  ];
}

function entryElement(entry: AccountStatementEntry): XmlElement {
  const { entryId, side, amountFen, businessDate, obligationCount } = entry;
  return element(
    'Ntry',
    textElement('NtryRef', identifier(entryId, 'the entry id')),
    amountElement('Amt', amountFen, `the amount of the entry ${entryId}`),
    sideElement(side),
    element('Sts', textElement('Cd', 'BOOK')),
    dateElement('BookgDt', businessDate, 'the business date'),
    transactionCode(side),
    element('NtryDtls', obligationCount === null ? null : batch(obligationCount), details(entry)),
  );
}

function batch(obligationCount: bigint): XmlElement {
  return element('Btch', textElement('NbOfTxs', countText(obligationCount, 15, 'the number of obligations')));
}

function details({ side, amountFen, counterparty, reference }: AccountStatementEntry): XmlElement {
  return element(
    'TxDtls',
    amountElement('Amt', amountFen, 'the amount'),
    sideElement(side),
    element('RltdPties', partyElement(side === 'CREDIT' ? 'Dbtr' : 'Cdtr', counterparty)),
    remittance(reference),
  );
}
