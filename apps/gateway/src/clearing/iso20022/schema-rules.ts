import { isCalendarDate } from '@yiditong/codes';

/** A message as it was read: what a specification compares with the rules below. Nothing but specifications uses this file. */
export type ReadElement = {
  readonly name: string;
  readonly namespace: string;
  /** Without namespace declarations. */
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly ReadElement[];
  readonly text: string;
};

/** By namespace, what stands in its Document. */
const DOCUMENTS: Readonly<Record<string, string>> = {
  'urn:iso:std:iso:20022:tech:xsd:camt.053.001.08': 'BkToCstmrStmt:BankToCustomerStatementV08',
  'urn:iso:std:iso:20022:tech:xsd:camt.054.001.08': 'BkToCstmrDbtCdtNtfctn:BankToCustomerDebitCreditNotificationV08',
  'urn:iso:std:iso:20022:tech:xsd:pacs.009.001.08': 'FICdtTrf:FinancialInstitutionCreditTransferV08',
};

/**
 * The complex types that the messages touch, as the ISO 20022 schemas of 2019 publish them: each line has a type's elements in their order,
 * as name:type. A ? is 0..1, a * 0..n, a + 1..n. "one of" is a choice. What the schema requires is all here; of what it allows, only what
 * the messages have, so that whatever passes these rules passes the schema's.
 */
