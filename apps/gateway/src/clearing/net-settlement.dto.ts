import type { clearingV1 } from '@yiditong/contracts';
import { z } from 'zod';
import { amountFen, answerFen, region } from '../http/fields.js';

/** There are 32 provinces. */
const MOST = 32;

export const netSettlementTrial = z.strictObject({
  cover: z
    .array(z.strictObject({ province: region, amountFen }))
    .max(MOST)
    .describe('各省可动用的备付；未列的省没有 / what each province can draw on; none where it isn’t listed'),
  excluded: z.array(region).max(MOST).default([]).describe('不参加的省 / provinces that take no part'),
});
export const netSettlementAnswer = z.object({
  regions: z.array(
    z.object({
      region,
      netFen: answerFen.describe('已结部分的净额 / of what settles: receivable less payable'),
      fullNetFen: answerFen.describe('全部结清时的净额 / the same if all were settled'),
      drawnFen: answerFen,
      missingFen: answerFen.describe('全部结清还缺 / what it lacked to settle everything'),
      coverFen: answerFen,
    }),
  ),
  movements: z.array(z.object({ payer: region, payee: region, amountFen: answerFen })),
  carried: z.array(
    z.object({
      payer: region,
      payee: region,
      grossFen: answerFen,
      reason: z.enum(['EXCLUDED', 'LACKS_COVER']),
      region,
      lackFen: answerFen,
    }),
  ),
  excluded: z.array(z.object({ region, reason: z.enum(['BY_DECISION', 'CANNOT_PAY']), lackFen: answerFen })),
});
export type NetSettlementTrial = z.infer<typeof netSettlementTrial>;
export type NetSettlementAnswer = z.infer<typeof netSettlementAnswer>;

const carried = netSettlementAnswer.shape.carried.element.shape.reason;
const exclusion = netSettlementAnswer.shape.excluded.element.shape.reason;

export function decodeNetSettlement(wire: clearingV1.TryNetSettlementResponse): NetSettlementAnswer {
  return {
    regions: wire.regions.map((one) => ({
      region: one.region,
      netFen: String(one.netFen),
      fullNetFen: String(one.fullNetFen),
      drawnFen: String(one.drawnFen),
      missingFen: String(one.missingFen),
      coverFen: String(one.coverFen),
    })),
    movements: wire.movements.map(decodeMovement),
    carried: wire.carried.map(decodeCarried),
    excluded: wire.excluded.map(decodeExclusion),
  };
}

export function decodeMovement({
  payer,
  payee,
  amountFen: moved,
}: clearingV1.NetMovement): NetSettlementAnswer['movements'][number] {
  return { payer, payee, amountFen: String(moved) };
}

export function decodeCarried(one: clearingV1.CarriedPair): NetSettlementAnswer['carried'][number] {
  return {
    payer: one.payer,
    payee: one.payee,
    grossFen: String(one.grossFen),
    reason: carried.parse(one.reason.replace('CARRY_REASON_', '')),
    region: one.region,
    lackFen: String(one.lackFen),
  };
}

export function decodeExclusion(one: clearingV1.ExcludedRegion): NetSettlementAnswer['excluded'][number] {
  return {
    region: one.region,
    reason: exclusion.parse(one.reason.replace('EXCLUSION_REASON_', '')),
    lackFen: String(one.lackFen),
  };
}
