import { insuranceCodec, isWorkingDay, nationalActor, SigningKeys, type RpcClient } from '@yiditong/chassis';
import type { settlementV1 } from '@yiditong/contracts';
import { tryCalendar } from '@yiditong/ledger';
import { fen } from '@yiditong/money';
import { createTestDatabase, FixedClock, privateJwks, rowCounts, type TestDatabase } from '@yiditong/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CycleService } from '../cycle/cycle.service.js';
import { openCycle } from '../cycle/cycle.store.js';
import { migrations } from '../migrations/index.js';
import { ObligationService } from '../obligation/obligation.service.js';
import { closeWhole, statementRelay } from '../spec-close.js';
import { NOW, obligation } from '../spec-obligation.js';
import { PositionService } from './position.service.js';
import { countObligations } from './recount.store.js';

const SPEC = nationalActor('spec');
/** Saturday to Monday, and a day that stays open. The second has no obligations. */
const DAYS = ['2026-03-07', '2026-03-08', '2026-03-09'] as const;
const OPEN = '2026-03-10';

let db: TestDatabase;
let positions: PositionService;

beforeAll(async () => {
  db = await createTestDatabase('clearing', migrations);
  positions = new PositionService(db.database);
  const obligations = new ObligationService(db.database);
  const owed = (businessDate: string, insuredProvince: string, treatingProvince: string, amount: bigint) =>
    obligation({
      businessDate,
      insuredProvince,
      treatingProvince,
      funds: [{ fund: 'POOLING', amountFen: fen(amount) }],
    });
  await obligations.post([
    owed(DAYS[0], '610000', '110000', 100n),
    owed(DAYS[0], '110000', '310000', 40n),
    owed(DAYS[2], '110000', '610000', 70n),
    owed(OPEN, '610000', '110000', 999n),
  ]);
  const cycles = new CycleService(
    db.database,
    new FixedClock(NOW),
    new SigningKeys(privateJwks('spec')),
    settlementOf(),
    statementRelay(db.database),
  );
  await db.database.transaction(SPEC, (tx) => openCycle(tx, DAYS[1]));
  for (const day of DAYS) await closeWhole(cycles, day);
});
afterAll(() => db.drop());

/** Settlement as far as a close asks it: it counts what clearing has. */
function settlementOf(): RpcClient<settlementV1.SettlementCycleServiceClient> {
  const call = async (method: string, { businessDate }: { businessDate: string }): Promise<unknown> => {
    if (method !== 'sealCycle') return {};
    const cells = await db.database.transaction(SPEC, (tx) => countObligations(tx, businessDate));
    return {
      cells: cells.map((cell) => ({
        ...cell,
        insurance: insuranceCodec.encode(cell.insurance),
        digestSum: String(cell.digestSum),
      })),
    };
  };
  return { call } as unknown as RpcClient<settlementV1.SettlementCycleServiceClient>;
}

describe('a trial of closed days', () => {
  const asked = { fromDate: '2026-03-01', toDate: '2026-03-31', caps: new Map(), excluded: new Set<string>() };

  it('settles each closed day of the range, also one without obligations, and none that is open', async () => {
    const before = await rowCounts(db);
    const { turns, regions } = await positions.tryCalendar(SPEC, { ...asked, calendar: 'DAILY' });
    expect(turns.map(({ settledOn, movements }) => [settledOn, movements.length])).toEqual([
      [DAYS[0], 2],
      [DAYS[1], 0],
      [DAYS[2], 1],
    ]);
    expect(regions.map(({ region, realNetFen, netFen }) => [region, realNetFen, netFen])).toEqual([
      ['110000', -10n, -10n],
      ['310000', 40n, 40n],
      ['610000', -30n, -30n],
    ]);
    expect(await rowCounts(db)).toEqual(before);
  });

  it('knows the Chinese calendar: a weekend settles on Monday', async () => {
    const trial = await positions.tryCalendar(SPEC, { ...asked, calendar: 'WORKING_DAYS' });
    expect(trial.turns.map(({ settledOn, dates }) => [settledOn, dates])).toEqual([[DAYS[2], DAYS]]);
    expect([trial.realMovedFen, trial.movedFen]).toEqual([170n, 40n]);
  });

  it('is that of the pure rules over the days’ positions', async () => {
    const rules = { calendar: 'WEEKLY', caps: new Map([['610000', fen(50n)]]), excluded: new Set(['310000']) } as const;
    const days = await Promise.all(
      DAYS.map(async (businessDate) => ({ businessDate, positions: await positions.bilateral(SPEC, businessDate) })),
    );
    const found = await positions.tryCalendar(SPEC, { ...asked, ...rules });
    expect(found).toEqual(tryCalendar(days, { ...rules, isWorkingDay }));
    expect(found.turns.flatMap(({ carried }) => carried).length).toBeGreaterThan(0);
  });

  it('of days of which none is closed is refused', () =>
    expect(
      positions.tryCalendar(SPEC, { ...asked, fromDate: OPEN, toDate: OPEN, calendar: 'DAILY' }),
    ).rejects.toMatchObject({ reason: 'CYCLE_NOT_CLOSED' }));
});