const COMPLEX_TYPES = `
BankToCustomerStatementV08 GrpHdr:GroupHeader81 Stmt+:AccountStatement9
BankToCustomerDebitCreditNotificationV08 GrpHdr:GroupHeader81 Ntfctn+:AccountNotification17
FinancialInstitutionCreditTransferV08 GrpHdr:GroupHeader93 CdtTrfTxInf+:CreditTransferTransaction36
GroupHeader81 MsgId:Max35Text CreDtTm:ISODateTime
GroupHeader93 MsgId:Max35Text CreDtTm:ISODateTime NbOfTxs:Max15NumericText SttlmInf:SettlementInstruction7
SettlementInstruction7 SttlmMtd:SettlementMethod1Code
AccountStatement9 Id:Max35Text ElctrncSeqNb?:Number CreDtTm?:ISODateTime FrToDt?:DateTimePeriod1 Acct:CashAccount39 Bal+:CashBalance8 TxsSummry?:TotalTransactions6 Ntry*:ReportEntry10
AccountNotification17 Id:Max35Text ElctrncSeqNb?:Number CreDtTm?:ISODateTime FrToDt?:DateTimePeriod1 Acct:CashAccount39 TxsSummry?:TotalTransactions6 Ntry*:ReportEntry10
DateTimePeriod1 FrDtTm:ISODateTime ToDtTm:ISODateTime
CashAccount38 Id:AccountIdentification4Choice Ccy?:ActiveOrHistoricCurrencyCode
CashAccount39 Id:AccountIdentification4Choice Ccy?:ActiveOrHistoricCurrencyCode Ownr?:PartyIdentification135 Svcr?:BranchAndFinancialInstitutionIdentification6
AccountIdentification4Choice one of Othr:GenericAccountIdentification1
GenericAccountIdentification1 Id:Max34Text
PartyIdentification135 Nm?:Max140Text Id?:Party38Choice
Party38Choice one of OrgId:OrganisationIdentification29
Party40Choice one of Pty:PartyIdentification135 Agt:BranchAndFinancialInstitutionIdentification6
OrganisationIdentification29 Othr*:GenericOrganisationIdentification1
GenericOrganisationIdentification1 Id:Max35Text SchmeNm?:OrganisationIdentificationSchemeName1Choice
OrganisationIdentificationSchemeName1Choice one of Cd:ExternalOrganisationIdentification1Code Prtry:Max35Text
BranchAndFinancialInstitutionIdentification6 FinInstnId:FinancialInstitutionIdentification18
FinancialInstitutionIdentification18 BICFI?:BICFIDec2014Identifier ClrSysMmbId?:ClearingSystemMemberIdentification2 Nm?:Max140Text Othr?:GenericFinancialIdentification1
ClearingSystemMemberIdentification2 ClrSysId?:ClearingSystemIdentification2Choice MmbId:Max35Text
ClearingSystemIdentification2Choice one of Cd:ExternalClearingSystemIdentification1Code Prtry:Max35Text
GenericFinancialIdentification1 Id:Max35Text SchmeNm?:FinancialIdentificationSchemeName1Choice
FinancialIdentificationSchemeName1Choice one of Cd:ExternalFinancialInstitutionIdentification1Code Prtry:Max35Text
CashBalance8 Tp:BalanceType13 Amt:ActiveOrHistoricCurrencyAndAmount CdtDbtInd:CreditDebitCode Dt:DateAndDateTime2Choice
BalanceType13 CdOrPrtry:BalanceType10Choice
BalanceType10Choice one of Cd:ExternalBalanceType1Code Prtry:Max35Text
DateAndDateTime2Choice one of Dt:ISODate DtTm:ISODateTime
TotalTransactions6 TtlNtries?:NumberAndSumOfTransactions4 TtlCdtNtries?:NumberAndSumOfTransactions1 TtlDbtNtries?:NumberAndSumOfTransactions1
NumberAndSumOfTransactions4 NbOfNtries?:Max15NumericText Sum?:DecimalNumber TtlNetNtry?:AmountAndDirection35
NumberAndSumOfTransactions1 NbOfNtries?:Max15NumericText Sum?:DecimalNumber
AmountAndDirection35 Amt:NonNegativeDecimalNumber CdtDbtInd:CreditDebitCode
ReportEntry10 NtryRef?:Max35Text Amt:ActiveOrHistoricCurrencyAndAmount CdtDbtInd:CreditDebitCode Sts:EntryStatus1Choice BookgDt?:DateAndDateTime2Choice ValDt?:DateAndDateTime2Choice BkTxCd:BankTransactionCodeStructure4 NtryDtls*:EntryDetails9
EntryStatus1Choice one of Cd:ExternalEntryStatus1Code Prtry:Max35Text
BankTransactionCodeStructure4 Domn?:BankTransactionCodeStructure5
BankTransactionCodeStructure5 Cd:ExternalBankTransactionDomain1Code Fmly:BankTransactionCodeStructure6
BankTransactionCodeStructure6 Cd:ExternalBankTransactionFamily1Code SubFmlyCd:ExternalBankTransactionSubFamily1Code
EntryDetails9 Btch?:BatchInformation2 TxDtls*:EntryTransaction10
BatchInformation2 NbOfTxs?:Max15NumericText
EntryTransaction10 Refs?:TransactionReferences6 Amt?:ActiveOrHistoricCurrencyAndAmount CdtDbtInd?:CreditDebitCode RltdPties?:TransactionParties6 RltdAgts?:TransactionAgents5 RmtInf?:RemittanceInformation16
TransactionReferences6 InstrId?:Max35Text EndToEndId?:Max35Text UETR?:UUIDv4Identifier TxId?:Max35Text
TransactionParties6 Dbtr?:Party40Choice DbtrAcct?:CashAccount38 Cdtr?:Party40Choice CdtrAcct?:CashAccount38
TransactionAgents5 DbtrAgt?:BranchAndFinancialInstitutionIdentification6 CdtrAgt?:BranchAndFinancialInstitutionIdentification6
RemittanceInformation16 Ustrd*:Max140Text
RemittanceInformation2 Ustrd*:Max140Text
CreditTransferTransaction36 PmtId:PaymentIdentification7 IntrBkSttlmAmt:ActiveCurrencyAndAmount IntrBkSttlmDt?:ISODate Dbtr:BranchAndFinancialInstitutionIdentification6 DbtrAcct?:CashAccount38 DbtrAgt?:BranchAndFinancialInstitutionIdentification6 CdtrAgt?:BranchAndFinancialInstitutionIdentification6 Cdtr:BranchAndFinancialInstitutionIdentification6 CdtrAcct?:CashAccount38 RmtInf?:RemittanceInformation2
PaymentIdentification7 InstrId?:Max35Text EndToEndId:Max35Text TxId?:Max35Text UETR?:UUIDv4Identifier
`;

