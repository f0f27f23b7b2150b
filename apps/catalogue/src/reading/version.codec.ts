import {
  hospitalLevelCodec,
  insuranceCodec,
  itemClassCodec,
  itemKindCodec,
  lineRuleCodec,
  personTypeCodec,
  uuidField,
  visitKindCodec,
} from '@yiditong/chassis';
import { isNationalItemCode } from '@yiditong/codes';
import type { catalogueV1 } from '@yiditong/contracts';
import { MAX_BILL_FEN } from '@yiditong/money';
import type { BasketQuestion } from './basket.service.js';
import { amountOf, type BasketLine, type NoPrice, type PricedLine, type ProvincePrice } from './basket.js';
import type { Difference, ProvincePair, VersionPair } from './comparison.service.js';
import type { DifferencePage } from './comparison.store.js';
import type { Coverage, NoCoverage, ProvinceCoverage } from './coverage.service.js';
import { encodeEntry, encodeItem } from './published.codec.js';
import { codeField, dayField, limitField, malformed, provinceField, scopeField } from './reading-fields.js';

const MAX_VERSIONS = 200;
const MAX_DIFFERENCES = 1_000;
const MAX_BASKET = 200;
/** A million units, and a million yuan a unit. */
const MAX_QUANTITY_E4 = 10_000_000_000n;
const MAX_PRICE_MICRO_YUAN = 1_000_000_000_000n;

/** Rejects with REQUEST_MALFORMED or REGION_UNKNOWN. */
export function decodeVersionPage(wire: catalogueV1.ListVersionsRequest): {
  readonly scope: string;
  readonly before: number | null;
  readonly limit: number;
} {
  const { province, beforeSequence, limit } = wire;
  if (beforeSequence < 0) throw malformed('before_sequence is below 0');
  return {
    scope: scopeField(province),
    before: beforeSequence === 0 ? null : beforeSequence,
    limit: limitField(limit, MAX_VERSIONS),
  };
}

/** Rejects with REQUEST_MALFORMED or REGION_UNKNOWN. */
export function decodeVersionPair(wire: catalogueV1.CompareVersionsRequest): VersionPair {
  return {
    scope: scopeField(wire.province),
    firstId: uuidField(wire.firstVersionId, 'first_version_id'),
    secondId: uuidField(wire.secondVersionId, 'second_version_id'),
  };
}

/** Rejects with REQUEST_MALFORMED or REGION_UNKNOWN. */
export function decodeProvincePair(wire: catalogueV1.CompareProvincesRequest): ProvincePair {
  return {
    first: provinceField(wire.firstProvince),
    second: provinceField(wire.secondProvince),
    on: dayField(wire.on, 'on'),
  };
}

/** Rejects with REQUEST_MALFORMED. */
export function decodeDifferencePage(wire: { readonly after: string; readonly limit: number }): DifferencePage {
  return { after: codeField(wire.after, 'after'), limit: limitField(wire.limit, MAX_DIFFERENCES) };
}

export function encodeDifference(difference: Difference): catalogueV1.EntryDifference {
  const { nationalCode, fields } = difference;
  const sides = { first: undefined, second: undefined, firstItem: undefined, secondItem: undefined };
  if (difference.of === 'ENTRY') {
    const [first, second] = [difference.first, difference.second].map((entry) => entry && encodeEntry(entry));
    return { ...sides, nationalCode, fields: [...fields], first: first ?? undefined, second: second ?? undefined };
  }
  const [first, second] = [difference.first, difference.second].map((item) => item && encodeItem(item));
  return {
    ...sides,
    nationalCode,
    fields: [...fields],
    firstItem: first ?? undefined,
    secondItem: second ?? undefined,
  };
}

