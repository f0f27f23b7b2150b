import type { Fund } from '@yiditong/codes';
import { formatYuan } from '@yiditong/money';
import type { Adjudication } from './claim.js';
import { explain, type Step } from './explanation.js';

/**
 * 统筹基金支付比例 (pool_prop_selfpay, 5,4) in ten-thousandths: what the pooling fund pays of what is in scope above the deductible. Zero
 * where nothing is.
 */
export function poolingRatioE4({
  split,
  deductibleFen,
  funds,
}: Pick<Adjudication, 'split' | 'deductibleFen' | 'funds'>): number {
  const baseFen = split.inScopeFen - deductibleFen;
  const paidFen = funds.find(({ fund }) => fund === 'POOLING')?.amountFen ?? 0n;
  if (baseFen <= 0n) return 0;
  const tenThousandths = (paidFen * 20_000n + baseFen) / (baseFen * 2n);
  return Number(tenThousandths);
}

/** How a fund's payment came about (setl_proc_info), in Chinese, a line a step; empty where the fund paid nothing. */
export function fundProcess(steps: readonly Step[], fund: Fund): string {
  const ofFund = ({ rule }: Step): boolean => rule === fund || rule.startsWith(`${fund}_`);
  return explain(steps.filter(ofFund))
    .map(({ textZh, baseFen, rate, resultFen }) => {
      const times = rate === '' ? '' : ` × ${rate}`;
      return `${textZh}：${formatYuan(baseFen)}${times} → ${formatYuan(resultFen)}`;
    })
    .join('\n');
}
