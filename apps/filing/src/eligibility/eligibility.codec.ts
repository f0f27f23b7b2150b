import {
  benefitLevelCodec,
  businessDateOf,
  decodeInstant,
  encodeInstant,
  encodeRejection,
  filingCategoryCodec,
  materialKindCodec,
  uuidField,
  visitKindCodec,
} from '@yiditong/chassis';
import { Rejection } from '@yiditong/codes';
import type { filingV1, Timestamp } from '@yiditong/contracts';
import type { FilingOption } from '@yiditong/eligibility';
import { institutionField, optional, regionField } from '../filing/fields.js';
import { encodeFiling } from '../filing/filing.codec.js';
import type { Answer, AskedVisit, DecidedVisit } from './answering.js';
import type { FilingGuide, Wish } from './options.service.js';

/** What every way of asking has in common. */
type WireVisit = Pick<
  filingV1.EligibilityCheck,
  'personId' | 'insuredRegion' | 'treatingRegion' | 'visitKind' | 'emergency' | 'institutionCode' | 'diseaseCode'
> & { readonly admittedAt?: Timestamp | undefined; readonly asOf?: Timestamp | undefined };

/** Rejects with REQUEST_MALFORMED, REGION_UNKNOWN or INSTITUTION_CODE_INVALID. */
export function decodeVisit(wire: WireVisit): AskedVisit {
  return { ...decodeDecided(wire), insuredRegion: regionField(wire.insuredRegion) };
}

/** The same of somebody who may leave the insured place out. */
export function decodeDecided(wire: WireVisit): DecidedVisit {
  const { institutionCode, treatingRegion } = wire;
  if (institutionCode === '' && treatingRegion === '')
    throw new Rejection('REQUEST_MALFORMED', { problem: 'treating_region or institution_code is missing' });
  const admittedAt = decodeInstant(wire.admittedAt, 'admitted_at');
  return {
    personId: uuidField(wire.personId, 'person_id'),
    insuredRegion: optional(wire.insuredRegion, regionField),
    treatingRegion: optional(treatingRegion, regionField),
    institutionCode: optional(institutionCode, institutionField),
    visitKind: visitKindCodec.decode(wire.visitKind),
    diseaseCode: wire.diseaseCode || null,
    emergency: wire.emergency,
    admittedAt: admittedAt.getTime(),
    admittedOn: businessDateOf(admittedAt),
    asOf: wire.asOf ? decodeInstant(wire.asOf, 'as_of').getTime() : null,
  };
}

export function encodeAnswer({ eligibility, asOf }: Answer): filingV1.EligibilityAnswer {
  const common = { article: eligibility.article, asOf: encodeInstant(new Date(asOf)) };
  if (!eligibility.covered) return { ...common, decision: undefined, rejection: encodeRejection(eligibility) };
  return {
    ...common,
    rejection: undefined,
    decision: {
      category: filingCategoryCodec.encode(eligibility.category),
      benefitLevel: benefitLevelCodec.encode(eligibility.benefitLevel),
      filingId: eligibility.filingId ?? '',
      filingVersion: eligibility.filingVersion ?? 0,
      basis: eligibility.basis,
      article: eligibility.article,
      reasonCode: eligibility.reasonCode,
    },
  };
}

/** Rejects with REQUEST_MALFORMED, REGION_UNKNOWN or INSTITUTION_CODE_INVALID. */
export function decodeWish(wire: filingV1.GetFilingOptionsRequest): Wish {
  return {
    personId: uuidField(wire.personId, 'person_id'),
    forPersonId: wire.forPersonId === '' ? '' : uuidField(wire.forPersonId, 'for_person_id'),
    insuredRegion: optional(wire.insuredRegion, regionField),
    institutionCode: optional(wire.institutionCode, institutionField),
    destinationRegion: optional(wire.destinationRegion, regionField),
    admittedAt: wire.admittedAt ? decodeInstant(wire.admittedAt, 'admitted_at') : null,
  };
}

export function encodeGuide(guide: FilingGuide): filingV1.GetFilingOptionsResponse {
  return {
    insuredRegion: guide.insuredRegion,
    destinationRegion: guide.destinationRegion ?? '',
    validFrom: guide.validFrom,
    options: guide.options.map(encodeOption),
    obstacle: guide.obstacle ? encodeRejection(guide.obstacle) : undefined,
    existing: guide.existing ? encodeFiling(guide.existing, guide.today) : undefined,
    reviewDueOn: guide.reviewDueOn,
  };
}

function encodeOption(option: FilingOption): filingV1.FilingOption {
  return {
    category: filingCategoryCodec.encode(option.category),
    anyOf: option.anyOf.map(materialKindCodec.encode),
    pledgePossible: option.pledgePossible,
    immediate: option.immediate,
    earliestValidTo: option.earliestValidTo ?? '',
    lockedUntil: option.lockedUntil ?? '',
    benefitLevel: benefitLevelCodec.encode(option.benefitLevel),
    article: option.article,
  };
}
