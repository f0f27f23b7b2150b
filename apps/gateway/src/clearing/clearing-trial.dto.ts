import type { clearingV1 } from '@yiditong/contracts';
import { TRIAL_CALENDARS } from '@yiditong/ledger';
import { z } from 'zod';
import { amountFen, answerFen, businessDate, region } from '../http/fields.js';
import { decodeCarried, decodeExclusion, decodeMovement, netSettlementAnswer } from './net-settlement.dto.js';

/** There are 32 provinces. */
const MOST = 32;

export const clearingTrial = z.strictObject({
  from: businessDate.describe('第一个清算日 / the first day'),
  to: businessDate.describe('最后一个清算日，含；至多 366 天 / the last day, included; at most 366 days'),
  calendar: z
    .enum(TRIAL_CALENDARS)
    .default('DAILY')
    .describe('轧差日历：每日、工作日、每周、每月 / each day, working days, Sundays, the last of the month'),
  excluded: z.array(region).max(MOST).default([]).describe('不参加的省 / provinces that take no part'),
  caps: z
    .array(z.strictObject({ province: region, amountFen }))
    .max(MOST)
    .default([])
    .describe('各省一次最多支付；未列的省不限 / what a province pays at most at once; no limit where it isn’t listed'),
});
export type ClearingTrial = z.infer<typeof clearingTrial>;

const { movements, carried, excluded } = netSettlementAnswer.shape;
export const clearingTrialAnswer = z.object({
  turns: z.array(
    z.object({
      settledOn: businessDate.describe('轧差日 / when it settles'),
      dates: z.array(businessDate).describe('所含已关账的清算日 / closed days that it settles'),
      movements,
      carried: carried.describe('留待下次 / what waits for the next'),
      excluded,
    }),
  ),
  regions: z.array(
    z.object({
      region,
      realNetFen: answerFen.describe('这些清算日的实际净额 / what the days really came to'),
      netFen: answerFen.describe('试算已结 / what settles in the trial'),
      waitingFen: answerFen.describe(
        '试算期末仍待结；与已结之和即实际净额 / what still waits; with what settles it is the real net',
      ),
      realPeakFen: answerFen.describe('逐日实际最大一次净支付 / the most in one real cycle'),
      peakFen: answerFen.describe('试算最大一次净支付 / the most in one turn'),
    }),
  ),
  realMovedFen: answerFen.describe('逐日轧差的划拨总额 / what would move if each day were settled net'),
  movedFen: answerFen.describe('试算的划拨总额 / what moves in the trial'),
});
export type ClearingTrialAnswer = z.infer<typeof clearingTrialAnswer>;

export function encodeClearingTrial({
  from,
  to,
  calendar,
  excluded: out,
  caps,
}: ClearingTrial): clearingV1.TryCalendarRequest {
  return {
    fromDate: from,
    toDate: to,
    calendar: `TRIAL_CALENDAR_${calendar}`,
    excluded: [...out],
    caps: caps.map(({ province, amountFen: most }) => ({ province, amountFen: BigInt(most) })),
  };
}

export function decodeClearingTrial(wire: clearingV1.TryCalendarResponse): ClearingTrialAnswer {
  return {
    turns: wire.turns.map((turn) => ({
      settledOn: turn.settledOn,
      dates: turn.dates,
      movements: turn.movements.map(decodeMovement),
      carried: turn.carried.map(decodeCarried),
      excluded: turn.excluded.map(decodeExclusion),
    })),
    regions: wire.regions.map((one) => ({
      region: one.region,
      realNetFen: String(one.realNetFen),
      netFen: String(one.netFen),
      waitingFen: String(one.waitingFen),
      realPeakFen: String(one.realPeakFen),
      peakFen: String(one.peakFen),
    })),
    realMovedFen: String(wire.realMovedFen),
    movedFen: String(wire.movedFen),
  };
}
