import { businessDateOf } from '@yiditong/chassis';
import type { clearingV1 } from '@yiditong/contracts';
import {
  nationalClearing,
  nationalTable,
  type ClearingTable,
  type NationalFigures,
  type PairTotal,
} from '@yiditong/ledger';
import { fen } from '@yiditong/money';
import { z } from 'zod';
import { answerFen, region } from '../http/fields.js';
import { clearingMonthAnswer, decodeClearingMonth, language } from './clearing-month.dto.js';

const figures = z.object({
  payableFen: answerFen.describe('应付医疗费用，单位分'),
  returnPayableFen: answerFen.describe('作为就医省应退参保省'),
  paymentFen: answerFen.describe('付款合计 / both of them'),
  receivableFen: answerFen.describe('应收医疗费用'),
  returnReceivableFen: answerFen.describe('作为参保省应收就医省退回'),
  receiptFen: answerFen.describe('收款合计 / both of them'),
});

export const nationalTableAnswer = clearingMonthAnswer.extend({
  pairs: z
    .array(
      z.object({
        payer: region.describe('参保省'),
        payee: region.describe('就医省'),
        totalFen: answerFen.describe('小于零由就医省退回 / below zero the treating province gives back'),
      }),
    )
    .describe('两省之间、每个方向一行 / each direction of two provinces'),
  provinces: z.array(figures.extend({ province: region })).describe('附件 14，所有省份 / every province'),
  total: figures.describe('全国合计：付款合计等于收款合计 / payments and receipts balance'),
});
export type NationalTableAnswer = z.infer<typeof nationalTableAnswer>;

export const nationalFileQuery = z.strictObject({ lang: language });
export type NationalFileQuery = z.infer<typeof nationalFileQuery>;

/** The nation's table, to print. */
export function nationalTableOf(sent: clearingV1.ReadNationalTableResponse): ClearingTable {
  const { clearingMonth, generatedAt } = decodeClearingMonth(sent.month);
  return nationalTable({ clearingMonth, generatedOn: businessDateOf(new Date(generatedAt)) }, decodePairs(sent));
}

function decodePairs({ pairs }: clearingV1.ReadNationalTableResponse): PairTotal[] {
  return pairs.map(({ payer, payee, totalFen }) => ({ payer, payee, totalFen: fen(totalFen) }));
}

export function decodeNationalTable(sent: clearingV1.ReadNationalTableResponse): NationalTableAnswer {
  const pairs = decodePairs(sent);
  const { provinces, total } = nationalClearing(pairs);
  return {
    ...decodeClearingMonth(sent.month),
    pairs: pairs.map(({ totalFen, ...pair }) => ({ ...pair, totalFen: String(totalFen) })),
    provinces: provinces.map(({ region: province, ...of }) => ({ province, ...written(of) })),
    total: written(total),
  };
}

function written(of: NationalFigures): z.infer<typeof figures> {
  return {
    payableFen: String(of.payableFen),
    returnPayableFen: String(of.returnPayableFen),
    paymentFen: String(of.paymentFen),
    receivableFen: String(of.receivableFen),
    returnReceivableFen: String(of.returnReceivableFen),
    receiptFen: String(of.receiptFen),
  };
}
