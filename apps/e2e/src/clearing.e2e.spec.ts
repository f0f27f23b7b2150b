import { PROVINCES, provinceOf } from '@yiditong/codes';
import { generateDay, loadSample } from '@yiditong/tools';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { quietBooks } from './books.js';
import { ClearingDesk, type Cycle } from './clearing-desk.js';
import { HospitalDesk, newMessageId, type Settled, type Visit } from './hospital-desk.js';
import { SHARED_DAY } from './stack.global.js';
import { until } from './until.js';

const { databases, document, now } = inject('stack');
const sample = loadSample();
const hospitals = new HospitalDesk(document, generateDay({ ...SHARED_DAY, sample, now }), sample);
const clearing = new ClearingDesk(document);

/** The cycle that was open when this file began, with some settlements, one of them reversed; closed below. */
let visit: Visit;
let settled: Settled;
let date: string;
let closed: Cycle;
let bureaus: readonly string[];

beforeAll(async () => {
  for (let n = 14; n < 22; n++) await hospitals.settled(await hospitals.admit(n));
  const undone = await hospitals.admit(22);
  await hospitals.settled(undone);
  await hospitals.reverse(undone);
  visit = await hospitals.admit(23);
  settled = await hospitals.settled(visit);
  date = settled.businessDate;
  bureaus = [settled.insuredRegion, settled.treatingRegion].map(provinceOf);
});

describe('an open cycle', () => {
  it('has no net positions yet', async () => {
    const answer = await clearing.netPositions(date);
    expect([answer.status, answer.body.reason]).toEqual([409, 'CYCLE_NOT_CLOSED']);
  });

  it('shows obligations in its bilateral positions soon after they came about', async () => {
    const [payer, payee] = bureaus;
    const { body } = await until(
      () => clearing.bilateralPositions(date),
      (answer) => answer.body.positions.some((position) => position.payer === payer && position.payee === payee),
    );
    const gross = body.positions.map(({ grossFen }) => BigInt(grossFen));
    expect(gross).toEqual(gross.toSorted((a, b) => (a < b ? 1 : a > b ? -1 : 0)));
  });

  it('is closed by nobody but the operator', async () => {
    for (const token of [hospitals.bureauToken(settled.treatingRegion), hospitals.token(visit.institutionCode)]) {
      const answer = await clearing.proposeClose(date, token);
      expect([answer.status, answer.body.reason]).toEqual([403, 'NOT_PERMITTED']);
    }
    expect((await clearing.cycle(date)).body.state).toBe('OPEN');
  });

  it('that nobody ever opened is not found', async () => {
    for (const answer of [
      await clearing.cycle('2001-01-01'),
      await clearing.requestClose('2001-01-01'),
      await clearing.netPositions('2001-01-01'),
      await clearing.bilateralPositions('2001-01-01'),
    ])
      expect([answer.status, answer.body.reason]).toEqual([404, 'CYCLE_NOT_FOUND']);
  });
});

