import {
  decodeInstant,
  hospitalLevelCodec,
  insuranceCodec,
  itemClassCodec,
  nextDay,
  personTypeCodec,
} from '@yiditong/chassis';
import type { HospitalLevel, SelfPayShare } from '@yiditong/codes';
import type { catalogueV1 } from '@yiditong/contracts';

/** What the national interface takes for no cap. */
const NO_CAP_MICRO_YUAN = 999_999_000_000n;
const WHOLE_BPS = 10_000;

/** What each row of a national download is about, before it is spelt. */
export type ItemFact = Change & { readonly item: catalogueV1.NationalItem };
export type EntryFact = Change & {
  readonly province: string;
  readonly entry: catalogueV1.CatalogueEntry;
  readonly effectiveFrom: string;
};
export type CapFact = EntryFact & { readonly level: HospitalLevel | null; readonly microYuan: bigint };
export type ShareFact = EntryFact & SelfPayShare;
export type MappingFact = { readonly province: string; readonly mapping: catalogueV1.Mapping };
type Change = { readonly sequence: number; readonly withdrawn: boolean; readonly publishedAt: Date };

export function changeOf(wire: Pick<catalogueV1.EntryChange, 'sequence' | 'withdrawn' | 'publishedAt'>): Change {
  const { sequence, withdrawn, publishedAt } = wire;
  return { sequence, withdrawn, publishedAt: decodeInstant(publishedAt, 'published_at') };
}

/** From which day on an item stands no more, empty for open: the day after its last, or that from which on a version withdraws it. */
export function invalidFrom({ item, withdrawn }: ItemFact): string {
  if (withdrawn) return item.effectiveFrom;
  return item.endsOn === '' ? '' : nextDay(item.endsOn);
}

/** Whether a restriction asks for something; one that has but a text only informs. */
export function restricts(restriction: catalogueV1.Restriction | undefined): boolean {
  if (!restriction) return false;
  const { needsApproval, minimumLevel, visitKinds, insurances } = restriction;
  const level = hospitalLevelCodec.decodeOptional(minimumLevel);
  return needsApproval || level !== null || visitKinds.length > 0 || insurances.length > 0;
}

/** An entry without a cap says so, because a version's rows of a code replace those of the versions before it. */
export function capsOf(fact: EntryFact): CapFact[] {
  const { caps } = fact.entry;
  if (caps.length === 0) return [{ ...fact, level: null, microYuan: NO_CAP_MICRO_YUAN }];
  return caps.map(({ hospitalLevel, microYuan }) => ({
    ...fact,
    level: hospitalLevelCodec.decodeOptional(hospitalLevel),
    microYuan,
  }));
}

/** Class A has the share 0 and class C the share 1, for everybody: so here too every entry has a row. */
export function sharesOf(fact: EntryFact): ShareFact[] {
  const { shares, itemClass } = fact.entry;
  const everybody = { ...fact, insurance: null, personType: null };
  switch (itemClassCodec.decode(itemClass)) {
    case 'A':
      return [{ ...everybody, bps: 0 }];
    case 'B':
      return shares.map(({ insurance, personType, bps }) => ({
        ...fact,
        insurance: insuranceCodec.decodeOptional(insurance),
        personType: personTypeCodec.decodeOptional(personType),
        bps,
      }));
    case 'C':
      return [{ ...everybody, bps: WHOLE_BPS }];
  }
}
