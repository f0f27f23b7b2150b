import { freeze, thaw } from '@yiditong/chassis';
import { contractDefinition, type benefitV1 } from '@yiditong/contracts';
import { fen } from '@yiditong/money';
import { describe, expect, it } from 'vitest';
import { encodeCancellation, encodeState } from './adjudication.codec.js';
import type { RecordedAdjudication } from './adjudication.entity.js';

const zero = fen(0n);

const RESULT: RecordedAdjudication = {
  settlementId: '0198e9a0-0000-7000-8000-000000000001',
  insurance: 'EMPLOYEE',
  personType: 'RETIREE',
  policyId: '0198e9a0-0000-7000-8000-000000000002',
  benefitYear: 2027,
  totalFen: fen(1_000n),
  split: { fullSelfPayFen: fen(100n), overCeilingFen: zero, firstSelfPayFen: zero, inScopeFen: fen(900n) },
  deductibleFen: fen(300n),
  funds: [
    { fund: 'POOLING', amountFen: fen(400n), baseFen: fen(600n), limitFen: zero, process: '统筹' },
    { fund: 'CIVIL_SERVANT', amountFen: fen(50n), baseFen: fen(200n), limitFen: null, process: '公务员' },
  ],
  fundTotalFen: fen(450n),
  personalFen: fen(500n),
  hospitalPartFen: fen(50n),
  accountFen: fen(120n),
  mutualAidFen: fen(30n),
  cashFen: fen(350n),
  accountBalanceFen: zero,
  poolingRatioE4: 6_667,
  explanation: [
    { rule: 'PERSONAL', source: '通知', baseFen: fen(1_000n), rate: '2/3', resultFen: zero, textZh: '个', textEn: 'p' },
  ],
  years: [
    { benefitYear: 2026, inScopeFen: fen(600n), deductibleFen: fen(300n), fundTotalFen: fen(200n), deltas: {} },
    { benefitYear: 2027, inScopeFen: fen(300n), deductibleFen: zero, fundTotalFen: fen(250n), deltas: {} },
  ],
};

/** As a caller gets it. */
function overTheWire<T>(method: string, answer: T): T {
  const service = contractDefinition['yiditong.benefit.v1.HomeProvinceService'] as unknown as Readonly<
    Record<string, { responseSerialize: (of: T) => Buffer; responseDeserialize: (bytes: Buffer) => T }>
  >;
  const rpc = service[method];
  if (!rpc) throw new Error(`there is no ${method}`);
  return rpc.responseDeserialize(rpc.responseSerialize(answer));
}

describe('an adjudication on the wire', () => {
  const cancelledAt = new Date('2026-05-01T00:00:00.123Z');
  const cancellation = { result: RESULT, laterSettlementIds: ['later'], cancelledAt };
  const wire: benefitV1.CancelResponse = overTheWire('Cancel', encodeCancellation(cancellation));

  it('has every amount, text and year that was decided', () => {
    const { funds, years, ...decided } = RESULT;
    expect(wire.adjudication).toEqual({
      ...decided,
      insurance: 'INSURANCE_EMPLOYEE',
      personType: 'PERSON_TYPE_RETIREE',
      funds: [
        { fund: 'FUND_POOLING', amountFen: 400n },
        { fund: 'FUND_CIVIL_SERVANT', amountFen: 50n },
      ],
      details: funds.map(({ limitFen, ...paid }) => ({
        ...paid,
        fund: `FUND_${paid.fund}`,
        ...(limitFen === null ? {} : { limitFen }),
      })),
      years: years.map(({ benefitYear, inScopeFen, deductibleFen, fundTotalFen }) => ({
        benefitYear,
        inScopeFen,
        deductibleFen,
        fundTotalFen,
      })),
    });
    expect(wire).toMatchObject({
      laterSettlementIds: ['later'],
      cancelledAt: { seconds: BigInt(Math.floor(cancelledAt.getTime() / 1000)), nanos: 123_000_000 },
    });
  });

  it('tells a balance or limit of nothing from none', () => {
    const none = overTheWire('Cancel', encodeCancellation({ ...cancellation, result: withoutAccount() }));
    expect(wire.adjudication?.accountBalanceFen).toBe(0n);
    expect(none.adjudication?.accountBalanceFen ?? 'unset').toBe('unset');
    expect(wire.adjudication?.details.map(({ limitFen }) => limitFen ?? 'unset')).toEqual([0n, 'unset']);
  });

  it('is the same when it was frozen meanwhile', () => {
    expect(encodeState({ state: 'CANCELLED', cancellationId: 'by', result: thaw(freeze(RESULT)) })).toEqual({
      state: 'ADJUDICATION_STATE_CANCELLED',
      adjudication: encodeCancellation(cancellation).adjudication,
      cancellationId: 'by',
    });
  });
});

function withoutAccount(): RecordedAdjudication {
  return { ...RESULT, accountBalanceFen: null };
}
