import { FUNDS, type Fund } from '@yiditong/codes';
import type { Fen } from '@yiditong/money';
import { z } from 'zod';
import type { Accumulators } from './accumulators.js';
import { accumulators, claim } from './claim-document.js';
import type { Claim } from './claim.js';
import { amount, said, saidOfEach } from './written-values.js';

/** A case that somebody worked out, and what must come of it: a policy that computes it otherwise isn't the one that was meant. */
export type PolicyExample = {
  readonly name: string;
  /** Where the worked case stands. */
  readonly source?: string | undefined;
  readonly note?: string | undefined;
  readonly claim: Claim;
  /** The person's totals before it: of the (last) benefit year, and of those before it where a stay is divided. */
  readonly accumulators: Accumulators;
  readonly accumulatorsOfEarlierYear: Accumulators;
  readonly expect: ExpectedResult;
};

export type ExpectedResult = {
  readonly fund: Fen;
  readonly personal: Fen;
  readonly deductible?: Fen | undefined;
  /** Exactly the funds that pay something. */
  readonly funds?: Readonly<Partial<Record<Fund, Fen>>> | undefined;
  readonly account?: Fen | undefined;
  readonly cash?: Fen | undefined;
};

/** As a policy's `examples` have it. */
export const example = said({
  name: z.string().min(1).describe('算例名称'),
  source: z.string().min(1).optional().describe('Where the worked case stands 出处'),
  claim,
  accumulators: accumulators.default({}),
  accumulatorsOfEarlierYear: accumulators.default({}),
  expect: said({
    fund: amount.describe('All funds together 基金支付合计'),
    personal: amount.describe('个人负担'),
    deductible: amount.optional().describe('实际支付起付线'),
    funds: saidOfEach(FUNDS, amount)
      .transform(({ of }) => of)
      .optional()
      .describe('Exactly the funds that pay something 各基金支付'),
    account: amount.optional().describe('个人账户支付'),
    cash: amount.optional().describe('现金支付'),
  }),
});
