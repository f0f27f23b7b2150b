import {
  insuranceCodec,
  nationalActor,
  sha256,
  SigningKeys,
  thaw,
  type Actor,
  type RpcClient,
} from '@yiditong/chassis';
import type { settlementV1 } from '@yiditong/contracts';
import { merkleRoot } from '@yiditong/ledger';
import { fen } from '@yiditong/money';
import {
  atOnce,
  auditTrail,
  createTestDatabase,
  FixedClock,
  patiently,
  privateJwks,
  queryAs,
  type TestDatabase,
} from '@yiditong/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CycleService } from '../cycle/cycle.service.js';
import { openCycle } from '../cycle/cycle.store.js';
import { migrations } from '../migrations/index.js';
import { ObligationService } from '../obligation/obligation.service.js';
import { countObligations } from '../position/recount.store.js';
import { StatementService, type StatementCursor, type StatementPage } from './statement.service.js';
import { closeWhole, statementRelay } from '../spec-close.js';
import { DAY, obligation } from '../spec-obligation.js';

const SPEC = nationalActor('spec');
const NOW = new Date('2026-03-20T00:05:00Z');
const MANY = 2_300;
const bureauOf = (region: string): Actor => ({ role: 'bureau', region, subject: 'bureau' });

let db: TestDatabase;
let cycles: CycleService;
let statements: StatementService;

