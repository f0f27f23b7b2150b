import { PROVINCES } from '@yiditong/codes';
import { fen, negateFen } from '@yiditong/money';
import fc from 'fast-check';
import sax from 'sax';
import { describe, expect, it } from 'vitest';
import { writeAccountStatement, type AccountStatement, type AccountStatementEntry } from './account-statement.js';
import { writeCreditTransfer, type CreditTransfer } from './credit-transfer.js';
import { writeDebitCreditNotification, type DebitCreditNotification } from './debit-credit-notification.js';
import type { Bank, ClearingPayment, TreasuryAccount } from './parts.js';
import { schemaProblems, type ReadElement } from './schema-rules.js';
import { textElement, writeDocument } from './xml.js';

type Growing = Omit<ReadElement, 'children' | 'text'> & { children: ReadElement[]; text: string };

/** Reads strictly, as any receiver would: what isn't well-formed throws. */
function read(xml: string): ReadElement {
  const parser = sax.parser(true, { xmlns: true });
  const top: Growing = { name: '', namespace: '', attributes: {}, children: [], text: '' };
  const open: Growing[] = [top];
  parser.onopentag = (tag) => {
    if (!('uri' in tag)) throw new Error('read without namespaces');
    const attributes = Object.values(tag.attributes).filter(({ name }) => name !== 'xmlns');
    const values = Object.fromEntries(attributes.map(({ name, value }) => [name, value]));
    const opened: Growing = { name: tag.local, namespace: tag.uri, attributes: values, children: [], text: '' };
    open.at(-1)?.children.push(opened);
    open.push(opened);
  };
  Object.assign(parser, {
    onerror: (error: Error): never => {
      throw error;
    },
    ontext: (text: string): void => {
      const current = open.at(-1);
      if (current) current.text += text;
    },
  });
  parser.onclosetag = () => open.pop();
  parser.write(xml).close();
  const [document] = top.children;
  if (!document || top.children.length > 1) throw new Error('not one document');
  return document;
}

function problems(xml: string): string[] {
  return schemaProblems(read(xml));
}

/** The texts of all elements at a path below Document. */
function texts(xml: string, path: string): string[] {
  let level = [read(xml)];
  for (const name of path.split('/'))
    level = level.flatMap(({ children }) => children.filter((child) => child.name === name));
  return level.map(({ text }) => text);
}

const BEIJING: TreasuryAccount = {
  owner: { province: '110000', name: '北京市医疗保险事业管理中心' },
  bank: { name: '中国工商银行北京分行', bic: 'ICBKCNBJBJM', cnapsNumber: '102100099996' },
  accountNumber: '0200001009014456789',
};
const HAINAN: TreasuryAccount = {
  owner: { province: '460000', name: '海南省医疗保障服务中心' },
  bank: { name: '中国银行海口分行', cnapsNumber: '104641000012' },
  accountNumber: '265001234567',
};
const PAYMENT: ClearingPayment = {
  id: '019abcde-1234-7abc-9def-0123456789ab',
  payer: BEIJING,
  payee: HAINAN,
  amountFen: fen(123_456_789n),
  businessDate: '2026-11-20',
  reference: '跨省异地就医清算资金 2026-10',
};
const HEADER = { messageId: '019abcde-0000-7000-8000-000000000001', createdAt: '2026-11-20T18:30:00+08:00' };
const TRANSFER: CreditTransfer = { ...HEADER, payment: PAYMENT };
const NOTIFICATION: DebitCreditNotification = {
  ...HEADER,
  notificationId: '019abcde-0000-7000-8000-000000000002',
  to: 'PAYEE',
  payment: PAYMENT,
  bookedOn: '2026-11-21',
};
const ENTRIES: readonly AccountStatementEntry[] = [
  {
    entryId: '2026-11-20.460000.310',
    side: 'CREDIT',
    amountFen: fen(50_000n),
    businessDate: '2026-11-20',
    counterparty: HAINAN.owner,
    obligationCount: 12n,
    reference: '职工医保清算 2026-10',
  },
  {
    entryId: '2026-11-20.460000.390',
    side: 'DEBIT',
    amountFen: fen(80_001n),
    businessDate: '2026-11-20',
    counterparty: HAINAN.owner,
    obligationCount: null,
    reference: '居民医保清算 2026-10',
  },
];
const STATEMENT: AccountStatement = {
  ...HEADER,
  statementId: '019abcde-0000-7000-8000-000000000003',
  sequence: 325n,
  account: BEIJING,
  from: '2026-11-20',
  to: '2026-11-20',
  openingFen: fen(10_000n),
  closingFen: fen(-20_001n),
  entries: ENTRIES,
};

