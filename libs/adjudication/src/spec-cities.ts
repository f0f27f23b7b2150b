import { documentOf, read } from './spec-policies.js';

export const AWAY = [
  { when: { benefitLevels: ['REFERRAL', 'EMERGENCY'] }, mode: 'POINTS_LESS', points: '10%' },
  { when: { benefitLevels: ['OTHER_TEMPORARY'] }, mode: 'POINTS_LESS', points: '20%' },
];
export const OUTPATIENT = {
  deductible: { basis: 'PER_YEAR', standard: { byPerson: { ACTIVE: '200' } } },
  bands: [{ upTo: null, ratio: { byPerson: { ACTIVE: '50%', RETIREE: '60%' } } }],
  bandsFrom: 'AFTER_DEDUCTIBLE',
  caps: [{ period: 'YEAR', on: 'FUND', most: { byPerson: { ACTIVE: '2000' } } }],
};
/** 西安职工 as a public collection of city parameters gives it: level 3, deductible 1200, 80 %, cap 400,000, large-sum 90 %. */
export const XIAN_INPATIENT = {
  deductible: {
    basis: 'PER_VISIT',
    standard: '1200',
    adjustments: [{ mode: 'FACTORS_BY_VISIT', factors: ['1', '0.8'] }],
  },
  bands: [{ upTo: null, ratio: { byPerson: { ACTIVE: '80%', RETIREE: '85%' } } }],
  bandsFrom: 'AFTER_DEDUCTIBLE',
};
export const XIAN_DOCUMENT = documentOf(undefined, {
  visits: { INPATIENT: XIAN_INPATIENT, OUTPATIENT },
  adjustments: AWAY,
  poolingCap: { period: 'YEAR', on: 'FUND', most: '400000' },
  layers: [
    {
      fund: 'LARGE_SUM',
      base: 'ABOVE_POOLING_CAP',
      countsDeductible: true,
      bands: [{ upTo: null, ratio: '90%' }],
      yearlyMost: '100000',
    },
  ],
});
export const XIAN = read(XIAN_DOCUMENT);

export const residentOf = (deductible: string, ratio: string, layer: object) =>
  read(
    documentOf(
      { deductible: { basis: 'PER_VISIT', standard: deductible }, bands: [{ upTo: null, ratio }] },
      {
        insurance: 'RESIDENT',
        layers: [{ fund: 'CRITICAL_ILLNESS', base: 'YEAR_SELF_PAY', ...layer }],
      },
    ),
  );
/** 渭南: threshold 10,000 without the deductible; 60 % to 20,000 above it, then 70 %. */
export const WEINAN = residentOf('1000', '65%', {
  countsDeductible: false,
  threshold: '10000',
  bands: [
    { upTo: '20000', ratio: '60%' },
    { upTo: null, ratio: '70%' },
  ],
  yearlyMost: '300000',
});

/** As much as a policy may ask: parts told apart, all funds in a row, caps of every period, accounts. */
export const MANIFOLD = read(
  documentOf(undefined, {
    visits: {
      INPATIENT: {
        firstSelfPay: { ratio: [{ when: { itemClasses: ['B'] }, is: '7%' }] },
        deductible: {
          basis: 'PER_VISIT',
          standard: { shareOf: 'BILL', ratio: '20%', least: '2000', most: '10000' },
          adjustments: [{ mode: 'SHARE_LESS_BY_VISIT', ratio: '15%' }],
          yearlyMost: '15000',
        },
        bands: [
          { upTo: '30000', ratio: [{ when: { itemKinds: ['CONSUMABLE'] }, is: '70%' }, { is: '75%' }] },
          { upTo: null, ratio: [{ when: { itemKinds: ['CONSUMABLE'] }, is: '80%' }, { is: '85%' }] },
        ],
        bandsFrom: 'ZERO',
        bandsOver: 'YEAR',
        caps: [{ period: 'QUARTER', on: 'EXPENSE', most: '600000' }],
      },
      OUTPATIENT: {
        ...OUTPATIENT,
        caps: [
          { period: 'VISIT', on: 'FUND', most: '500' },
          { period: 'MONTH', on: 'FUND', most: '1500' },
        ],
      },
    },
    adjustments: [...AWAY, { when: { personTypes: ['RETIREE'] }, mode: 'SELF_PAY_FACTOR', factor: '0.7' }],
    poolingCap: { period: 'YEAR', on: 'FUND', most: '400000' },
    layers: [
      {
        fund: 'LARGE_SUM',
        base: 'ABOVE_POOLING_CAP',
        countsDeductible: true,
        bands: [{ upTo: null, ratio: '90%' }],
        yearlyMost: '100000',
      },
      {
        fund: 'CRITICAL_ILLNESS',
        base: 'YEAR_SELF_PAY',
        countsDeductible: false,
        threshold: '10000',
        bands: [
          { upTo: '20000', ratio: '60%' },
          { upTo: null, ratio: '70%' },
        ],
        yearlyMost: '300000',
      },
      { fund: 'MEDICAL_AID', base: 'SELF_PAY', countsDeductible: true, bands: [{ upTo: null, ratio: '33%' }] },
    ],
    account: { pays: ['IN_SCOPE', 'FIRST_SELF_PAY', 'OVER_CEILING'], mutualAid: true },
  }),
);
