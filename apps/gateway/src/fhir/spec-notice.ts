import { encodeInstant } from '@yiditong/chassis';
import type { clearingV1 } from '@yiditong/contracts';

/** A paid notice of more fen than a double can count. */
export const PAID_NOTICE: clearingV1.GetNoticeResponse = {
  month: {
    clearingMonth: '2026-11',
    generatedAt: encodeInstant(new Date('2026-11-21T01:00:00Z')),
    noticedAt: encodeInstant(new Date('2026-11-26T01:00:00Z')),
    cycleCount: 31,
    firstDate: '2026-10-01',
    lastDate: '2026-10-31',
    refusedDates: [],
    confirmedBy: '2026-11-25',
    noticedBy: '2026-11-30',
    submittedBy: '2026-12-07',
    paidBy: '2026-12-21',
    reportedBy: '2026-12-28',
  },
  notice: {
    noticeId: '0193a5b2-0000-7000-8000-000000000001',
    payer: '610000',
    payee: '110000',
    isReturn: false,
    amountFen: 9_007_199_254_740_993n,
    payment: { bank: '国家金库陕西省分库', bankSerial: '2026120200001', paidOn: '2026-12-02', arrivedOn: '' },
    daysLate: 0,
  },
  parts: [
    { insurance: 'INSURANCE_EMPLOYEE', fund: 'FUND_POOLING', amountFen: 9_007_199_254_740_000n },
    { insurance: 'INSURANCE_EMPLOYEE', fund: 'FUND_PERSONAL_ACCOUNT', amountFen: 1_000n },
    { insurance: 'INSURANCE_RESIDENT', fund: 'FUND_MEDICAL_AID', amountFen: -7n },
  ],
};
