import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PROVINCES, provinceOf } from '@yiditong/codes';
import { ApiClient, conservationFaults, generateDay, loadSample, verifyStatement } from '@yiditong/tools';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { ClearingDesk, type Cycle } from './clearing-desk.js';
import { HospitalDesk, type Problem, type Settled } from './hospital-desk.js';
import { SHARED_DAY } from './stack.global.js';

const { document, now } = inject('stack');
const sample = loadSample();
const hospitals = new HospitalDesk(document, generateDay({ ...SHARED_DAY, sample, now }), sample);
const clearing = new ClearingDesk(document);
const api = new ApiClient(document.gateway);
const { operator } = document.tokens;

const HAS_HLEDGER = spawnSync('hledger', ['--version']).status === 0;
const NO_HLEDGER =
  'No hledger on PATH: the journal was NOT read by it. Install it (apt-get install hledger) and run this again.';

/** A cycle with some settlements, one of them reversed, that is closed; and the one closed after it. */
let settled: Settled;
let closed: Cycle;
let next: Cycle;
let jwks: string;

const pathOf = (date: string, province: string): string => `/v1/cycles/${date}/statements/${province}`;
const statementOf = (province: string, date = closed.businessDate): Promise<string> =>
  api.text(pathOf(date, province), hospitals.bureauToken(province));

beforeAll(async () => {
  for (let n = 63; n < 69; n++) await hospitals.settled(await hospitals.admit(n));
  const undone = await hospitals.admit(69);
  await hospitals.settled(undone);
  await hospitals.reverse(undone);
  settled = await hospitals.settled(await hospitals.admit(71));
  closed = await clearing.close(settled.businessDate);
  const after = await hospitals.settled(await hospitals.admit(72));
  next = await clearing.close(after.businessDate);
  jwks = await api.text('/v1/statement-keys', operator);
});

describe('the statements of a closed cycle', () => {
  it('hold for each of the 32 provinces, as its own bureau gets them, and together sum to nothing', async () => {
    const all = [];
    for (const { code } of PROVINCES) all.push(verifyStatement(await statementOf(code), jwks));
    expect(all.flatMap(({ faults }) => faults)).toEqual([]);
    expect(conservationFaults(all)).toEqual([]);
    expect(new Set(all.map(({ root }) => root))).toEqual(new Set([closed.merkleRoot]));
    const nets = new Map(all.map(({ province, netFen }) => [province, netFen]));
    for (const { region, netFen } of (await clearing.netPositions(closed.businessDate)).body.positions)
      expect(nets.get(region), region).toBe(BigInt(netFen));
    const obligations = all.reduce((sum, statement) => sum + statement.obligations, 0);
    expect(BigInt(obligations)).toBe(2n * BigInt(closed.obligationCount));
  });

  it('do not hold with a fen more', async () => {
    const text = await statementOf(provinceOf(settled.treatingRegion));
    const tampered = text.replace(
      /"POOLING":"(\d+)"\},"leafHash"/,
      (_, amount: string) => `"POOLING":"${BigInt(amount) + 1n}"},"leafHash"`,
    );
    expect(tampered).not.toBe(text);
    expect(verifyStatement(tampered, jwks).faults).not.toEqual([]);
  });

  it('are linked: the next one names the root of the one before, and its place follows', async () => {
    const head = async (cycle: Cycle) =>
      JSON.parse((await statementOf('110000', cycle.businessDate)).split('\n')[0] ?? '') as Record<string, string>;
    const [first, second] = [await head(closed), await head(next)];
    expect(second['previousRoot']).toBe(first['root']);
    expect(BigInt(second['sequence'] ?? '')).toBe(BigInt(first['sequence'] ?? '') + 1n);
  });

  it('are the same whenever they are asked for', async () => {
    const province = provinceOf(settled.insuredRegion);
    expect(await statementOf(province)).toBe(await statementOf(province));
  });

  it('are a bureau’s own, and the operator’s to read, and nobody else’s', async () => {
    const [own, other] = [provinceOf(settled.treatingRegion), provinceOf(settled.insuredRegion)];
    const path = pathOf(closed.businessDate, own);
    const foreign = await api.once<Problem>('GET', path, undefined, hospitals.bureauToken(other));
    expect([foreign.status, foreign.body.reason]).toEqual([403, 'NOT_PERMITTED']);
    expect(await api.text(path, operator)).toBe(await statementOf(own));
    const hospital = await api.once<Problem>('GET', path, undefined, Object.values(document.tokens.hospital)[0] ?? '');
    expect(hospital.status).toBe(403);
  });

  it.each([
    ['2001-01-01', 404, 'CYCLE_NOT_FOUND'],
    ['2001-02-30', 400, 'REQUEST_MALFORMED'],
  ])('of %s are not there', async (date, status, reason) => {
    const answer = await api.once<Problem>('GET', pathOf(date, '110000'), undefined, operator);
    expect([answer.status, answer.body.reason]).toEqual([status, reason]);
  });

  it('of a cycle that is open are not there yet', async () => {
    const { businessDate } = await hospitals.settled(await hospitals.admit(73));
    await clearing.untilIn(businessDate, 'OPEN');
    const answer = await api.once<Problem>('GET', pathOf(businessDate, '110000'), undefined, operator);
    expect([answer.status, answer.body.reason]).toEqual([409, 'CYCLE_NOT_CLOSED']);
  });
});

