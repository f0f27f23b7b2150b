import type { ExplainedStep } from '@yiditong/adjudication';
import { decodeFunds, decodeSplit, fundCodec, insuranceCodec, personTypeCodec, required } from '@yiditong/chassis';
import { PERSON_TYPES_OF, Rejection } from '@yiditong/codes';
import type { benefitV1, commonV1 } from '@yiditong/contracts';
import { fen } from '@yiditong/money';
import { validate as isUuid } from 'uuid';
import type { FundDetail, Settlement } from './settlement.entity.js';

/** What the home province decided of a bill. It adds up, so that a record can be made of it. */
export type Decided = Pick<
  Settlement,
  | 'insurance'
  | 'personType'
  | 'split'
  | 'deductibleFen'
  | 'funds'
  | 'fundTotalFen'
  | 'personalFen'
  | 'accountFen'
  | 'mutualAidFen'
  | 'cashFen'
  | 'hospitalPartFen'
  | 'accountBalanceFen'
  | 'poolingRatioE4'
  | 'details'
  | 'policyId'
  | 'explanation'
>;

type Answer = {
  readonly wire: benefitV1.Adjudication;
  readonly decided: Decided;
  readonly claim: benefitV1.Claim;
};

type Unasked = Omit<Answer, 'claim'>;

/** What a settlement may come to at most (100 billion yuan), and what limits and balances may say. */
const MAX_FEN = 10_000_000_000_000n;
const MAX_LIMIT_FEN = 1_000n * MAX_FEN;
const MAX_STEPS = 500;
const MAX_DETAILS = 100;
const MAX_TEXT = 2_000;

/** What must hold of an answer by itself, in the words of the contract. A province's own endpoint is another's program. */
const ADDS_UP: Readonly<Record<string, (answer: Unasked) => boolean>> = {
  'explanation of at most 500 lines': ({ wire }) => wire.explanation.length <= MAX_STEPS,
  'details of at most 100': ({ wire }) => wire.details.length <= MAX_DETAILS,
  'texts of at most 2000 characters': ({ wire }) => textsOf(wire).every((text) => text.length <= MAX_TEXT),
  'amounts >= 0': ({ wire, decided }) => amountsOf(wire, decided).every((amount) => amount >= 0n),
  'amounts in range': ({ wire, decided }) =>
    amountsOf(wire, decided).every((amount) => amount <= MAX_FEN) &&
    sideAmountsOf(decided).every((amount) => amount >= -MAX_LIMIT_FEN && amount <= MAX_LIMIT_FEN),
  'deductible_fen <= in_scope_fen': ({ decided }) => decided.deductibleFen <= decided.split.inScopeFen,
  'each fund once': ({ decided }) => new Set(decided.funds.map(({ fund }) => fund)).size === decided.funds.length,
  'fund_total_fen = sum of funds': ({ decided }) =>
    decided.fundTotalFen === decided.funds.reduce((sum, { amountFen }) => sum + amountFen, 0n),
  'total_fen = fund_total_fen + personal_fen + hospital_part_fen': ({ wire, decided }) =>
    wire.totalFen === decided.fundTotalFen + decided.personalFen + wire.hospitalPartFen,
  'personal_fen = account_fen + mutual_aid_fen + cash_fen': ({ decided }) =>
    decided.personalFen === decided.accountFen + decided.mutualAidFen + decided.cashFen,
  'details of a fund sum to its payment': ({ decided }) => detailsFit(decided),
  pooling_ratio_e4: ({ wire }) => wire.poolingRatioE4 >= 0 && wire.poolingRatioE4 <= 10_000,
  policy_id: ({ decided }) => isUuid(decided.policyId),
};

/** What must hold of it as the answer to a claim. The contract names nobody but by the settlement, which is one person's. */
const CONDITIONS: Readonly<Record<string, (answer: Answer) => boolean>> = {
  settlement_id: ({ wire, claim }) => wire.settlementId === claim.settlementId,
  total_fen: ({ wire, claim }) => wire.totalFen === claim.totalFen,
  // The treating place's, which is not the home province's to change; it sums to the total.
  split: ({ decided, claim }) =>
    (['fullSelfPayFen', 'overCeilingFen', 'firstSelfPayFen', 'inScopeFen'] as const).every(
      (part) => decided.split[part] === claim.split?.[part],
    ),
  hospital_part_fen: ({ wire, claim }) => wire.hospitalPartFen <= claim.hospitalPartFen,
  use_account: ({ decided, claim }) => claim.useAccount || decided.accountFen + decided.mutualAidFen === 0n,
};