const MESSAGES = [
  ['camt.053', writeAccountStatement(STATEMENT)],
  ['camt.054', writeDebitCreditNotification(NOTIFICATION)],
  ['pacs.009', writeCreditTransfer(TRANSFER)],
] as const;

describe('the three messages', () => {
  it.each(MESSAGES)('%s is valid by the rules of its schema', (_name, xml) => {
    expect(problems(xml)).toEqual([]);
  });

  it('writes an instruction byte by byte the same', () => {
    const treasury = (name: string, owner: string, province: string): string =>
      `<${name}><FinInstnId><Nm>${owner}</Nm><Othr><Id>${province}</Id><SchmeNm><Prtry>GB/T 2260</Prtry></SchmeNm></Othr></FinInstnId></${name}>`;
    const account = (name: string, number: string): string =>
      `<${name}><Id><Othr><Id>${number}</Id></Othr></Id><Ccy>CNY</Ccy></${name}>`;
    const member = (number: string): string =>
      `<ClrSysMmbId><ClrSysId><Cd>CNAPS</Cd></ClrSysId><MmbId>${number}</MmbId></ClrSysMmbId>`;
    const compact = '019abcde12347abc9def0123456789ab';
    expect(writeCreditTransfer(TRANSFER)).toBe(
      [
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pacs.009.001.08"><FICdtTrf>',
        '<GrpHdr><MsgId>019abcde000070008000000000000001</MsgId><CreDtTm>2026-11-20T18:30:00+08:00</CreDtTm>',
        '<NbOfTxs>1</NbOfTxs><SttlmInf><SttlmMtd>CLRG</SttlmMtd></SttlmInf></GrpHdr>',
        `<CdtTrfTxInf><PmtId><InstrId>${compact}</InstrId><EndToEndId>${compact}</EndToEndId><TxId>${compact}</TxId>`,
        '<UETR>019abcde-1234-4abc-9def-0123456789ab</UETR></PmtId>',
        '<IntrBkSttlmAmt Ccy="CNY">1234567.89</IntrBkSttlmAmt><IntrBkSttlmDt>2026-11-20</IntrBkSttlmDt>',
        treasury('Dbtr', '北京市医疗保险事业管理中心', '110000'),
        account('DbtrAcct', '0200001009014456789'),
        `<DbtrAgt><FinInstnId><BICFI>ICBKCNBJBJM</BICFI>${member('102100099996')}<Nm>中国工商银行北京分行</Nm></FinInstnId></DbtrAgt>`,
        `<CdtrAgt><FinInstnId>${member('104641000012')}<Nm>中国银行海口分行</Nm></FinInstnId></CdtrAgt>`,
        treasury('Cdtr', '海南省医疗保障服务中心', '460000'),
        account('CdtrAcct', '265001234567'),
        '<RmtInf><Ustrd>跨省异地就医清算资金 2026-10</Ustrd></RmtInf></CdtTrfTxInf></FICdtTrf></Document>',
      ].join(''),
    );
  });

  it('tells the payer of a debit of its account and the payee of a credit of its own', () => {
    const told = (to: DebitCreditNotification['to']): string[] => {
      const xml = writeDebitCreditNotification({ ...NOTIFICATION, to });
      return ['Acct/Id/Othr/Id', 'Ntry/CdtDbtInd', 'Ntry/BkTxCd/Domn/Fmly/Cd'].flatMap((path) =>
        texts(xml, `BkToCstmrDbtCdtNtfctn/Ntfctn/${path}`),
      );
    };
    expect(told('PAYER')).toEqual([BEIJING.accountNumber, 'DBIT', 'ICDT']);
    expect(told('PAYEE')).toEqual([HAINAN.accountNumber, 'CRDT', 'RCDT']);
  });

  it('calls an entry pending as long as the bank has not booked it', () => {
    const entry = 'BkToCstmrDbtCdtNtfctn/Ntfctn/Ntry';
    const pending = writeDebitCreditNotification({ ...NOTIFICATION, bookedOn: null });
    expect(problems(pending)).toEqual([]);
    expect([texts(pending, `${entry}/Sts/Cd`), texts(pending, `${entry}/BookgDt/Dt`)]).toEqual([['PDNG'], []]);
    const booked = writeDebitCreditNotification(NOTIFICATION);
    expect([texts(booked, `${entry}/Sts/Cd`), texts(booked, `${entry}/BookgDt/Dt`)]).toEqual([
      ['BOOK'],
      ['2026-11-21'],
    ]);
  });

  it('gives a payment the same identifiers in its instruction and in its notification', () => {
    const [transfer, notification] = [writeCreditTransfer(TRANSFER), writeDebitCreditNotification(NOTIFICATION)];
    for (const name of ['InstrId', 'EndToEndId', 'TxId', 'UETR'])
      expect(texts(notification, `BkToCstmrDbtCdtNtfctn/Ntfctn/Ntry/NtryDtls/TxDtls/Refs/${name}`)).toEqual(
        texts(transfer, `FICdtTrf/CdtTrfTxInf/PmtId/${name}`),
      );
  });

  it('states what a province owes as a debit balance, and sums credits and debits apart', () => {
    const xml = writeAccountStatement(STATEMENT);
    const stated = (path: string): string[] => texts(xml, `BkToCstmrStmt/Stmt/${path}`);
    expect(stated('Bal/Tp/CdOrPrtry/Cd')).toEqual(['OPBD', 'CLBD']);
    expect(stated('Bal/Amt')).toEqual(['100.00', '200.01']);
    expect(stated('Bal/CdtDbtInd')).toEqual(['CRDT', 'DBIT']);
    expect(stated('TxsSummry/TtlNtries/Sum')).toEqual(['1300.01']);
    expect(stated('TxsSummry/TtlNtries/TtlNetNtry/Amt')).toEqual(['300.01']);
    expect(stated('TxsSummry/TtlNtries/TtlNetNtry/CdtDbtInd')).toEqual(['DBIT']);
    expect(stated('TxsSummry/TtlCdtNtries/Sum')).toEqual(['500.00']);
    expect(stated('TxsSummry/TtlDbtNtries/Sum')).toEqual(['800.01']);
    expect(stated('Ntry/NtryDtls/Btch/NbOfTxs')).toEqual(['12']);
    expect(stated('Ntry/NtryDtls/TxDtls/RltdPties/Dbtr/Pty/Id/OrgId/Othr/Id')).toEqual(['460000']);
    expect(stated('FrToDt/FrDtTm')).toEqual(['2026-11-20T00:00:00+08:00']);
  });

  it('states a day without entries', () => {
    const xml = writeAccountStatement({ ...STATEMENT, entries: [], openingFen: fen(0n), closingFen: fen(0n) });
    expect(problems(xml)).toEqual([]);
    expect(texts(xml, 'BkToCstmrStmt/Stmt/Bal/CdtDbtInd')).toEqual(['CRDT', 'CRDT']);
  });
});

