import { Rejection } from '@yiditong/codes';
import type { filingV1 } from '@yiditong/contracts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { requestIdField } from './fields.js';
import {
  decodeCancellation,
  decodeChange,
  decodePerson,
  decodeRegistration,
  decodeReview,
  decodeSubmission,
  decodeSupply,
  encodeFiling,
  encodeVersion,
} from './filing.codec.js';
import { decodeQueuePage, decodeSearch, encodePage, encodeQueue } from './search.codec.js';

const PERSON = '0198F0A0-0000-7000-8000-00000000000A';
const FILING = '0198f0a0-0000-7000-9000-00000000000b';
const paper = { kind: 'MATERIAL_KIND_RESIDENCE_PROOF', digest: 'A'.repeat(64) } as unknown as filingV1.Material;
const target = { requestId: 'request-1', personId: PERSON, filingId: FILING, forPersonId: '' };
const registration = {
  ...target,
  insuredRegion: '610100',
  category: 'FILING_CATEGORY_REFERRAL',
  destinationRegion: '110000',
  validFrom: '2026-03-01',
  validTo: '2026-09-30',
  institutionCode: '',
  materials: [paper],
  pledged: false,
  draft: false,
  reason: ' 转诊 ',
} as unknown as filingV1.RegisterFilingRequest;
const search = {
  insuredRegion: '610000',
  state: 'FILING_STATE_UNSPECIFIED',
  category: 'FILING_CATEGORY_UNSPECIFIED',
  destinationRegion: '',
  validOn: '',
  personId: '',
  owing: false,
  after: '',
  limit: 1_000,
  importId: '',
} as unknown as filingV1.SearchFilingsRequest;
const queue = { insuredRegion: '610000', overdueOnly: false, after: '', limit: 200 };

/** Each way in, and a request that it takes. */
const DECODERS: readonly [name: string, decode: (wire: never) => unknown, taken: object][] = [
  ['RegisterFiling', decodeRegistration, registration],
  ['SubmitFiling', decodeSubmission, { ...target, materials: [], pledged: true, reason: '' }],
  ['ReviewFiling', decodeReview, { ...target, decision: 'REVIEW_DECISION_REJECT', reason: '材料不清' }],
  ['ChangeFiling', decodeChange, { ...target, destinationRegion: '310000', validTo: '2027-01-01', reason: '' }],
  ['CancelFiling', decodeCancellation, { ...target, insuredRegion: '610100', reason: '' }],
  ['SupplyMaterials', decodeSupply, { ...target, materials: [paper] }],
  ['ListFilings', decodePerson, target],
  ['SearchFilings', decodeSearch, search],
  ['ListReviews', decodeQueuePage, queue],
];

