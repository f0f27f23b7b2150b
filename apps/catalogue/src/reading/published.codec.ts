import {
  encodeInstant,
  hospitalLevelCodec,
  insuranceCodec,
  itemClassCodec,
  itemKindCodec,
  itemOriginCodec,
  overCapRuleCodec,
  personTypeCodec,
  versionOriginCodec,
  visitKindCodec,
} from '@yiditong/chassis';
import type { Restriction } from '@yiditong/codes';
import type { catalogueV1 } from '@yiditong/contracts';
import type { CatalogueEntryRow, CatalogueVersionRow, NationalItemRow } from '../catalogue/catalogue.entity.js';

export function encodeVersion(version: CatalogueVersionRow): catalogueV1.CatalogueVersion {
  const { province, versionId, sequence, effectiveFrom, entryCount, added, changed, withdrawn } = version;
  return {
    province,
    versionId,
    sequence,
    effectiveFrom,
    publishedAt: encodeInstant(version.publishedAt),
    entryCount,
    added,
    changed,
    withdrawn,
    origin: versionOriginCodec.encode(version.origin),
    proposalId: version.proposalId,
    digest: version.digest,
  };
}

export function encodeEntry(entry: CatalogueEntryRow): catalogueV1.CatalogueEntry {
  return {
    nationalCode: entry.nationalCode,
    name: entry.name,
    itemClass: itemClassCodec.encode(entry.itemClass),
    chargeCategory: entry.chargeCategory ?? '',
    provincialCode: entry.provincialCode,
    shares: entry.shares.map(({ insurance, personType, bps }) => ({
      insurance: insuranceCodec.encodeOptional(insurance),
      personType: personTypeCodec.encodeOptional(personType),
      bps,
    })),
    caps: entry.caps.map(({ hospitalLevel, microYuan }) => ({
      hospitalLevel: hospitalLevelCodec.encodeOptional(hospitalLevel),
      microYuan,
    })),
    overCapRule: overCapRuleCodec.encodeOptional(entry.overCapRule),
    restriction: entry.restriction === null ? undefined : encodeRestriction(entry.restriction),
    endsOn: entry.endsOn ?? '',
  };
}

function encodeRestriction(restriction: Restriction): catalogueV1.Restriction {
  const { needsApproval, text, minimumLevel, visitKinds, insurances } = restriction;
  return {
    needsApproval,
    text,
    minimumLevel: hospitalLevelCodec.encodeOptional(minimumLevel),
    visitKinds: visitKinds.map((kind) => visitKindCodec.encode(kind)),
    insurances: insurances.map((insurance) => insuranceCodec.encode(insurance)),
  };
}

/** With the first business date of the version that says it. */
export function encodeItem(item: NationalItemRow & { readonly effectiveFrom: string }): catalogueV1.NationalItem {
  return {
    nationalCode: item.nationalCode,
    kind: itemKindCodec.encode(item.kind),
    name: item.name,
    dosageForm: item.dosageForm,
    specification: item.specification,
    pack: item.pack,
    unit: item.unit,
    manufacturer: item.manufacturer,
    approvalNumber: item.approvalNumber,
    chargeCategory: item.chargeCategory ?? '',
    referencePriceMicroYuan: item.referencePriceMicroYuan ?? 0n,
    origin: itemOriginCodec.encode(item.origin),
    effectiveFrom: item.effectiveFrom,
    endsOn: item.endsOn ?? '',
  };
}