function transferOf(change: Partial<ClearingPayment>): CreditTransfer {
  return { ...TRANSFER, payment: { ...PAYMENT, ...change } };
}

function bankOf(bank: Bank): CreditTransfer {
  return transferOf({ payer: { ...BEIJING, bank } });
}

describe('refuses what the schema of an instruction would refuse:', () => {
  it.each<[string, CreditTransfer, string]>([
    ['no amount', transferOf({ amountFen: fen(0n) }), 'the amount is zero'],
    ['a negative amount', transferOf({ amountFen: fen(-1n) }), 'the amount is negative'],
    ['19 digits', transferOf({ amountFen: fen(10n ** 18n) }), 'the amount has more than 18 digits'],
    ['an empty text', transferOf({ reference: '' }), 'the reference is empty'],
    ['a control character', transferOf({ reference: 'a\u0000b' }), 'the reference has a control character'],
    ['half a character', transferOf({ reference: 'a\uD842' }), 'the reference has a control character or half'],
    ['two lines', transferOf({ reference: 'a\nb' }), 'the reference has a control character'],
    ['space around', transferOf({ reference: ' a' }), 'the reference begins or ends with white space'],
    ['141 characters', transferOf({ reference: '𠮷'.repeat(141) }), 'the reference is longer than 140 characters'],
    ['no such day', transferOf({ businessDate: '2026-02-29' }), 'the business date is not a date'],
    ['an id that is no UUID', transferOf({ id: 'P-1' }), 'the payment id is not a lower-case UUID of version 4 or 7'],
    [
      'a UUID of version 1',
      transferOf({ id: PAYMENT.id.replace('-7', '-1') }),
      'the payment id is not a lower-case UUID',
    ],
    ['a message id too long', { ...TRANSFER, messageId: 'm'.repeat(36) }, 'the message id is longer than 35'],
    ['a message id with two signs', { ...TRANSFER, messageId: 'a//b' }, 'the message id is not letters and digits'],
    ['no time zone', { ...TRANSFER, createdAt: '2026-11-20T18:30:00' }, 'the time of creation is not an instant'],
    ['hour 24', { ...TRANSFER, createdAt: '2026-11-20T24:00:00Z' }, 'the time of creation is not an instant'],
    [
      'no such province',
      transferOf({ payer: { ...BEIJING, owner: { province: '119999', name: '甲' } } }),
      'not a province',
    ],
    [
      'a long account number',
      transferOf({ payer: { ...BEIJING, accountNumber: '1'.repeat(35) } }),
      'the account number',
    ],
    ['one province', transferOf({ payee: BEIJING }), 'province 110000 would pay itself'],
    ['a bank without number', bankOf({ name: '甲' }), 'neither a BIC nor a number'],
    ['a BIC in small letters', bankOf({ name: '甲', bic: 'icbkcnbj' }), "the bank's BIC is not a BIC"],
    ['11 digits of CNAPS', bankOf({ name: '甲', cnapsNumber: '10210009999' }), "the bank's number is not 12 digits"],
  ])('%s', (_case, transfer, sentence) => {
    const writing = (): string => writeCreditTransfer(transfer);
    expect(writing).toThrow(RangeError);
    expect(writing).toThrow(sentence);
  });

  it('takes 140 characters beyond the basic plane, and 18 digits', () => {
    const xml = writeCreditTransfer(transferOf({ reference: '𠮷'.repeat(140), amountFen: fen(10n ** 18n - 1n) }));
    expect(problems(xml)).toEqual([]);
    expect(texts(xml, 'FICdtTrf/CdtTrfTxInf/IntrBkSttlmAmt')).toEqual(['9999999999999999.99']);
  });
});

