import { PERSON_TYPES_OF, type BenefitLevel, type VisitKind } from '@yiditong/codes';
import {
  compareRates,
  formatRate,
  multiplyRates,
  rate,
  subtractRates,
  WHOLE_RATE,
  ZERO_RATE,
  type Rate,
} from '@yiditong/money';
import { whensIn } from './asked.js';
import {
  alike,
  caseOf,
  everyCase,
  groupsOf,
  MOST_SETS,
  questionOf,
  spaceOf,
  type CaseSet,
  type CaseSpace,
  type Question,
} from './case-sets.js';
import { choose, holds, type Choice, type Place } from './choice.js';
import { mentionedIn, nameOf, type ModelCase } from './mentioned.js';
import type { PolicyDocument } from './policy-document.js';
import type { RatioAdjustment, VisitRule } from './policy.js';
import { adjustRatio } from './ratio.js';

/** How many points the ratio may lie below that of the same hospital level at home, and which article of the 通知 says so. */
const MOST_POINTS: readonly (readonly [level: BenefitLevel, points: Rate, article: string])[] = [
  ['LOCAL', ZERO_RATE, '通知 二(五)'],
  ['REFERRAL', rate(1n, 10n), '通知 二(六)'],
  ['EMERGENCY', rate(1n, 10n), '通知 二(六)'],
  ['OTHER_TEMPORARY', rate(1n, 5n), '通知 二(六)'],
];
/** A rule by age tells nobody apart beyond it. */
const OLDEST = 120;

type Side = 'away' | 'home';
/** What is left of a part of the bill after the first self-pay, and the ratio that is paid of that. */
type Paid = { readonly left: Rate; readonly ratio: Rate };
/** Cases that are paid alike so far, away as at home. */
type Standing = Readonly<Record<Side, Paid>> & { readonly sets: readonly CaseSet[] };
/** A rule that makes the ratio, all that it depends on, and whom it lets be paid less than the articles allow. */
type Step = {
  readonly choice: Choice<unknown>;
  readonly change: (paid: Paid, of: ModelCase) => Paid;
  readonly excuses: (of: ModelCase) => boolean;
};
type AskedStep = Step & { readonly side: Side; readonly space: CaseSpace; readonly question: Question };

/**
 * Who is paid further below the same hospital level at home than the 通知 allows, and how far, at worst; null where nobody is. Compared
 * are a direct settlement in another province and one in the home area, of somebody alike at a hospital alike: same person, level, tags,
 * disease, number of the visit and item. The band's ratio counts with its adjustments, and so does what it comes to after the first
 * self-pay. That is exact, as all conditions are combined; a policy with too many of them is refused. Not compared are claims by hand,
 * of which the articles say nothing, deductibles, caps, further funds, and one band with another.
 */
export function awayRatioProblem(
  policy: PolicyDocument,
  kind: VisitKind,
  rule: VisitRule,
  band: Choice<Rate>,
): string | null {
  const steps = stepsOf(policy, rule, band);
  const mentioned = mentionedIn(steps.flatMap(({ choice }) => whensIn(choice)));
  const spaceAt = (place: Place, benefitLevel: BenefitLevel): CaseSpace =>
    spaceOf(kind, PERSON_TYPES_OF[policy.insurance], mentioned, { settledBy: 'DIRECT', place, benefitLevel });
  const askedAt = (side: Side, space: CaseSpace): AskedStep[] =>
    steps.map((step) => ({ ...step, side, space, question: questionOf(step.choice, space) }));
  const atHome = askedAt('home', spaceAt('HOME_AREA', 'LOCAL'));
  for (const [benefitLevel, points, article] of MOST_POINTS) {
    const away = spaceAt('OTHER_PROVINCE', benefitLevel);
    const asked = askedAt('away', away).flatMap((each, index) => [each, ...atHome.slice(index, index + 1)]);
    const standings = standingsAfter(asked, everyCase(away));
    if (standings === null) return 'too many conditions together to compare with care at home';
    const [worst] = standings.map(lossOf).toSorted((one, other) => compareRates(other.less, one.less));
    if (worst === undefined || compareRates(worst.less, points) <= 0) continue;
    const who = nameOf(caseOf(worst.set, away), mentioned);
    const less = `${formatRate(worst.less)} less than at home${worst.how}`;
    return `for ${benefitLevel} ${less} (${who}), where ${article} allows ${formatRate(points)}`;
  }
  return null;
}

