import type { ExplainedStep } from '@yiditong/adjudication';
import { decodeFunds, decodeSplit, insuranceCodec, personTypeCodec, required } from '@yiditong/chassis';
import { PERSON_TYPES_OF, Rejection } from '@yiditong/codes';
import type { benefitV1, commonV1 } from '@yiditong/contracts';
import { fen } from '@yiditong/money';
import { validate as isUuid } from 'uuid';
import type { Settlement } from './settlement.entity.js';

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
  | 'policyId'
  | 'explanation'
>;

type Answer = {
  readonly wire: benefitV1.Adjudication;
  readonly decided: Decided;
  readonly claim: benefitV1.Claim;
};

/** What must hold of every answer, in the words of the contract. A province's own endpoint is another's program. */
const CONDITIONS: Readonly<Record<string, (answer: Answer) => boolean>> = {
  settlement_id: ({ wire, claim }) => wire.settlementId === claim.settlementId,
  total_fen: ({ wire, claim }) => wire.totalFen === claim.totalFen,
  // The treating place's, which is not the home province's to change; it sums to the total.
  split: ({ decided, claim }) =>
    (['fullSelfPayFen', 'overCeilingFen', 'firstSelfPayFen', 'inScopeFen'] as const).every(
      (part) => decided.split[part] === claim.split?.[part],
    ),
  'amounts >= 0': ({ wire, decided }) => amountsOf(wire, decided).every((amount) => amount >= 0n),
  'deductible_fen <= in_scope_fen': ({ decided }) => decided.deductibleFen <= decided.split.inScopeFen,
  'each fund once': ({ decided }) => new Set(decided.funds.map(({ fund }) => fund)).size === decided.funds.length,
  'fund_total_fen = sum of funds': ({ decided }) =>
    decided.fundTotalFen === decided.funds.reduce((sum, { amountFen }) => sum + amountFen, 0n),
  'total_fen = fund_total_fen + personal_fen + hospital_part_fen': ({ wire, decided }) =>
    wire.totalFen === decided.fundTotalFen + decided.personalFen + wire.hospitalPartFen,
  'personal_fen = account_fen + mutual_aid_fen + cash_fen': ({ decided }) =>
    decided.personalFen === decided.accountFen + decided.mutualAidFen + decided.cashFen,
  hospital_part_fen: ({ wire, claim }) => wire.hospitalPartFen <= claim.hospitalPartFen,
  use_account: ({ decided, claim }) => claim.useAccount || decided.accountFen + decided.mutualAidFen === 0n,
  policy_id: ({ decided }) => isUuid(decided.policyId),
};

/** Rejects with HOME_ANSWER_UNUSABLE, which says what doesn't hold. */
export function decodeAdjudication(answer: benefitV1.Adjudication | null | undefined, claim: benefitV1.Claim): Decided {
  const { wire, decided } = readable(answer);
  for (const [condition, holds] of Object.entries(CONDITIONS))
    if (!holds({ wire, decided, claim })) throw unusable(condition);
  return decided;
}

function readable(answer: benefitV1.Adjudication | null | undefined): Omit<Answer, 'claim'> {
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
    policyId: wire.policyId,
    explanation: wire.explanation.map(decodeStep),
  };
}

function amountsOf(wire: benefitV1.Adjudication, decided: Decided): bigint[] {
  const { deductibleFen, fundTotalFen, personalFen, accountFen, mutualAidFen, cashFen } = decided;
  return [
    ...decided.funds.map(({ amountFen }) => amountFen),
    deductibleFen,
    fundTotalFen,
    personalFen,
    accountFen,
    mutualAidFen,
    cashFen,
    wire.hospitalPartFen,
  ];
}

function decodeStep(wire: commonV1.Step): ExplainedStep {
  return { ...wire, baseFen: fen(wire.baseFen), resultFen: fen(wire.resultFen) };
}

function unusable(problem: string): Rejection {
  return new Rejection('HOME_ANSWER_UNUSABLE', { problem });
}