describe('refuses a statement', () => {
  it.each<[string, Partial<AccountStatement>, string]>([
    ['that does not add up', { closingFen: fen(-20_000n) }, 'give -20001 fen, the closing balance is -20000'],
    ['with an entry twice', { entries: [...ENTRIES, ...ENTRIES], closingFen: fen(-50_002n) }, 'comes twice'],
    ['with an entry of another day', { from: '2026-11-21', to: '2026-11-21' }, 'is of 2026-11-20, not from 2026-11-21'],
    ['that ends before it begins', { from: '2026-11-21' }, 'the first day 2026-11-21 is after the last day 2026-11-20'],
    ['with the number 0', { sequence: 0n }, 'the sequence number is below 1'],
    ['with a number of 19 digits', { sequence: 10n ** 18n }, 'the sequence number has more than 18 digits'],
    [
      'with a balance of 19 digits',
      { openingFen: fen(10n ** 18n), closingFen: fen(10n ** 18n - 30_001n) },
      '18 digits',
    ],
  ])('%s', (_case, change, sentence) => {
    const writing = (): string => writeAccountStatement({ ...STATEMENT, ...change });
    expect(writing).toThrow(RangeError);
    expect(writing).toThrow(sentence);
  });

  it('whose entries sum to more than 18 digits', () => {
    const big = fen(6n * 10n ** 17n);
    const entries = ENTRIES.map((entry) => ({ ...entry, amountFen: big }));
    expect(() => writeAccountStatement({ ...STATEMENT, entries, closingFen: STATEMENT.openingFen })).toThrow(
      'the sum of the entries has more than 18 digits',
    );
  });
});

