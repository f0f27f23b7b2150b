import {
  BENEFIT_LEVELS,
  HOSPITAL_LEVELS,
  PERSON_TYPES,
  PERSON_TYPES_OF,
  VISIT_KINDS,
  type VisitKind,
} from '@yiditong/codes';
import { magnitude, ZERO_FEN, type Fen } from '@yiditong/money';
import { sizesToCompare } from './compared-amounts.js';
import { circumstancesOf } from './compared-circumstances.js';
import { payBill, type ModelBill, type Paid } from './compared-payments.js';
import type { PolicyDocument } from './policy-document.js';
import type { Policy } from './policy.js';

/** A model bill that two versions pay otherwise. */
export type PolicyEffect = ModelBill & {
  /** What all funds pay; null where it isn't settled. */
  readonly fundBeforeFen: Fen | null;
  readonly fundAfterFen: Fen | null;
  /** What the person's own and relatives' accounts pay; null where none may be used, or it isn't settled. */
  readonly accountBeforeFen: Fen | null;
  readonly accountAfterFen: Fen | null;
};

/** So many are told at most: who reads them decides, and the rest differ less. */
const MOST_EFFECTS = 200;

/**
 * What a version changes for whom, in comparison with another or with none, greatest difference first. For each kind of visit, person,
 * hospital level and benefit level the ordinary bill that differs most is told, and that of each other circumstance (`circumstancesOf`) in
 * which the difference is another. Cases aren't all cases: what shows only where more than two conditions meet, or beyond the most
 * circumstances, shows among the differing parts alone.
 */
export function compareVersions(before: PolicyDocument | null, after: PolicyDocument): PolicyEffect[] {
  const [ours, theirs] = [before && versionOf(before), versionOf(after)];
  const effects = VISIT_KINDS.flatMap((kind) => effectsOf(ours, theirs, kind)).toSorted((one, other) =>
    compareBigints(differenceOf(other.effect), differenceOf(one.effect)),
  );
  return mostTelling(effects);
}

/** One object for all cases, by which the engine knows what it has found out about a policy. */
type Version = Policy & PolicyDocument;

function versionOf(document: PolicyDocument): Version {
  return { ...document, policyId: '' };
}

/** Of which kind of visit and circumstance it is. */
type Found = { readonly effect: PolicyEffect; readonly of: object };

/** Of the greatest first, at most so many, and the greatest of each circumstance among them. */
function mostTelling(sorted: readonly Found[]): PolicyEffect[] {
  const greatest = new Map(sorted.toReversed().map((found) => [found.of, found]));
  const chosen = new Set([...new Set([...greatest.values(), ...sorted])].slice(0, MOST_EFFECTS));
  return sorted.filter((found) => chosen.has(found)).map(({ effect }) => effect);
}

type Group = Pick<PolicyEffect, 'visitKind' | 'personType' | 'hospitalLevel' | 'benefitLevel'>;

function effectsOf(before: Version | null, after: Version, kind: VisitKind): Found[] {
  const versions = before === null ? [after] : [before, after];
  if (versions.every(({ visits }) => !visits[kind])) return [];
  const sizes = sizesToCompare(before, after, kind);
  const circumstances = circumstancesOf(before, after, kind);
  return groupsOf(versions, kind).flatMap((group) => {
    const tried: PolicyEffect[][] = [];
    return circumstances.flatMap(({ of, isCombined }) => {
      const effects = sizes.map((size) => effectOf(before, after, { ...group, ...of, ...size }));
      const others = isCombined ? [...tried] : tried.slice(0, 1);
      tried.push(effects);
      const telling = effects.filter((effect, at) => !others.some((other) => changesAsMuch(effect, other[at])));
      const effect = greatestOf(telling);
      return effect === null ? [] : [{ effect, of }];
    });
  });
}

function groupsOf(versions: readonly Version[], visitKind: VisitKind): Group[] {
  const isInsured = (personType: Group['personType']): boolean =>
    versions.some(({ insurance }) => PERSON_TYPES_OF[insurance].includes(personType));
  return PERSON_TYPES.filter(isInsured).flatMap((personType) =>
    HOSPITAL_LEVELS.flatMap((hospitalLevel) =>
      BENEFIT_LEVELS.map((benefitLevel) => ({ visitKind, personType, hospitalLevel, benefitLevel })),
    ),
  );
}

function effectOf(before: Version | null, after: Version, bill: ModelBill): PolicyEffect {
  const [ours, theirs] = [before && payBill(before, bill), payBill(after, bill)];
  const accountOf = (paid: Paid | null): Fen | null => bill.account && paid && paid.accountFen;
  const isFirst = bill.earlierVisits === 0 && bill.paidEarlierFen === ZERO_FEN;
  return {
    ...bill,
    ...(isFirst ? { earlierOn: null, earlierElsewhere: false } : {}),
    fundBeforeFen: ours && ours.fundFen,
    fundAfterFen: theirs && theirs.fundFen,
    accountBeforeFen: accountOf(ours),
    accountAfterFen: accountOf(theirs),
  };
}

/** The one that differs most, and of those as much the first; none where none differs. */
function greatestOf(effects: readonly PolicyEffect[]): PolicyEffect | null {
  return effects
    .filter(isEffect)
    .reduce<PolicyEffect | null>(
      (most, effect) => (most === null || differenceOf(effect) > differenceOf(most) ? effect : most),
      null,
    );
}

function isEffect({ fundBeforeFen, fundAfterFen, accountBeforeFen, accountAfterFen }: PolicyEffect): boolean {
  return fundBeforeFen !== fundAfterFen || accountBeforeFen !== accountAfterFen;
}

/** Whether a version changes two bills by the same amount. */
function changesAsMuch(one: PolicyEffect, other: PolicyEffect | undefined): boolean {
  return other !== undefined && fundChange(one) === fundChange(other) && accountChange(one) === accountChange(other);
}

function fundChange({ fundBeforeFen, fundAfterFen }: PolicyEffect): bigint {
  return (fundAfterFen ?? 0n) - (fundBeforeFen ?? 0n);
}

function accountChange({ accountBeforeFen, accountAfterFen }: PolicyEffect): bigint {
  return (accountAfterFen ?? 0n) - (accountBeforeFen ?? 0n);
}

/** What is moved to or from the funds, and to or from accounts, whichever is more. */
function differenceOf(effect: PolicyEffect): bigint {
  const [ofFund, ofAccount] = [magnitude(fundChange(effect)), magnitude(accountChange(effect))];
  return ofFund > ofAccount ? ofFund : ofAccount;
}

function compareBigints(one: bigint, other: bigint): number {
  return one === other ? 0 : one < other ? -1 : 1;
}
