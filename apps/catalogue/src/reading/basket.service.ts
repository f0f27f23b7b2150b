import { Injectable } from '@nestjs/common';
import { groupBy, type Tx } from '@yiditong/chassis';
import { NATION, PROVINCES } from '@yiditong/codes';
import {
  inOrderOfExpense,
  priceBasket,
  type BasketContext,
  type BasketLine,
  type NoPrice,
  type ProvincePrice,
} from './basket.js';
import { HeavyReadingService } from './heavy-reading.service.js';
import { versionsOn } from './published.store.js';
import { entriesIn, itemsIn, type StandingItem } from './standing.store.js';

export type BasketQuestion = {
  /** Null for all that have a catalogue on the day. */
  readonly provinces: readonly string[] | null;
  readonly on: string;
  readonly context: BasketContext;
  readonly lines: readonly BasketLine[];
};

/** What the same treatment would cost elsewhere. */
@Injectable()
export class BasketService {
  constructor(private readonly reading: HeavyReadingService) {}

  /** From the least own expense to the most; provinces that were asked for and have no catalogue on the day stand last. */
  price({ provinces, on, context, lines }: BasketQuestion): Promise<(ProvincePrice | NoPrice)[]> {
    const codes = [...new Set(lines.map(({ nationalCode }) => nationalCode))];
    return this.reading.read(async (tx) => {
      const versions = await versionsOn(tx, on);
      const asked = provinces ?? PROVINCES.map(({ code }) => code).filter((code) => versions.has(code));
      const items = await itemsInForce(tx, versions.get(NATION)?.sequence ?? null, codes, on);
      const standing = asked.flatMap((province) => versions.get(province) ?? []);
      const entries = groupBy(await entriesIn(tx, standing, codes, on), ({ province }) => province);
      const prices = asked.map((province): ProvincePrice | NoPrice => {
        const version = versions.get(province);
        if (!version) return { province, versionId: null };
        const { versionId, sequence } = version;
        const own = new Map(entries.get(province)?.map((entry) => [entry.nationalCode, entry]));
        return { province, versionId, sequence, basket: priceBasket(lines, { entries: own, items }, context) };
      });
      return inOrderOfExpense(prices);
    });
  }
}

/** Null where the nation has no catalogue on that day. */
async function itemsInForce(
  tx: Tx,
  sequence: number | null,
  codes: readonly string[],
  day: string,
): Promise<ReadonlyMap<string, StandingItem> | null> {
  if (sequence === null) return null;
  const items = await itemsIn(tx, sequence, codes, day);
  return new Map(items.map((item) => [item.nationalCode, item]));
}
