import { setImmediate as nextTurn } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { isNationalItemCode } from '@yiditong/codes';
import {
  approvalOf,
  approvalSpellings,
  coreNamesOf,
  decideMatch,
  scoreCandidate,
  trigramKey,
  trigramSimilarityBps,
  type MatchOutcome,
  type OwnItem,
  type ScoredItem,
} from '@yiditong/harmonization';
import { NationalItemService, type Found } from './national-item.service.js';
import type { NamedItem, Probe } from './national-item.store.js';
import { simplifiedItem } from './simplify.js';

/** An item as it is compared: in simplified characters, with the keys of its core names and their places among all that are asked. */
type Asked = { readonly own: OwnItem; readonly keys: readonly string[]; readonly places: readonly number[] };

/** So many candidates are compared before others have their turn: a bill at a hospital's window must not wait for a list. */
const COMPARED_AT_A_TIME = 200;

/** Finds what own items may be, and judges them by the rules. */
@Injectable()
export class CandidateService {
  constructor(private readonly nationalItems: NationalItemService) {}

  /** What the rules say of each item by the national items in force on a business date, in order. */
  async judge(items: readonly OwnItem[], day: string): Promise<readonly MatchOutcome[]> {
    const probes = new Map<string, Probe & { readonly place: number }>();
    const asked = items.map((item) => ask(item, probes));
    const calls = {
      nationalCodes: [...new Set(items.flatMap(codesOf))],
      approvalNumbers: [...new Set(asked.flatMap(({ own }) => approvalSpellings(own.approvalNumber)))],
    };
    const found = await this.nationalItems.find([...probes.values()], calls, day);
    const outcomes: MatchOutcome[] = [];
    for (const one of asked) {
      await nextTurn();
      outcomes.push(await outcomeOf(one, found));
    }
    return outcomes;
  }
}

/** Each name is asked once, however many items bear it. */
function ask(item: OwnItem, probes: Map<string, Probe & { readonly place: number }>): Asked {
  const own = simplifiedItem(item);
  const keys = coreNamesOf(own.name, own.kind)
    .map(trigramKey)
    .filter((key) => key !== '');
  const places = keys.map((key) => {
    const id = `${own.kind ?? ''} ${key}`;
    const probe = probes.get(id) ?? { key, kind: own.kind, place: probes.size };
    probes.set(id, probe);
    return probe.place;
  });
  return { own, keys, places };
}

async function outcomeOf({ own, keys, places }: Asked, { byPlace, called }: Found): Promise<MatchOutcome> {
  const codes = codesOf(own);
  const approval = approvalOf(own.approvalNumber);
  const named = places.flatMap((place) => byPlace.get(place) ?? []);
  const claimed = called.filter(
    ({ nationalCode, approvalNumber }) =>
      codes.includes(nationalCode) || (approval !== '' && approvalOf(approvalNumber) === approval),
  );
  const distinct = new Map([...named, ...claimed].map((item): [string, NamedItem] => [item.nationalCode, item]));
  const likeness = new Map<string, number>();
  const scored: ScoredItem[] = [];
  for (const item of distinct.values()) {
    const trigramBps = likeness.get(item.coreName) ?? likenessOf(keys, trigramKey(item.coreName));
    likeness.set(item.coreName, trigramBps);
    scored.push(scoreCandidate(own, item, { trigramBps }));
    if (scored.length % COMPARED_AT_A_TIME === 0) await nextTurn();
  }
  return decideMatch(own, scored);
}

function likenessOf(keys: readonly string[], key: string): number {
  return Math.max(0, ...keys.map((one) => trigramSimilarityBps(one, key)));
}

/** What the owner claims, and its own code where that is a national one. */
function codesOf({ itemCode, claimedNationalCode }: OwnItem): string[] {
  const own = itemCode.toUpperCase();
  return [...(claimedNationalCode === '' ? [] : [claimedNationalCode]), ...(isNationalItemCode(own) ? [own] : [])];
}
