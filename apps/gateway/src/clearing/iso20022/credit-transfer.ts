import {
  accountElement,
  amountElement,
  assertBetweenProvinces,
  bankElement,
  institutionElement,
  messageHeader,
  paymentNames,
  remittance,
  type ClearingPayment,
  type MessageHeader,
} from './parts.js';
import { calendarDate } from './values.js';
import { element, textElement, writeDocument, type XmlElement } from './xml.js';

/** What asks the banks to move one payment. */
export type CreditTransfer = MessageHeader & { readonly payment: ClearingPayment };

/**
 * The instruction for one payment between two provinces' treasuries: ISO 20022 pacs.009.001.08, FinancialInstitutionCreditTransfer, one
 * transaction. The treasuries stand as the institutions that owe and are owed, their banks as the agents. It settles through a clearing
 * system (CLRG); which one is the banks' choice.
 *
 * @returns XML to be encoded in UTF-8; the same bytes for the same input
 * @throws RangeError where the schema would refuse a value, or where a province would pay itself
 */
export function writeCreditTransfer(transfer: CreditTransfer): string {
  assertBetweenProvinces(transfer.payment);
  return writeDocument(
    'urn:iso:std:iso:20022:tech:xsd:pacs.009.001.08',
    element(
      'FICdtTrf',
      messageHeader(transfer, textElement('NbOfTxs', '1'), element('SttlmInf', textElement('SttlmMtd', 'CLRG'))),
      transaction(transfer.payment),
    ),
  );
}

function transaction({ id, payer, payee, amountFen, businessDate, reference }: ClearingPayment): XmlElement {
  return element(
    'CdtTrfTxInf',
    paymentIdentification(id),
    amountElement('IntrBkSttlmAmt', amountFen, 'the amount'),
    textElement('IntrBkSttlmDt', calendarDate(businessDate, 'the business date')),
    institutionElement('Dbtr', payer.owner),
    accountElement('DbtrAcct', payer),
    bankElement('DbtrAgt', payer.bank),
    bankElement('CdtrAgt', payee.bank),
    institutionElement('Cdtr', payee.owner),
    accountElement('CdtrAcct', payee),
    remittance(reference),
  );
}

function paymentIdentification(id: string): XmlElement {
  const { compact, reference } = paymentNames(id);
  return element(
    'PmtId',
    textElement('InstrId', compact),
    textElement('EndToEndId', compact),
    textElement('TxId', compact),
    textElement('UETR', reference),
  );
}
