import { splitTotal, type Claim, type ClaimPart, type FeeSplit } from '@yiditong/adjudication';
import {
  benefitLevelCodec,
  decodeSplit,
  hospitalLevelCodec,
  insuranceCodec,
  itemClassCodec,
  personTypeCodec,
  required,
  visitKindCodec,
} from '@yiditong/chassis';
import {
  findProvince,
  isCalendarDate,
  isChronicDiseaseCode,
  ITEM_KINDS,
  PERSON_TYPES_OF,
  provinceOf,
  Rejection,
} from '@yiditong/codes';
import type { benefitV1, commonV1 } from '@yiditong/contracts';
import { fen, MAX_BILL_FEN, sumFen } from '@yiditong/money';
import type { ModelRequest } from './estimate.service.js';
import { decodeTotals } from './model-totals.js';

const MAX_CLAIMS = 8;
const MAX_PARTS = 5_000;
const MAX_AGE = 150;
/** 1 to 20 characters of a name; so many digits as a number of a person has are none. */
const TAG = /^(?!.*\d{5})\P{Cc}{1,20}$/u;
const MAX_TAGS = 20;

/** Rejects with REQUEST_MALFORMED, which names the place, or REGION_UNKNOWN. */
export function decodeModelRequest({ person: wire, claims }: benefitV1.EstimateClaimsRequest): ModelRequest {
  const person = required(wire, 'person');
  const insuredRegion = decodeRegion(person.insuredRegion);
  const insurance = insuranceCodec.decode(person.insurance);
  const personType = personTypeCodec.decode(person.personType);
  if (!PERSON_TYPES_OF[insurance].includes(personType)) throw malformed('person.person_type is none of that insurance');
  if (claims.length === 0 || claims.length > MAX_CLAIMS) throw malformed(`claims must be 1 to ${MAX_CLAIMS}`);
  const of = {
    insuredRegion,
    personType,
    age: decodeAge(person.age),
    personTags: decodeTags(person.tags, 'person.tags'),
  };
  return {
    insuredRegion,
    insurance,
    personType,
    totals: decodeTotals(person.totals),
    claims: claims.map((claim, index) => decodeModelClaim(claim, of, `claims.${index}`)),
  };
}

type ModelPerson = Pick<Claim, 'personType' | 'age' | 'personTags'> & { readonly insuredRegion: string };

function decodeModelClaim(wire: benefitV1.ModelClaim, { insuredRegion, ...person }: ModelPerson, place: string): Claim {
  const treatingRegion = decodeRegion(wire.treatingRegion);
  const isHomeProvince = provinceOf(treatingRegion) === provinceOf(insuredRegion);
  const visitKind = visitKindCodec.decode(wire.visitKind);
  if (wire.diseaseCode !== '' && (visitKind !== 'CHRONIC' || !isChronicDiseaseCode(wire.diseaseCode)))
    throw malformed(`${place}.disease_code goes with a chronic visit, as M and five digits`);
  if (!isCalendarDate(wire.endedOn)) throw malformed(`${place}.ended_on is not a date`);
  const split = decodeModelSplit(wire.split, `${place}.split`);
  return {
    ...person,
    visitKind,
    hospitalLevel: hospitalLevelCodec.decode(wire.hospitalLevel),
    hospitalTags: decodeTags(wire.hospitalTags, `${place}.hospital_tags`),
    benefitLevel: benefitLevelCodec.decode(wire.benefitLevel),
    settledBy: wire.byHand ? 'MANUAL' : 'DIRECT',
    place: isHomeProvince ? 'HOME_PROVINCE' : 'OTHER_PROVINCE',
    diseaseCode: wire.diseaseCode || null,
    split,
    parts: decodeParts(wire.parts, split, `${place}.parts`),
    institutionCode: '',
    startedOn: wire.endedOn,
    endedOn: wire.endedOn,
    account: null,
    hospitalPartFen: fen(0n),
    stayDeductibleFen: null,
  };
}

function decodeRegion(region: string): string {
  if (!findProvince(region)) throw new Rejection('REGION_UNKNOWN', { region: /^\d{6}$/.test(region) ? region : '?' });
  return region;
}

function decodeAge(age: number | undefined): number | null {
  // proto-loader gives null where it isn't set.
  if (age === undefined || age === null) return null;
  if (age < 0 || age > MAX_AGE) throw malformed(`person.age must be 0 to ${MAX_AGE}`);
  return age;
}

function decodeTags(tags: readonly string[], place: string): readonly string[] {
  if (tags.length > MAX_TAGS || !tags.every((tag) => TAG.test(tag)))
    throw malformed(`${place} must be at most ${MAX_TAGS} names of 1 to 20 characters`);
  return tags;
}

function decodeModelSplit(wire: commonV1.FeeSplit | undefined, place: string): FeeSplit {
  const split = decodeSplit(required(wire, place));
  if (Object.values(split).some((part) => part < 0n)) throw malformed(`${place} has a negative part`);
  const total = splitTotal(split);
  if (total === 0n || total > MAX_BILL_FEN) throw malformed(`${place} must sum to 1 to ${MAX_BILL_FEN}`);
  return split;
}

function decodeParts(wire: readonly benefitV1.ClaimPart[], split: FeeSplit, place: string): readonly ClaimPart[] {
  if (wire.length > MAX_PARTS) throw malformed(`${place} must be at most ${MAX_PARTS}`);
  const parts = wire.map((part, index) => decodePart(part, `${place}.${index}`));
  if (parts.length > 0 && sumFen(parts.map(({ inScopeFen }) => inScopeFen)) !== split.inScopeFen)
    throw malformed(`${place} do not sum to what is in scope`);
  return parts;
}

function decodePart({ itemClass, itemKind, unitPriceFen, inScopeFen }: benefitV1.ClaimPart, place: string): ClaimPart {
  const kind = ITEM_KINDS.find((known) => known === itemKind) ?? null;
  if (kind === null && itemKind !== '') throw malformed(`${place}.item_kind is unknown`);
  const isPriced = unitPriceFen !== undefined && unitPriceFen !== null;
  if (inScopeFen < 0n || (isPriced && unitPriceFen < 0n)) throw malformed(`${place} has a negative amount`);
  return {
    itemClass: itemClassCodec.decodeOptional(itemClass),
    itemKind: kind,
    unitPriceFen: isPriced ? fen(unitPriceFen) : null,
    inScopeFen: fen(inScopeFen),
  };
}

function malformed(problem: string): Rejection {
  return new Rejection('REQUEST_MALFORMED', { problem });
}