function stepsOf({ adjustments }: PolicyDocument, { firstSelfPay }: VisitRule, band: Choice<Rate>): Step[] {
  const excuses = (): boolean => false;
  const share: Choice<Rate> = firstSelfPay?.ratio ?? { kind: 'VALUE', value: ZERO_RATE };
  return [
    {
      choice: share,
      change: (paid, of) => ({ ...paid, left: subtractRates(WHOLE_RATE, choose(share, of, of) ?? ZERO_RATE) }),
      excuses,
    },
    { choice: band, change: (paid, of) => ({ ...paid, ratio: choose(band, of, of) ?? ZERO_RATE }), excuses },
    ...adjustments.map((each) => ({
      choice: choiceIn(each),
      change: (paid: Paid, of: ModelCase): Paid => ({ ...paid, ratio: adjustRatio(paid.ratio, [each], of, of).ratio }),
      // An exception says why in its note, and which text allows it in its source.
      excuses: (of: ModelCase): boolean => each.exception !== undefined && holds(each.when, of, of),
    })),
  ];
}

/** All that an adjustment depends on. */
function choiceIn(adjustment: RatioAdjustment): Choice<unknown> {
  return { kind: 'CASES', cases: [{ when: adjustment.when, is: withinChoice(adjustment) }] };
}

function withinChoice(adjustment: RatioAdjustment): Choice<unknown> {
  const one: Choice<unknown> = { kind: 'VALUE', value: null };
  if ('ratio' in adjustment) return adjustment.ratio;
  if (adjustment.mode !== 'POINTS_BY_AGE') return one;
  const { fromAge, everyYears } = adjustment;
  const steps: number[] = [];
  for (let age = fromAge; age <= OLDEST; age += everyYears) steps.unshift(age);
  return { kind: 'CASES', cases: steps.map((from) => ({ when: { age: { from } }, is: one })) };
}

/** What everybody is paid who isn't excused. Those who are paid alike, and about whom nothing more is asked, are one. */
function standingsAfter(steps: readonly AskedStep[], everybody: CaseSet): Standing[] | null {
  const start: Paid = { left: WHOLE_RATE, ratio: ZERO_RATE };
  let standings: Standing[] = [{ away: start, home: start, sets: [everybody] }];
  for (const [index, { question, side, space, change, excuses }] of steps.entries()) {
    const live = steps.slice(index + 1).reduce((all, later) => all | later.question.asks, 0n);
    const next: Standing[] = [];
    for (const standing of standings) {
      const groups = groupsOf(standing.sets, question, live);
      if (groups === null) return null;
      for (const sets of groups) {
        const [first = []] = sets;
        const of = caseOf(first, space);
        if (side === 'home' || !excuses(of)) next.push({ ...standing, [side]: change(standing[side], of), sets });
      }
    }
    standings = merged(next, live);
    if (standings.reduce((sum, { sets }) => sum + sets.length, 0) > MOST_SETS) return null;
  }
  return standings;
}

function merged(standings: readonly Standing[], live: bigint): Standing[] {
  const found = new Map<string, Standing>();
  for (const standing of standings) {
    const { away, home, sets } = standing;
    const key = [away.left, away.ratio, home.left, home.ratio].map(formatRate).join();
    found.set(key, { ...standing, sets: alike([...(found.get(key)?.sets ?? []), ...sets], live) });
  }
  return [...found.values()];
}

/** The greater of two: by the ratio alone, which the articles speak of, and by what is left to it, which a first self-pay lowers as well. */
function lossOf({ away, home, sets }: Standing): { less: Rate; how: string; set: CaseSet } {
  const [set = []] = sets;
  const byRatio = subtractRates(home.ratio, away.ratio);
  const inAll = subtractRates(multiplyRates(home.left, home.ratio), multiplyRates(away.left, away.ratio));
  return compareRates(inAll, byRatio) > 0
    ? { less: inAll, how: ' with the first self-pay', set }
    : { less: byRatio, how: '', set };
}
