import type { VisitKind } from '@yiditong/codes';
import { fen, parseYuan, ZERO_FEN, type Fen } from '@yiditong/money';
import type { Choice } from './choice.js';
import type { PolicyDocument } from './policy-document.js';
import type { Cap, Standard } from './policy.js';

/** Bills of every size, in yuan. */
const ORDINARY = ['2000', '10000', '50000', '200000'].map((text) => parseYuan(text) ?? ZERO_FEN);
/** More would only show the same differences again. */
const MOST_AMOUNTS = 10;
const MOST_EARLIER = 4;
/** So much of a cap is left where nearly all of it is used. */
const NEARLY_FEN = 10_000n;
/** The person is left a twentieth of a bill, if not more: what other funds count is at least so many times less than the bill. */
const BILL_PER_SELF_PAY = 20n;
/** A fund pays a quarter of a bill, if not more. */
const BILL_PER_PAID = 4n;

/** How much a model bill is, and how much the pooling fund had paid before it. */
export type Size = { readonly inScopeFen: Fen; readonly paidEarlierFen: Fen };

/** Of all bills to somebody for whom nothing was paid earlier; else of the largest one, which shows all that is left. */
export function sizesToCompare(before: PolicyDocument | null, after: PolicyDocument, kind: VisitKind): Size[] {
  const amounts = amountsToCompare(before, after, kind);
  return earlierToCompare(before, after, kind).flatMap((paidEarlierFen) =>
    (paidEarlierFen === ZERO_FEN ? amounts : amounts.slice(-1)).map((inScopeFen) => ({ inScopeFen, paidEarlierFen })),
  );
}

/**
 * What is in scope of the model cases, ascending: ordinary bills, and bills large enough to show each figure that the two versions have:
 * past a band, past a deductible, past other funds' thresholds and the cap above which they pay, and past what is paid at most. Figures
 * that only one of them has come first.
 */
function amountsToCompare(before: PolicyDocument | null, after: PolicyDocument, kind: VisitKind): readonly Fen[] {
  const [ours, theirs] = [figuresOf(before, kind), figuresOf(after, kind)];
  const asked = inTurn([
    differingFirst(ours.bands, theirs.bands),
    differingFirst(ours.layers, theirs.layers),
    differingFirst(ours.poolingCaps, theirs.poolingCaps),
    differingFirst(ours.limits, theirs.limits),
    differingFirst(ours.deductibles, theirs.deductibles),
  ]).filter((amount) => amount > 0n);
  return inOrder([...new Set([...ORDINARY, ...asked])].slice(0, MOST_AMOUNTS));
}

/**
 * What the pooling fund had paid before, ascending: nothing, and nearly all that a cap lets it pay which the versions have otherwise, or
 * count by another year.
 */
function earlierToCompare(before: PolicyDocument | null, after: PolicyDocument, kind: VisitKind): readonly Fen[] {
  const [ours, theirs] = [capsOf(before, kind), capsOf(after, kind)];
  const isShared = ({ text }: CapAmount): boolean =>
    [ours, theirs].every((caps) => caps.some((cap) => cap.text === text));
  const differing = inOrder([...ours, ...theirs].filter((cap) => !isShared(cap)).map(({ most }) => most));
  const nearly = before === null ? [] : differing.map((most) => fen(most > NEARLY_FEN ? most - NEARLY_FEN : 0n));
  return inOrder([...new Set([ZERO_FEN, ...nearly])].slice(0, MOST_EARLIER));
}

function inOrder(amounts: readonly Fen[]): Fen[] {
  return amounts.toSorted((one, other) => (one < other ? -1 : 1));
}

function differingFirst(one: readonly Fen[], other: readonly Fen[]): Fen[] {
  const all = inOrder([...new Set([...one, ...other])]);
  const isShared = (figure: Fen): boolean => one.includes(figure) && other.includes(figure);
  return [...all.filter((figure) => !isShared(figure)), ...all.filter(isShared)];
}

/** The first of each list, then the second of each, and so on. */
function inTurn(lists: readonly (readonly Fen[])[]): Fen[] {
  const longest = Math.max(...lists.map(({ length }) => length));
  return Array.from({ length: longest }, (_, at) => lists.flatMap((list) => list.slice(at, at + 1))).flat();
}

type Figures = Readonly<Record<'bands' | 'layers' | 'poolingCaps' | 'limits' | 'deductibles', readonly Fen[]>>;

/** The bill that is past each of a version's figures. */
function figuresOf(policy: PolicyDocument | null, kind: VisitKind): Figures {
  const rule = policy?.visits[kind];
  const { layers = [], poolingCap = null } = policy ?? {};
  const deductible = deductiblesOf(policy, kind).reduce((most, each) => (each > most ? each : most), ZERO_FEN);
  const past = (figure: Fen): Fen => fen(figure + deductible);
  const pastSelfPay = (figure: Fen): Fen => fen((figure + deductible) * BILL_PER_SELF_PAY);
  const pastPaid = (figure: Fen): Fen => fen(past(figure) * BILL_PER_PAID);
  const ofVisit = (rule?.caps ?? []).filter(({ period }) => period === 'VISIT');
  const most = [...ofVisit.map((cap) => cap.most), ...layers.flatMap(({ yearlyMost }) => yearlyMost ?? [])];
  return {
    bands: edgesOf(rule?.bands ?? []).map(past),
    layers: layers.flatMap(({ threshold, bands }) => [...valuesIn(threshold), ...edgesOf(bands)]).map(pastSelfPay),
    poolingCaps: (layers.length > 0 && poolingCap ? valuesIn(poolingCap.most) : []).map(pastPaid),
    limits: most.flatMap(valuesIn).map((figure) => fen(past(figure) * 2n)),
    deductibles: [fen(deductible * 2n)],
  };
}

function edgesOf(bands: readonly { readonly upToFen: Fen | null }[]): Fen[] {
  return bands.flatMap(({ upToFen }) => (upToFen === null ? [] : [upToFen]));
}

function deductiblesOf(policy: PolicyDocument | null, kind: VisitKind): Fen[] {
  const rule = policy?.visits[kind]?.deductible;
  return rule ? valuesIn(rule.standard).flatMap(amountsIn) : [];
}

function amountsIn(standard: Standard): Fen[] {
  if (standard.kind === 'AMOUNT') return [standard.fen];
  return standard.mostFen === null ? [standard.leastFen] : [standard.leastFen, standard.mostFen];
}

type CapAmount = { readonly most: Fen; readonly text: string };

/** What the pooling fund may pay, over all kinds of visit and for this one, and how that is counted. */
function capsOf(policy: PolicyDocument | null, kind: VisitKind): CapAmount[] {
  const caps: readonly (Cap | null)[] = [policy?.poolingCap ?? null, ...(policy?.visits[kind]?.caps ?? [])];
  return caps.flatMap((cap, at) => {
    if (cap === null || cap.period === 'VISIT') return [];
    const { period, on, perDisease } = cap;
    const counted = [at === 0, period, on, perDisease, policy?.benefitYear];
    return valuesIn(cap.most).map((most) => ({ most, text: JSON.stringify([...counted, String(most)]) }));
  });
}

/** All that a choice may come to. */
export function valuesIn<T>(choice: Choice<T>): T[] {
  switch (choice.kind) {
    case 'VALUE':
      return [choice.value];
    case 'BY_LEVEL':
    case 'BY_PERSON':
      return Object.values(choice.of).flatMap((of) => valuesIn(of));
    case 'CASES':
      return choice.cases.flatMap(({ is }) => valuesIn(is));
  }
}
