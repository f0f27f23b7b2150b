import { clearedFundCodec, insuranceCodec, visitKindCodec } from '@yiditong/chassis';
import { CLEARED_FUNDS, INSURANCES, VISIT_KINDS } from '@yiditong/codes';
import type { clearingV1, commonV1 } from '@yiditong/contracts';
import { z } from 'zod';
import { answerFen, uuid } from '../http/fields.js';

const OBLIGATION_KINDS = ['SETTLEMENT', 'REVERSAL', 'REFUND', 'REINSTATEMENT'] as const;
const funds = z.array(z.object({ fund: z.enum(CLEARED_FUNDS), amountFen: answerFen }));

export const pairAnswer = z.object({
  cells: z
    .array(z.object({ insurance: z.enum(INSURANCES), obligationCount: z.string(), amountFen: answerFen, funds }))
    .describe('金额合计即该对省份的头寸；不是当事方的省份看到空表 / their amounts sum to the pair’s position'),
});
export const obligationsQuery = z.strictObject({
  insurance: z.enum(INSURANCES),
  fund: z.enum(CLEARED_FUNDS).optional().describe('只列该基金支付过的 / only those that this fund paid some of'),
  from: z.coerce.number().int().min(0).default(0).describe('上一页的 nextFrom / the page before’s nextFrom'),
  limit: z.coerce.number().int().min(1).max(1_000).default(500),
});
export const obligationsAnswer = z.object({
  obligations: z.array(
    z.object({
      obligationId: uuid,
      settlementId: uuid.describe('明细见 GET /v1/settlements/{settlementId} 及其 lines'),
      operationId: uuid.describe('结算本身，或其退费、冲正 / what made it'),
      kind: z.enum(OBLIGATION_KINDS),
      visitKind: z.enum(VISIT_KINDS),
      costMonth: z.string().describe('费款所属期 YYYY-MM'),
      amountFen: answerFen,
      funds,
    }),
  ),
  nextFrom: z.number().int().nullable(),
});
export type PairAnswer = z.infer<typeof pairAnswer>;
export type ObligationsQuery = z.infer<typeof obligationsQuery>;
export type ObligationsAnswer = z.infer<typeof obligationsAnswer>;

export function decodePairCell(wire: clearingV1.PairCell): PairAnswer['cells'][number] {
  return {
    insurance: insuranceCodec.decode(wire.insurance),
    obligationCount: String(wire.obligationCount),
    amountFen: String(wire.amountFen),
    funds: wire.funds.map(decodePayment),
  };
}

export function encodeObligationsQuery({ insurance, fund, from, limit }: ObligationsQuery) {
  return {
    insurance: insuranceCodec.encode(insurance),
    fund: fund === undefined ? ('FUND_UNSPECIFIED' as const) : clearedFundCodec.encode(fund),
    from: BigInt(from),
    limit,
  };
}

export function decodeObligations({ obligations, nextFrom }: clearingV1.ListObligationsResponse): ObligationsAnswer {
  return {
    obligations: obligations.map(({ kind, visitKind, amountFen, funds: paid, ...booked }) => ({
      ...booked,
      kind: obligationsAnswer.shape.obligations.element.shape.kind.parse(kind.replace('OBLIGATION_KIND_', '')),
      visitKind: visitKindCodec.decode(visitKind),
      amountFen: String(amountFen),
      funds: paid.map(decodePayment),
    })),
    nextFrom: nextFrom === 0n ? null : Number(nextFrom),
  };
}

function decodePayment({ fund, amountFen }: commonV1.FundPayment): z.infer<typeof funds>[number] {
  return { fund: clearedFundCodec.decode(fund), amountFen: String(amountFen) };
}
