import type { settlementV1 } from '@yiditong/contracts';
import { describe, expect, it } from 'vitest';
import {
  decodeConfirmed,
  decodeMonth,
  decodeRows,
  decodeScope,
  decodeTotals,
  decodeTotalsScope,
  ownMessageId,
} from './ledger.codec.js';

const CODE = 'H11010500001';
const RECORD = '019c14fc-8800-7000-8000-000000000001';

const refused = (reason: string): unknown => expect.objectContaining({ reason });

const totals = (change: Partial<settlementV1.CompareTotalsRequest> = {}): settlementV1.CompareTotalsRequest => ({
  institutionCode: CODE,
  insurance: 'INSURANCE_EMPLOYEE',
  visitKind: 'VISIT_KIND_INPATIENT',
  fromDate: '2026-01-01',
  toDate: '2026-01-31',
  refunds: false,
  totalFen: 3n,
  fundTotalFen: 2n,
  accountFen: 1n,
  count: 1,
  ...change,
});
const row = (change: Partial<settlementV1.LedgerRow> = {}): settlementV1.LedgerRow => ({
  recordId: RECORD.toUpperCase(),
  personId: RECORD,
  totalFen: 3n,
  fundTotalFen: 2n,
  accountFen: 1n,
  refund: false,
  ...change,
});

describe('days', () => {
  it('are of Asia/Shanghai, both included', () => {
    const { from, before } = decodeTotalsScope(totals());
    expect([from, before]).toEqual([new Date('2025-12-31T16:00:00Z'), new Date('2026-01-31T16:00:00Z')]);
  });

  it.each([
    ['', '2026-01-31'],
    ['2026-01-01', ''],
    ['2026-02-29', '2026-03-01'],
    ['2026-01-02', '2026-01-01'],
    ['2026-01-01', '2026-02-01'],
    ['20260101', '2026-01-31'],
  ])('from %s to %s are refused', (fromDate, toDate) => {
    expect(() => decodeTotalsScope(totals({ fromDate, toDate }))).toThrow(refused('REQUEST_MALFORMED'));
    const asked = { institutionCode: CODE, fromDate, toDate, rows: [], visitKinds: [], messageId: '' };
    expect(() => decodeScope(asked)).toThrow(refused('REQUEST_MALFORMED'));
  });
});

describe('totals', () => {
  it('without a kind are of outpatient and chronic visits', () => {
    expect(decodeTotalsScope(totals({ visitKind: 'VISIT_KIND_UNSPECIFIED' })).visitKinds).toEqual([
      'OUTPATIENT',
      'CHRONIC',
    ]);
    expect(decodeTotalsScope(totals()).visitKinds).toEqual(['INPATIENT']);
  });

  it('need an insurance', () =>
    expect(() => decodeTotalsScope(totals({ insurance: 'INSURANCE_UNSPECIFIED' }))).toThrow(
      refused('REQUEST_MALFORMED'),
    ));

  it.each([{ totalFen: -1n }, { accountFen: -1n }, { fundTotalFen: 10n ** 18n }, { count: -1 }, { refunds: true }])(
    'refuse %o',
    (change) => expect(() => decodeTotals(totals(change))).toThrow(refused('REQUEST_MALFORMED')),
  );

  it('of refunds are at most zero', () => {
    const negative = { refunds: true, totalFen: -3n, fundTotalFen: -2n, accountFen: 0n };
    expect(decodeTotals(totals(negative))).toEqual({ totalFen: -3n, fundTotalFen: -2n, accountFen: 0n, count: 1 });
  });
});

describe('rows', () => {
  it('have their ids as the database has them', () => expect(decodeRows([row()])[0]?.recordId).toBe(RECORD));

  it.each([{ recordId: '' }, { recordId: 'x' }, { personId: '' }, { totalFen: -1n }, { refund: true }])(
    'refuse %o',
    (change) => expect(() => decodeRows([row(change)])).toThrow(refused('REQUEST_MALFORMED')),
  );

  it('are refused where a record is there twice, however it is written', () =>
    expect(() => decodeRows([row(), row({ recordId: RECORD })])).toThrow(refused('REQUEST_MALFORMED')));

  it('are at most twenty thousand', () => {
    const rows = Array.from({ length: 20_001 }, () => row());
    expect(() => decodeRows(rows)).toThrow('at most 20000');
  });
});

it.each(['', '2026-13', '2026-1', '202601', '2026-01-01'])('a month %o is refused', (month) =>
  expect(() => decodeMonth(month)).toThrow(refused('REQUEST_MALFORMED')),
);

it('a confirmed row names a record', () =>
  expect(() => decodeConfirmed([{ recordId: '1', totalFen: 1n, agencyPaysFen: 1n, confirmed: true }])).toThrow(
    refused('REQUEST_MALFORMED'),
  ));

it.each(['', `${CODE}2026010112000001`, 'H11010500002202601011200000001'])('a message id %o is not its own', (id) =>
  expect(() => ownMessageId(id, CODE)).toThrow(refused('MESSAGE_ID_INVALID')),
);
