import { Injectable } from '@nestjs/common';
import { allowLongStatements, Database, nationalActor } from '@yiditong/chassis';
import type { StandingItem } from '../reading/standing.store.js';
import {
  itemsCalled,
  itemsNamed,
  itemsSaidUntil,
  namesLike,
  type BorneName,
  type NamedItem,
  type Probe,
} from './national-item.store.js';

/** Whom items are looked for, besides by names. */
export type Calls = { readonly nationalCodes: readonly string[]; readonly approvalNumbers: readonly string[] };

/** What was found: of each probe, by its place, the items that bear the likest names; and those that were called by a code or a number. */
export type Found = {
  readonly byPlace: ReadonlyMap<number, readonly NamedItem[]>;
  readonly called: readonly NamedItem[];
};

/** The nation's catalogue, which is everybody's, read by the service itself: whoever asks sees only rows of his own province. */
@Injectable()
export class NationalItemService {
  constructor(private readonly database: Database) {}

  /** Whether an item is in force on a business date; nothing always is. */
  async isInForce(nationalCode: string | null, day: string): Promise<boolean> {
    if (nationalCode === null) return true;
    const found = await this.database.transaction(nationalActor('catalogue'), (tx) =>
      itemsCalled(tx, [nationalCode], [], day),
    );
    return found.length > 0;
  }

  /** By code, as they were last said until a business date. */
  async saidUntil(nationalCodes: readonly string[], day: string): Promise<ReadonlyMap<string, StandingItem>> {
    if (nationalCodes.length === 0) return new Map();
    const items = await this.database.transaction(nationalActor('catalogue'), (tx) =>
      itemsSaidUntil(tx, nationalCodes, day),
    );
    return new Map(items.map((item) => [item.nationalCode, item]));
  }

  /** Looks for items in force on a business date, each name that occurs several times once. */
  async find(probes: readonly Probe[], { nationalCodes, approvalNumbers }: Calls, day: string): Promise<Found> {
    return this.database.transaction(nationalActor('catalogue'), async (tx) => {
      await allowLongStatements(tx);
      const names = await namesLike(tx, probes);
      const distinct = new Map(names.map((name) => [keyOf(name), name]));
      const items = new Map<string, NamedItem[]>();
      for (const item of await itemsNamed(tx, [...distinct.values()], day)) {
        const bearers = items.get(keyOf(item));
        if (bearers) bearers.push(item);
        else items.set(keyOf(item), [item]);
      }
      const byPlace = new Map<number, NamedItem[]>();
      for (const name of names) {
        const found = byPlace.get(name.place) ?? [];
        found.push(...(items.get(keyOf(name)) ?? []));
        byPlace.set(name.place, found);
      }
      return { byPlace, called: await itemsCalled(tx, nationalCodes, approvalNumbers, day) };
    });
  }
}

function keyOf({ kind, coreName }: BorneName): string {
  return `${kind} ${coreName}`;
}
