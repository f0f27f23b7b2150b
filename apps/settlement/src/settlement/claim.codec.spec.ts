import { sumSplits } from '@yiditong/adjudication';
import type { ItemClass } from '@yiditong/codes';
import { fen, ZERO_FEN } from '@yiditong/money';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Institution } from '../institution/institution.entity.js';
import type { Bill } from './bill-rules.js';
import { claimOf, partsOf } from './claim.codec.js';
import type { SettledLine } from './settlement.entity.js';

const AT = new Date('2026-03-01T04:00:00Z');
const [DRUG, SERVICE, CONSUMABLE] = ['XA01ABC001A001010100001', '001102000050000', 'C0101010010000100001'];

function line(nationalCode: string, itemClass: ItemClass, priceYuan: string, inScopeFen: bigint): SettledLine {
  const [yuan = '', decimals = ''] = priceYuan.split('.');
  return {
    lineNumber: 1,
    nationalCode,
    hospitalCode: '',
    approved: false,
    quantityE4: 10_000n,
    unitPriceMicroYuan: BigInt(`${yuan}${decimals.padEnd(6, '0')}`),
    amountFen: fen(inScopeFen + 7n),
    occurredAt: AT,
    examiningInstitutionCode: '',
    diseaseCode: '',
    itemClass,
    chargeCategory: '09',
    catalogueRule: 'ENTRY',
    catalogueSequence: 1,
    split: {
      fullSelfPayFen: ZERO_FEN,
      overCeilingFen: ZERO_FEN,
      firstSelfPayFen: fen(7n),
      inScopeFen: fen(inScopeFen),
    },
  };
}

const A = 'ITEM_CLASS_A';
const B = 'ITEM_CLASS_B';

describe('the parts of a claim', () => {
  it.each<[string, SettledLine[], [string, string, bigint, bigint][]]>([
    ['of no lines are none', [], []],
    [
      'have class, kind and unit price in fen',
      [line(DRUG, 'B', '16.26', 300n), line(SERVICE, 'A', '200', 500n), line(CONSUMABLE, 'B', '5000.5', 900n)],
      [
        [A, 'SERVICE', 20_000n, 500n],
        [B, 'CONSUMABLE', 500_050n, 900n],
        [B, 'WESTERN_DRUG', 1_626n, 300n],
      ],
    ],
    [
      'are one where they are alike, whatever lies between them',
      [line(SERVICE, 'A', '2', 1n), line(DRUG, 'A', '2', 2n), line(SERVICE, 'A', '2', 4n)],
      [
        [A, 'SERVICE', 200n, 5n],
        [A, 'WESTERN_DRUG', 200n, 2n],
      ],
    ],
    [
      'are ordered by the price, not by its digits',
      [line(SERVICE, 'A', '10', 1n), line(SERVICE, 'A', '9', 2n)],
      [
        [A, 'SERVICE', 900n, 2n],
        [A, 'SERVICE', 1_000n, 1n],
      ],
    ],
    ['are none of what isn’t in scope', [line(SERVICE, 'C', '2', 0n)], []],
    ['have no kind where the line has no national code', [line('', 'A', '2', 3n)], [[A, '', 200n, 3n]]],
    ['have a price of half a fen rounded up', [line(SERVICE, 'A', '0.005', 3n)], [[A, 'SERVICE', 1n, 3n]]],
    [
      'have a price of less than half a fen rounded down',
      [line(SERVICE, 'A', '0.004999', 3n)],
      [[A, 'SERVICE', 0n, 3n]],
    ],
  ])('%s', (_, lines, expected) =>
    expect(partsOf(lines)).toEqual(
      expected.map(([itemClass, itemKind, unitPriceFen, inScopeFen]) => ({
        itemClass,
        itemKind,
        unitPriceFen,
        inScopeFen,
      })),
    ),
  );

  const anyLine = fc
    .tuple(
      fc.constantFrom(DRUG, SERVICE, CONSUMABLE, ''),
      fc.constantFrom<ItemClass>('A', 'B', 'C'),
      fc.constantFrom('0.004', '0.005', '1', '1.0001', '120'),
      fc.bigInt({ min: 0n, max: 10n ** 9n }),
    )
    .map((of) => line(...of));

  it('sum to what is in scope, none of them nothing and no two alike, in whatever order the lines come', () => {
    fc.assert(
      fc.property(fc.array(anyLine, { maxLength: 40 }), (lines) => {
        const parts = partsOf(lines);
        const sum = parts.reduce((total, { inScopeFen }) => total + inScopeFen, 0n);
        expect(sum).toBe(sumSplits(lines.map(({ split }) => split)).inScopeFen);
        expect(parts.every(({ inScopeFen }) => inScopeFen > 0n)).toBe(true);
        const keys = parts.map(({ itemClass, itemKind, unitPriceFen }) => `${itemClass}${itemKind}${unitPriceFen}`);
        expect(new Set(keys).size).toBe(parts.length);
        expect(partsOf([...lines].reverse())).toEqual(parts);
      }),
    );
  });
});

describe('a claim', () => {
  const institution: Institution = {
    institutionCode: 'H11010500001',
    province: '110000',
    region: '110105',
    name: '测',
    level: 'TERTIARY',
    networked: true,
    visitKinds: ['INPATIENT'],
    diseaseClasses: [],
    tags: ['中医医院', '省属'],
  };
  const lines = [line(SERVICE, 'A', '2', 200n)];
  const bill: Bill = {
    personId: 'p',
    insuredRegion: '610100',
    insuredAs: null,
    visitNumber: 'V1',
    visitKind: 'INPATIENT',
    emergency: false,
    diseaseCode: '',
    diagnoses: [],
    admittedAt: AT,
    endedAt: AT,
    useAccount: false,
    trauma: null,
    midStay: false,
    hospitalPartFen: fen(0n),
    totalFen: fen(207n),
    lines,
  };

  it.each([true, false])(
    'says what the directory knows of the hospital, and whether accounts pay: %s',
    (useAccount) => {
      const facts = {
        filingCategory: 'REFERRAL',
        benefitLevel: 'REFERRAL',
        eligibilityBasis: 'FILED',
        filingId: null,
        lines,
        split: sumSplits(lines.map(({ split }) => split)),
      } as const;
      expect(claimOf('s', { ...bill, useAccount }, institution, facts)).toMatchObject({
        useAccount,
        hospitalTags: ['中医医院', '省属'],
        hospitalPartFen: 0n,
        parts: [{ itemClass: A, itemKind: 'SERVICE', unitPriceFen: 200n, inScopeFen: 200n }],
      });
    },
  );
});
