import { describe, expect, it } from 'vitest';
import { decodeResolution } from '../conflict/conflict.codec.js';
import { decodeMappingPage, decodeRevision, decodeWithdrawal } from './mapping.codec.js';

const revision = {
  requestId: 'request-1',
  province: '610000',
  institutionCode: '',
  itemCode: 'Ａ0012',
  nationalCode: '',
  effectiveFrom: '2026-03-01',
  remark: '经核对',
};
const page = { province: '610000', institutionCode: '', on: '', after: '', limit: 10, decidedAfter: undefined };
const resolution = {
  province: '610000',
  conflictId: '',
  state: 'CONFLICT_STATE_ACCEPTED' as const,
  resolution: '保持',
};

describe('what a clerk says of a mapping', () => {
  it('names the item as lists do', () => {
    expect(decodeRevision({ ...revision, itemCode: ' Ａ0012\u3000' })).toMatchObject({ itemCode: 'Ａ0012' });
    expect(decodeMappingPage({ ...page, after: '药①' })).toMatchObject({ after: '药①' });
  });

  it.each<[string, () => unknown]>([
    ['an item', () => decodeRevision({ ...revision, itemCode: 'A\u00001' })],
    ['no item', () => decodeRevision({ ...revision, itemCode: '\u3000' })],
    ['a remark', () => decodeRevision({ ...revision, remark: '经\u0000核对' })],
    ['a page', () => decodeMappingPage({ ...page, after: 'A\u00001' })],
    ['a conflict’s resolution', () => decodeResolution({ ...resolution, resolution: '保\u0000持' })],
  ])('can’t be %s that PostgreSQL can’t store', (_, decode) =>
    expect(decode).toThrow(expect.objectContaining({ reason: 'REQUEST_MALFORMED' })),
  );

  it('that is taken back names both codes, and says why', () => {
    const withdrawal = { ...revision, nationalCode: 'XA10BAE041A001010100001' };
    expect(decodeWithdrawal(withdrawal)).toEqual({
      itemCode: 'Ａ0012',
      nationalCode: 'XA10BAE041A001010100001',
      remark: '经核对',
    });
    for (const missing of ['itemCode', 'nationalCode', 'remark'])
      expect(() => decodeWithdrawal({ ...withdrawal, [missing]: '' }), missing).toThrow(
        expect.objectContaining({ reason: 'REQUEST_MALFORMED' }),
      );
  });
});
