import {
  benefitLevelCodec,
  encodeInstant,
  hospitalLevelCodec,
  itemClassCodec,
  visitKindCodec,
} from '@yiditong/chassis';
import { itemKindOf } from '@yiditong/codes';
import type { benefitV1 } from '@yiditong/contracts';
import { divideToFen, fen } from '@yiditong/money';
import type { Institution } from '../institution/institution.entity.js';
import type { Bill } from './bill-rules.js';
import type { Facts } from './facts.service.js';
import type { SettledLine } from './settlement.entity.js';

const MICRO_YUAN_OF_FEN = 10_000n;

/** What was settled of the same stay before. */
export type StayBefore = Pick<benefitV1.Claim, 'continuesStay' | 'stayDeductibleFen'>;
const NO_STAY_BEFORE: StayBefore = { continuesStay: false, stayDeductibleFen: 0n };

/** The claim that the home province is asked to adjudicate. */
export function claimOf(
  settlementId: string,
  bill: Bill,
  institution: Institution,
  facts: Facts,
  stay: StayBefore = NO_STAY_BEFORE,
): benefitV1.Claim {
  return {
    settlementId,
    personId: bill.personId,
    insuredRegion: bill.insuredRegion,
    treatingRegion: institution.region,
    visitKind: visitKindCodec.encode(bill.visitKind),
    hospitalLevel: hospitalLevelCodec.encode(institution.level),
    benefitLevel: benefitLevelCodec.encode(facts.benefitLevel),
    diseaseCode: bill.diseaseCode,
    institutionCode: institution.institutionCode,
    hospitalTags: [...institution.tags],
    admittedAt: encodeInstant(bill.admittedAt),
    endedAt: encodeInstant(bill.endedAt),
    totalFen: bill.totalFen,
    split: facts.split,
    parts: partsOf(facts.lines),
    useAccount: bill.useAccount,
    hospitalPartFen: bill.hospitalPartFen,
    continuesStay: stay.continuesStay,
    stayDeductibleFen: stay.stayDeductibleFen,
  };
}

/**
 * What is in scope by class, kind and unit price, in an order that doesn't depend on the bill's. Alike parts are one, and nothing is
 * left out but what isn't in scope: they sum to what is. A price between two fen is rounded by the one rule.
 */
export function partsOf(
  lines: readonly Pick<SettledLine, 'itemClass' | 'nationalCode' | 'unitPriceMicroYuan' | 'split'>[],
): benefitV1.ClaimPart[] {
  const parts = new Map<string, benefitV1.ClaimPart>();
  for (const { itemClass, nationalCode, unitPriceMicroYuan, split } of lines) {
    if (split.inScopeFen === 0n) continue;
    const itemKind = itemKindOf(nationalCode) ?? '';
    const unitPriceFen = divideToFen(unitPriceMicroYuan, MICRO_YUAN_OF_FEN);
    const key = `${itemClass}/${itemKind}/${String(unitPriceFen).padStart(15, '0')}`;
    const inScopeFen = fen((parts.get(key)?.inScopeFen ?? 0n) + split.inScopeFen);
    parts.set(key, { itemClass: itemClassCodec.encode(itemClass), itemKind, unitPriceFen, inScopeFen });
  }
  return [...parts].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, part]) => part);
}