type SimpleType =
  | { readonly maxLength: number }
  | { readonly pattern: RegExp }
  | { readonly oneOf: readonly string[] }
  | { readonly fractionDigits: number; readonly from: 'ZERO' | 'ANY'; readonly currency: boolean }
  | { readonly time: 'DATE' | 'INSTANT' };

const NUMERIC_15: SimpleType = { pattern: /^[0-9]{1,15}$/ };
const AMOUNT: SimpleType = { fractionDigits: 5, from: 'ZERO', currency: true };

/** Texts have at least one character; numbers at most 18 digits. */
const SIMPLE_TYPES: Readonly<Record<string, SimpleType>> = {
  Max34Text: { maxLength: 34 },
  Max35Text: { maxLength: 35 },
  Max140Text: { maxLength: 140 },
  Max15NumericText: NUMERIC_15,
  ExternalOrganisationIdentification1Code: { maxLength: 4 },
  ExternalFinancialInstitutionIdentification1Code: { maxLength: 4 },
  ExternalClearingSystemIdentification1Code: { maxLength: 5 },
  ExternalBalanceType1Code: { maxLength: 4 },
  ExternalEntryStatus1Code: { maxLength: 4 },
  ExternalBankTransactionDomain1Code: { maxLength: 4 },
  ExternalBankTransactionFamily1Code: { maxLength: 4 },
  ExternalBankTransactionSubFamily1Code: { maxLength: 4 },
  ActiveOrHistoricCurrencyCode: { pattern: /^[A-Z]{3}$/ },
  BICFIDec2014Identifier: { pattern: /^[A-Z0-9]{4}[A-Z]{2}[A-Z0-9]{2}([A-Z0-9]{3})?$/ },
  UUIDv4Identifier: { pattern: /^[a-f0-9]{8}-[a-f0-9]{4}-4[a-f0-9]{3}-[89ab][a-f0-9]{3}-[a-f0-9]{12}$/ },
  CreditDebitCode: { oneOf: ['CRDT', 'DBIT'] },
  SettlementMethod1Code: { oneOf: ['INDA', 'INGA', 'COVE', 'CLRG'] },
  ActiveCurrencyAndAmount: AMOUNT,
  ActiveOrHistoricCurrencyAndAmount: AMOUNT,
  Number: { fractionDigits: 0, from: 'ANY', currency: false },
  DecimalNumber: { fractionDigits: 17, from: 'ANY', currency: false },
  NonNegativeDecimalNumber: { fractionDigits: 17, from: 'ZERO', currency: false },
  ISODate: { time: 'DATE' },
  ISODateTime: { time: 'INSTANT' },
};

type Particle = { readonly name: string; readonly type: string; readonly min: 0 | 1; readonly max: number };
type ComplexType = { readonly choice: boolean; readonly particles: readonly Particle[] };

const TYPES: ReadonlyMap<string, ComplexType> = new Map(
  COMPLEX_TYPES.trim()
    .split('\n')
    .map((line) => {
      const [name = '', ...rest] = line.split(' ');
      const choice = rest[0] === 'one';
      return [name, { choice, particles: (choice ? rest.slice(2) : rest).map(readParticle) }];
    }),
);

function readParticle(text: string): Particle {
  const [, name = '', occurs = '', type = ''] = /^(\w+)([?*+]?):(\w+)$/.exec(text) ?? [];
  return { name, type, min: '?*'.includes(occurs || ' ') ? 0 : 1, max: '*+'.includes(occurs || ' ') ? Infinity : 1 };
}