/** Mostly right; now and then what a clerk or a broken file could bring. */
function mostly<T>(right: fc.Arbitrary<T>, ...wrong: readonly T[]): fc.Arbitrary<T> {
  return fc.oneof({ weight: 60, arbitrary: right }, { weight: 1, arbitrary: fc.constantFrom(...wrong) });
}

const LINE = mostly(
  fc.oneof(
    fc.constantFrom('<&>"\']]>', '&amp;', '国'.repeat(140), '𠮷'.repeat(140), 'é\u0301', '<!--', '<![CDATA['),
    fc.string({ unit: 'binary', minLength: 1, maxLength: 140 }).filter((text) => /^[^\p{C}\s]+$/u.test(text)),
    fc.string({ unit: 'grapheme', minLength: 1, maxLength: 30 }).map((text) => `甲${text}乙`),
  ),
  '',
  ' ',
  'a\u0007',
  '\uDC00',
  '\uFFFF',
  'x'.repeat(141),
);
const DATE = mostly(
  fc.constantFrom('2026-11-20', '2024-02-29', '2026-12-31'),
  '2026-02-29',
  '2026-11-31',
  '20261120',
  '',
);
const INSTANT = mostly(
  fc.constantFrom('2026-11-20T00:00:00Z', '2026-11-20T23:59:59.999+08:00', '2026-11-20T01:02:03-14:00'),
  '2026-11-20T00:00:00',
  '2026-11-20T00:00:60Z',
  '2026-11-20T00:00:00+15:00',
  '2026-11-20 00:00:00Z',
);
const IDENTIFIER = mostly(
  fc.oneof(fc.uuid(), fc.stringMatching(/^[0-9A-Za-z]{1,35}$/)),
  '',
  '-a',
  'a b',
  '编号',
  'a'.repeat(36),
);
const AMOUNT = mostly(fc.bigInt({ min: 1n, max: 10n ** 17n }), 0n, -1n, 10n ** 18n).map(fen);
const CNAPS = mostly(fc.stringMatching(/^[0-9]{12}$/), '1', '10210009999a');
const BIC = mostly(fc.stringMatching(/^[A-Z0-9]{4}[A-Z]{2}[A-Z0-9]{2}([A-Z0-9]{3})?$/), 'ICBKCNB', 'icbkcnbj');
const BANK: fc.Arbitrary<Bank> = fc.oneof(
  fc.record({ name: LINE, bic: BIC, cnapsNumber: CNAPS }, { requiredKeys: ['name', 'bic'] }),
  fc.record({ name: LINE, cnapsNumber: CNAPS }),
);

function accountIn(provinces: readonly string[]): fc.Arbitrary<TreasuryAccount> {
  return fc.record({
    owner: fc.record({ province: mostly(fc.constantFrom(...provinces), '000000', '11', '110000 '), name: LINE }),
    bank: BANK,
    accountNumber: mostly(fc.stringMatching(/^[0-9]{1,34}$/), '', '1'.repeat(35)),
  });
}

