import { Rejection } from '@yiditong/codes';
import type { benefitV1, Timestamp } from '@yiditong/contracts';
import { describe, expect, it } from 'vitest';
import { decodeClaim } from './claim.codec.js';

const instant = (text: string): Timestamp => ({ seconds: BigInt(Date.parse(text) / 1000), nanos: 0 });

const WIRE: benefitV1.Claim = {
  settlementId: '0198E9A0-0000-7000-8000-000000000001',
  personId: '0198e9a0-0000-7000-8000-00000000000A',
  insuredRegion: '610100',
  treatingRegion: '110105',
  visitKind: 'VISIT_KIND_INPATIENT',
  hospitalLevel: 'HOSPITAL_LEVEL_TERTIARY',
  benefitLevel: 'BENEFIT_LEVEL_LOCAL',
  diseaseCode: '',
  // The last evening of the year in Shanghai, and the first minute of the next one.
  admittedAt: instant('2026-12-31T15:59:00Z'),
  endedAt: instant('2026-12-31T16:00:00Z'),
  totalFen: 1_000n,
  split: { fullSelfPayFen: 100n, overCeilingFen: 200n, firstSelfPayFen: 300n, inScopeFen: 400n },
  institutionCode: 'H11010500001',
  parts: [
    { itemClass: 'ITEM_CLASS_B', itemKind: 'CONSUMABLE', unitPriceFen: 150n, inScopeFen: 150n },
    { itemClass: 'ITEM_CLASS_UNSPECIFIED', itemKind: '', inScopeFen: 250n },
  ],
  useAccount: true,
  hospitalTags: ['省属'],
  hospitalPartFen: 1_000n,
  continuesStay: false,
  stayDeductibleFen: 0n,
};

const [FIRST] = WIRE.parts;

describe('a claim', () => {
  it('is read with business dates, ids in small letters, and nothing where nothing was said', () => {
    expect(decodeClaim(WIRE)).toEqual({
      settlementId: '0198e9a0-0000-7000-8000-000000000001',
      personId: '0198e9a0-0000-7000-8000-00000000000a',
      insuredRegion: '610100',
      treatingRegion: '110105',
      visitKind: 'INPATIENT',
      hospitalLevel: 'TERTIARY',
      hospitalTags: ['省属'],
      benefitLevel: 'LOCAL',
      diseaseCode: null,
      institutionCode: 'H11010500001',
      startedOn: '2026-12-31',
      endedOn: '2027-01-01',
      split: WIRE.split,
      parts: [
        { itemClass: 'B', itemKind: 'CONSUMABLE', unitPriceFen: 150n, inScopeFen: 150n },
        { itemClass: null, itemKind: null, unitPriceFen: null, inScopeFen: 250n },
      ],
      hospitalPartFen: 1_000n,
      stayDeductibleFen: null,
      useAccount: true,
    });
  });

  it.each([0n, 500n])('that continues a stay says what was paid of its deductible: %d', (stayDeductibleFen) =>
    expect(decodeClaim({ ...WIRE, continuesStay: true, stayDeductibleFen }).stayDeductibleFen).toBe(stayDeductibleFen),
  );

  it('may say nothing of its parts', () => expect(decodeClaim({ ...WIRE, parts: [] }).parts).toEqual([]));

  it.each<[string, Partial<benefitV1.Claim>, string]>([
    ['a settlement id that is none', { settlementId: 'x' }, 'settlement_id is not a UUID'],
    ['no admission', { admittedAt: undefined }, 'admitted_at is missing'],
    ['a disease that is none', { diseaseCode: 'M 1' }, 'disease_code must be a code of at most 20 characters'],
    ['a hospital that is none', { institutionCode: 'H@1' }, 'institution_code must be a code of at most 20 characters'],
    [
      'an admission after the discharge',
      { admittedAt: instant('2027-01-01T16:00:00Z') },
      'admitted_at is after ended_at',
    ],
    ['a total that is not its parts', { totalFen: 1_001n }, 'the split does not sum to total_fen'],
    [
      'a negative part of the split',
      { split: { fullSelfPayFen: -100n, overCeilingFen: 400n, firstSelfPayFen: 300n, inScopeFen: 400n } },
      'the split has a negative part',
    ],
    ['parts that sum to more', { parts: [...WIRE.parts, ...(FIRST ? [FIRST] : [])] }, 'the parts do not sum'],
    ['parts that sum to less', { parts: FIRST ? [FIRST] : [] }, 'the parts do not sum'],
    [
      'a negative part in scope',
      { parts: [part({ inScopeFen: 401n }), part({ inScopeFen: -1n })] },
      'parts.1 has a negative amount',
    ],
    ['a negative price', { parts: [part({ inScopeFen: 400n, unitPriceFen: -1n })] }, 'parts.0 has a negative amount'],
    ['a kind of item that is none', { parts: [part({ inScopeFen: 400n, itemKind: 'DRUG' })] }, 'parts.0.item_kind'],
    ['a hospital’s part below nothing', { hospitalPartFen: -1n }, 'hospital_part_fen'],
    ['a hospital’s part above the bill', { hospitalPartFen: 1_001n }, 'hospital_part_fen'],
    ['a deductible of a stay that it doesn’t continue', { stayDeductibleFen: 1n }, 'stay_deductible_fen'],
    ['a stay’s deductible below nothing', { continuesStay: true, stayDeductibleFen: -1n }, 'stay_deductible_fen'],
    [
      'a visit that goes on like a stay',
      { visitKind: 'VISIT_KIND_OUTPATIENT', continuesStay: true },
      'only a stay is settled in parts',
    ],
    ['a tag of nothing', { hospitalTags: [''] }, 'hospital_tags'],
    ['a tag of two lines', { hospitalTags: ['省\n属'] }, 'hospital_tags'],
    ['21 tags', { hospitalTags: Array.from({ length: 21 }, (_, n) => `${n}`) }, 'hospital_tags'],
  ])('with %s is malformed', (_, change, problem) => {
    const decode = () => decodeClaim({ ...WIRE, ...change });
    expect(decode).toThrow(Rejection);
    expect(decode).toThrow(problem);
  });

  it.each(['insuredRegion', 'treatingRegion'] as const)('of no known %s is refused', (field) =>
    expect(() => decodeClaim({ ...WIRE, [field]: '990000' })).toThrow(
      new Rejection('REGION_UNKNOWN', { region: '990000' }),
    ),
  );
});

function part(change: Partial<benefitV1.ClaimPart>): benefitV1.ClaimPart {
  return { itemClass: 'ITEM_CLASS_A', itemKind: 'WESTERN_DRUG', inScopeFen: 0n, ...change };
}
