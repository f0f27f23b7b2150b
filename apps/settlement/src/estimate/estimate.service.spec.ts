import { serviceActor } from '@yiditong/chassis';
import { Rejection } from '@yiditong/codes';
import type { benefitV1, catalogueV1, commonV1, filingV1, settlementV1 } from '@yiditong/contracts';
import { FixedClock } from '@yiditong/testing';
import { describe, expect, it } from 'vitest';
import { BasketService } from './basket.service.js';
import { EstimateController } from './estimate.controller.js';
import { EstimateService } from './estimate.service.js';

/** 2026-07-01 in Shanghai. */
const NOW = new Date('2026-06-30T16:30:00Z');
const BED = '001109000010400';
const DRUG = 'XA10BAA017A010010104655';
const SPLIT = { fullSelfPayFen: 0n, overCeilingFen: 0n, firstSelfPayFen: 0n, inScopeFen: 10_000n };

/** 京津冀 and no more. */
const RULE: filingV1.Rule = {
  ruleId: '',
  owner: '000000',
  kind: 'RULE_KIND_AGREEMENT',
  content: JSON.stringify({
    name: '京津冀',
    parties: ['110000', '120000', '130000'],
    effect: 'DEEMED_FILED',
    benefitLevel: 'LOCAL',
  }),
  source: 'spec',
  validFrom: '2023-04-01',
  validTo: '',
  recordedAt: undefined,
};

type Call = { readonly method: string; readonly request: object; readonly actor: object };
type Others = {
  /** How a province takes the basket; a rejection where it is refused. */
  readonly classify?: (request: catalogueV1.ClassifyLinesRequest) => Partial<catalogueV1.ClassifiedLine>[];
};

/** Drugs cost the person a tenth first, everything else is in scope. */
function classified({ lines }: catalogueV1.ClassifyLinesRequest): Partial<catalogueV1.ClassifiedLine>[] {
  return lines.map(({ lineNumber, nationalCode, amountFen }) => {
    const firstSelfPayFen = nationalCode === DRUG ? amountFen / 10n : 0n;
    return {
      lineNumber,
      itemClass: nationalCode === DRUG ? ('ITEM_CLASS_B' as const) : ('ITEM_CLASS_A' as const),
      rule: 'LINE_RULE_ENTRY' as const,
      split: { ...SPLIT, firstSelfPayFen, inScopeFen: amountFen - firstSelfPayFen },
    };
  });
}

/** The home province answers each claim with its own place, so that answers can be told apart. */
function controller(calls: Call[], { classify = classified }: Others = {}): EstimateController {
  const client = (answer: (request: never) => object): never =>
    ({
      call: (method: string, request: never, actor: object) => {
        calls.push({ method, request, actor });
        return new Promise((resolve) => resolve(answer(request)));
      },
    }) as never;
  const filing = client(() => ({ rules: [RULE] }));
  const benefit = client(({ claims }: benefitV1.EstimateClaimsRequest) => ({
    answers: claims.map(({ treatingRegion }) => ({ policy: { title: treatingRegion }, notSaid: ['AGE'] })),
  }));
  const catalogue = client((request: catalogueV1.ClassifyLinesRequest) => ({ lines: classify(request).toReversed() }));
  return new EstimateController(
    new EstimateService(filing, benefit, new BasketService(catalogue)),
    new FixedClock(NOW),
  );
}

function alternative(change: Partial<settlementV1.Alternative> = {}): settlementV1.Alternative {
  return {
    treatingRegion: '310115',
    visitKind: 'VISIT_KIND_INPATIENT',
    hospitalLevel: 'HOSPITAL_LEVEL_TERTIARY',
    filingCategory: 'FILING_CATEGORY_REFERRAL',
    diseaseCode: '',
    hospitalTags: [],
    ...change,
  };
}

function basketLine(change: Partial<settlementV1.BasketLine> = {}): settlementV1.BasketLine {
  const line = { quantityE4: 10_000n, unitPriceMicroYuan: 50_000_000n, amountFen: 5_000n, approved: false };
  return { nationalCode: BED, ...line, ...change };
}

function asked(change: Partial<settlementV1.EstimateRequest> = {}): settlementV1.EstimateRequest {
  return {
    person: {
      insuredRegion: '131000',
      insurance: 'INSURANCE_EMPLOYEE',
      personType: 'PERSON_TYPE_RETIREE',
      tags: [],
      totals: [],
    },
    basket: [],
    split: SPLIT,
    onDate: '',
    alternatives: [alternative()],
    ...change,
  };
}

async function answersTo(change: Partial<settlementV1.EstimateRequest>, calls: Call[] = [], others: Others = {}) {
  return (await controller(calls, others).estimate(asked(change))).answers;
}

