import { encodeInstant } from '@yiditong/chassis';
import type { settlementV1 } from '@yiditong/contracts';

/** A made-up settlement as settlement answers it, for specs of what is made of it. */
export const SETTLEMENT: settlementV1.Settlement = {
  settlementId: '01980a5d-ac96-774b-bcce-b302099a8058',
  institutionCode: 'H11010500001',
  institutionName: '北京市示例医科大学附属第一医院',
  messageId: 'H11010500001202611201030150001',
  personId: '01890a5d-ac96-774b-bcce-b302099a8057',
  insuredRegion: '131000',
  treatingRegion: '110105',
  visitNumber: 'ZY2026110001',
  visitKind: 'VISIT_KIND_INPATIENT',
  filingCategory: 'FILING_CATEGORY_REFERRAL',
  benefitLevel: 'BENEFIT_LEVEL_REFERRAL',
  eligibilityBasis: 'FILED',
  insurance: 'INSURANCE_EMPLOYEE',
  personType: 'PERSON_TYPE_RETIREE',
  totalFen: 1_234_567n,
  split: { fullSelfPayFen: 30_000n, overCeilingFen: 4_567n, firstSelfPayFen: 100_000n, inScopeFen: 1_100_000n },
  deductibleFen: 80_000n,
  funds: [
    { fund: 'FUND_POOLING', amountFen: 800_000n },
    { fund: 'FUND_LARGE_SUM', amountFen: 50_000n },
    { fund: 'FUND_MEDICAL_AID', amountFen: 0n },
  ],
  fundTotalFen: 850_000n,
  personalFen: 384_067n,
  businessDate: '2026-11-20',
  settledAt: encodeInstant(new Date('2026-11-20T02:30:15Z')),
  state: 'SETTLEMENT_STATE_SETTLED',
  reversalBusinessDate: '',
  policyId: '01890a5d-ac96-774b-bcce-b302099a8059',
  filingId: '',
  explanation: [
    step(
      '政策范围内 11,000.00 元，先扣除起付线 800.00 元。',
      'Of 11,000.00 yuan in scope the deductible of 800.00 comes off.',
      { baseFen: 1_100_000n, resultFen: 80_000n },
    ),
    step('统筹基金按 78.43% 支付 8,000.00 元。', 'The pooling fund pays 78.43%, 8,000.00 yuan.', {
      baseFen: 1_020_000n,
      rate: '78.43%',
      resultFen: 800_000n,
    }),
  ],
  diseaseCode: '',
  diagnoses: [{ code: 'I10.x00x002', name: '高血压病2级' }],
  accountFen: 100_000n,
  mutualAidFen: 20_000n,
  cashFen: 264_067n,
  hospitalPartFen: 500n,
  accountBalanceFen: 774_898n,
  poolingRatioE4: 7_843,
  details: [],
  admittedAt: encodeInstant(new Date('2026-11-12T18:20:00Z')),
  endedAt: encodeInstant(new Date('2026-11-20T01:00:00Z')),
  emergency: true,
  trauma: false,
  stayPart: 0,
  midStay: false,
  cancellationId: '',
  cancellationMessageId: '',
  cancellationBusinessDate: '',
  cancelledAt: undefined,
  remainderOf: '',
  visitId: '',
};

type Parts = readonly [fullSelfPayFen: bigint, overCeilingFen: bigint, firstSelfPayFen: bigint, inScopeFen: bigint];

/** One line of each class, and one of no category that there is. */
export const LINES: readonly settlementV1.SettledLine[] = [
  settledLine(1, 'ITEM_CLASS_A', '04', [0n, 0n, 0n, 600_000n]),
  settledLine(2, 'ITEM_CLASS_B', '09', [0n, 4_567n, 100_000n, 500_000n]),
  settledLine(3, 'ITEM_CLASS_C', '08', [29_900n, 0n, 0n, 0n]),
  settledLine(4, 'ITEM_CLASS_C', '', [100n, 0n, 0n, 0n]),
];

export function settledLine(
  lineNumber: number,
  itemClass: settlementV1.SettledLine['itemClass'],
  chargeCategory: string,
  [fullSelfPayFen, overCeilingFen, firstSelfPayFen, inScopeFen]: Parts,
): settlementV1.SettledLine {
  const amountFen = fullSelfPayFen + overCeilingFen + firstSelfPayFen + inScopeFen;
  return {
    line: {
      lineNumber,
      nationalCode: '001102000050000-110200005',
      hospitalCode: lineNumber % 2 === 0 ? `院内-${lineNumber}` : '',
      quantityE4: 15_000n,
      unitPriceMicroYuan: (amountFen * 10_000n * 10_000n) / 15_000n,
      amountFen,
      occurredAt: encodeInstant(new Date('2026-11-13T16:30:00Z')),
      approved: false,
      examiningInstitutionCode: '',
      diseaseCode: '',
    },
    itemClass,
    chargeCategory,
    rule: 'ENTRY',
    catalogueSequence: 7,
    split: { fullSelfPayFen, overCeilingFen, firstSelfPayFen, inScopeFen },
  };
}

function step(textZh: string, textEn: string, figures: { baseFen: bigint; rate?: string; resultFen: bigint }) {
  return { rule: 'RULE', source: '示例', rate: '', ...figures, textZh, textEn };
}