/** Rejects with REQUEST_MALFORMED or REGION_UNKNOWN. */
export function decodeBasket(wire: catalogueV1.PriceBasketRequest): BasketQuestion {
  const { provinces, lines } = wire;
  if (new Set(provinces).size < provinces.length) throw malformed('provinces repeat');
  if (lines.length === 0 || lines.length > MAX_BASKET) throw malformed(`lines must be 1 to ${MAX_BASKET}`);
  return {
    provinces: provinces.length === 0 ? null : provinces.map(provinceField),
    on: dayField(wire.on, 'on'),
    context: {
      insurance: insuranceCodec.decodeOptional(wire.insurance),
      personType: personTypeCodec.decodeOptional(wire.personType),
      hospitalLevel: hospitalLevelCodec.decodeOptional(wire.hospitalLevel),
      visitKind: visitKindCodec.decodeOptional(wire.visitKind),
    },
    lines: lines.map(decodeBasketLine),
  };
}

function decodeBasketLine(line: catalogueV1.BasketLine, index: number): BasketLine {
  const { nationalCode, quantityE4, unitPriceMicroYuan, approved } = line;
  const place = `line ${index + 1}`;
  if (!isNationalItemCode(nationalCode)) throw malformed(`${place}: national_code has no national format`);
  if (quantityE4 < 1n || quantityE4 > MAX_QUANTITY_E4)
    throw malformed(`${place}: quantity_e4 is not between 1 and ${MAX_QUANTITY_E4}`);
  if (unitPriceMicroYuan < 0n || unitPriceMicroYuan > MAX_PRICE_MICRO_YUAN)
    throw malformed(`${place}: unit_price_micro_yuan is not between 0 and ${MAX_PRICE_MICRO_YUAN}`);
  const read = { nationalCode, quantityE4, unitPriceMicroYuan, approved };
  if (amountOf(read) > MAX_BILL_FEN) throw malformed(`${place}: it costs more than any bill`);
  return read;
}

export function encodePrice(price: ProvincePrice | NoPrice): catalogueV1.BasketPrice {
  const { province } = price;
  if (price.versionId === null)
    return { province, versionId: '', totalFen: 0n, split: undefined, ownExpenseFen: 0n, lines: [] };
  const { versionId, sequence, basket } = price;
  const { totalFen, split, ownExpenseFen, lines } = basket;
  return {
    province,
    versionId,
    totalFen,
    split,
    ownExpenseFen,
    lines: lines.map((line, index) => encodePricedLine(line, index + 1, sequence)),
  };
}

/** An unlisted line is shown as of class C. */
function encodePricedLine(line: PricedLine, lineNumber: number, versionSequence: number): catalogueV1.ClassifiedLine {
  const { nationalCode, entry, chargeCategory, classified } = line;
  return {
    lineNumber,
    itemClass: itemClassCodec.encode(entry?.itemClass ?? 'C'),
    chargeCategory,
    firstSelfPayBps: classified.firstSelfPayBps,
    split: classified.split,
    listed: entry !== null,
    rule: lineRuleCodec.encode(classified.rule),
    versionSequence,
    entrySequence: entry?.sequence ?? 0,
    provincialCode: entry === null || entry.provincialCode === entry.nationalCode ? '' : entry.provincialCode,
    nationalCode,
    capMicroYuan: classified.capMicroYuan ?? 0n,
  };
}

export function encodeCoverage({ provinces, nationalVersionId }: Coverage): catalogueV1.GetCoverageResponse {
  return { provinces: provinces.map(encodeProvinceCoverage), nationalVersionId: nationalVersionId ?? '' };
}

function encodeProvinceCoverage(covered: ProvinceCoverage | NoCoverage): catalogueV1.ProvinceCoverage {
  if (covered.versionId === null) {
    const nothing = { entries: 0, kinds: [], shared: 0, classDeviates: 0, shareDeviates: 0 };
    return {
      ...nothing,
      province: covered.province,
      versionId: '',
      mappedItems: 0,
      unmappedItems: 0,
      openConflicts: 0,
    };
  }
  const kinds = covered.kinds.map(({ kind, ...counts }) => ({ kind: itemKindCodec.encode(kind), ...counts }));
  return { ...covered, kinds };
}
