import type { ItemKind } from '@yiditong/codes';
import { coreNameOf, likenessBps, normaliseName, trigramKey } from '@yiditong/harmonization';
import type { StandingItem } from './standing.store.js';

/** An item, and how likely it is the one that is looked for, in basis points. */
export type Found = { readonly item: StandingItem; readonly scoreBps: number };

/** What is left of a name of a kind. */
export type CoreName = { readonly kind: ItemKind; readonly coreName: string };
/** As items of a kind are found by name: with what is left of it spelt for trigrams. */
export type SoughtName = CoreName & { readonly nameKey: string };
/** A name that items bear in force, and how alike what is left of it is to what is left of the text, in basis points. */
export type AlikeName = CoreName & { readonly name: string; readonly coreBps: number };
export type ScoredName = CoreName & { readonly name: string; readonly scoreBps: number };

export const CERTAIN_BPS = 10_000;

/** The text as the beginning of a national code, or null where it can't be one. Two characters at least, since one is the kind's. */
export function codePrefixOf(text: string): string | null {
  const code = text.trim().toUpperCase();
  return /^(?:[XZTJC]|\d)[A-Z\d]{1,26}$/.test(code) ? code : null;
}

/** How much of a code its beginning is. */
export function prefixScore(prefix: string, nationalCode: string): number {
  return Math.floor((CERTAIN_BPS * prefix.length) / nationalCode.length);
}

/** What a text asks for, if it is a name of one of some kinds: by its kind a name is taken apart. */
export function soughtNames(text: string, kinds: readonly ItemKind[]): SoughtName[] {
  return kinds.flatMap((kind) => {
    const coreName = coreNameOf(text, kind);
    return coreName === '' ? [] : [{ kind, coreName, nameKey: trigramKey(coreName) }];
  });
}

/**
 * The likeliest names first. Names of which the same is left differ by salt and dosage form, so that the whole name counts too, and
 * only the same one is certain.
 */
export function likeliestNames(text: string, alike: readonly AlikeName[], limit: number): ScoredName[] {
  return alike
    .map(({ kind, coreName, name, coreBps }) => ({
      kind,
      coreName,
      name,
      scoreBps: nameScore(text, name, kind, coreBps),
    }))
    .sort((a, b) => b.scoreBps - a.scoreBps || (a.name < b.name ? -1 : 1))
    .slice(0, limit);
}

function nameScore(text: string, name: string, kind: ItemKind, coreBps: number): number {
  const [asked, found] = [inOneSpelling(text, kind), inOneSpelling(name, kind)];
  if (asked === found) return CERTAIN_BPS;
  return Math.min(CERTAIN_BPS - 1, Math.floor((2 * coreBps + likenessBps(asked, found)) / 3));
}

function inOneSpelling(name: string, kind: ItemKind): string {
  return normaliseName(name, kind).strength.replaceAll(/\s/gu, '');
}

/** Each item once by the best of its scores, the likeliest first, those of the same score by code. */
export function likeliestFirst(found: readonly Found[], limit: number): Found[] {
  const best = new Map<string, Found>();
  for (const each of found) {
    const known = best.get(each.item.nationalCode);
    if (known === undefined || known.scoreBps < each.scoreBps) best.set(each.item.nationalCode, each);
  }
  return [...best.values()]
    .sort((a, b) => b.scoreBps - a.scoreBps || (a.item.nationalCode < b.item.nationalCode ? -1 : 1))
    .slice(0, limit);
}
