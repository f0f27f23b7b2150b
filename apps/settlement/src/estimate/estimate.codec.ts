import { lineAmountHolds, splitTotal } from '@yiditong/adjudication';
import {
  benefitLevelCodec,
  decodeRejection,
  decodeSplit,
  encodeRejection,
  filingCategoryCodec,
  hospitalLevelCodec,
  itemClassCodec,
  required,
  visitKindCodec,
} from '@yiditong/chassis';
import { findProvince, isCalendarDate, isChronicDiseaseCode, nationalCodeProblem, Rejection } from '@yiditong/codes';
import type { settlementV1 } from '@yiditong/contracts';
import { fen, MAX_BILL_FEN, sumFen } from '@yiditong/money';
import type { Alternative, BasketLine, EstimateQuestion, EstimateResult } from './estimate-question.js';

const MAX_LINES = 200;
const MAX_ALTERNATIVES = 8;
/** Before it nothing was settled across provinces. */
const EARLIEST = '2000-01-01';

/** Rejects with REQUEST_MALFORMED, which names the place, or REGION_UNKNOWN. What is said of the person the home province reads. */
export function decodeEstimate(wire: settlementV1.EstimateRequest, today: string): EstimateQuestion {
  const person = required(wire.person, 'person');
  requireRegion(person.insuredRegion);
  const on = wire.onDate || today;
  if (!isCalendarDate(on) || on < EARLIEST) throw malformed(`on_date is not a date from ${EARLIEST} on`);
  const { alternatives } = wire;
  if (alternatives.length === 0 || alternatives.length > MAX_ALTERNATIVES)
    throw malformed(`alternatives must be 1 to ${MAX_ALTERNATIVES}`);
  const bill = decodeEstimatedBill(wire);
  if ('basket' in bill && on > today)
    throw malformed('on_date lies in the future, of which no catalogue says anything');
  return { person, bill, on, alternatives: alternatives.map(decodeAlternative) };
}

function decodeEstimatedBill({ basket, split: wire }: settlementV1.EstimateRequest): EstimateQuestion['bill'] {
  const hasSplit = wire !== undefined && wire !== null;
  if (hasSplit === basket.length > 0) throw malformed('either basket or split must be given');
  if (hasSplit) {
    const split = decodeSplit(wire);
    if (Object.values(split).some((part) => part < 0n)) throw malformed('split has a negative part');
    requireTotal(splitTotal(split), 'split');
    return { split };
  }
  if (basket.length > MAX_LINES) throw malformed(`basket must be at most ${MAX_LINES} lines`);
  const lines = basket.map(decodeBasketLine);
  requireTotal(sumFen(lines.map(({ amountFen }) => amountFen)), 'basket');
  return { basket: lines };
}

function decodeBasketLine(wire: settlementV1.BasketLine, index: number): BasketLine {
  const { nationalCode, quantityE4, unitPriceMicroYuan, approved } = wire;
  const problem = nationalCodeProblem(nationalCode);
  if (problem) throw malformed(`basket.${index}.national_code: ${problem.en}`);
  const line = { nationalCode, quantityE4, unitPriceMicroYuan, approved, amountFen: fen(wire.amountFen) };
  if (quantityE4 <= 0n || unitPriceMicroYuan < 0n || line.amountFen < 0n || !lineAmountHolds(line))
    throw malformed(`basket.${index}.amount_fen is not the price times the quantity`);
  return line;
}

function decodeAlternative(wire: settlementV1.Alternative, index: number): Alternative {
  const { treatingRegion, diseaseCode, hospitalTags } = wire;
  requireRegion(treatingRegion);
  const visitKind = visitKindCodec.decode(wire.visitKind);
  if (diseaseCode !== '' && (visitKind !== 'CHRONIC' || !isChronicDiseaseCode(diseaseCode)))
    throw malformed(`alternatives.${index}.disease_code goes with a chronic visit, as M and five digits`);
  return {
    treatingRegion,
    visitKind,
    hospitalLevel: hospitalLevelCodec.decode(wire.hospitalLevel),
    category: filingCategoryCodec.decodeOptional(wire.filingCategory),
    diseaseCode: diseaseCode || null,
    hospitalTags,
  };
}

function requireRegion(region: string): void {
  if (!findProvince(region)) throw new Rejection('REGION_UNKNOWN', { region: /^\d{6}$/.test(region) ? region : '?' });
}

function requireTotal(total: bigint, place: string): void {
  if (total <= 0n || total > MAX_BILL_FEN) throw malformed(`${place} must sum to 1 to ${MAX_BILL_FEN}`);
}

function malformed(problem: string): Rejection {
  return new Rejection('REQUEST_MALFORMED', { problem });
}

export function encodeEstimate({ basis, benefitLevel, bill, answer }: EstimateResult): settlementV1.EstimateAnswer {
  const found = answer instanceof Rejection ? null : answer;
  const refused = answer instanceof Rejection ? answer : found?.rejection && decodeRejection(found.rejection);
  return {
    split: bill?.split,
    direct: basis !== null,
    adjudication: found?.adjudication,
    rejection: refused ? encodeRejection(refused) : undefined,
    lines: (bill?.lines ?? []).map(({ nationalCode, itemClass, rule, split }) => ({
      nationalCode,
      itemClass: itemClassCodec.encode(itemClass),
      rule,
      split,
    })),
    policy: found?.policy,
    notSaid: [...(found?.notSaid ?? [])],
    basis: basis ?? '',
    benefitLevel: benefitLevelCodec.encodeOptional(benefitLevel),
  };
}
