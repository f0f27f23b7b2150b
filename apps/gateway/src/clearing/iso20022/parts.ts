import type { Fen } from '@yiditong/money';
import {
  businessIdentifier,
  calendarDate,
  cnapsNumber,
  endToEndReference,
  identifier,
  instant,
  lineOfText,
  positiveYuan,
  provinceCode,
} from './values.js';
import { element, textElement, type XmlElement } from './xml.js';

/** A bank: it has a BIC, a number in China's payment system (CNAPS 行号, 12 digits), or both. */
export type Bank = {
  /** At most 140 characters. */
  readonly name: string;
  readonly bic?: string;
  readonly cnapsNumber?: string;
};

/** A province's treasury, or the fund's account (财政专户) that it clears through. */
export type Treasury = {
  /** GB/T 2260, six digits. */
  readonly province: string;
  /** At most 140 characters. */
  readonly name: string;
};

export type TreasuryAccount = {
  readonly owner: Treasury;
  readonly bank: Bank;
  /** At most 34 characters. */
  readonly accountNumber: string;
};

/** One amount in yuan (CNY) that one province's treasury pays another's. */
export type ClearingPayment = {
  /** A UUID of version 4 or 7, lower case. */
  readonly id: string;
  readonly payer: TreasuryAccount;
  readonly payee: TreasuryAccount;
  /** Above zero, at most 18 digits. */
  readonly amountFen: Fen;
  /** The day that it is to be settled, YYYY-MM-DD. */
  readonly businessDate: string;
  /** What it pays, such as 清算资金 and the cost month; at most 140 characters. */
  readonly reference: string;
};

export type MessageHeader = {
  /** A UUID, or at most 35 letters and digits with - . or / between them. */
  readonly messageId: string;
  /** An instant with its time zone. */
  readonly createdAt: string;
};

/** Of the account that a message is about: what comes in is a credit. */
export type Side = 'CREDIT' | 'DEBIT';

/** @throws RangeError where a treasury would pay its own province */
export function assertBetweenProvinces({ payer, payee }: ClearingPayment): void {
  if (payer.owner.province === payee.owner.province)
    throw new RangeError(`province ${payer.owner.province} would pay itself`);
}

export function messageHeader({ messageId, createdAt }: MessageHeader, ...more: readonly XmlElement[]): XmlElement {
  return element(
    'GrpHdr',
    textElement('MsgId', identifier(messageId, 'the message id')),
    textElement('CreDtTm', instant(createdAt, 'the time of creation')),
    ...more,
  );
}

/** The same payment is known to every bank by the same two names. */
export function paymentNames(id: string): { readonly compact: string; readonly reference: string } {
  return { compact: identifier(id, 'the payment id'), reference: endToEndReference(id, 'the payment id') };
}

/** Above zero, in yuan. */
export function amountElement(name: string, amountFen: Fen, what: string): XmlElement {
  return yuanElement(name, positiveYuan(amountFen, what));
}

export function yuanElement(name: string, yuan: string): XmlElement {
  return textElement(name, yuan, { Ccy: 'CNY' });
}

export function sideElement(side: Side): XmlElement {
  return textElement('CdtDbtInd', side === 'CREDIT' ? 'CRDT' : 'DBIT');
}

export function dateElement(name: string, date: string, what: string): XmlElement {
  return element(name, textElement('Dt', calendarDate(date, what)));
}

export function remittance(reference: string): XmlElement {
  return element('RmtInf', textElement('Ustrd', lineOfText(reference, 140, 'the reference')));
}

/** A domestic credit transfer, received or issued (bank transaction codes of ISO 20022). */
export function transactionCode(side: Side): XmlElement {
  const family = side === 'CREDIT' ? 'RCDT' : 'ICDT';
  return element(
    'BkTxCd',
    element(
      'Domn',
      textElement('Cd', 'PMNT'),
      element('Fmly', textElement('Cd', family), textElement('SubFmlyCd', 'DMCT')),
    ),
  );
}

export function accountElement(name: string, { accountNumber }: TreasuryAccount): XmlElement {
  return element(name, ...accountContent(accountNumber));
}

/** The account that a message is about, with its owner and bank. */
export function ownAccount(account: TreasuryAccount): XmlElement {
  return element(
    'Acct',
    ...accountContent(account.accountNumber),
    element('Ownr', ...partyContent(account.owner)),
    bankElement('Svcr', account.bank),
  );
}

function accountContent(accountNumber: string): XmlElement[] {
  const number = textElement('Id', lineOfText(accountNumber, 34, 'the account number'));
  return [element('Id', element('Othr', number)), textElement('Ccy', 'CNY')];
}

/** A treasury where the schema takes anybody. */
export function partyElement(name: string, treasury: Treasury): XmlElement {
  return element(name, element('Pty', ...partyContent(treasury)));
}

/** A treasury where the schema takes financial institutions only: it has no BIC, so that its province's code names it. */
export function institutionElement(name: string, treasury: Treasury): XmlElement {
  return element(name, element('FinInstnId', treasuryName(treasury), provinceElement(treasury)));
}

function partyContent(treasury: Treasury): XmlElement[] {
  return [treasuryName(treasury), element('Id', element('OrgId', provinceElement(treasury)))];
}

function treasuryName({ name }: Treasury): XmlElement {
  return textElement('Nm', lineOfText(name, 140, 'the name of the treasury'));
}

function provinceElement({ province }: Treasury): XmlElement {
  return element(
    'Othr',
    textElement('Id', provinceCode(province, "the treasury's province")),
    element('SchmeNm', textElement('Prtry', 'GB/T 2260')),
  );
}

/** @throws RangeError where the bank has neither a BIC nor a number */
export function bankElement(name: string, bank: Bank): XmlElement {
  if (bank.bic === undefined && bank.cnapsNumber === undefined)
    throw new RangeError('the bank has neither a BIC nor a number in the payment system');
  return element(
    name,
    element(
      'FinInstnId',
      bank.bic === undefined ? null : textElement('BICFI', businessIdentifier(bank.bic, "the bank's BIC")),
      bank.cnapsNumber === undefined ? null : memberElement(bank.cnapsNumber),
      textElement('Nm', lineOfText(bank.name, 140, 'the name of the bank')),
    ),
  );
}

/** CNAPS is in ISO 20022's list of clearing systems, with members of 12 digits. */
function memberElement(number: string): XmlElement {
  return element(
    'ClrSysMmbId',
    element('ClrSysId', textElement('Cd', 'CNAPS')),
    textElement('MmbId', cnapsNumber(number, "the bank's number")),
  );
}
