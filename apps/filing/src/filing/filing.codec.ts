import {
  businessDateOf,
  decodeInstant,
  encodeInstant,
  encodeRejection,
  filingCategoryCodec,
  benefitLevelCodec,
} from '@yiditong/chassis';
import { findProvince, isCalendarDate, provinceOf, Rejection } from '@yiditong/codes';
import type { filingV1 } from '@yiditong/contracts';
import type { Eligibility, Visit } from '@yiditong/eligibility';
import { validate as isUuid } from 'uuid';
import type { FilingRow } from './filing.entity.js';

export type NewFiling = Omit<FilingRow, 'filingId' | 'createdAt'>;

/** Rejects with REQUEST_MALFORMED or REGION_UNKNOWN. */
export function decodeNewFiling(wire: filingV1.RegisterFilingRequest): NewFiling {
  if (!isUuid(wire.personId)) throw new Rejection('REQUEST_MALFORMED', { problem: 'person_id is not a UUID' });
  if (!findProvince(wire.insuredRegion)) throw new Rejection('REGION_UNKNOWN', { region: wire.insuredRegion });
  for (const date of [wire.validFrom, ...(wire.validTo ? [wire.validTo] : [])]) {
    if (!isCalendarDate(date)) throw new Rejection('REQUEST_MALFORMED', { problem: `${date} is not a date` });
  }
  return {
    personId: wire.personId,
    insuredProvince: provinceOf(wire.insuredRegion),
    insuredRegion: wire.insuredRegion,
    category: filingCategoryCodec.decode(wire.category),
    destinationRegion: wire.destinationRegion,
    validFrom: wire.validFrom,
    validTo: wire.validTo || null,
  };
}

export function encodeFiling(row: FilingRow): filingV1.Filing {
  return {
    filingId: row.filingId,
    personId: row.personId,
    insuredRegion: row.insuredRegion,
    category: filingCategoryCodec.encode(row.category),
    destinationRegion: row.destinationRegion,
    validFrom: row.validFrom,
    validTo: row.validTo ?? '',
    createdAt: encodeInstant(new Date(row.createdAt)),
  };
}

export type AskedVisit = Omit<Visit, 'filings'> & { readonly personId: string };

/** Rejects with REQUEST_MALFORMED or REGION_UNKNOWN. */
export function decodeVisit(wire: filingV1.EligibilityCheck): AskedVisit {
  if (!isUuid(wire.personId)) throw new Rejection('REQUEST_MALFORMED', { problem: 'person_id is not a UUID' });
  for (const region of [wire.insuredRegion, wire.treatingRegion]) {
    if (!findProvince(region)) throw new Rejection('REGION_UNKNOWN', { region });
  }
  return {
    personId: wire.personId,
    insuredRegion: wire.insuredRegion,
    treatingRegion: wire.treatingRegion,
    emergency: wire.emergency,
    admittedOn: businessDateOf(decodeInstant(wire.admittedAt, 'admitted_at')),
  };
}

export function encodeAnswer(eligibility: Eligibility): filingV1.EligibilityAnswer {
  if (!eligibility.covered)
    return { decision: undefined, rejection: encodeRejection(new Rejection(eligibility.reason)) };
  return {
    decision: {
      category: filingCategoryCodec.encode(eligibility.category),
      benefitLevel: benefitLevelCodec.encode(eligibility.benefitLevel),
      filingId: eligibility.filingId ?? '',
      basis: eligibility.basis,
      article: eligibility.article,
    },
    rejection: undefined,
  };
}