describe('one obligation', () => {
  const idsOf = (text: string): string[] => [...text.matchAll(/"obligationId":"([\w-]+)"/g)].map(([, id]) => id ?? '');
  const proofOf = (province: string, id: string): string =>
    `${pathOf(closed.businessDate, province)}/obligations/${id}/proof`;

  it('is proven to both its parties, by a file that holds without the statement', async () => {
    for (const province of [settled.insuredRegion, settled.treatingRegion].map(provinceOf)) {
      const ids = idsOf(await statementOf(province));
      expect(ids.length).toBeGreaterThan(0);
      for (const id of ids) {
        const proof = await api.text(proofOf(province, id), hospitals.bureauToken(province));
        expect(verifyStatement(proof, jwks)).toMatchObject({ faults: [], obligations: 1, root: closed.merkleRoot });
      }
    }
  });

  it('of two others is as if it were not there', async () => {
    const [id = ''] = idsOf(await statementOf(provinceOf(settled.insuredRegion)));
    const stranger = PROVINCES.map(({ code }) => code).find(
      (code) =>
        ![settled.insuredRegion, settled.treatingRegion].map(provinceOf).includes(code) &&
        code !== '110000' &&
        code !== '310000',
    );
    for (const one of [id, '00000000-0000-7000-8000-000000000000']) {
      const path = proofOf(stranger ?? '', one);
      const answer = await api.once<Problem>('GET', path, undefined, hospitals.bureauToken(stranger ?? ''));
      expect([answer.status, answer.body.reason]).toEqual([404, 'OBLIGATION_NOT_FOUND']);
    }
  });
});

describe('a province’s journal', () => {
  const directory = mkdtempSync(join(tmpdir(), 'yiditong-journal-'));
  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  const hledger = (file: string, ...command: readonly string[]): string =>
    execFileSync('hledger', ['--file', file, ...command], {
      encoding: 'utf8',
      env: { LC_ALL: 'C.UTF-8', PATH: process.env['PATH'] },
    });

  /** What hledger says each account holds, in fen. */
  function balancesOf(file: string): Map<string, bigint> {
    const [, ...rows] = hledger(file, 'balance', '--flat', '--no-total', '--empty', '--output-format', 'csv')
      .trim()
      .split('\n');
    return new Map(
      rows.map((row) => {
        const [, account = '', amount = ''] = /^"([^"]*)","(?:(-?[\d.]+) CNY|0)"$/.exec(row) ?? [];
        return [account, BigInt((amount || '0.00').replace('.', ''))];
      }),
    );
  }

  it('is read by hledger, which is here', ({ skip }) => {
    if (!HAS_HLEDGER && (process.env['CI'] ?? '') === '') skip(NO_HLEDGER);
    expect(HAS_HLEDGER, NO_HLEDGER).toBe(true);
  });

  it.runIf(HAS_HLEDGER)(
    'is taken by hledger, balances, and holds of every fund to the fen what the statement says',
    async () => {
      for (const province of [settled.insuredRegion, settled.treatingRegion, '650000'].map(provinceOf)) {
        const file = join(directory, `${province}.journal`);
        const path = `/v1/cycles/${closed.businessDate}/journals/${province}`;
        writeFileSync(file, await api.text(path, hospitals.bureauToken(province)));
        expect(hledger(file, 'check', 'commodities', 'ordereddates')).toBe('');
        const balances = balancesOf(file);
        expect([...balances.values()].reduce((sum, amount) => sum + amount, 0n)).toBe(0n);
        const lines = (await statementOf(province)).split('\n').filter((line) => line.startsWith('{"fundNet"'));
        for (const line of lines) {
          const net = JSON.parse(line) as Record<'insurance' | 'fund' | 'payableFen' | 'receivableFen', string>;
          const of = (side: string): bigint => balances.get(`${side}:${province}:${net.insurance}:${net.fund}`) ?? 0n;
          expect([of('receivable'), -of('payable')]).toEqual([BigInt(net.payableFen), BigInt(net.receivableFen)]);
        }
        const own = [...balances].filter(([account]) => account.includes(`:${province}:`));
        expect(own.length > 0).toBe(lines.length > 0);
      }
    },
  );
});
