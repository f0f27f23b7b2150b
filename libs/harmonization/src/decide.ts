import type { MatchOutcome, OwnItem, ScoredItem } from './item.js';
import { explain } from './score.js';
import { MAP_BPS, MARGIN_BPS, OBJECTION_BPS, QUEUE_BPS } from './weights.js';

/** So many candidates are kept for a clerk. */
export const CANDIDATES_MAX = 5;

/**
 * What becomes of an item by its candidates: mapped to the best where it is good enough, nothing weighs against it and nothing else
 * is near; refused where the best isn't worth a look and none was claimed; else a clerk says. Candidates are given back best first, at most
 * five, with the reasons in words.
 */
export function decideMatch(own: OwnItem, scored: readonly ScoredItem[]): MatchOutcome {
  const ranked = rankCandidates(scored);
  const [best, next] = ranked;
  const shown = ranked.slice(0, CANDIDATES_MAX).map((item) => explain(own, item));
  const claimed = ranked.some(({ findings }) => findings.some((one) => one.feature === 'CODE' && one.weightBps > 0));
  if (best === undefined || (best.scoreBps < QUEUE_BPS && !claimed)) return { decision: 'REFUSE', candidates: shown };
  const ahead = best.scoreBps - (next?.scoreBps ?? 0) >= MARGIN_BPS;
  const unopposed = best.findings.every(({ weightBps }) => weightBps > OBJECTION_BPS);
  if (best.scoreBps >= MAP_BPS && ahead && unopposed)
    return { decision: 'MAP', nationalCode: best.nationalCode, candidates: shown };
  return { decision: 'QUEUE', candidates: shown };
}

/** Best first, equal ones by code, each code once, those of another kind left out. */
export function rankCandidates(candidates: readonly ScoredItem[]): readonly ScoredItem[] {
  const byCode = new Map<string, ScoredItem>();
  for (const candidate of candidates) {
    const known = byCode.get(candidate.nationalCode);
    if (candidate.scoreBps > 0 && (!known || known.scoreBps < candidate.scoreBps))
      byCode.set(candidate.nationalCode, candidate);
  }
  return [...byCode.values()].toSorted(
    (one, other) => other.scoreBps - one.scoreBps || (one.nationalCode < other.nationalCode ? -1 : 1),
  );
}
