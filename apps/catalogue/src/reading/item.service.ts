import { Injectable } from '@nestjs/common';
import { Clock, Database, nationalActor } from '@yiditong/chassis';
import { ITEM_KINDS, NATION, Rejection, type ItemKind } from '@yiditong/codes';
import { simplify } from '../matching/simplify.js';
import { codePrefixOf, likeliestFirst, likeliestNames, prefixScore, soughtNames, type Found } from './item-search.js';
import { itemsByPrefix, itemsNamed, namesAlike } from './item-search.store.js';
import { versionsOn } from './published.store.js';
import { entriesIn, historyOf, type StandingEntry, type StandingItem } from './standing.store.js';

export type SearchQuestion = {
  readonly text: string;
  /** Null for all. */
  readonly kind: ItemKind | null;
  /** Null for today. */
  readonly on: string | null;
  readonly limit: number;
};

export type ItemStory = {
  /** As in force on the day, or null. */
  readonly item: StandingItem | null;
  /** Newest first. */
  readonly versions: readonly (StandingItem & { readonly withdrawn: boolean })[];
  /** Of each province that lists it on the day. */
  readonly entries: readonly StandingEntry[];
};

/** National items, which are public among those who settle. */
@Injectable()
export class ItemService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  /** By the beginning of a code and by name; nothing where the nation has no catalogue on the day. */
  search({ text, kind, on, limit }: SearchQuestion): Promise<Found[]> {
    const day = on ?? this.clock.businessDate();
    const prefix = codePrefixOf(text);
    const name = simplify(text);
    const sought = soughtNames(name, kind === null ? ITEM_KINDS : [kind]);
    return this.database.transaction(nationalActor('catalogue'), async (tx) => {
      const version = (await versionsOn(tx, day)).get(NATION);
      if (!version) return [];
      const then = { sequence: version.sequence, day };
      const byCode = prefix === null ? [] : await itemsByPrefix(tx, then, { prefix, kind, limit });
      const coded = byCode.map((item) => ({ item, scoreBps: prefixScore(prefix ?? '', item.nationalCode) }));
      const names = likeliestNames(name, await namesAlike(tx, then, sought), limit);
      return likeliestFirst([...coded, ...(await itemsNamed(tx, then, names, limit))], limit);
    });
  }

  /** Rejects with NATIONAL_ITEM_NOT_FOUND where no version ever had it. */
  get(nationalCode: string, on: string | null): Promise<ItemStory> {
    const day = on ?? this.clock.businessDate();
    return this.database.transaction(nationalActor('catalogue'), async (tx) => {
      const versions = await historyOf(tx, nationalCode);
      if (versions.length === 0) throw new Rejection('NATIONAL_ITEM_NOT_FOUND', { code: nationalCode });
      const standing = [...(await versionsOn(tx, day)).values()].filter(({ province }) => province !== NATION);
      const entries = await entriesIn(tx, standing, [nationalCode], day);
      return { item: inForceOn(versions, day), versions, entries };
    });
  }
}

/** What the last version up to the day says, unless it withdrew the item or that has ended. */
function inForceOn(newestFirst: ItemStory['versions'], day: string): StandingItem | null {
  const last = newestFirst.find(({ effectiveFrom }) => effectiveFrom <= day);
  if (last === undefined || last.withdrawn) return null;
  return last.endsOn === null || last.endsOn >= day ? last : null;
}
