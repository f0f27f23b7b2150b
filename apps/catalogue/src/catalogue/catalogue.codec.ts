import type { ChargedLine, FeeSplit } from '@yiditong/adjudication';
import { businessDateOf, decodeInstant, encodeProposal, itemClassCodec } from '@yiditong/chassis';
import { findProvince, isCalendarDate, Rejection } from '@yiditong/codes';
import type { catalogueV1 } from '@yiditong/contracts';
import { fen } from '@yiditong/money';
import type { CatalogueProposal } from './catalogue-proposal.service.js';
import { checkedEntries } from './catalogue-rules.js';
import type { CatalogueEntryRow } from './catalogue.entity.js';

const MAX_ENTRIES = 200_000;
const MAX_LINES = 5_000;

export type NewCatalogue = {
  readonly province: string;
  readonly effectiveFrom: string;
  readonly entries: readonly CatalogueEntryRow[];
};

/** Rejects with REQUEST_MALFORMED, REGION_UNKNOWN or CATALOGUE_CODE_INVALID, which names the first wrong entry. */
export function decodeNewCatalogue(wire: catalogueV1.ProposeCatalogueRequest): NewCatalogue {
  if (findProvince(wire.province)?.code !== wire.province)
    throw new Rejection('REGION_UNKNOWN', { region: wire.province });
  if (!isCalendarDate(wire.effectiveFrom))
    throw new Rejection('REQUEST_MALFORMED', { problem: 'effective_from is not a date' });
  if (wire.entries.length === 0 || wire.entries.length > MAX_ENTRIES) {
    throw new Rejection('REQUEST_MALFORMED', { problem: `entries must be 1 to ${MAX_ENTRIES}` });
  }
  return {
    province: wire.province,
    effectiveFrom: wire.effectiveFrom,
    entries: checkedEntries(wire.entries.map(decodeEntry)),
  };
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

export function encodeCatalogueProposal(proposal: CatalogueProposal): catalogueV1.CatalogueProposal {
  const { summary, outcome } = proposal;
  return { proposal: encodeProposal(proposal), ...summary, versionId: outcome?.versionId ?? '' };
}
