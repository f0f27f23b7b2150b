import { Injectable } from '@nestjs/common';
import { classifyLine, type FeeSplit } from '@yiditong/adjudication';
import { Clock, Database, decideOnce, groupBy, type Actor } from '@yiditong/chassis';
import { Rejection } from '@yiditong/codes';
import { rateOfBps } from '@yiditong/money';
import { v7 as uuidv7 } from 'uuid';
import type { DatedLine, NewCatalogue } from './catalogue.codec.js';
import type { CatalogueEntryRow } from './catalogue.entity.js';
import { entriesOf, insertEntries, insertVersion, versionsInForce } from './catalogue.store.js';

export type PublishedVersion = { readonly versionId: string; readonly entryCount: number };
export type LineClassification = {
  readonly line: DatedLine;
  readonly entry: CatalogueEntryRow | null;
  readonly split: FeeSplit;
};

@Injectable()
export class CatalogueService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  async publish(actor: Actor, requestId: string, catalogue: NewCatalogue): Promise<PublishedVersion> {
    if (catalogue.province !== actor.region) throw new Rejection('NOT_PERMITTED');
    const write = { scope: catalogue.province, region: catalogue.province, key: requestId, body: catalogue };
    return this.database.transaction(actor, (tx) =>
      decideOnce(tx, write, async () => {
        const { province, effectiveFrom, entries } = catalogue;
        const version = {
          province,
          effectiveFrom,
          versionId: uuidv7(),
          entryCount: entries.length,
          publishedAt: this.clock.now(),
        };
        await insertVersion(tx, version);
        await insertEntries(tx, version, entries);
        return { versionId: version.versionId, entryCount: version.entryCount };
      }),
    );
  }

  /** Splits each line by the version in force at the fee's own time (就医地目录, as of fee_ocur_time). */
  async classify(
    actor: Actor,
    province: string,
    lines: readonly DatedLine[],
  ): Promise<{ versionIds: string[]; lines: LineClassification[] }> {
    const dates = lines.map((line) => line.occurredOn).sort();
    const [first = '', last = ''] = [dates[0], dates.at(-1)];
    return this.database.transaction(actor, async (tx) => {
      const versions = await versionsInForce(tx, province, first, last);
      const byVersion = groupBy(lines, (line) => {
        const version = versions.findLast((candidate) => candidate.effectiveFrom <= line.occurredOn);
        if (!version) throw new Rejection('CATALOGUE_NOT_PUBLISHED', { region: province });
        return version.versionId;
      });
      const classified: LineClassification[] = [];
      for (const [versionId, group] of byVersion) {
        const entries = await entriesOf(
          tx,
          province,
          versionId,
          group.map((line) => line.nationalCode),
        );
        classified.push(...group.map((line) => classifyByEntry(line, entries.get(line.nationalCode) ?? null)));
      }
      return { versionIds: versions.map((version) => version.versionId), lines: classified };
    });
  }
}

function classifyByEntry(line: DatedLine, entry: CatalogueEntryRow | null): LineClassification {
  const rule = entry && {
    itemClass: entry.itemClass,
    firstSelfPay: rateOfBps(entry.firstSelfPayBps),
    ceilingMicroYuan: entry.ceilingMicroYuan,
  };
  return { line, entry, split: classifyLine(line, rule) };
}
