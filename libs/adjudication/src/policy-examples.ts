import { FUNDS, PERSON_TYPES_OF } from '@yiditong/codes';
import { formatYuan, ZERO_FEN, type Fen } from '@yiditong/money';
import { benefitYearsOf, adjudicateStay, type StayAdjudication } from './stay.js';
import type { Claim } from './claim.js';
import type { PolicyExample } from './example-document.js';
import type { PolicyDocument } from './policy-document.js';
import type { Policy } from './policy.js';

/** What comes out otherwise than one of a policy's own examples says, or null. */
export function exampleProblem(policy: PolicyDocument): string | null {
  const known: Policy = { ...policy, policyId: '' };
  for (const [index, example] of policy.examples.entries()) {
    const problem = differenceIn(known, example);
    if (problem !== null) return `examples.${index} ${example.name}: ${problem}`;
  }
  return null;
}

/**
 * Why a policy says nothing of a claim, or null: it is of another time, of somebody who is insured otherwise, or of no disease where the
 * policy counts by diseases.
 */
export function strangeness(
  { visitKind, personType, diseaseCode, endedOn }: Claim,
  { insurance, validFrom, validTo, visits }: Pick<Policy, 'insurance' | 'validFrom' | 'validTo' | 'visits'>,
): string | null {
  if (endedOn < validFrom || (validTo !== null && endedOn > validTo))
    return `endedOn ${endedOn} is outside of the policy’s ${validFrom} to ${validTo ?? '…'}`;
  const rule = visits[visitKind];
  const countsByDisease =
    rule?.deductible.basis === 'PER_DISEASE_AND_YEAR' || rule?.caps.some(({ perDisease }) => perDisease);
  if (countsByDisease && diseaseCode === null) return 'diseaseCode is missing, by which the policy counts';
  const known = PERSON_TYPES_OF[insurance];
  return known.includes(personType) ? null : `personType ${personType} is none of ${insurance}: ${known.join(', ')}`;
}

function differenceIn(policy: Policy, example: PolicyExample): string | null {
  const { claim, accumulators, accumulatorsOfEarlierYear, expect } = example;
  const strange = strangeness(claim, policy);
  if (strange !== null) return `claim.${strange}`;
  const lastYear = benefitYearsOf(claim, policy.benefitYear).at(-1);
  const result = adjudicateStay(claim, policy, (year) =>
    year === lastYear ? accumulators : accumulatorsOfEarlierYear,
  );
  if (!result.ok) return `should be paid but is refused: ${result.reason}`;
  const difference = figuresOf(result.adjudication, expect).find(([, wanted, found]) => wanted !== found);
  if (!difference) return null;
  const [name, wanted, found] = difference;
  return `${name} should be ${formatYuan(wanted)} but is ${formatYuan(found)}`;
}

type Figure = readonly [name: string, wanted: Fen, found: Fen];

/** Every figure that the example says, as it should be and as it is. Funds first, which say most of what went another way. */
function figuresOf(found: StayAdjudication, { funds, ...wanted }: PolicyExample['expect']): Figure[] {
  const { deductibleFen, fundTotalFen, personalFen, accountFen, cashFen } = found;
  const paidBy = new Map(found.funds.map(({ fund, amountFen }) => [fund, amountFen]));
  const figures: readonly (readonly [string, Fen | undefined, Fen])[] = [
    ['fund', wanted.fund, fundTotalFen],
    ['deductible', wanted.deductible, deductibleFen],
    ...(funds ? FUNDS.map((fund) => [fund, funds[fund] ?? ZERO_FEN, paidBy.get(fund) ?? ZERO_FEN] as const) : []),
    ['personal', wanted.personal, personalFen],
    ['account', wanted.account, accountFen],
    ['cash', wanted.cash, cashFen],
  ];
  return figures.filter((figure): figure is Figure => figure[1] !== undefined);
}
