import { serviceActor } from '@yiditong/chassis';
import type { catalogueV1, filingV1 } from '@yiditong/contracts';
import { fen } from '@yiditong/money';
import { describe, expect, it } from 'vitest';
import type { Institution } from '../institution/institution.entity.js';
import type { Bill, BillLine } from './bill-rules.js';
import { FactsService } from './facts.service.js';

const AT = new Date('2026-03-01T04:00:00Z');
const [NAMED, MAPPED] = ['001102000050000', '001109000010400'];
const institution: Institution = {
  institutionCode: 'H11010500001',
  province: '110000',
  region: '110105',
  name: '测',
  level: 'TERTIARY',
  networked: true,
  visitKinds: ['OUTPATIENT'],
  diseaseClasses: [],
  tags: [],
};
const line = (lineNumber: number, change: Partial<BillLine>): BillLine => ({
  lineNumber,
  nationalCode: '',
  hospitalCode: '',
  approved: false,
  quantityE4: 10_000n,
  unitPriceMicroYuan: 1_000_000n,
  amountFen: fen(100n),
  occurredAt: AT,
  examiningInstitutionCode: '',
  diseaseCode: '',
  ...change,
});
const bill: Bill = {
  personId: 'p',
  insuredRegion: '610100',
  insuredAs: null,
  visitNumber: 'V1',
  visitKind: 'OUTPATIENT',
  emergency: false,
  diseaseCode: '',
  diagnoses: [],
  admittedAt: AT,
  endedAt: AT,
  useAccount: false,
  trauma: null,
  midStay: false,
  hospitalPartFen: fen(0n),
  totalFen: fen(300n),
  lines: [
    line(1, { nationalCode: NAMED, hospitalCode: 'BED', approved: true }),
    line(2, { hospitalCode: 'NURSE' }),
    line(3, { hospitalCode: 'PARK' }),
  ],
};
const zero = { fullSelfPayFen: 0n, overCeilingFen: 0n, firstSelfPayFen: 0n, inScopeFen: 0n };
const classified = (
  lineNumber: number,
  change: Partial<catalogueV1.ClassifiedLine>,
): Partial<catalogueV1.ClassifiedLine> => ({
  lineNumber,
  itemClass: 'ITEM_CLASS_A',
  chargeCategory: '02',
  split: { ...zero, inScopeFen: 100n },
  rule: 'LINE_RULE_ENTRY',
  versionSequence: 4,
  nationalCode: '',
  ...change,
});

/** Filing takes the person as filed; the catalogue answers in another order than it was asked, which it may. */
function answering(asked: unknown[]): FactsService {
  const decision: Partial<filingV1.EligibilityDecision> = {
    category: 'FILING_CATEGORY_REFERRAL',
    benefitLevel: 'BENEFIT_LEVEL_REFERRAL',
    basis: 'FILED',
    filingId: '',
  };
  const nothing = { rule: 'LINE_RULE_NO_NATIONAL_ITEM', itemClass: 'ITEM_CLASS_C' } as const;
  const lines = [
    classified(3, { ...nothing, split: { ...zero, fullSelfPayFen: 100n }, versionSequence: 5 }),
    classified(2, { nationalCode: MAPPED }),
    classified(1, {}),
  ];
  const filing = { call: () => Promise.resolve({ answers: [{ decision }] }) };
  const catalogue = { call: (...call: unknown[]) => Promise.resolve(asked.push(...call) && { lines }) };
  return new FactsService(filing as never, catalogue as never);
}

describe('the facts of a bill', () => {
  it('have of each line the national code, the rule and the version of the catalogue that it was split by', async () => {
    const asked: unknown[] = [];
    const facts = await answering(asked).gather(bill, institution);
    expect(
      facts.lines.map((found) => [
        found.lineNumber,
        found.nationalCode,
        found.hospitalCode,
        found.approved,
        found.catalogueRule,
        found.catalogueSequence,
      ]),
    ).toEqual([
      [1, NAMED, 'BED', true, 'ENTRY', 4],
      [2, MAPPED, 'NURSE', false, 'ENTRY', 4],
      [3, '', 'PARK', false, 'NO_NATIONAL_ITEM', 5],
    ]);
    expect(facts.split).toEqual({ ...zero, fullSelfPayFen: 100n, inScopeFen: 200n });
    const [, request, actor] = asked;
    expect(actor).toEqual(serviceActor('settlement', '110000'));
    expect(request).toMatchObject({
      institutionCode: 'H11010500001',
      lines: [
        { nationalCode: NAMED, hospitalCode: 'BED', approved: true },
        { nationalCode: '', hospitalCode: 'NURSE', approved: false },
        { nationalCode: '', hospitalCode: 'PARK', approved: false },
      ],
    });
  });

  it.each<[string, Bill['insuredAs'], object]>([
    [
      'as the bill names it',
      { insurance: 'EMPLOYEE', personType: 'RETIREE' },
      { insurance: 'INSURANCE_EMPLOYEE', personType: 'PERSON_TYPE_RETIREE' },
    ],
    [
      'left open where the bill doesn’t',
      null,
      { insurance: 'INSURANCE_UNSPECIFIED', personType: 'PERSON_TYPE_UNSPECIFIED' },
    ],
  ])('are asked of the catalogue with the person’s insurance %s', async (_, insuredAs, wire) => {
    const asked: unknown[] = [];
    await answering(asked).gather({ ...bill, insuredAs }, institution);
    expect(asked[1]).toMatchObject(wire);
  });
});