const CODES = PROVINCES.map(({ code }) => code);
const PAYMENTS: fc.Arbitrary<ClearingPayment> = fc.record({
  id: mostly(fc.uuid({ version: [4, 7] }), 'x', '00000000-0000-0000-0000-000000000000'),
  payer: accountIn(CODES.slice(0, 16)),
  payee: accountIn(CODES.slice(15)),
  amountFen: AMOUNT,
  businessDate: DATE,
  reference: LINE,
});
const ANY_ENTRY: fc.Arbitrary<AccountStatementEntry> = fc.record({
  entryId: IDENTIFIER,
  side: fc.constantFrom('CREDIT', 'DEBIT'),
  amountFen: AMOUNT,
  businessDate: mostly(fc.constant('2026-11-20'), '2026-11-19'),
  counterparty: fc.record({ province: fc.constantFrom(...CODES), name: LINE }),
  obligationCount: fc.option(mostly(fc.bigInt({ min: 1n, max: 10n ** 15n - 1n }), 0n, 10n ** 15n)),
  reference: LINE,
});
const STATEMENTS: fc.Arbitrary<AccountStatement> = fc
  .record({
    messageId: IDENTIFIER,
    createdAt: INSTANT,
    statementId: IDENTIFIER,
    sequence: mostly(fc.bigInt({ min: 1n, max: 10n ** 18n - 1n }), 0n),
    account: accountIn(CODES),
    openingFen: fc.bigInt({ min: -(10n ** 17n), max: 10n ** 17n }).map(fen),
    offFen: mostly(fc.constant(0n), 1n),
    entries: fc.array(ANY_ENTRY, { maxLength: 4 }),
  })
  .map(({ offFen, ...statement }) => {
    const signed = statement.entries.map(({ side, amountFen }) =>
      side === 'CREDIT' ? amountFen : negateFen(amountFen),
    );
    const closingFen = fen([statement.openingFen, ...signed].reduce((sum, amount): bigint => sum + amount, offFen));
    return { ...statement, from: '2026-11-20', to: '2026-11-20', closingFen };
  });

/** Every input gives a valid message or a RangeError; how many gave which. */
function outcomes<T>(inputs: fc.Arbitrary<T>, write: (input: T) => string): { written: number; refused: number } {
  const counts = { written: 0, refused: 0 };
  fc.assert(
    fc.property(inputs, (input) => {
      let xml: string;
      try {
        xml = write(input);
      } catch (error) {
        if (!(error instanceof RangeError) || error.message === '') throw error;
        counts.refused += 1;
        return;
      }
      counts.written += 1;
      expect(problems(xml)).toEqual([]);
      expect(xml).toBe(write(input));
    }),
    { numRuns: 400 },
  );
  return counts;
}

describe('whatever comes in, a message is valid or refused', () => {
  const header = { messageId: IDENTIFIER, createdAt: INSTANT };
  const cases: readonly [string, () => { written: number; refused: number }][] = [
    ['pacs.009', () => outcomes(fc.record({ ...header, payment: PAYMENTS }), writeCreditTransfer)],
    [
      'camt.054',
      () =>
        outcomes(
          fc.record({
            ...header,
            notificationId: IDENTIFIER,
            to: fc.constantFrom('PAYER', 'PAYEE'),
            payment: PAYMENTS,
            bookedOn: fc.option(DATE),
          }),
          writeDebitCreditNotification,
        ),
    ],
    ['camt.053', () => outcomes(STATEMENTS, writeAccountStatement)],
  ];
  it.each(cases)('%s', (_name, run) => {
    const { written, refused } = run();
    // Neither branch is empty, or the property says nothing.
    expect(written).toBeGreaterThan(40);
    expect(refused).toBeGreaterThan(10);
  });

  it('gives a receiver every text back as it was', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }), (text) => {
        const reference = `甲${text}乙`;
        fc.pre(!/[\p{Cc}\p{Cs}\uFFFE\uFFFF]/u.test(reference) && Array.from(reference).length <= 140);
        expect(texts(writeCreditTransfer(transferOf({ reference })), 'FICdtTrf/CdtTrfTxInf/RmtInf/Ustrd')).toEqual([
          reference,
        ]);
      }),
    );
  });

  it('escapes what would end a text or an attribute', () => {
    const { children } = read(writeDocument('urn:"&<', textElement('Nm', ']]>&<"', { Ccy: '"<&' })));
    expect(children).toEqual([
      { name: 'Nm', namespace: 'urn:"&<', attributes: { Ccy: '"<&' }, children: [], text: ']]>&<"' },
    ]);
  });

  it('gives different payments different references', () => {
    fc.assert(
      fc.property(fc.uuid({ version: 7 }), fc.uuid({ version: 7 }), (first, second) => {
        const [one, other] = [first, second].map((id) =>
          texts(writeCreditTransfer(transferOf({ id })), 'FICdtTrf/CdtTrfTxInf/PmtId/UETR'),
        );
        expect(one?.[0] === other?.[0]).toBe(first === second);
      }),
    );
  });
});

