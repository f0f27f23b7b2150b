import { formatYuan, subtractFen, ZERO_FEN, type Fen } from '@yiditong/money';
import type { Words } from './explanation.js';
import type { Cap } from './policy.js';

/** What a limit (最高支付限额) is called, by what it is on and for how long. */
export const LIMIT_NAMES: Readonly<Record<Cap['on'], Readonly<Record<Cap['period'], Words>>>> = {
  FUND: {
    VISIT: { zh: '每次最高支付限额', en: 'The limit of a visit' },
    MONTH: { zh: '每月最高支付限额', en: 'The limit of a month' },
    QUARTER: { zh: '每季度最高支付限额', en: 'The limit of a quarter' },
    YEAR: { zh: '年度最高支付限额', en: 'The limit of a year' },
  },
  EXPENSE: {
    VISIT: { zh: '每次可支付的费用限额', en: 'The limit of a visit on costs' },
    MONTH: { zh: '每月可支付的费用限额', en: 'The limit of a month on costs' },
    QUARTER: { zh: '每季度可支付的费用限额', en: 'The limit of a quarter on costs' },
    YEAR: { zh: '年度可支付的费用限额', en: 'The limit of a year on costs' },
  },
};

/** A limit, what earlier bills used of it, and what they leave. */
export function limitWords({ zh, en }: Words, mostFen: Fen, leftFen: Fen): Words {
  const most = formatYuan(mostFen);
  if (leftFen === mostFen) return { zh: `${zh} ${most} 元`, en: `${en} is ${most} yuan` };
  if (leftFen === ZERO_FEN)
    return { zh: `${zh} ${most} 元，此前已用完`, en: `${en} is ${most} yuan, which earlier bills used up` };
  const [used, left] = [formatYuan(subtractFen(mostFen, leftFen)), formatYuan(leftFen)];
  return {
    zh: `${zh} ${most} 元，此前已用 ${used} 元，本次最多 ${left} 元`,
    en: `${en} is ${most} yuan, of which earlier bills used ${used} yuan: at most ${left} yuan this time`,
  };
}
