import { randomUUID } from 'node:crypto';
import { fen } from '@yiditong/money';
import type { ArrivedObligation } from './obligation/obligation.codec.js';

export const DAY = '2026-03-01';
export const NOW = new Date('2026-03-02T00:05:00Z');

/** For specs: what 陕西 owes 北京 for a stay of the day, 100 yuan of the pooling fund. */
export function obligation(change: Partial<ArrivedObligation> = {}): ArrivedObligation {
  const businessDate = change.businessDate ?? DAY;
  return {
    obligationId: randomUUID(),
    settlementId: randomUUID(),
    operationId: randomUUID(),
    kind: 'SETTLEMENT',
    insuredProvince: '610000',
    treatingProvince: '110000',
    insurance: 'EMPLOYEE',
    visitKind: 'INPATIENT',
    businessDate,
    costMonth: businessDate.slice(0, 7),
    funds: [{ fund: 'POOLING', amountFen: fen(10_000n) }],
    recordedAt: NOW,
    traceparent: '',
    ...change,
  };
}
