import type { MatchOutcome } from '@yiditong/harmonization';
import { describe, expect, it } from 'vitest';
import { digestOf } from '../mapping/mapping.entity.js';
import { outcomeOfRow, saysTheSame, unchanged, type StandingMapping, type WaitingRow } from './row-outcome.js';

const AT = { listId: 'list', listedFrom: '2026-02-01', today: '2026-03-01', now: new Date('2026-03-01T02:00:00Z') };
const STANDING: StandingMapping = {
  itemName: '某某片',
  itemDigest: null,
  priceMicroYuan: 5n,
  nationalCode: 'A',
  deciderKind: 'RULE',
  decidedBy: 'match-0',
  scoreBps: 9_000,
  evidence: [],
  remark: '',
};
const CLERK: StandingMapping = { ...STANDING, deciderKind: 'CLERK', decidedBy: 'clerk' };

function waiting(
  claimedNationalCode: string,
  standing: StandingMapping | null,
  more: {
    readonly name?: string;
    readonly specification?: string;
    readonly price?: bigint;
    readonly hasRivals?: boolean;
  } = {},
): WaitingRow {
  const nothing = {
    kind: null,
    dosageForm: '',
    specification: '',
    pack: '',
    unit: '',
    manufacturer: '',
    approvalNumber: '',
  };
  const item = {
    ...nothing,
    specification: more.specification ?? '',
    itemCode: 'YP1',
    name: more.name ?? '某某片',
    priceMicroYuan: more.price ?? 5n,
    claimedNationalCode,
  };
  return { rowNumber: 2, item, hasRivals: more.hasRivals ?? false, standing, revision: standing === null ? 0 : 3 };
}

/** As a list without anything but a name described it. */
const LISTED: StandingMapping = { ...STANDING, itemDigest: digestOf(waiting('', null).item) };

const MAP: MatchOutcome = {
  decision: 'MAP',
  nationalCode: 'B',
  candidates: [{ nationalCode: 'B', scoreBps: 9_500, evidence: [] }],
};
const QUEUE: MatchOutcome = { decision: 'QUEUE', candidates: [] };
const REFUSE: MatchOutcome = { decision: 'REFUSE', candidates: [] };

describe('what stands', () => {
  it.each<[string, WaitingRow, boolean]>([
    ['the same name and no claim', waiting('', STANDING), true],
    ['the same name and the same claim', waiting('A', STANDING), true],
    ['nothing, as a clerk said', waiting('', { ...CLERK, nationalCode: null }), true],
    ['another name', waiting('', STANDING, { name: '别的' }), false],
    ['another claim', waiting('B', STANDING), false],
    ['the same name in another strength', waiting('', LISTED, { specification: '0.5g' }), false],
    ['the same of a list at another price', waiting('', LISTED, { price: 6n }), true],
    [
      'the same name in another strength, which a clerk knew by its name',
      waiting('', CLERK, { specification: '0.5g' }),
      true,
    ],
    ['several claims', waiting('A', STANDING, { hasRivals: true }), false],
    ['nothing yet', waiting('', null), false],
  ])('says the same or not: %s', (_, row, same) => expect(saysTheSame(row)).toBe(same));

  it('is left alone, and restated with who decided it where the price is new', () => {
    expect(unchanged(waiting('', CLERK), CLERK, AT)).toMatchObject({
      state: 'UNCHANGED',
      nationalCode: 'A',
      mapping: null,
    });
    expect(unchanged(waiting('', CLERK, { price: 6n }), CLERK, AT)).toMatchObject({
      state: 'UNCHANGED',
      mapping: { priceMicroYuan: 6n, decidedBy: 'clerk', revision: 4, effectiveFrom: '2026-03-01' },
    });
    const stronger = waiting('', LISTED, { specification: '0.5g' });
    expect(unchanged(stronger, LISTED, AT).mapping?.itemDigest).toBe(digestOf(stronger.item));
  });
});

describe('a row', () => {
  it.each<[string, WaitingRow, MatchOutcome, string, boolean, string | null]>([
    ['is mapped from the list’s day on', waiting('', null), MAP, 'MAPPED', false, '2026-02-01'],
    ['is mapped otherwise from today on', waiting('', STANDING, { name: '别的' }), MAP, 'MAPPED', false, '2026-03-01'],
    ['is mapped as it claims', waiting('B', STANDING), MAP, 'MAPPED', false, '2026-03-01'],
    ['is mapped to another than it claims', waiting('C', null), MAP, 'MAPPED', true, '2026-02-01'],
    ['is not mapped against a clerk', waiting('B', CLERK), MAP, 'QUEUED', true, null],
    [
      'is not mapped where another claims otherwise',
      waiting('B', null, { hasRivals: true }),
      MAP,
      'QUEUED',
      true,
      null,
    ],
    [
      'is not refused where another claims otherwise',
      waiting('B', null, { hasRivals: true }),
      REFUSE,
      'QUEUED',
      true,
      null,
    ],
    ['is not refused against a clerk', waiting('', CLERK, { name: '别的' }), REFUSE, 'QUEUED', false, null],
    [
      'is mapped otherwise in another strength',
      waiting('', LISTED, { specification: '0.5g' }),
      MAP,
      'MAPPED',
      false,
      '2026-03-01',
    ],
    [
      'is not mapped against a clerk in another strength',
      waiting('', { ...LISTED, deciderKind: 'CLERK' }, { specification: '0.5g' }),
      MAP,
      'QUEUED',
      false,
      null,
    ],
    ['waits for a clerk', waiting('', null), QUEUE, 'QUEUED', false, null],
    ['is refused', waiting('', null), REFUSE, 'REFUSED', false, null],
    ['is refused against what stands', waiting('B', STANDING), REFUSE, 'REFUSED', true, null],
    [
      'is what stands, under a new name',
      waiting('', { ...STANDING, nationalCode: 'B' }, { name: '别的' }),
      MAP,
      'UNCHANGED',
      false,
      '2026-03-01',
    ],
  ])('%s', (_, row, judged, state, contested, effectiveFrom) => {
    const outcome = outcomeOfRow(row, judged, AT);
    expect([outcome.state, outcome.contested, outcome.mapping?.effectiveFrom ?? null]).toEqual([
      state,
      contested,
      effectiveFrom,
    ]);
  });
});
