import type { benefitV1 } from '@yiditong/contracts';
import { v7 as uuidv7 } from 'uuid';
import { accumulatingClaim } from './adjudicate-checks.js';
import { personOf } from './cases.js';
import { inGroup, type Check } from './check.js';
import { describe, expectRefused, expectSame } from './outcome.js';
import { freshClaim } from './wire.js';

type Spoilt = {
  readonly id: string;
  readonly zh: string;
  readonly en: string;
  readonly reason: string;
  readonly spoil: (claim: benefitV1.Claim) => benefitV1.Claim;
};

const MALFORMED: readonly Spoilt[] = [
  {
    id: 'settlement-id',
    zh: '结算编号不是 UUID',
    en: 'The settlement id is no UUID',
    reason: 'REQUEST_MALFORMED',
    spoil: (claim) => ({ ...claim, settlementId: 'not-a-uuid' }),
  },
  {
    id: 'person-id',
    zh: '人员编号不是 UUID',
    en: 'The person id is no UUID',
    reason: 'REQUEST_MALFORMED',
    spoil: (claim) => ({ ...claim, personId: '1' }),
  },
  {
    id: 'split-sum',
    zh: '四分之和不等于总额',
    en: 'The split doesn’t sum to the total',
    reason: 'REQUEST_MALFORMED',
    spoil: (claim) => ({ ...claim, totalFen: claim.totalFen + 1n }),
  },
  {
    id: 'negative-part',
    zh: '四分中有负数（合计仍相等）',
    en: 'A part of the split is negative, though they sum',
    reason: 'REQUEST_MALFORMED',
    spoil: (claim) => {
      const { inScopeFen = 0n, fullSelfPayFen = 0n } = claim.split ?? {};
      const rest = { overCeilingFen: 0n, firstSelfPayFen: 0n, ...claim.split };
      return { ...claim, split: { ...rest, inScopeFen: inScopeFen + fullSelfPayFen + 100n, fullSelfPayFen: -100n } };
    },
  },
  {
    id: 'no-split',
    zh: '没有四分',
    en: 'There is no split',
    reason: 'REQUEST_MALFORMED',
    spoil: (claim) => ({ ...claim, split: undefined }),
  },
  {
    id: 'no-date',
    zh: '没有出院或就诊时间',
    en: 'There is no time of discharge',
    reason: 'REQUEST_MALFORMED',
    spoil: (claim) => ({ ...claim, endedAt: undefined }),
  },
  {
    id: 'visit-kind',
    zh: '没有医疗类别',
    en: 'There is no kind of visit',
    reason: 'REQUEST_MALFORMED',
    spoil: (claim) => ({ ...claim, visitKind: 'VISIT_KIND_UNSPECIFIED' }),
  },
  {
    id: 'insured-region',
    zh: '参保地区划不存在',
    en: 'The insured region is no region',
    reason: 'REGION_UNKNOWN',
    spoil: (claim) => ({ ...claim, insuredRegion: '990000' }),
  },
  {
    id: 'treating-region',
    zh: '就医地区划不存在',
    en: 'The treating region is no region',
    reason: 'REGION_UNKNOWN',
    spoil: (claim) => ({ ...claim, treatingRegion: '990000' }),
  },
];

export const MALFORMED_CHECKS: readonly Check[] = inGroup(
  'malformed',
  MALFORMED.map(({ id, zh, en, reason, spoil }) => ({
    id: `malformed.${id}`,
    zh: `${zh}：${reason}，不入账`,
    en: `${en}: refused, and nothing booked`,
    run: async (desk, cases) => {
      const claim = accumulatingClaim(cases);
      const shown = await desk.shownOn(claim);
      const spoilt = spoil(claim);
      expectRefused('Adjudicate', [reason], await desk.adjudicate(spoilt));
      expectRefused('Trial', [reason], await desk.trial(spoilt));
      expectSame('Query', 'NONE', await desk.stateOf(claim));
      expectSame('a trial after it', shown, await desk.shownOn(claim));
      return reason;
    },
  })),
);

export const PERSON_CHECKS: readonly Check[] = inGroup('persons', [
  {
    id: 'persons.unknown',
    zh: '查无此人：PERSON_UNKNOWN',
    en: 'A person whom the province doesn’t know',
    run: async (desk, cases) => {
      const claim = { ...accumulatingClaim(cases), personId: uuidv7() };
      expectRefused('Trial', ['PERSON_UNKNOWN'], await desk.trial(claim));
      const came = await desk.adjudicate(claim);
      expectRefused('Adjudicate', ['PERSON_UNKNOWN'], came);
      return describe(came);
    },
  },
  {
    id: 'persons.inactive',
    zh: '暂停参保：INSURANCE_INACTIVE',
    en: 'A person whose insurance is suspended',
    run: async (desk, cases) => {
      const claim = freshClaim(personOf(cases, 'inactive'), cases.accumulating);
      expectRefused('Trial', ['INSURANCE_INACTIVE'], await desk.trial(claim));
      const came = await desk.adjudicate(claim);
      expectRefused('Adjudicate', ['INSURANCE_INACTIVE'], came);
      return describe(came);
    },
  },
  {
    id: 'persons.other-region',
    zh: '参保于本省另一统筹区：INSURED_REGION_MISMATCH，不入账',
    en: 'A person who is insured in another pooling area of the province',
    run: async (desk, cases) => {
      const claim = { ...accumulatingClaim(cases), insuredRegion: cases.otherRegion };
      const came = await desk.adjudicate(claim);
      expectRefused('Adjudicate', ['INSURED_REGION_MISMATCH'], came);
      expectSame('Query', 'NONE', await desk.stateOf(claim));
      return describe(came);
    },
  },
]);