beforeAll(async () => {
  db = await createTestDatabase('clearing', migrations);
  const keys = new SigningKeys(privateJwks('spec'));
  cycles = new CycleService(db.database, new FixedClock(NOW), keys, settlementOf(), statementRelay(db.database));
  statements = new StatementService(db.database, keys);
  const obligations = new ObligationService(db.database);
  const day = [
    ...Array.from({ length: MANY }, (_, n) => obligation({ funds: [{ fund: 'POOLING', amountFen: fen(BigInt(n)) }] })),
    obligation({ insuredProvince: '310000' }),
    obligation({ insuredProvince: '110000', treatingProvince: '610000', insurance: 'RESIDENT' }),
  ];
  for (let from = 0; from < day.length; from += 500) await obligations.post(day.slice(from, from + 500));
  await closeWhole(cycles, DAY);
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

async function pagesOf(read: (after: StatementCursor | null) => Promise<StatementPage>): Promise<string[][]> {
  const pages: string[][] = [];
  for (let after: StatementCursor | null = null; ;) {
    const { lines, next } = await read(after);
    pages.push([...lines]);
    if (!next) return pages;
    after = next;
  }
}

describe('a statement of more than a page', () => {
  it('has every obligation once, behind its pair and in the order of its tree', async () => {
    const pages = await pagesOf((after) => statements.read(bureauOf('110000'), DAY, '110000', after));
    expect(pages).toHaveLength(3);
    const lines = pages.flat().map((line) => JSON.parse(line) as Record<string, string>);
    const pairs = lines.flatMap((line, at) => (line['payer'] === undefined ? [] : [at]));
    expect(pairs).toHaveLength(3);
    for (const [which, at] of pairs.entries()) {
      const own = lines.slice(at + 1, pairs[which + 1] ?? lines.length);
      expect(String(own.length)).toBe(lines[at]?.['obligationCount']);
      const root = merkleRoot(
        own.map((line) => Buffer.from(line['leafHash'] ?? '', 'hex')),
        sha256,
      );
      expect(Buffer.from(root).toString('hex')).toBe(lines[at]?.['root']);
    }
    const ids = lines.flatMap((line) => line['obligationId'] ?? []);
    expect([ids.length, new Set(ids).size]).toEqual([MANY + 2, MANY + 2]);
  });

  it('has a journal of more than a page too, each obligation with its postings', async () => {
    const pages = await pagesOf((after) => statements.journal(bureauOf('110000'), DAY, '110000', after));
    expect(pages.length).toBeGreaterThan(2);
    const lines = pages.flat();
    expect(lines.filter((line) => line.startsWith(`${DAY} * (`))).toHaveLength(MANY + 2);
    expect(lines.filter((line) => line.startsWith('    receivable:'))).toHaveLength(MANY + 2);
    expect(lines).toContain('    receivable:610000:EMPLOYEE:POOLING  22.99 CNY');
    expect(lines).toContain('    payable:110000:EMPLOYEE:POOLING  -22.99 CNY');
  });

  it('shows a bureau of another province none of the obligations, whatever province it names', async () => {
    await expect(statements.read(bureauOf('310000'), DAY, '610000', null)).rejects.toThrow('fewer obligations');
  });

  it('is refused where an obligation is gone', async () => {
    const gone = 'DELETE FROM obligation WHERE leaf_index = 2000 RETURNING obligation_id';
    expect(await queryAs(db.superuserUrl, gone)).toHaveLength(1);
    for (const read of ['read', 'journal'] as const)
      await expect(
        pagesOf((after) => statements[read](bureauOf('110000'), DAY, '110000', after)).then(({ length }) => length),
      ).rejects.toThrow('is missing');
  });
});

describe('cycles that are closed at once', () => {
  it('are linked one after another, each to the root of the one before', async () => {
    const days = Array.from({ length: 8 }, (_, n) => `2026-03-${String(n + 2).padStart(2, '0')}`);
    await db.database.transaction(SPEC, async (tx) => {
      for (const day of days) await openCycle(tx, day);
    });
    await atOnce(16, (n) => patiently(() => closeWhole(cycles, days[n % 8] ?? '')));
    const seals = await Promise.all([DAY, ...days].map(async (day) => (await cycles.get(day)).seal));
    const chain = seals.flatMap((seal) => seal ?? []).sort((a, b) => (a.sequence < b.sequence ? -1 : 1));
    expect(chain.map(({ sequence }) => sequence)).toEqual([1n, 2n, 3n, 4n, 5n, 6n, 7n, 8n, 9n]);
    expect(chain.map(({ previousRoot }) => previousRoot)).toEqual(['', ...chain.slice(0, -1).map(({ root }) => root)]);
    expect(new Set(chain.map(({ root }) => root)).size).toBe(9);
  });

  it('are told of once, to every province, with its own figures and the root', async () => {
    const told = await queryAs<object>(
      db.superuserUrl,
      `SELECT payload::jsonb ->> 'businessDate' AS day, count(DISTINCT region)::int AS provinces, count(*)::int AS rows,
              count(DISTINCT payload::jsonb ->> 'merkleRoot')::int AS roots
       FROM outbox WHERE topic = 'statement' GROUP BY 1 ORDER BY 1`,
    );
    expect(told).toHaveLength(9);
    for (const of of told) expect(of).toMatchObject({ provinces: 32, rows: 32, roots: 1 });
    const { seal } = await cycles.get(DAY);
    const [shaanxi] = await queryAs<{ payload: string }>(
      db.superuserUrl,
      `SELECT payload FROM outbox WHERE region = '610000' AND payload::jsonb ->> 'businessDate' = '${DAY}'`,
    );
    const payload = thaw<{ merkleRoot: string; sequence: bigint; payableFen: bigint }>(shaanxi?.payload ?? '');
    expect(payload).toMatchObject({ merkleRoot: seal?.root, sequence: 1n, receivableFen: 10_000n });
    const owed = Array.from({ length: MANY }, (_, n) => BigInt(n)).reduce((sum, each) => sum + each, 0n);
    expect(payload.payableFen).toBe(owed);
  });

  it('take no stage before its turn, and none twice', async () => {
    const day = '2026-04-01';
    await db.database.transaction(SPEC, (tx) => openCycle(tx, day));
    await expect(cycles.take(day, 'NET')).rejects.toThrow('before its turn');
    await expect(cycles.take(day, 'TELL')).rejects.toThrow('before its turn');
    await closeWhole(cycles, day);
    const trail = async (): Promise<number> => (await auditTrail(db, day)).length;
    const before = await trail();
    await closeWhole(cycles, day);
    expect(await trail()).toBe(before);
  });
});
