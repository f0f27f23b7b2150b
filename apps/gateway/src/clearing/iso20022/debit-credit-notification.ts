import {
  accountElement,
  amountElement,
  assertBetweenProvinces,
  bankElement,
  dateElement,
  messageHeader,
  ownAccount,
  partyElement,
  paymentNames,
  remittance,
  sideElement,
  transactionCode,
  type ClearingPayment,
  type MessageHeader,
  type Side,
} from './parts.js';
import { identifier, instant } from './values.js';
import { element, textElement, writeDocument, type XmlElement } from './xml.js';

/** What tells one of the two treasuries of a payment. */
export type DebitCreditNotification = MessageHeader & {
  /** As a message's id. */
  readonly notificationId: string;
  /** The payer is told of a debit, the payee of a credit. */
  readonly to: 'PAYER' | 'PAYEE';
  readonly payment: ClearingPayment;
  /** The day that the bank booked it, YYYY-MM-DD; null as long as it hasn't (a pending entry). */
  readonly bookedOn: string | null;
};

/**
 * The notification of one payment to one of its treasuries: ISO 20022 camt.054.001.08, BankToCustomerDebitCreditNotification, one entry. The
 * payment has the identifiers here that its pacs.009 instruction has.
 *
 * @returns XML to be encoded in UTF-8; the same bytes for the same input
 * @throws RangeError where the schema would refuse a value, or where a province would pay itself
 */
export function writeDebitCreditNotification(notification: DebitCreditNotification): string {
  const { notificationId, createdAt, to, payment } = notification;
  assertBetweenProvinces(payment);
  return writeDocument(
    'urn:iso:std:iso:20022:tech:xsd:camt.054.001.08',
    element(
      'BkToCstmrDbtCdtNtfctn',
      messageHeader(notification),
      element(
        'Ntfctn',
        textElement('Id', identifier(notificationId, 'the notification id')),
        textElement('CreDtTm', instant(createdAt, 'the time of creation')),
        ownAccount(to === 'PAYER' ? payment.payer : payment.payee),
        entry(notification),
      ),
    ),
  );
}

function entry({ to, payment, bookedOn }: DebitCreditNotification): XmlElement {
  const side = to === 'PAYER' ? 'DEBIT' : 'CREDIT';
  const status = bookedOn === null ? 'PDNG' : 'BOOK';
  return element(
    'Ntry',
    textElement('NtryRef', paymentNames(payment.id).compact),
    amountElement('Amt', payment.amountFen, 'the amount'),
    sideElement(side),
    element('Sts', textElement('Cd', status)),
    bookedOn === null ? null : dateElement('BookgDt', bookedOn, 'the day of booking'),
    dateElement('ValDt', payment.businessDate, 'the business date'),
    transactionCode(side),
    element('NtryDtls', transactionDetails(payment, side)),
  );
}

function transactionDetails(payment: ClearingPayment, side: Side): XmlElement {
  const { id, payer, payee, amountFen, reference } = payment;
  return element(
    'TxDtls',
    references(id),
    amountElement('Amt', amountFen, 'the amount'),
    sideElement(side),
    element(
      'RltdPties',
      partyElement('Dbtr', payer.owner),
      accountElement('DbtrAcct', payer),
      partyElement('Cdtr', payee.owner),
      accountElement('CdtrAcct', payee),
    ),
    element('RltdAgts', bankElement('DbtrAgt', payer.bank), bankElement('CdtrAgt', payee.bank)),
    remittance(reference),
  );
}

/** Unlike pacs.009, camt.054 wants the UETR before the transaction's id. */
function references(id: string): XmlElement {
  const { compact, reference } = paymentNames(id);
  return element(
    'Refs',
    textElement('InstrId', compact),
    textElement('EndToEndId', compact),
    textElement('UETR', reference),
    textElement('TxId', compact),
  );
}