const claimsIn = (calls: readonly Call[]): readonly benefitV1.ModelClaim[] =>
  calls.flatMap(({ method, request }) =>
    method === 'estimateClaims' ? (request as benefitV1.EstimateClaimsRequest).claims : [],
  );

describe('an estimate of an amount', () => {
  it('asks the home province about all places at once, each by its filing’s benefit level', async () => {
    const calls: Call[] = [];
    const ways = [
      'FILING_CATEGORY_REFERRAL',
      'FILING_CATEGORY_LONG_TERM_WORKER',
      'FILING_CATEGORY_EMERGENCY',
      'FILING_CATEGORY_UNSPECIFIED',
    ] as const;
    const answers = await answersTo(
      { alternatives: ways.map((filingCategory) => alternative({ filingCategory })) },
      calls,
    );
    expect(calls.map(({ method }) => method)).toEqual(['listRules', 'estimateClaims']);
    for (const { actor } of calls) expect(actor).toEqual(serviceActor('settlement', '130000'));
    expect(claimsIn(calls)).toMatchObject([
      { benefitLevel: 'BENEFIT_LEVEL_REFERRAL', byHand: false, endedOn: '2026-07-01', split: SPLIT, parts: [] },
      { benefitLevel: 'BENEFIT_LEVEL_LOCAL', byHand: false },
      { benefitLevel: 'BENEFIT_LEVEL_EMERGENCY', byHand: false },
      { benefitLevel: 'BENEFIT_LEVEL_OTHER_TEMPORARY', byHand: true },
    ]);
    expect(answers.map(({ direct, basis }) => [direct, basis])).toEqual([
      [true, 'FILED'],
      [true, 'FILED'],
      [true, 'EMERGENCY_DEEMED_FILED'],
      [false, ''],
    ]);
    expect(answers[0]).toMatchObject({ split: SPLIT, lines: [], notSaid: ['AGE'], policy: { title: '310115' } });
  });

  it('takes unfiled care as filed where an agreement of the two places does', async () => {
    const calls: Call[] = [];
    const filingCategory = 'FILING_CATEGORY_UNSPECIFIED';
    const [answer] = await answersTo(
      { alternatives: [alternative({ treatingRegion: '110105', filingCategory })] },
      calls,
    );
    expect(claimsIn(calls)).toMatchObject([{ byHand: false, benefitLevel: 'BENEFIT_LEVEL_LOCAL' }]);
    expect(answer).toMatchObject({
      direct: true,
      basis: 'AGREEMENT_DEEMED_FILED',
      benefitLevel: 'BENEFIT_LEVEL_LOCAL',
    });
  });

  it('gives each answer to its own alternative where some are refused before the home province is asked', async () => {
    const places = ['130100', '310115', '131000', '440100'];
    const answers = await answersTo({ alternatives: places.map((treatingRegion) => alternative({ treatingRegion })) });
    expect(answers.map(({ policy, rejection }) => policy?.title ?? rejection?.reason)).toEqual([
      'NOT_CROSS_PROVINCE',
      '310115',
      'NOT_CROSS_PROVINCE',
      '440100',
    ]);
  });

  it('asks the home province nothing where nothing is left to ask', async () => {
    const calls: Call[] = [];
    const chronic = alternative({ visitKind: 'VISIT_KIND_CHRONIC', diseaseCode: 'M10000' });
    const [answer] = await answersTo({ alternatives: [chronic] }, calls);
    expect(answer).toMatchObject({ direct: false, rejection: { reason: 'DISEASE_NOT_OPENED' } });
    expect(claimsIn(calls)).toEqual([]);
  });
});