type Change = (element: ReadElement) => readonly ReadElement[];

/** The tree with every element at the path changed. */
function changed(root: ReadElement, path: readonly string[], change: Change): ReadElement {
  const [name, ...rest] = path;
  const children = root.children.flatMap((child) => {
    if (child.name !== name) return [child];
    return rest.length === 0 ? change(child) : [changed(child, rest, change)];
  });
  return { ...root, children };
}

/** Each tree that differs in two neighbours of different names, which have changed places. */
function swaps(root: ReadElement): ReadElement[] {
  const here = root.children.flatMap((child, index) => {
    const next = root.children[index + 1];
    if (!next || next.name === child.name) return [];
    const children = [...root.children.slice(0, index), next, child, ...root.children.slice(index + 2)];
    return [{ ...root, children }];
  });
  return [...here, ...inside(root, swaps)];
}

function inside(root: ReadElement, variants: (element: ReadElement) => ReadElement[]): ReadElement[] {
  return root.children.flatMap((child, index) =>
    variants(child).map((variant) => ({ ...root, children: root.children.with(index, variant) })),
  );
}

/** Each tree with one text emptied. */
function emptied(root: ReadElement): ReadElement[] {
  return root.children.length === 0 ? [{ ...root, text: '' }] : inside(root, emptied);
}

/** Each tree with an element too many. */
function crowded(root: ReadElement): ReadElement[] {
  const stranger = { name: 'Nwsppr', namespace: root.namespace, attributes: {}, children: [], text: 'x' };
  return [{ ...root, children: [...root.children, stranger] }, ...inside(root, crowded)];
}

/** Each tree with one element of another namespace. */
function estranged(root: ReadElement): ReadElement[] {
  return [{ ...root, namespace: 'urn:other' }, ...inside(root, estranged)];
}

/** What may not be missing, as paths: of the message, and of its one statement, notification or transaction. */
const MANDATORY = {
  'camt.053': {
    message: 'BkToCstmrStmt',
    part: 'Stmt',
    ofMessage: 'GrpHdr GrpHdr/MsgId GrpHdr/CreDtTm Stmt',
    ofPart: `Id FrToDt/FrDtTm FrToDt/ToDtTm Acct Acct/Id Acct/Id/Othr Acct/Id/Othr/Id Acct/Svcr/FinInstnId
      Bal Bal/Tp Bal/Tp/CdOrPrtry Bal/Tp/CdOrPrtry/Cd Bal/Amt Bal/CdtDbtInd Bal/Dt Bal/Dt/Dt
      TxsSummry/TtlNtries/TtlNetNtry/Amt TxsSummry/TtlNtries/TtlNetNtry/CdtDbtInd
      Ntry/Amt Ntry/CdtDbtInd Ntry/Sts Ntry/Sts/Cd Ntry/BkTxCd Ntry/BkTxCd/Domn/Cd Ntry/BkTxCd/Domn/Fmly`,
  },
  'camt.054': {
    message: 'BkToCstmrDbtCdtNtfctn',
    part: 'Ntfctn',
    ofMessage: 'GrpHdr GrpHdr/MsgId GrpHdr/CreDtTm Ntfctn',
    ofPart: `Id Acct Acct/Id Ntry/Amt Ntry/CdtDbtInd Ntry/Sts Ntry/BkTxCd Ntry/ValDt/Dt
      Ntry/NtryDtls/TxDtls/RltdPties/Dbtr/Pty Ntry/NtryDtls/TxDtls/RltdPties/DbtrAcct/Id
      Ntry/NtryDtls/TxDtls/RltdAgts/CdtrAgt/FinInstnId`,
  },
  'pacs.009': {
    message: 'FICdtTrf',
    part: 'CdtTrfTxInf',
    ofMessage: `GrpHdr GrpHdr/MsgId GrpHdr/CreDtTm GrpHdr/NbOfTxs GrpHdr/SttlmInf GrpHdr/SttlmInf/SttlmMtd CdtTrfTxInf`,
    ofPart: `PmtId PmtId/EndToEndId IntrBkSttlmAmt Dbtr Cdtr Dbtr/FinInstnId DbtrAcct/Id Dbtr/FinInstnId/Othr/Id
      Dbtr/FinInstnId/Othr/SchmeNm/Prtry DbtrAgt/FinInstnId/ClrSysMmbId/MmbId`,
  },
} as const;

