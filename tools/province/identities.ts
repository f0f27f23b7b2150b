import type { benefitV1, commonV1 } from '@yiditong/contracts';

type Answer = { readonly claim: benefitV1.Claim; readonly of: benefitV1.Adjudication };

const FUNDS: readonly string[] = [
  'FUND_POOLING',
  'FUND_LARGE_SUM',
  'FUND_CRITICAL_ILLNESS',
  'FUND_CIVIL_SERVANT',
  'FUND_EMPLOYER_SUPPLEMENT',
  'FUND_MEDICAL_AID',
  'FUND_OTHER',
];
const SPLIT = ['fullSelfPayFen', 'overCeilingFen', 'firstSelfPayFen', 'inScopeFen'] as const;

/** Lines of the explanation whose results are a figure of the answer, by their rule. */
const FIGURES: Readonly<Record<string, (of: benefitV1.Adjudication) => bigint>> = {
  IN_SCOPE: ({ split }) => split?.inScopeFen ?? 0n,
  DEDUCTIBLE: ({ deductibleFen }) => deductibleFen,
  PERSONAL: ({ personalFen }) => personalFen,
};

/** What must hold of every answer, in the words of the contract. */
const IDENTITIES: Readonly<Record<string, (answer: Answer) => boolean>> = {
  'settlement_id is the claim’s': ({ claim, of }) => of.settlementId === claim.settlementId,
  'total_fen is the claim’s': ({ claim, of }) => of.totalFen === claim.totalFen,
  'the split is the claim’s': ({ claim, of }) => SPLIT.every((part) => of.split?.[part] === claim.split?.[part]),
  'no amount is negative': ({ of }) => amountsOf(of).every((amount) => amount >= 0n),
  'total = fund_total + personal + hospital_part': ({ of }) =>
    of.totalFen === of.fundTotalFen + of.personalFen + of.hospitalPartFen,
  'fund_total = sum of funds': ({ of }) => of.fundTotalFen === sum(of.funds.map(({ amountFen }) => amountFen)),
  'each fund is one of the seven, named once': ({ of }) =>
    new Set(of.funds.map(({ fund }) => fund)).size === of.funds.length &&
    of.funds.every(({ fund }) => FUNDS.includes(fund)),
  'personal = account + mutual_aid + cash': ({ of }) => of.personalFen === of.accountFen + of.mutualAidFen + of.cashFen,
  'no account pays unless asked': ({ claim, of }) => claim.useAccount || of.accountFen + of.mutualAidFen === 0n,
  'hospital_part is at most the claim’s': ({ claim, of }) => of.hospitalPartFen <= claim.hospitalPartFen,
  'deductible is at most what is in scope': ({ claim, of }) => of.deductibleFen <= (claim.split?.inScopeFen ?? 0n),
  'the details are the funds': ({ of }) =>
    of.funds.every(({ fund, amountFen }) => amountFen === sum(detailsOf(of, fund).map((detail) => detail.amountFen))) &&
    of.fundTotalFen === sum(of.details.map(({ amountFen }) => amountFen)),
  'no fund pays more than it could': ({ of }) =>
    of.details.every(({ amountFen, limitFen }) => (limitFen ?? amountFen) >= amountFen),
  'every fund that pays says how': ({ of }) =>
    of.details.every(({ amountFen, process }) => amountFen === 0n || /\p{Script=Han}/u.test(process)),
  'pooling_ratio_e4 is what the pooling fund paid': ({ of }) => isPoolingRatio(of),
  'the years sum to the whole': ({ of }) =>
    sum(of.years.map(({ inScopeFen }) => inScopeFen)) === of.split?.inScopeFen &&
    sum(of.years.map(({ deductibleFen }) => deductibleFen)) === of.deductibleFen &&
    sum(of.years.map(({ fundTotalFen }) => fundTotalFen)) === of.fundTotalFen,
  'the years ascend, up to the discharge’s': ({ of }) =>
    of.years.length > 0 &&
    of.years.every(({ benefitYear }, at) => benefitYear > (of.years[at - 1]?.benefitYear ?? 0)) &&
    of.years.every(({ benefitYear }) => benefitYear <= of.benefitYear),
  'policy_id is a UUID': ({ of }) => /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i.test(of.policyId),
  'insurance and person type are said': ({ of }) =>
    !of.insurance.endsWith('UNSPECIFIED') && !of.personType.endsWith('UNSPECIFIED'),
  'the explanation says something, in both languages': ({ of }) =>
    of.explanation.length > 0 &&
    of.explanation.every(({ rule, textZh, textEn }) => rule !== '' && /\p{Script=Han}/u.test(textZh) && textEn !== ''),
  'the explanation’s lines are the answer’s figures': ({ of }) =>
    Object.entries(FIGURES).every(([rule, figure]) => agrees(linesOf(of, rule), figure(of))),
  'no line of the explanation yields more than its rate': ({ of }) => of.explanation.every(isWithinRate),
};

