import { Rejection } from '@yiditong/codes';
import { describe, expect, it } from 'vitest';
import { decodePosition, decodeRowCount, decodeRows, decodeUpload, encodeErrors } from './import.codec.js';
import type { RowError } from './import.entity.js';

const ID = '3b241101-e2bb-4255-8caf-4136c566a962';
const row = (rowNumber: number) => ({ rowNumber, cells: [] });
const ERRORS: readonly RowError[] = [
  { rowNumber: 2, cell: 'A2', columnName: '人员编号', reason: 'PERSON_UNKNOWN', params: {} },
  { rowNumber: 17, cell: '', columnName: '材料', reason: 'FILING_MATERIALS_MISSING', params: { anyOf: '居住证明' } },
];

describe('what is sent', () => {
  it.each([
    ['no rows', () => decodeRows([])],
    ['more rows than go into a batch', () => decodeRows(Array.from({ length: 1_001 }, (_, index) => row(index + 2)))],
    ['a row twice', () => decodeRows([row(2), row(3), row(2)])],
    ['the header as a row', () => decodeRows([row(1)])],
    ['no number of rows', () => decodeRowCount(0)],
    ['an upload that nobody can call newer or older', () => decodeUpload({ importId: ID, uploadId: ID })],
    ['a position that nobody gave', () => decodePosition('2')],
    ['a position at a reason that there is not', () => decodePosition('2:A2:NONE')],
    ['a position beyond any file', () => decodePosition('9999999999:A2:PERSON_UNKNOWN')],
  ])('is malformed with %s', (_what, decode) => {
    expect(decode).toThrow(Rejection);
    expect(decode).toThrow(/malformed/);
  });

  it('is of an upload, in whatever case its id is written', () => {
    const uploadId = '0195F2A0-7C3B-7D11-8A5E-0C2B6E1F9A34';
    expect(decodeUpload({ importId: ID, uploadId })).toEqual({ importId: ID, uploadId: uploadId.toLowerCase() });
  });

  it('may be a thousand rows', () => {
    expect(decodeRows(Array.from({ length: 1_000 }, (_, index) => row(index + 2)))).toHaveLength(1_000);
  });
});

describe('a page of errors', () => {
  it('that is full says where the next begins', () => {
    const { errors, nextAfter } = encodeErrors(ERRORS, 2);
    expect(errors[1]).toEqual({
      rowNumber: 17,
      cell: '',
      column: '材料',
      rejection: { reason: 'FILING_MATERIALS_MISSING', params: { anyOf: '居住证明' } },
    });
    expect(decodePosition(nextAfter)).toEqual({ rowNumber: 17, cell: '', reason: 'FILING_MATERIALS_MISSING' });
  });

  it('that is not full is the last', () => expect(encodeErrors(ERRORS, 3).nextAfter).toBe(''));
});