describe('a request', () => {
  it('is read as it is meant', () => {
    expect(decodeRegistration(registration)).toEqual({
      personId: PERSON.toLowerCase(),
      forPersonId: '',
      insuredRegion: '610100',
      category: 'REFERRAL',
      destinationRegion: '110000',
      validFrom: '2026-03-01',
      validTo: '2026-09-30',
      institutionCode: null,
      materials: [{ kind: 'RESIDENCE_PROOF', digest: 'a'.repeat(64) }],
      pledged: false,
      draft: false,
      reason: '转诊',
    });
  });

  it.each<[string, object, string]>([
    ['a person who is no UUID', { personId: '610101199001011234' }, 'REQUEST_MALFORMED'],
    ['a family member who is no UUID', { forPersonId: 'x' }, 'REQUEST_MALFORMED'],
    ['a place of no province', { insuredRegion: '990000' }, 'REGION_UNKNOWN'],
    ['a destination that is none', { destinationRegion: '' }, 'REQUEST_MALFORMED'],
    ['a day that isn’t in the calendar', { validFrom: '2026-02-29' }, 'REQUEST_MALFORMED'],
    ['a day of another age', { validTo: '9999-12-31' }, 'REQUEST_MALFORMED'],
    ['no category', { category: 'FILING_CATEGORY_UNSPECIFIED' }, 'REQUEST_MALFORMED'],
    ['an institution that is none', { institutionCode: 'H99000000001' }, 'INSTITUTION_CODE_INVALID'],
    ['a digest that is none', { materials: [{ ...paper, digest: 'A' }] }, 'REQUEST_MALFORMED'],
    ['a paper of no kind', { materials: [{ ...paper, kind: 'MATERIAL_KIND_UNSPECIFIED' }] }, 'REQUEST_MALFORMED'],
    ['eleven papers', { materials: Array.from({ length: 11 }, () => paper) }, 'REQUEST_MALFORMED'],
    ['an ID number for a reason', { reason: '610101199001011234' }, 'REQUEST_MALFORMED'],
  ])('with %s is refused', (_, change, reason) => {
    expect(() => decodeRegistration({ ...registration, ...change })).toThrow(expect.objectContaining({ reason }));
  });

  it.each(['REVIEW_DECISION_RETURN', 'REVIEW_DECISION_REJECT'])('to %s says why', (decision) => {
    const wire = { ...target, decision, reason: ' ' } as unknown as filingV1.ReviewFilingRequest;
    expect(() => decodeReview(wire)).toThrow(expect.objectContaining({ reason: 'REQUEST_MALFORMED' }));
  });

  it.each(['', 'short', 'x'.repeat(65), 'with blank', 'key\u0000key'])('under the key %j is refused', (key) =>
    expect(() => requestIdField(key)).toThrow(Rejection),
  );

  it.each([0, -1, 1_001, 0.5, Number.NaN])('for a page of %s is refused', (limit) =>
    expect(() => decodeSearch({ ...search, limit })).toThrow(Rejection),
  );

  it.each(DECODERS)('to %s is taken or refused, whatever its fields say, and never a fault', (_, decode, taken) => {
    expect(() => decode(taken as never)).not.toThrow();
    const texts = Object.entries(taken).flatMap(([name, value]) => (typeof value === 'string' ? [name] : []));
    const anything = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('', '\u0000', '610000', PERSON, '0000-00-00', '2026-03-01.'),
    );
    fc.assert(
      fc.property(fc.constantFrom(...texts), anything, (name, text) => {
        try {
          decode({ ...taken, [name]: text } as never);
          return true;
        } catch (error) {
          return error instanceof Rejection;
        }
      }),
    );
  });
});

describe('an answer', () => {
  const at = new Date('2026-03-02T02:00:00Z');
  const row = {
    ...decodeRegistration(registration),
    filingId: FILING,
    insuredProvince: '610000',
    insuredRegion: '610100',
    state: 'SUBMITTED',
    version: 1,
    source: 'ONLINE',
    owed: [],
    lockedUntil: null,
    reviewDueOn: '2026-03-04',
    importId: null,
    createdAt: at,
    updatedAt: at,
  } as const;

  it.each([
    ['2026-03-04', false],
    ['2026-03-05', true],
  ])('says on %s whether the review is overdue: %s', (today, overdue) => {
    expect(encodeFiling(row, today).reviewOverdue).toBe(overdue);
    expect(encodePage({ filings: [row], nextAfter: null }, today).filings[0]?.reviewOverdue).toBe(overdue);
  });

  it('to who did something is that of the day on which he did it', () => {
    expect(encodeFiling(row)).toMatchObject({ reviewOverdue: false, lockedUntil: '', validTo: '2026-09-30' });
  });

  it('of a version has when it was recorded', () => {
    const version = { ...row, event: 'SUBMIT', actorRole: 'insured', actorSubject: 'app', recordedAt: at } as const;
    expect(encodeVersion(version)).toMatchObject({ event: 'FILING_EVENT_SUBMIT', filing: { filingId: FILING } });
  });

  it('says where a page ended so that the next one is found', () => {
    const nextAfter = { reviewDueOn: '2026-03-04', filingId: FILING };
    const { nextAfter: after } = encodeQueue({ filings: [row], nextAfter, waiting: 2, overdue: 0 }, '2026-03-02');
    expect(decodeQueuePage({ ...queue, after }).after).toEqual(nextAfter);
  });
});
