import { encodeInstant } from '@yiditong/chassis';
import { Rejection } from '@yiditong/codes';
import type { benefitV1 } from '@yiditong/contracts';
import { v7 as uuidv7 } from 'uuid';
import { describe, expect, it } from 'vitest';
import { foreignRefusal, readAdjudicated, readCancelled, readReversed, readState } from './home-answer.codec.js';
import { adjudicationOf } from './misbehaving-province.js';

const SETTLEMENT = uuidv7();
const claim = {
  settlementId: SETTLEMENT,
  totalFen: 10_000n,
  split: { fullSelfPayFen: 1_000n, overCeilingFen: 0n, firstSelfPayFen: 0n, inScopeFen: 9_000n },
  useAccount: false,
  hospitalPartFen: 0n,
} as unknown as benefitV1.Claim;
const adjudication = adjudicationOf(claim);
const rejection = { reason: 'PERSON_UNKNOWN', params: {} };
const asked = { cancellationId: uuidv7(), settlementId: SETTLEMENT, personId: uuidv7(), insuredRegion: '310100' };
const cancelled: benefitV1.CancelResponse = {
  adjudication,
  laterSettlementIds: [uuidv7()],
  cancelledAt: encodeInstant(new Date('2026-03-01T04:00:00Z')),
};

const refusing = (problem: string): Error =>
  expect.objectContaining({ reason: 'HOME_ANSWER_UNUSABLE', params: { problem } }) as Error;

describe('the answer to a claim', () => {
  it.each<[string, benefitV1.AdjudicateAnswer[], string]>([
    ['none', [], 'one answer'],
    [
      'two',
      [
        { adjudication, rejection: undefined },
        { adjudication, rejection: undefined },
      ],
      'one answer',
    ],
    ['both', [{ adjudication, rejection }], 'adjudication or rejection'],
    ['neither', [{ adjudication: undefined, rejection: undefined }], 'adjudication is missing'],
  ])('is one of the two, not %s', (_, answers, problem) => {
    expect(() => readAdjudicated({ answers }, claim, true)).toThrow(refusing(problem));
  });

  it('may be a refusal', () => {
    const refused = { answers: [{ adjudication: undefined, rejection }] };
    expect(() => readAdjudicated(refused, claim, true)).toThrow(
      expect.objectContaining({ reason: 'PERSON_UNKNOWN' }) as Error,
    );
  });
});

describe('the answer to a cancellation', () => {
  it('is taken as it is', () => expect(readCancelled(cancelled, asked)).toBe(cancelled));

  it.each<[string, Partial<benefitV1.CancelResponse>, string]>([
    ['of another settlement', { adjudication: { ...adjudication, settlementId: uuidv7() } }, 'settlement_id'],
    ['of nothing', { adjudication: undefined }, 'adjudication is missing'],
    [
      'that does not add up',
      { adjudication: { ...adjudication, personalFen: 1n } },
      'total_fen = fund_total_fen + personal_fen + hospital_part_fen',
    ],
    ['at no time', { cancelledAt: undefined }, 'cancelled_at'],
    ['with ids that are none', { laterSettlementIds: ['x'] }, 'later_settlement_ids'],
    ['with ids without end', { laterSettlementIds: Array(1_001).fill(uuidv7()) as string[] }, 'later_settlement_ids'],
  ])('%s is of no use', (_, change, problem) => {
    expect(() => readCancelled({ ...cancelled, ...change }, asked)).toThrow(refusing(problem));
  });
});

it('the answer to a reversal names settlements', () => {
  const answer = { hadAdjudication: true, laterSettlementIds: ['x'] };
  expect(() => readReversed(answer)).toThrow(refusing('later_settlement_ids'));
});

describe('the answer to a query', () => {
  const known = { state: 'ADJUDICATION_STATE_ADJUDICATED', adjudication, cancellationId: '' } as const;

  it.each<[string, Partial<benefitV1.QueryAdjudicationResponse>, string]>([
    ['without a state', { state: 'ADJUDICATION_STATE_UNSPECIFIED' }, 'state'],
    ['that booked nothing', { adjudication: undefined }, 'adjudication is missing'],
    ['of another settlement', { adjudication: { ...adjudication, settlementId: uuidv7() } }, 'settlement_id'],
    ['cancelled by nothing', { state: 'ADJUDICATION_STATE_CANCELLED' }, 'cancellation_id'],
  ])('%s is of no use', (_, change, problem) => {
    expect(() => readState({ ...known, ...change }, asked)).toThrow(refusing(problem));
  });

  it('may be that there is nothing', () => {
    const none = { state: 'ADJUDICATION_STATE_NONE', adjudication: undefined, cancellationId: '' } as const;
    expect(readState(none, asked)).toBe(none);
  });
});

describe('a refusal of a province’s own program', () => {
  it('is passed on with what is a code or a short word', () => {
    const params = { region: '310100', name: '张三', number: '110101199003070000', problem: 'x'.repeat(201) };
    expect(foreignRefusal(new Rejection('POLICY_NOT_FOUND', params))).toMatchObject({
      reason: 'POLICY_NOT_FOUND',
      params: { region: '310100' },
    });
  });

  it('is none where the contract has no such reason', () => {
    expect(foreignRefusal(new Rejection('CREDENTIAL_INVALID'))).toEqual(refusing('rejection.reason'));
  });

  it('that says there is no answer is no answer', () => {
    expect(foreignRefusal(new Rejection('INTERNAL_FAULT'))).toMatchObject({ reason: 'SERVICE_UNAVAILABLE' });
  });
});