function mandatoryPaths(name: keyof typeof MANDATORY): string[] {
  const { message, part, ofMessage, ofPart } = MANDATORY[name];
  const below = (top: string, paths: string): string[] => paths.split(/\s+/).map((path) => `${top}/${path}`);
  return [message, ...below(message, ofMessage), ...below(`${message}/${part}`, ofPart)];
}

/** With a transfer's transaction changed at a path within it. */
function transactionChanged(document: ReadElement, path: string, change: Change): ReadElement {
  return changed(document, ['FICdtTrf', 'CdtTrfTxInf', ...path.split('/')], change);
}

describe('the rules of the schemas refuse', () => {
  it.each(MESSAGES)('%s without a mandatory element', (name, xml) => {
    const document = read(xml);
    for (const path of mandatoryPaths(name)) {
      const without = changed(document, path.split('/'), () => []);
      expect(without, path).not.toEqual(document);
      expect(schemaProblems(without), path).not.toEqual([]);
    }
  });

  it.each(MESSAGES)('%s in another order, with an empty text, a stranger, or another namespace', (_name, xml) => {
    const document = read(xml);
    for (const variants of [swaps, emptied, crowded, estranged]) {
      const all = variants(document);
      expect(all.length).toBeGreaterThan(20);
      expect(all.filter((variant) => schemaProblems(variant).length === 0)).toEqual([]);
    }
  });

  it.each<[string, string]>([
    ['IntrBkSttlmAmt', '-1.00'],
    ['IntrBkSttlmAmt', '1,00'],
    ['IntrBkSttlmAmt', '1.234567'],
    ['IntrBkSttlmAmt', '12345678901234567.89'],
    ['IntrBkSttlmAmt', '1e3'],
    ['IntrBkSttlmAmt', '.'],
    ['IntrBkSttlmDt', '2026-02-29'],
    ['PmtId/UETR', PAYMENT.id],
    ['PmtId/TxId', PAYMENT.id],
    ['DbtrAgt/FinInstnId/BICFI', 'ICBKCNB'],
    ['DbtrAcct/Ccy', 'cny'],
    ['RmtInf/Ustrd', '国'.repeat(141)],
    ['DbtrAcct/Id/Othr/Id', '1'.repeat(35)],
  ])('%s with "%s"', (path, text) => {
    const document = read(writeCreditTransfer(TRANSFER));
    const wrong = transactionChanged(document, path, (child) => [{ ...child, text }]);
    expect(schemaProblems(wrong)).toHaveLength(1);
  });

  it('an amount without its currency, an element twice that may be there once, and another version', () => {
    const document = read(writeCreditTransfer(TRANSFER));
    const at = (path: string, change: Change): string[] => schemaProblems(transactionChanged(document, path, change));
    expect(at('IntrBkSttlmAmt', (amount) => [{ ...amount, attributes: {} }])).toHaveLength(1);
    expect(at('Dbtr', (debtor) => [debtor, debtor])).not.toEqual([]);
    const twoTransactions = changed(document, ['FICdtTrf', 'CdtTrfTxInf'], (one) => [one, one]);
    expect(schemaProblems(twoTransactions)).toEqual([]);
    expect(schemaProblems({ ...document, namespace: document.namespace.replace('08', '03') })).toHaveLength(1);
  });
});