/** The identities that an answer breaks. None where all hold. */
export function problemsOf(claim: benefitV1.Claim, of: benefitV1.Adjudication): string[] {
  return Object.entries(IDENTITIES)
    .filter(([, holds]) => !holds({ claim, of }))
    .map(([name]) => name);
}

export const IDENTITY_COUNT = Object.keys(IDENTITIES).length;

function amountsOf(of: benefitV1.Adjudication): bigint[] {
  const { totalFen, deductibleFen, fundTotalFen, personalFen, accountFen, mutualAidFen, cashFen, hospitalPartFen } = of;
  return [
    totalFen,
    deductibleFen,
    fundTotalFen,
    personalFen,
    accountFen,
    mutualAidFen,
    cashFen,
    hospitalPartFen,
    of.accountBalanceFen ?? 0n,
    ...SPLIT.map((part) => of.split?.[part] ?? 0n),
    ...of.funds.map(({ amountFen }) => amountFen),
    ...of.details.flatMap(({ baseFen, limitFen, amountFen }) => [baseFen, limitFen ?? 0n, amountFen]),
    ...of.years.flatMap((year) => [year.inScopeFen, year.deductibleFen, year.fundTotalFen]),
    ...of.explanation.flatMap(({ baseFen, resultFen }) => [baseFen, resultFen]),
  ];
}

function detailsOf({ details }: benefitV1.Adjudication, fund: string): benefitV1.FundDetail[] {
  return details.filter((detail) => detail.fund === fund);
}

function linesOf({ explanation }: benefitV1.Adjudication, rule: string): commonV1.Step[] {
  return explanation.filter((step) => step.rule === rule);
}

/** A province may have other rules; where it has a line by this name, the lines are the figure. */
function agrees(lines: readonly commonV1.Step[], figureFen: bigint): boolean {
  return lines.length === 0 || sum(lines.map(({ resultFen }) => resultFen)) === figureFen;
}

/** A fen more is rounding; less is a limit. */
function isWithinRate({ baseFen, rate, resultFen }: commonV1.Step): boolean {
  if (rate === '') return true;
  const match = /^(?:(\d+)(?:\.(\d+))?%|(\d+)\/([1-9]\d*))$/.exec(rate);
  if (match === null) return false;
  const [, whole = '', decimals = '', numerator, denominator = ''] = match;
  const [above, below] =
    numerator === undefined
      ? [BigInt(whole + decimals), 100n * 10n ** BigInt(decimals.length)]
      : [BigInt(numerator), BigInt(denominator)];
  return resultFen * below <= baseFen * above + below;
}

/** Of what is in scope above the deductible, to a ten-thousandth. */
function isPoolingRatio(of: benefitV1.Adjudication): boolean {
  const baseFen = (of.split?.inScopeFen ?? 0n) - of.deductibleFen;
  const paidFen = sum(of.funds.filter(({ fund }) => fund === 'FUND_POOLING').map(({ amountFen }) => amountFen));
  const differenceE4 = BigInt(of.poolingRatioE4) * baseFen - paidFen * 10_000n;
  return baseFen <= 0n || (differenceE4 <= baseFen && -differenceE4 <= baseFen);
}

function sum(amounts: readonly bigint[]): bigint {
  return amounts.reduce((total, amount) => total + amount, 0n);
}