describe('an estimate of a basket', () => {
  const basket = [
    basketLine(),
    basketLine({ nationalCode: DRUG, quantityE4: 20_000n, unitPriceMicroYuan: 12_345_000n, amountFen: 2_469n }),
  ];

  it('divides it by the catalogue of each place, level and kind of visit, once each', async () => {
    const calls: Call[] = [];
    const alternatives = [
      alternative(),
      alternative({ filingCategory: 'FILING_CATEGORY_LONG_TERM_WORKER', treatingRegion: '310000' }),
      alternative({ hospitalLevel: 'HOSPITAL_LEVEL_PRIMARY' }),
    ];
    const [answer, , other] = await answersTo({ split: undefined, basket, alternatives }, calls);
    const questions = calls.filter(({ method }) => method === 'classifyLines');
    expect(questions).toMatchObject([
      {
        actor: serviceActor('settlement', '310000'),
        request: {
          province: '310000',
          insurance: 'INSURANCE_EMPLOYEE',
          personType: 'PERSON_TYPE_RETIREE',
          hospitalLevel: 'HOSPITAL_LEVEL_TERTIARY',
          visitKind: 'VISIT_KIND_INPATIENT',
          institutionCode: '',
          lines: [
            // The day’s first instant in Shanghai.
            { lineNumber: 1, nationalCode: BED, hospitalCode: '', occurredAt: { seconds: 1_782_835_200n, nanos: 0 } },
            { lineNumber: 2, nationalCode: DRUG },
          ],
        },
      },
      { request: { hospitalLevel: 'HOSPITAL_LEVEL_PRIMARY' } },
    ]);
    const split: commonV1.FeeSplit = { ...SPLIT, firstSelfPayFen: 246n, inScopeFen: 5_000n + 2_223n };
    expect(answer).toMatchObject({
      split,
      lines: [
        { nationalCode: BED, itemClass: 'ITEM_CLASS_A', rule: 'ENTRY', split: { inScopeFen: 5_000n } },
        { nationalCode: DRUG, itemClass: 'ITEM_CLASS_B', split: { firstSelfPayFen: 246n, inScopeFen: 2_223n } },
      ],
    });
    expect(other?.split).toEqual(split);
    const [claim] = claimsIn(calls);
    expect(claim).toMatchObject({
      split,
      parts: [
        { itemClass: 'ITEM_CLASS_A', itemKind: 'SERVICE', unitPriceFen: 5_000n, inScopeFen: 5_000n },
        // 12.345 yuan, to the fen.
        { itemClass: 'ITEM_CLASS_B', itemKind: 'WESTERN_DRUG', unitPriceFen: 1_235n, inScopeFen: 2_223n },
      ],
    });
  });

  it('is refused for the place alone that has no catalogue', async () => {
    const classify = (request: catalogueV1.ClassifyLinesRequest): Partial<catalogueV1.ClassifiedLine>[] => {
      if (request.province === '540000') throw new Rejection('CATALOGUE_NOT_PUBLISHED', { region: '540000' });
      return classified(request);
    };
    const alternatives = [alternative({ treatingRegion: '540100' }), alternative()];
    const answers = await answersTo({ split: undefined, basket, alternatives }, [], { classify });
    expect(answers[0]).toMatchObject({
      rejection: { reason: 'CATALOGUE_NOT_PUBLISHED', params: { region: '540000' } },
      split: undefined,
      basis: 'FILED',
    });
    expect(answers[1]?.policy?.title).toBe('310115');
  });

  it('is not answered at all while the catalogue can’t be reached: another time it would be another answer', async () => {
    const classify = (): never => {
      throw new Rejection('SERVICE_UNAVAILABLE', { service: 'catalogue' });
    };
    await expect(answersTo({ split: undefined, basket }, [], { classify })).rejects.toMatchObject({
      reason: 'SERVICE_UNAVAILABLE',
    });
  });
});

describe('an odd question', () => {
  const negative = { ...SPLIT, firstSelfPayFen: -1n };
  it.each([
    ['nobody', { person: undefined }, 'person'],
    ['no bill', { split: undefined }, 'basket or split'],
    ['two bills', { basket: [basketLine()] }, 'basket or split'],
    ['a negative part', { split: negative }, 'split'],
    ['nothing to pay', { split: { ...SPLIT, inScopeFen: 0n } }, 'split'],
    ['a basket of 201', { split: undefined, basket: Array.from({ length: 201 }, () => basketLine()) }, 'basket'],
    ['a code of no form', { split: undefined, basket: [basketLine({ nationalCode: 'X1' })] }, 'basket.0.national_code'],
    ['another amount', { split: undefined, basket: [basketLine({ amountFen: 5_002n })] }, 'basket.0.amount_fen'],
    ['no quantity', { split: undefined, basket: [basketLine({ quantityE4: 0n, amountFen: 0n })] }, 'basket.0'],
    ['a basket of tomorrow', { split: undefined, basket: [basketLine()], onDate: '2026-07-02' }, 'on_date'],
    ['no day', { onDate: '2026-13-01' }, 'on_date'],
    ['the year 1', { onDate: '0001-01-01' }, 'on_date'],
    ['no alternative', { alternatives: [] }, 'alternatives'],
    ['nine alternatives', { alternatives: Array.from({ length: 9 }, () => alternative()) }, 'alternatives'],
    ['a disease of an inpatient', { alternatives: [alternative({ diseaseCode: 'M01600' })] }, 'alternatives.0'],
  ] satisfies [string, Partial<settlementV1.EstimateRequest>, string][])(
    'with %s is refused, and the place is named',
    async (_, change, place) => {
      const problem = expect.stringContaining(place) as string;
      await expect(answersTo(change)).rejects.toMatchObject({ reason: 'REQUEST_MALFORMED', params: { problem } });
    },
  );

  it('of a division that there is not is refused', async () => {
    const refusal = { reason: 'REGION_UNKNOWN' };
    await expect(answersTo({ alternatives: [alternative({ treatingRegion: '990000' })] })).rejects.toMatchObject(
      refusal,
    );
  });
});
