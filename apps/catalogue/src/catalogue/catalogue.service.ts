import { Injectable } from '@nestjs/common';
import { classifyLine, type FeeSplit } from '@yiditong/adjudication';
import { Database, groupBy, type Actor } from '@yiditong/chassis';
import { Rejection } from '@yiditong/codes';
import { rateOfBps } from '@yiditong/money';
import type { DatedLine } from './catalogue.codec.js';
import type { CatalogueEntryRow } from './catalogue.entity.js';
import { entriesOf, versionsInForce } from './catalogue.store.js';

export type LineClassification = {
  readonly line: DatedLine;
  readonly entry: CatalogueEntryRow | null;
  readonly split: FeeSplit;
};

@Injectable()
export class CatalogueService {
  constructor(private readonly database: Database) {}

  /**
   * Splits each line by the version in force at the fee's own time (就医地目录, as of fee_ocur_time). The lines name no person,
   * so the audit has nothing of it.
   */
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
