import {
  encodeProposal,
  hospitalLevelCodec,
  insuranceCodec,
  itemClassCodec,
  overCapRuleCodec,
  personTypeCodec,
  versionOriginCodec,
  visitKindCodec,
} from '@yiditong/chassis';
import type { Restriction } from '@yiditong/codes';
import type { catalogueV1 } from '@yiditong/contracts';
import { dayField, malformed, provinceField } from '../reading/reading-fields.js';
import type { DraftChange } from '../version/draft.entity.js';
import type { CatalogueEntryRow } from './catalogue.entity.js';
import type { CatalogueProposal } from './version-proposal.js';

/** They are read and compared at once, while bills wait. */
const MAX_ENTRIES = 5_000;
const MAX_SHARES = 64;

export type NewCatalogue = {
  readonly province: string;
  readonly effectiveFrom: string;
  readonly entries: readonly CatalogueEntryRow[];
};

/** Rejects with REQUEST_MALFORMED or REGION_UNKNOWN. Whether the entries may be published is another matter. */
export function decodeNewCatalogue(wire: catalogueV1.ProposeCatalogueRequest): NewCatalogue {
  if (wire.entries.length === 0 || wire.entries.length > MAX_ENTRIES)
    throw malformed(`entries must be 1 to ${MAX_ENTRIES}; a longer catalogue is uploaded to a draft`);
  return {
    province: provinceField(wire.province),
    effectiveFrom: dayField(wire.effectiveFrom, 'effective_from'),
    entries: wire.entries.map(decodeEntry),
  };
}

function decodeEntry(entry: catalogueV1.CatalogueEntry): CatalogueEntryRow {
  if (entry.shares.length > MAX_SHARES || entry.caps.length > MAX_SHARES)
    throw malformed(`an entry has more than ${MAX_SHARES} shares or caps`);
  return {
    nationalCode: entry.nationalCode,
    provincialCode: entry.provincialCode,
    name: entry.name,
    itemClass: itemClassCodec.decode(entry.itemClass),
    chargeCategory: entry.chargeCategory === '' ? null : entry.chargeCategory,
    shares: entry.shares.map(({ insurance, personType, bps }) => ({
      insurance: insuranceCodec.decodeOptional(insurance),
      personType: personTypeCodec.decodeOptional(personType),
      bps,
    })),
    caps: entry.caps.map(({ hospitalLevel, microYuan }) => ({
      hospitalLevel: hospitalLevelCodec.decodeOptional(hospitalLevel),
      microYuan,
    })),
    overCapRule: overCapRuleCodec.decodeOptional(entry.overCapRule),
    // proto-loader gives null for a message that isn't set.
    restriction: entry.restriction ? decodeRestriction(entry.restriction) : null,
    endsOn: entry.endsOn === '' ? null : entry.endsOn,
  };
}

function decodeRestriction(wire: catalogueV1.Restriction): Restriction {
  return {
    needsApproval: wire.needsApproval,
    text: wire.text,
    minimumLevel: hospitalLevelCodec.decodeOptional(wire.minimumLevel),
    visitKinds: wire.visitKinds.map((kind) => visitKindCodec.decode(kind)),
    insurances: wire.insurances.map((insurance) => insuranceCodec.decode(insurance)),
  };
}

export function encodeCatalogueProposal(proposal: CatalogueProposal): catalogueV1.CatalogueProposal {
  const { summary, outcome } = proposal;
  return {
    proposal: encodeProposal(proposal),
    effectiveFrom: summary.effectiveFrom,
    entryCount: summary.entryCount,
    versionId: outcome?.versionId ?? '',
    origin: versionOriginCodec.encode(summary.origin),
    originId: summary.originId ?? '',
  };
}

export function encodeChange(change: DraftChange): catalogueV1.CatalogueChange {
  const { added, changed, unchanged, removed } = change;
  return { added, changed, unchanged, removed, standingVersionId: change.standingVersionId ?? '' };
}
