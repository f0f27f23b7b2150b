import type { ChargedLine, FeeSplit } from '@yiditong/adjudication';
import { businessDateOf, decodeInstant, itemClassCodec } from '@yiditong/chassis';
import { findProvince, isCalendarDate, isNationalItemCode, Rejection } from '@yiditong/codes';
import type { catalogueV1 } from '@yiditong/contracts';
import { fen } from '@yiditong/money';
import type { CatalogueEntryRow } from './catalogue.entity.js';

const MAX_ENTRIES = 200_000;
const MAX_LINES = 5_000;

export type NewCatalogue = {
  readonly province: string;
  readonly effectiveFrom: string;
  readonly entries: readonly CatalogueEntryRow[];
};

/** Rejects with REQUEST_MALFORMED, REGION_UNKNOWN or CATALOGUE_CODE_INVALID, which names the first wrong entry. */
export function decodeNewCatalogue(wire: catalogueV1.PublishCatalogueRequest): NewCatalogue {
  if (findProvince(wire.province)?.code !== wire.province)
    throw new Rejection('REGION_UNKNOWN', { region: wire.province });
  if (!isCalendarDate(wire.effectiveFrom))
    throw new Rejection('REQUEST_MALFORMED', { problem: 'effective_from is not a date' });
  if (wire.entries.length === 0 || wire.entries.length > MAX_ENTRIES) {
    throw new Rejection('REQUEST_MALFORMED', { problem: `entries must be 1 to ${MAX_ENTRIES}` });
  }
  const seen = new Set<string>();
  const entries = wire.entries.map((entry, index) => {
    const problem = seen.has(entry.nationalCode) ? 'national_code repeats' : problemOf(entry);
    if (problem) throw new Rejection('CATALOGUE_CODE_INVALID', { position: String(index + 1), problem });
    seen.add(entry.nationalCode);
    return decodeEntry(entry);
  });
  return { province: wire.province, effectiveFrom: wire.effectiveFrom, entries };
}

function problemOf(entry: catalogueV1.CatalogueEntry): string | null {
  if (!isNationalItemCode(entry.nationalCode)) return 'national_code has no national format';
  if (!/^(0[1-9]|1[0-4])$/.test(entry.chargeCategory)) return 'charge_category must be 01 to 14';
  if (entry.firstSelfPayBps < 0 || entry.firstSelfPayBps > 10_000) return 'first_self_pay_bps must be 0 to 10000';
  if (entry.itemClass === 'ITEM_CLASS_A' && entry.firstSelfPayBps !== 0) return 'class A has no first self-pay';
  if (entry.ceilingMicroYuan < 0n) return 'ceiling must not be negative';
  return null;
}

function decodeEntry(entry: catalogueV1.CatalogueEntry): CatalogueEntryRow {
  return {
    nationalCode: entry.nationalCode,
    name: entry.name,
    itemClass: itemClassCodec.decode(entry.itemClass),
    firstSelfPayBps: entry.firstSelfPayBps,
    ceilingMicroYuan: entry.ceilingMicroYuan === 0n ? null : entry.ceilingMicroYuan,
    chargeCategory: entry.chargeCategory,
  };
}

export type DatedLine = ChargedLine & {
  readonly lineNumber: number;
  readonly nationalCode: string;
  readonly occurredOn: string;
};

/** Rejects with REQUEST_MALFORMED or REGION_UNKNOWN. */
export function decodeLines(wire: catalogueV1.ClassifyLinesRequest): DatedLine[] {
  if (findProvince(wire.province)?.code !== wire.province)
    throw new Rejection('REGION_UNKNOWN', { region: wire.province });
  if (wire.lines.length === 0 || wire.lines.length > MAX_LINES)
    throw new Rejection('REQUEST_MALFORMED', { problem: `lines must be 1 to ${MAX_LINES}` });
  return wire.lines.map((line) => ({
    lineNumber: line.lineNumber,
    nationalCode: line.nationalCode,
    quantityE4: line.quantityE4,
    unitPriceMicroYuan: line.unitPriceMicroYuan,
    amountFen: fen(line.amountFen),
    occurredOn: businessDateOf(decodeInstant(line.occurredAt, 'occurred_at')),
  }));
}

/** An unlisted line is shown as class C of 其他费. */
export function encodeClassified(
  line: DatedLine,
  entry: CatalogueEntryRow | null,
  split: FeeSplit,
): catalogueV1.ClassifiedLine {
  return {
    lineNumber: line.lineNumber,
    itemClass: itemClassCodec.encode(entry?.itemClass ?? 'C'),
    chargeCategory: entry?.chargeCategory ?? '14',
    firstSelfPayBps: entry?.firstSelfPayBps ?? 10_000,
    split,
    listed: entry !== null,
  };
}
