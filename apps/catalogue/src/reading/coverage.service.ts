import { Injectable } from '@nestjs/common';
import { groupBy } from '@yiditong/chassis';
import { ITEM_KINDS, NATION, PROVINCES, type ItemKind } from '@yiditong/codes';
import { allowLongReading, itemFigures, kindFigures, nationalCounts, openConflicts } from './coverage.store.js';
import { HeavyReadingService } from './heavy-reading.service.js';
import { versionsOn } from './published.store.js';

export type KindCoverage = { readonly kind: ItemKind; readonly entries: number; readonly national: number };

export type ProvinceCoverage = {
  readonly province: string;
  readonly versionId: string;
  readonly entries: number;
  /** All kinds. */
  readonly kinds: readonly KindCoverage[];
  readonly shared: number;
  readonly classDeviates: number;
  readonly shareDeviates: number;
  readonly mappedItems: number;
  readonly unmappedItems: number;
  readonly openConflicts: number;
};
/** Of a province without a catalogue on the day nothing else is said. */
export type NoCoverage = { readonly province: string; readonly versionId: null };

export type Coverage = {
  /** All of them, by code. */
  readonly provinces: readonly (ProvinceCoverage | NoCoverage)[];
  /** Null where the nation has no catalogue on the day. */
  readonly nationalVersionId: string | null;
};

/** How much of the nation's catalogue each province has, and how far it is from the others. */
@Injectable()
export class CoverageService {
  constructor(private readonly reading: HeavyReadingService) {}

  /** The figures are counts of all provinces, which no province could make of what it sees itself. */
  cover(day: string): Promise<Coverage> {
    return this.reading.read(async (tx) => {
      await allowLongReading(tx);
      const versions = await versionsOn(tx, day);
      const nation = versions.get(NATION) ?? null;
      const national = nation === null ? new Map<ItemKind, number>() : await nationalCounts(tx, nation.sequence, day);
      const figures = groupBy(await kindFigures(tx, day), ({ province }) => province);
      const items = new Map((await itemFigures(tx, day)).map((found) => [found.province, found]));
      const conflicts = await openConflicts(tx);
      const provinces = PROVINCES.map(({ code: province }): ProvinceCoverage | NoCoverage => {
        const versionId = versions.get(province)?.versionId ?? null;
        if (versionId === null) return { province, versionId };
        const own = figures.get(province) ?? [];
        return {
          province,
          versionId,
          entries: total(own.map(({ entries }) => entries)),
          kinds: ITEM_KINDS.map((kind) => {
            const entries = own.find((found) => found.kind === kind)?.entries ?? 0;
            return { kind, entries, national: national.get(kind) ?? 0 };
          }),
          shared: total(own.map(({ shared }) => shared)),
          classDeviates: total(own.map(({ classDeviates }) => classDeviates)),
          shareDeviates: total(own.map(({ shareDeviates }) => shareDeviates)),
          mappedItems: items.get(province)?.mappedItems ?? 0,
          unmappedItems: items.get(province)?.unmappedItems ?? 0,
          openConflicts: conflicts.get(province) ?? 0,
        };
      });
      return { provinces, nationalVersionId: nation?.versionId ?? null };
    });
  }
}

function total(counts: readonly number[]): number {
  return counts.reduce((sum, count) => sum + count, 0);
}