/** Rejects with HOME_ANSWER_UNUSABLE, which says what doesn't hold. */
export function decodeAdjudication(answer: benefitV1.Adjudication | null | undefined, claim: benefitV1.Claim): Decided {
  const read = readable(answer);
  for (const [condition, holds] of Object.entries(CONDITIONS))
    if (!holds({ ...read, claim })) throw unusable(condition);
  checkSums(read);
  return read.decided;
}

/** The same where there is no claim to compare with: of the settlement that was asked for. Rejects with HOME_ANSWER_UNUSABLE. */
export function checkAddsUp(answer: benefitV1.Adjudication | null | undefined, settlementId: string): void {
  const read = readable(answer);
  if (read.wire.settlementId !== settlementId) throw unusable('settlement_id');
  checkSums(read);
}

function checkSums(read: Unasked): void {
  for (const [condition, holds] of Object.entries(ADDS_UP)) if (!holds(read)) throw unusable(condition);
}

function readable(answer: benefitV1.Adjudication | null | undefined): Unasked {
  try {
    const wire = required(answer, 'adjudication');
    return { wire, decided: decidedIn(wire) };
  } catch (error) {
    throw error instanceof Rejection ? unusable(error.params['problem'] ?? error.reason) : error;
  }
}

function decidedIn(wire: benefitV1.Adjudication): Decided {
  const insurance = insuranceCodec.decode(wire.insurance);
  const personType = personTypeCodec.decode(wire.personType);
  if (!PERSON_TYPES_OF[insurance].includes(personType)) throw unusable('person_type');
  return {
    insurance,
    personType,
    split: decodeSplit(wire.split),
    deductibleFen: fen(wire.deductibleFen),
    funds: decodeFunds(wire.funds),
    fundTotalFen: fen(wire.fundTotalFen),
    personalFen: fen(wire.personalFen),
    accountFen: fen(wire.accountFen),
    mutualAidFen: fen(wire.mutualAidFen),
    cashFen: fen(wire.cashFen),
    hospitalPartFen: fen(wire.hospitalPartFen),
    accountBalanceFen: wire.accountBalanceFen === undefined ? null : fen(wire.accountBalanceFen),
    poolingRatioE4: wire.poolingRatioE4,
    details: wire.details.map(decodeDetail),
    policyId: wire.policyId,
    explanation: wire.explanation.map(decodeStep),
  };
}

function amountsOf(wire: benefitV1.Adjudication, decided: Decided): bigint[] {
  const { deductibleFen, fundTotalFen, personalFen, accountFen, mutualAidFen, cashFen } = decided;
  return [
    ...decided.funds.map(({ amountFen }) => amountFen),
    ...decided.details.map(({ amountFen }) => amountFen),
    wire.totalFen,
    deductibleFen,
    fundTotalFen,
    personalFen,
    accountFen,
    mutualAidFen,
    cashFen,
    wire.hospitalPartFen,
  ];
}

/** What is no part of any sum, but is kept and shown. */
function sideAmountsOf({ accountBalanceFen, details, explanation }: Decided): bigint[] {
  return [
    accountBalanceFen ?? 0n,
    ...details.flatMap(({ baseFen, limitFen, amountFen }) => [baseFen, limitFen ?? 0n, amountFen]),
    ...explanation.flatMap(({ baseFen, resultFen }) => [baseFen, resultFen]),
  ];
}

function textsOf({ explanation, details }: benefitV1.Adjudication): string[] {
  return [
    ...details.map(({ process }) => process),
    ...explanation.flatMap(({ rule, source, rate, textZh, textEn }) => [rule, source, rate, textZh, textEn]),
  ];
}

/** Where a fund's payment is detailed, it is detailed whole. */
function detailsFit({ funds, details }: Decided): boolean {
  const sums = new Map<string, bigint>();
  for (const { fund, amountFen } of details) sums.set(fund, (sums.get(fund) ?? 0n) + amountFen);
  return [...sums].every(([fund, sum]) => sum === (funds.find((paid) => paid.fund === fund)?.amountFen ?? 0n));
}

function decodeDetail({ fund, baseFen, limitFen, amountFen, process }: benefitV1.FundDetail): FundDetail {
  return {
    fund: fundCodec.decode(fund),
    baseFen: fen(baseFen),
    limitFen: limitFen === undefined ? null : fen(limitFen),
    amountFen: fen(amountFen),
    process,
  };
}

function decodeStep(wire: commonV1.Step): ExplainedStep {
  return { ...wire, baseFen: fen(wire.baseFen), resultFen: fen(wire.resultFen) };
}

function unusable(problem: string): Rejection {
  return new Rejection('HOME_ANSWER_UNUSABLE', { problem });
}
