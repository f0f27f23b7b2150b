import { CATEGORY_NAMES, type FilingCategory, type Wording } from '@yiditong/codes';
import { fen, formatYuan, subtractFen, type Fen } from '@yiditong/money';

/** What an alternative comes to for the person. */
export type Cost = {
  /** What the person bears in the end. */
  readonly personalFen: Fen;
  /** What the person pays at the counter; all of the bill where it is claimed by hand afterwards. */
  readonly counterFen: Fen;
};

/** Why that can't be said. */
export type Refused = { readonly reason: string; readonly messages: Wording };

/** An alternative as far as it is compared. */
export type Compared = {
  /** Where, at which level and for what: alternatives alike in this differ by their filing only. */
  readonly visit: string;
  /** Null where nothing is filed. */
  readonly category: FilingCategory | null;
  /** Whether the home province pays its share at the counter. */
  readonly direct: boolean;
  readonly outcome: Cost | Refused;
};

/** How one alternative stands to others: more is positive. Null where one of the two can't be said. */
export type Difference = { readonly toFirstFen: Fen | null; readonly toCheapestFen: Fen | null };

/** What filing first saves. Indexes are the alternatives'. */
export type FilingSaving = {
  readonly unfiled: number;
  readonly filed: number;
  /** Negative where filing costs the person more; null where it is not stated. */
  readonly savesFen: Fen | null;
  readonly text: Wording;
};

export type Comparison = {
  /** The first of the cheapest for the person; null where nothing can be said of any. */
  readonly cheapest: number | null;
  /** As many as alternatives, in the same order. */
  readonly differences: readonly Difference[];
  readonly filingFirst: readonly FilingSaving[];
};

/** Compares what alternatives come to for the person. Says nothing where the policy doesn't: a saving is exact, or not stated. */
export function compare(alternatives: readonly Compared[]): Comparison {
  const cheapest = indexOfCheapest(alternatives);
  const first = personalOf(alternatives[0]);
  const least = cheapest === null ? null : personalOf(alternatives[cheapest]);
  return {
    cheapest,
    differences: alternatives.map((one) => ({
      toFirstFen: differenceOf(personalOf(one), first),
      toCheapestFen: differenceOf(personalOf(one), least),
    })),
    filingFirst: alternatives.flatMap((unfiled, at) =>
      unfiled.category === null && isFirstOfItsKind(alternatives, at) ? savingsFor(alternatives, unfiled, at) : [],
    ),
  };
}

function indexOfCheapest(alternatives: readonly Compared[]): number | null {
  let cheapest: number | null = null;
  let least: Fen | null = null;
  for (const [index, one] of alternatives.entries()) {
    const personal = personalOf(one);
    if (personal === null || (least !== null && personal >= least)) continue;
    [cheapest, least] = [index, personal];
  }
  return cheapest;
}

/** What is asked twice is answered once. */
function isFirstOfItsKind(alternatives: readonly Compared[], at: number): boolean {
  const [visit, category] = [alternatives[at]?.visit, alternatives[at]?.category];
  return alternatives.findIndex((other) => other.visit === visit && other.category === category) === at;
}

/** Each way of filing for the same visit. An emergency is deemed filed, and nobody files it first. */
function savingsFor(alternatives: readonly Compared[], unfiled: Compared, at: number): FilingSaving[] {
  return alternatives.flatMap((filed, index) => {
    const { visit, category } = filed;
    const isFiled = category !== null && category !== 'EMERGENCY';
    if (!isFiled || visit !== unfiled.visit || !isFirstOfItsKind(alternatives, index)) return [];
    const savesFen = differenceOf(personalOf(unfiled), personalOf(filed));
    return [{ unfiled: at, filed: index, savesFen, text: wordsOf(unfiled, filed, category, savesFen) }];
  });
}

function wordsOf(unfiled: Compared, filed: Compared, category: FilingCategory, savesFen: Fen | null): Wording {
  const name = CATEGORY_NAMES[category];
  if (savesFen === null) return notStated(unfiled, filed);
  const advance = advanceOf(unfiled);
  if (savesFen === 0n && unfiled.direct)
    return {
      zh: '参保地与就医地之间按规定视同已备案，备案与否个人负担相同。',
      en: 'Care there counts as filed under an agreement of the two places, so that filing makes no difference.',
    };
  if (savesFen === 0n)
    return {
      zh: `按“${name.zh}”先备案，个人最终负担与不备案相同。${advance.zh}`,
      en: `Filing first (${name.en}) leaves the person’s part as it is. ${advance.en}`.trim(),
    };
  const amount = formatYuan(savesFen < 0n ? fen(-savesFen) : savesFen);
  if (savesFen < 0n)
    return {
      zh: `按该政策，以“${name.zh}”备案个人反而多负担 ${amount} 元，请向参保地经办机构核实。${advance.zh}`,
      en: `By this policy filing (${name.en}) costs the person ${amount} yuan more; ask the insured place’s bureau. ${advance.en}`.trim(),
    };
  return {
    zh: `按“${name.zh}”先备案，个人少负担 ${amount} 元。${advance.zh}`,
    en: `Filing first (${name.en}) saves the person ${amount} yuan. ${advance.en}`.trim(),
  };
}

/** What stands in the way of a saving: the unfiled way where that isn't known, else the filed one. */
function notStated({ outcome }: Compared, filed: Compared): Wording {
  if (isRefused(outcome) && outcome.reason === 'MANUAL_CLAIM_NOT_STATED')
    return {
      zh: '参保地政策没有写明不备案时的手工报销标准，先备案能省多少没有规定可依，请咨询参保地经办机构。',
      en: 'The policy doesn’t state what a claim by hand is paid without filing, so what filing saves is not stated. Ask the insured place’s bureau.',
    };
  if (isRefused(outcome))
    return {
      zh: `不备案的结果不能估算，先备案能省多少不能确定：${outcome.messages.zh}`,
      en: `What is paid without filing can’t be estimated, so what filing saves is not stated: ${outcome.messages.en}`,
    };
  const why = isRefused(filed.outcome) ? filed.outcome.messages : { zh: '', en: '' };
  return {
    zh: `备案后的结果不能估算，先备案能省多少不能确定：${why.zh}`,
    en: `What is paid with filing can’t be estimated, so what filing saves is not stated: ${why.en}`,
  };
}

/** Whoever claims by hand has paid everything first. */
function advanceOf({ direct, outcome }: Compared): Wording {
  if (direct || isRefused(outcome)) return { zh: '', en: '' };
  const amount = formatYuan(outcome.counterFen);
  return {
    zh: `不备案须先垫付全部 ${amount} 元，再回参保地手工报销。`,
    en: `Without it all ${amount} yuan are paid at the counter first and claimed by hand at home.`,
  };
}

function personalOf(alternative: Compared | undefined): Fen | null {
  const outcome = alternative?.outcome;
  return outcome === undefined || isRefused(outcome) ? null : outcome.personalFen;
}

function isRefused(outcome: Compared['outcome']): outcome is Refused {
  return 'reason' in outcome;
}

function differenceOf(one: Fen | null, other: Fen | null): Fen | null {
  return one === null || other === null ? null : subtractFen(one, other);
}
