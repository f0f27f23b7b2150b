import { FUNDS, ITEM_CLASSES } from '@yiditong/codes';
import { z } from 'zod';
import { answerFen, instant, uuid } from '../http/fields.js';
import { SETTLEMENT_STATES } from './settled-bill.js';
import type { Slip, SlipAmount } from './slip.js';
import { printedYuan } from './written.js';

export const slipQuery = z.strictObject({
  lang: z.enum(['zh', 'en']).default('zh').describe('语言 / language'),
  lines: z.enum(['true', 'false']).default('false').describe('附费用明细 / with every fee line'),
});
export type SlipQuery = z.infer<typeof slipQuery>;

const text = z.object({ key: z.string(), label: z.string(), value: z.string() });
const amount = z.object({
  key: z.string().describe(`金额代码；基金为 ${FUNDS.join('、')}`),
  label: z.string(),
  amountFen: answerFen,
  yuan: z.string().describe('元，供打印 / yuan as printed'),
});
const category = z.object({
  amountFen: answerFen.describe('金额 = 甲类 + 乙类 + 自费 + 其他'),
  classAFen: answerFen.describe('甲类'),
  classBFen: answerFen.describe('乙类，含先行自付'),
  selfPayFen: answerFen.describe('自费：全自费'),
  otherFen: answerFen.describe('其他：超限价自费'),
});

export const slipAnswer = z.object({
  settlementId: uuid,
  settledAt: instant,
  language: z.enum(['zh', 'en']),
  title: z.string(),
  state: z.object({
    code: z.enum(SETTLEMENT_STATES),
    name: z.string(),
    void: z.boolean().describe('已撤销或已冲正，作废 / cancelled or reversed'),
    note: z.string().nullable(),
  }),
  head: z.array(text),
  categories: z
    .array(category.extend({ code: z.string(), name: z.string() }))
    .describe('十四大类，按序 / all fourteen categories, in order'),
  categorySum: category,
  split: z.array(amount).describe('费用四分，合计为总额 / sums to the total'),
  payment: z.array(amount),
  totals: z.array(amount).describe('总额 = 基金支付合计 + 个人负担合计 + 医院负担'),
  poolingRatio: text.nullable(),
  inWords: z.array(text).describe('人民币大写'),
  explanation: z.array(z.string()),
  lines: z
    .array(
      z.object({
        lineNumber: z.int(),
        occurredOn: z.string(),
        nationalCode: z.string(),
        hospitalCode: z.string(),
        category: z.string(),
        itemClass: z.enum(ITEM_CLASSES),
        unitPriceYuan: z.string(),
        quantity: z.string(),
        amountFen: answerFen,
        inScopeFen: answerFen,
      }),
    )
    .nullable(),
});
export type SlipAnswer = z.infer<typeof slipAnswer>;

export function answerSlip(slip: Slip): SlipAnswer {
  return {
    ...slip,
    head: [...slip.head],
    inWords: [...slip.inWords],
    explanation: [...slip.explanation],
    categories: slip.categories.map(({ code, name, ...amounts }) => ({ code, name, ...written(amounts) })),
    categorySum: written(slip.categorySum),
    split: slip.split.map(named),
    payment: slip.payment.map(named),
    totals: slip.totals.map(named),
    lines:
      slip.lines?.map((line) => ({
        ...line,
        amountFen: String(line.amountFen),
        inScopeFen: String(line.inScopeFen),
      })) ?? null,
  };
}

function named({ key, label, amountFen }: SlipAmount): z.infer<typeof amount> {
  return { key, label, amountFen: String(amountFen), yuan: printedYuan(amountFen) };
}

function written(amounts: Slip['categorySum']): z.infer<typeof category> {
  return {
    amountFen: String(amounts.amountFen),
    classAFen: String(amounts.classAFen),
    classBFen: String(amounts.classBFen),
    selfPayFen: String(amounts.selfPayFen),
    otherFen: String(amounts.otherFen),
  };
}