describe('a closed cycle', () => {
  beforeAll(async () => {
    closed = await clearing.close(date);
  });

  it('has a net position for each of the 32 parties, and they sum to zero', async () => {
    const { positions } = (await clearing.netPositions(date)).body;
    expect(positions.map(({ region }) => region).sort()).toEqual(PROVINCES.map(({ code }) => code).sort());
    expect(positions.reduce((sum, { netFen }) => sum + BigInt(netFen), 0n)).toBe(0n);
    for (const { payableFen, receivableFen, netFen } of positions)
      expect(BigInt(netFen)).toBe(BigInt(receivableFen) - BigInt(payableFen));
    expect(positions.some(({ netFen }) => BigInt(netFen) > 0n)).toBe(true);
  });

  it('is told of to each bureau among its events, with its own figures and the root that is signed', async () => {
    const { positions } = (await clearing.netPositions(date)).body;
    const province = provinceOf(settled.insuredRegion);
    const { events } = await until(
      () =>
        hospitals.api.get<{ events: { type: string; content: Record<string, string> }[] }>(
          `/v1/filing-events/page?insuredRegion=${province}&after=0&limit=500`,
          hospitals.bureauToken(province),
        ),
      (page) => page.events.some(({ content }) => content['businessDate'] === date),
    );
    const told = events.filter(
      ({ type, content }) => type === 'clearing.statement' && content['businessDate'] === date,
    );
    const { payableFen, receivableFen } = positions.find(({ region }) => region === province) ?? {};
    expect(told.map(({ content }) => content)).toEqual([
      { businessDate: date, cycleSequence: closed.sequence, merkleRoot: closed.merkleRoot, payableFen, receivableFen },
    ]);
  });

  it('nets to what a recount from its settlements gives', async () => {
    const { positions } = (await clearing.netPositions(date)).body;
    const recount = await clearing.recount(date);
    expect(recount.size).toBeGreaterThan(2);
    expect(new Map(positions.map(({ region, netFen }) => [region, BigInt(netFen)]))).toEqual(
      new Map(positions.map(({ region }) => [region, recount.get(region) ?? 0n])),
    );
  });

  it('has the bilateral positions that its net positions were netted from', async () => {
    const { positions } = (await clearing.bilateralPositions(date)).body;
    const sumOf = (key: 'payer' | 'payee', region: string): bigint =>
      positions.filter((one) => one[key] === region).reduce((sum, { grossFen }) => sum + BigInt(grossFen), 0n);
    for (const { region, payableFen, receivableFen } of (await clearing.netPositions(date)).body.positions)
      expect([payableFen, receivableFen].map(BigInt)).toEqual([sumOf('payer', region), sumOf('payee', region)]);
  });

  it('is traced from each net to pairs, insurances, funds, bills and their lines, and the sums agree at every level', async () => {
    const sum = (texts: readonly string[]): bigint => texts.reduce((total, text) => total + BigInt(text), 0n);
    const pairs = (await clearing.bilateralPositions(date)).body.positions;
    const bills = new Set<string>();
    for (const pair of pairs) {
      const { cells } = (await clearing.pair(date, pair)).body;
      expect(sum(cells.map(({ amountFen }) => amountFen))).toBe(BigInt(pair.grossFen));
      for (const cell of cells) {
        const owed = await clearing.obligations(date, pair, `insurance=${cell.insurance}`);
        expect(String(owed.length)).toBe(cell.obligationCount);
        expect(sum(owed.map(({ amountFen }) => amountFen))).toBe(BigInt(cell.amountFen));
        expect(sum(cell.funds.map(({ amountFen }) => amountFen))).toBe(BigInt(cell.amountFen));
        for (const { fund, amountFen } of cell.funds) {
          const ofFund = await clearing.obligations(date, pair, `insurance=${cell.insurance}&fund=${fund}`);
          const paid = ofFund.flatMap(({ funds }) => funds.filter((one) => one.fund === fund));
          expect(sum(paid.map((one) => one.amountFen))).toBe(BigInt(amountFen));
        }
        for (const { kind, settlementId, amountFen, costMonth } of owed.filter((one) => one.kind === 'SETTLEMENT')) {
          const bill = await clearing.billOf(settlementId);
          const { totalFen, cashFen, hospitalPartFen, businessDate } = bill.settlement;
          expect([kind, BigInt(amountFen)]).toEqual([kind, sum([totalFen, `-${cashFen}`, `-${hospitalPartFen}`])]);
          expect(costMonth).toBe(businessDate.slice(0, 7));
          expect(sum(bill.lines.map((line) => line.amountFen))).toBe(BigInt(totalFen));
          for (const line of bill.lines) {
            const { fullSelfPayFen, overCeilingFen, firstSelfPayFen, inScopeFen } = line;
            expect(sum([fullSelfPayFen, overCeilingFen, firstSelfPayFen, inScopeFen])).toBe(BigInt(line.amountFen));
            expect(line.rule).not.toBe('');
          }
          bills.add(settlementId);
        }
      }
    }
    expect(bills).toContain(settled.settlementId);
  });

  it('shows of a pair nothing to a bureau that is no party to it', async () => {
    const [pair] = (await clearing.bilateralPositions(date)).body.positions;
    if (!pair) throw new Error('no pair');
    const cells = (await clearing.pair(date, pair)).body.cells;
    const stranger = PROVINCES.find(({ code }) => code !== pair.payer && code !== pair.payee)?.code ?? '';
    for (const [region, shown] of [
      [pair.payer, cells],
      [pair.payee, cells],
      [stranger, []],
    ] as const) {
      const token = hospitals.bureauToken(region);
      expect((await clearing.pair(date, pair, token)).body.cells).toEqual(shown);
      const owed = await clearing.obligations(date, pair, `insurance=${cells[0]?.insurance}`, token);
      expect(owed.length > 0).toBe(shown.length > 0);
    }
    const none = await clearing.pair('2001-01-01', pair);
    expect([none.status, none.body.reason]).toEqual([404, 'CYCLE_NOT_FOUND']);
    const nowhere = await clearing.pair(date, { payer: '999999', payee: pair.payee });
    expect([nowhere.status, nowhere.body.reason]).toEqual([400, 'REQUEST_MALFORMED']);
  });

  it('can be settled net on trial: with cover enough all nets move, with none those that need none, and nothing is written', async () => {
    const { positions } = (await clearing.netPositions(date)).body;
    const before = (await clearing.cycle(date)).text;
    const whole = (
      await clearing.tryNetSettlement(
        date,
        positions.map(({ region }) => ({ province: region, amountFen: '100000000000' })),
      )
    ).body;
    const nets = new Map(positions.map(({ region, netFen }) => [region, netFen]));
    for (const { region, netFen, fullNetFen, missingFen } of whole.regions)
      expect([netFen, fullNetFen, missingFen]).toEqual([nets.get(region), nets.get(region), '0']);
    expect([whole.carried, whole.excluded]).toEqual([[], []]);
    const moved = (region: string, side: 'payer' | 'payee'): bigint =>
      whole.movements.filter((one) => one[side] === region).reduce((sum, { amountFen }) => sum + BigInt(amountFen), 0n);
    for (const { region, netFen } of positions)
      expect(moved(region, 'payee') - moved(region, 'payer')).toBe(BigInt(netFen));

    const none = (await clearing.tryNetSettlement(date, [])).body;
    expect(none.carried.length).toBeGreaterThan(0);
    expect(none.movements).toEqual([]);
    expect(none.regions.map(({ drawnFen }) => drawnFen)).toEqual(none.regions.map(() => '0'));
    const payer = bureaus[0] ?? '';
    const without = (await clearing.tryNetSettlement(date, [], [payer])).body;
    expect(without.excluded[0]).toEqual({ region: payer, reason: 'BY_DECISION', lackFen: '0' });
    expect((await clearing.cycle(date)).text).toBe(before);
    expect((await clearing.netPositions(date)).body.positions).toEqual(positions);
  });

  it.each<[string, Parameters<ClearingDesk['tryNetSettlement']>[1], readonly string[]]>([
    ['a place that is no province', [{ province: '110105', amountFen: '1' }], []],
    [
      'a province twice',
      [
        { province: '110000', amountFen: '1' },
        { province: '110000', amountFen: '2' },
      ],
      [],
    ],
    ['more than there is', [{ province: '110000', amountFen: '999999999999999' }], []],
    ['a negative amount', [{ province: '110000', amountFen: '-1' }], []],
    ['an excluded province twice', [], ['110000', '110000']],
  ])('is not tried with %s', async (_, cover, excluded) => {
    const answer = await clearing.tryNetSettlement(date, cover, excluded);
    expect([answer.status, answer.body.reason]).toEqual([400, 'REQUEST_MALFORMED']);
  });

  it('is tried by the operator alone', async () => {
    const token = hospitals.bureauToken(settled.treatingRegion);
    for (const answer of [
      await clearing.tryNetSettlement(date, [], [], token),
      await clearing.tryCalendar({ from: date, to: date }, token),
    ])
      expect([answer.status, answer.body.reason]).toEqual([403, 'NOT_PERMITTED']);
  });

  it('can be tried by another calendar, without a province and with limits, beside what it really came to', async () => {
    const { positions } = (await clearing.netPositions(date)).body;
    const owing = positions.filter(({ netFen }) => netFen !== '0');
    const as = (calendar: string, change: object = {}) =>
      clearing.tryCalendar({ from: date, to: date, calendar, ...change }).then(({ body }) => body);
    const same = await as('DAILY');
    expect(same.turns).toMatchObject([{ settledOn: date, dates: [date], carried: [], excluded: [] }]);
    expect(same.movedFen).toBe(same.realMovedFen);
    for (const { region, netFen } of owing)
      expect(same.regions.find((one) => one.region === region)).toMatchObject({
        realNetFen: netFen,
        netFen,
        waitingFen: '0',
      });
    expect((await as('MONTHLY')).turns.map(({ settledOn }) => settledOn.slice(0, 7))).toEqual([date.slice(0, 7)]);

    const [debtor = ''] = owing.filter(({ netFen }) => netFen.startsWith('-')).map(({ region }) => region);
    const without = await as('DAILY', { excluded: [debtor] });
    const { realNetFen } = same.regions.find(({ region }) => region === debtor) ?? {};
    expect(without.regions.find(({ region }) => region === debtor)).toMatchObject({
      netFen: '0',
      waitingFen: realNetFen,
    });
    const limited = await as('DAILY', { caps: [{ province: debtor, amountFen: '0' }] });
    expect(limited.regions.find(({ region }) => region === debtor)).toMatchObject({ peakFen: '0', realNetFen });
  });

  it.each<[string, object, number, string]>([
    ['of no closed day', { from: '2001-01-01', to: '2001-01-02' }, 409, 'CYCLE_NOT_CLOSED'],
    ['that ends before it begins', { from: '2001-01-02', to: '2001-01-01' }, 400, 'REQUEST_MALFORMED'],
    ['of more than a year', { from: '2001-01-01', to: '2002-01-02' }, 400, 'REQUEST_MALFORMED'],
    ['by no calendar', { from: '2001-01-01', to: '2001-01-02', calendar: 'YEARLY' }, 400, 'REQUEST_MALFORMED'],
    [
      'with a limit twice',
      {
        from: '2001-01-01',
        to: '2001-01-02',
        caps: [
          { province: '110000', amountFen: '1' },
          { province: '110000', amountFen: '2' },
        ],
      },
      400,
      'REQUEST_MALFORMED',
    ],
  ])('a trial %s is refused', async (_, trial, status, reason) => {
    const answer = await clearing.tryCalendar(trial);
    expect([answer.status, answer.body.reason]).toEqual([status, reason]);
  });

  it('shows a bureau its own position only, and the pairs that it is a party to', async () => {
    const all = (await clearing.bilateralPositions(date)).body.positions;
    for (const region of bureaus) {
      const token = hospitals.bureauToken(region);
      const net = (await clearing.netPositions(date, token)).body.positions;
      expect(net.map((position) => position.region)).toEqual([region]);
      const pairs = (await clearing.bilateralPositions(date, token)).body.positions;
      const own = all.filter(({ payer, payee }) => payer === region || payee === region);
      expect(pairs).toEqual(own);
      expect(own.length).toBeGreaterThan(0);
      const listed = await clearing.settlements(date, token);
      expect(listed.every((one) => [one.insuredRegion, one.treatingRegion].map(provinceOf).includes(region))).toBe(
        true,
      );
    }
    expect(all.length).toBeGreaterThan(1);
  });

  it('lists each of its settlements once, page by page', async () => {
    const ids = (await clearing.settlements(date)).map(({ settlementId }) => settlementId);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids).toContain(settled.settlementId);
  });

  it('asked to close again stays as it is', async () => {
    const asked = await clearing.requestClose(date);
    expect([asked.status, asked.body.cycle]).toEqual([200, closed]);
    expect(closed).toMatchObject({ state: 'CLOSED', merkleRoot: expect.stringMatching(/^[0-9a-f]{64}$/) });
    await hospitals.settled(await hospitals.admit(15));
    expect((await clearing.cycle(date)).body).toEqual(closed);
  });

  it('and what corrects it later are told by the month of the cost, as of any instant', async () => {
    const bill = await hospitals.admit(17);
    const { insuredRegion, treatingRegion, businessDate } = await hospitals.settled(bill);
    const [payer, payee] = [insuredRegion, treatingRegion].map(provinceOf);
    const month = businessDate.slice(0, 7);
    const countOf = async (query: string): Promise<readonly [bigint, bigint]> => {
      const { positions } = (await clearing.costMonth(month, query)).body;
      const own = positions.filter((one) => one.payer === payer && one.payee === payee);
      const sum = (field: 'obligationCount' | 'amountFen') =>
        own.reduce((total, one) => total + BigInt(one[field]), 0n);
      return [sum('obligationCount'), sum('amountFen')];
    };
    await quietBooks(databases);
    const settledAt = new Date().toISOString();
    const settledFigures = await countOf(`asOf=${settledAt}`);
    expect((await hospitals.reverse(bill)).body.outcome).toBe('REVERSED');
    await quietBooks(databases);
    const [count, amount] = await countOf('');
    expect([count - settledFigures[0], amount < settledFigures[1]]).toEqual([1n, true]);
    expect(await countOf(`asOf=${settledAt}`)).toEqual(settledFigures);
    const compared = (await clearing.costMonth(month, `since=${settledAt}`)).body.positions;
    const change = compared.reduce((sum, one) => sum + BigInt(one.amountFen) - BigInt(one.earlierFen ?? ''), 0n);
    expect(change).toBe(amount - settledFigures[1]);

    const stranger = PROVINCES.find(({ code }) => code !== payer && code !== payee)?.code ?? '';
    const others = (await clearing.costMonth(month, '', hospitals.bureauToken(stranger))).body.positions;
    expect(others.filter((one) => one.payer !== stranger && one.payee !== stranger)).toEqual([]);
    for (const [path, query] of [
      ['2026-13', ''],
      [month, 'asOf=2999-01-01T00:00:00Z'],
      [month, 'since=soon'],
    ] as const) {
      const refused = await clearing.costMonth(path, query);
      expect([refused.status, refused.body.reason]).toEqual([400, 'REQUEST_MALFORMED']);
    }
  });

  it('takes no more: what settles afterwards goes to the next cycle', async () => {
    const next = await hospitals.settled(await hospitals.admit(16));
    expect(next.businessDate > date).toBe(true);
    expect((await clearing.cycle(next.businessDate)).body.state).toBe('OPEN');
  });

  it('keeps its figures when one of its settlements is reversed, which counts against the open cycle', async () => {
    const figures = async (): Promise<unknown> => [
      (await clearing.cycle(date)).text,
      (await clearing.netPositions(date)).text,
      (await clearing.bilateralPositions(date)).text,
    ];
    const before = await figures();
    const reversal = await hospitals.reverse(visit, newMessageId(visit.institutionCode));
    expect(reversal.body.outcome).toBe('REVERSED');
    const { reversalBusinessDate } = (await hospitals.read(visit, settled.settlementId)).body;
    expect(reversalBusinessDate !== null && reversalBusinessDate > date).toBe(true);

    // The next close nets the reversal in, negative on its pair unless others outweigh it, and still balances.
    const openDate = reversalBusinessDate ?? '';
    await clearing.close(openDate);
    const { positions } = (await clearing.netPositions(openDate)).body;
    const recount = await clearing.recount(openDate);
    expect(positions.reduce((sum, { netFen }) => sum + BigInt(netFen), 0n)).toBe(0n);
    expect(new Map(positions.map(({ region, netFen }) => [region, BigInt(netFen)]))).toEqual(
      new Map(positions.map(({ region }) => [region, recount.get(region) ?? 0n])),
    );
    const listed = (await clearing.settlements(openDate)).map(({ settlementId }) => settlementId);
    expect(listed).toContain(settled.settlementId);
    expect(await figures()).toEqual(before);
  });
});
