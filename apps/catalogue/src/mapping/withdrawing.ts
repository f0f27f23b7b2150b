import type { Mapping } from './mapping.entity.js';

/** What an item is from a day on; null for nothing. */
export type Span = Pick<Mapping, 'nationalCode' | 'effectiveFrom'>;
type Standing = Pick<Mapping, 'nationalCode' | 'effectiveFrom' | 'effectiveTo' | 'revision'>;

/**
 * What has to be said of an item so that it isn't mapped to a code any more, from today on: one in force gives way to nothing, one that is
 * to come to what is before it. Whatever follows is said again, because what is said later for an earlier day takes its place. Earliest
 * first; empty where the item has no such mapping now or to come.
 */
export function withoutMapping(history: readonly Standing[], nationalCode: string, today: string): readonly Span[] {
  const spans = spansFrom(history, today);
  const first = spans.findIndex((span) => span.nationalCode === nationalCode);
  if (first < 0) return [];
  const kept: Span[] = [];
  for (const { effectiveFrom, nationalCode: code } of spans) {
    const before = kept.at(-1)?.nationalCode ?? null;
    kept.push({ effectiveFrom, nationalCode: code === nationalCode ? before : code });
  }
  return kept.filter((span, at) => at === first || (at > first && span.nationalCode !== kept[at - 1]?.nationalCode));
}

/** What the item is from today on, span after span. The one in force begins today: what it was before is over. */
function spansFrom(history: readonly Standing[], today: string): Span[] {
  return history
    .filter(
      ({ effectiveFrom, effectiveTo }) =>
        effectiveTo === null || (effectiveTo >= today && effectiveTo >= effectiveFrom),
    )
    .map(({ effectiveFrom, nationalCode }) => ({
      effectiveFrom: effectiveFrom > today ? effectiveFrom : today,
      nationalCode,
    }))
    .sort((one, other) => (one.effectiveFrom < other.effectiveFrom ? -1 : 1));
}
