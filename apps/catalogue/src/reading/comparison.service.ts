import { Injectable } from '@nestjs/common';
import { Database, nationalActor, type Tx } from '@yiditong/chassis';
import { NATION, Rejection } from '@yiditong/codes';
import type { CatalogueVersionRow } from '../catalogue/catalogue.entity.js';
import {
  compareEntries,
  compareItems,
  type Comparison,
  type DifferencePage,
  type DifferenceTotals,
  type Pair,
} from './comparison.store.js';
import { differingFields, differingItemFields, ENTRY_FIELDS, FIELDS_BETWEEN_PROVINCES } from './difference.js';
import { HeavyReadingService } from './heavy-reading.service.js';
import { findVersion, versionsBefore, versionsOn } from './published.store.js';
import { entriesIn, itemsIn, type StandingEntry, type StandingItem } from './standing.store.js';

/** What a code is on one side and on the other; null where it isn't there. */
export type Difference = {
  readonly nationalCode: string;
  /** Empty where one side has it only. */
  readonly fields: readonly string[];
} & (
  | { readonly of: 'ENTRY'; readonly first: StandingEntry | null; readonly second: StandingEntry | null }
  | { readonly of: 'ITEM'; readonly first: StandingItem | null; readonly second: StandingItem | null }
);

export type Differences = {
  readonly differences: readonly Difference[];
  /** Of the whole comparison; null on all pages but the first. */
  readonly totals: DifferenceTotals | null;
  /** Null on the last page. */
  readonly nextAfter: string | null;
};

export type VersionPair = { readonly scope: string; readonly firstId: string; readonly secondId: string };
export type ProvincePair = { readonly first: string; readonly second: string; readonly on: string };

/** Published catalogues beside each other. They are public among those who settle, so the service reads them for everybody. */
@Injectable()
export class ComparisonService {
  constructor(
    private readonly database: Database,
    private readonly reading: HeavyReadingService,
  ) {}

  /** Newest first. */
  versions(scope: string, before: number | null, limit: number): Promise<CatalogueVersionRow[]> {
    return this.database.transaction(nationalActor('catalogue'), (tx) => versionsBefore(tx, scope, before, limit));
  }

  /** What two versions of a catalogue say, whatever has ended since. Rejects with CATALOGUE_VERSION_NOT_FOUND. */
  compareVersions({ scope, firstId, secondId }: VersionPair, page: DifferencePage): Promise<Differences> {
    return this.reading.read(async (tx) => {
      const [first, second] = [await findVersion(tx, scope, firstId), await findVersion(tx, scope, secondId)];
      const pair = { first, second, day: null, fields: ENTRY_FIELDS };
      return scope === NATION ? itemDifferences(tx, pair, page) : entryDifferences(tx, pair, page);
    });
  }

  /** What is in force in two provinces on a day. Rejects with CATALOGUE_NOT_PUBLISHED. */
  compareProvinces(
    asked: ProvincePair,
    page: DifferencePage,
  ): Promise<Differences & { readonly firstVersionId: string; readonly secondVersionId: string }> {
    return this.reading.read(async (tx) => {
      const standing = await versionsOn(tx, asked.on);
      const [first, second] = [publishedIn(standing, asked.first), publishedIn(standing, asked.second)];
      const pair = { first, second, day: asked.on, fields: FIELDS_BETWEEN_PROVINCES };
      const found = await entryDifferences(tx, pair, page);
      return { ...found, firstVersionId: first.versionId, secondVersionId: second.versionId };
    });
  }
}

function publishedIn(standing: ReadonlyMap<string, CatalogueVersionRow>, province: string): CatalogueVersionRow {
  const version = standing.get(province);
  if (!version) throw new Rejection('CATALOGUE_NOT_PUBLISHED', { region: province });
  return version;
}

async function entryDifferences(tx: Tx, pair: Pair, page: DifferencePage): Promise<Differences> {
  const { fields, day } = pair;
  const found = await compareEntries(tx, pair, page);
  const firsts = byCode(await entriesIn(tx, [pair.first], found.codes, day));
  const seconds = byCode(await entriesIn(tx, [pair.second], found.codes, day));
  return differences(found, page, (nationalCode) => {
    const [first, second] = [firsts.get(nationalCode) ?? null, seconds.get(nationalCode) ?? null];
    const differing = first && second ? differingFields(first, second, fields) : [];
    return { of: 'ENTRY', nationalCode, first, second, fields: differing };
  });
}

async function itemDifferences(tx: Tx, pair: Pair, page: DifferencePage): Promise<Differences> {
  const found = await compareItems(tx, pair, page);
  const firsts = byCode(await itemsIn(tx, pair.first.sequence, found.codes, pair.day));
  const seconds = byCode(await itemsIn(tx, pair.second.sequence, found.codes, pair.day));
  return differences(found, page, (nationalCode) => {
    const [first, second] = [firsts.get(nationalCode) ?? null, seconds.get(nationalCode) ?? null];
    const differing = first && second ? differingItemFields(first, second) : [];
    return { of: 'ITEM', nationalCode, first, second, fields: differing };
  });
}

function differences(
  { codes, totals }: Comparison,
  { limit }: DifferencePage,
  of: (nationalCode: string) => Difference,
): Differences {
  return { differences: codes.map(of), totals, nextAfter: codes.length < limit ? null : (codes.at(-1) ?? null) };
}

function byCode<T extends { readonly nationalCode: string }>(rows: readonly T[]): Map<string, T> {
  return new Map(rows.map((row) => [row.nationalCode, row]));
}