/** What the schema finds wrong, with where it is; empty where the message is valid. */
export function schemaProblems(document: ReadElement): string[] {
  const message = DOCUMENTS[document.namespace];
  if (document.name !== 'Document' || message === undefined) return ['not a document of a known message'];
  return sequenceProblems(document, { choice: false, particles: [readParticle(message)] }, 'Document');
}

function elementProblems(read: ReadElement, type: string, path: string): string[] {
  const complex = TYPES.get(type);
  if (complex) return sequenceProblems(read, complex, path);
  const simple = SIMPLE_TYPES[type];
  if (!simple) throw new Error(`the rules have no type ${type}`);
  if (read.children.length > 0) return [`${path} has elements`];
  const currency = 'currency' in simple && simple.currency;
  return [...attributeProblems(read, currency, path), ...(accepts(simple, read.text) ? [] : [`${path} is no ${type}`])];
}

function attributeProblems({ attributes }: ReadElement, currency: boolean, path: string): string[] {
  const names = Object.keys(attributes).join(' ');
  if (names !== (currency ? 'Ccy' : '')) return [`${path} has the attributes "${names}"`];
  return currency && !/^[A-Z]{3}$/.test(attributes['Ccy'] ?? '') ? [`${path} has no currency`] : [];
}

function sequenceProblems(read: ReadElement, { choice, particles }: ComplexType, path: string): string[] {
  const problems = attributeProblems(read, false, path);
  if (read.text.trim() !== '') problems.push(`${path} has text`);
  if (choice && read.children.length !== 1) problems.push(`${path} is not one of its choices`);
  let at = 0;
  for (const { name, type, min, max } of particles) {
    const first = at;
    for (; at - first < max && read.children[at]?.name === name; at += 1)
      problems.push(...childProblems(read.children[at], read.namespace, type, `${path}/${name}`));
    if (!choice && at - first < min) problems.push(`${path}/${name} is missing`);
  }
  const next = read.children[at];
  if (next) problems.push(`${path}/${next.name} is not expected here`);
  return problems;
}

function childProblems(child: ReadElement | undefined, namespace: string, type: string, path: string): string[] {
  if (child?.namespace !== namespace) return [`${path} is of another namespace`];
  return elementProblems(child, type, path);
}

function accepts(type: SimpleType, text: string): boolean {
  if ('pattern' in type) return type.pattern.test(text);
  if ('oneOf' in type) return type.oneOf.includes(text);
  if ('maxLength' in type) return text !== '' && Array.from(text).length <= type.maxLength;
  if ('time' in type) return type.time === 'DATE' ? isCalendarDate(text) : isInstant(text);
  return isDecimal(text, type.fractionDigits) && (type.from === 'ANY' || !/^-.*[1-9]/.test(text));
}

/** At most 18 digits; leading and trailing zeros don't count, as in XML Schema. */
function isDecimal(text: string, fractionDigits: number): boolean {
  const match = /^[+-]?0*(\d*)(?:\.(\d*?)0*)?$/.exec(text);
  if (!match || !/\d/.test(text)) return false;
  const [, whole = '', fraction = ''] = match;
  return whole.length + fraction.length <= 18 && fraction.length <= fractionDigits;
}

/** Stricter than xs:dateTime, which knows instants without a zone and hour 24. */
function isInstant(text: string): boolean {
  const match = /^([^T]+)T(\d{2}):(\d{2}):(\d{2})(\.\d+)?(Z|[+-](\d{2}):(\d{2}))$/.exec(text);
  if (!match || !isCalendarDate(match[1] ?? '')) return false;
  const [hours, minutes, seconds] = [Number(match[2]), Number(match[3]), Number(match[4])];
  const zone = Number(match[7] ?? 0) * 60 + Number(match[8] ?? 0);
  return hours < 24 && minutes < 60 && seconds < 60 && zone <= 14 * 60 && Number(match[8] ?? 0) < 60;
}
