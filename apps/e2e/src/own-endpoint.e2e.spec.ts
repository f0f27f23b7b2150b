import { spawn, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { PROVINCES, provinceOf } from '@yiditong/codes';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { rowsOf } from './books.js';
import { againAsNewVisit, type Visit } from './hospital-desk.js';
import { startOwnStack, type OwnStack } from './own-stack.js';
import { until } from './until.js';

const ROOT = dirname(dirname(dirname(import.meta.dirname)));
const ADAPTER = join(ROOT, 'tools', 'dist', 'province', 'adapter', 'main.js');
const directory = mkdtempSync(join(tmpdir(), 'yiditong-own-endpoint-'));
const started: ChildProcess[] = [];

type Exchange = { readonly operation: string; readonly outcome: string; readonly attempts: number };

let stack: OwnStack;
let visit: Visit;
let province: string;
let adapter: { readonly child: ChildProcess; readonly address: string };

beforeAll(async () => {
  const certified = PROVINCES.map(({ code }) => `province-${code}`);
  stack = await startOwnStack({ persons: 40, bills: 40, seed: 23, certified });
  visit = await admitWithPolicy(0);
  province = provinceOf(visit.bill.insuredRegion);
});
afterAll(async () => {
  for (const child of started) await stop(child);
  rmSync(directory, { recursive: true, force: true });
  await stack?.stop();
});

it('a province whose claims go to its own endpoint decides them there, and the hosted core books nothing', async () => {
  adapter = await start(`province-${province}`);
  await route({ kind: 'OWN', address: adapter.address, maxConcurrent: 20, timeoutMs: 5_000 });
  const { settlementId } = await stack.desk.settled(visit);
  const booked = await rowsOf(
    stack.databases.appUrl('benefit'),
    'SELECT 1 FROM adjudication WHERE settlement_id = $1',
    [settlementId],
  );
  expect(booked).toEqual([]);
  expect(await exchangesOf(settlementId)).toContainEqual(
    expect.objectContaining({ operation: 'adjudicate', outcome: 'OK', attempts: 1 }),
  );
});

it('a settlement is reversed there', async () => {
  expect((await stack.desk.reverse(visit)).body).toMatchObject({ outcome: 'REVERSED' });
});

it('nobody else is heard at its address, whatever certificate of the authority he shows', async () => {
  const impostor = await start(`province-${province === '110000' ? '120000' : '110000'}`);
  await route({ kind: 'OWN', address: impostor.address, maxConcurrent: 20, timeoutMs: 5_000 });
  const answer = await stack.desk.trial(againAsNewVisit(visit));
  expect(answer.status).toBe(503);
});

it('in an announced downtime a bill is refused at once, and is told until when', async () => {
  const token = stack.desk.bureauToken(province);
  const [from, end] = [new Date(Date.now() - 1_000), new Date(Date.now() + 3_600_000)].map((at) => at.toISOString());
  const { api } = stack.desk;
  const announced = await api.once<{ downtimeId: string }>(
    'POST',
    '/v1/downtimes',
    { from, until: end, notice: '系统升级' },
    token,
    randomUUID(),
  );
  expect(announced.status, announced.text).toBe(201);
  const answer = (await stack.desk.trial(againAsNewVisit(visit))) as unknown as {
    readonly status: number;
    readonly body: { readonly reason: string; readonly messages: { readonly zh: string } };
  };
  expect([answer.status, answer.body.reason]).toEqual([503, 'HOME_PROVINCE_DOWN']);
  expect(answer.body.messages.zh).toContain(end);
  await api.once('POST', `/v1/downtimes/${announced.body.downtimeId}/end`, {}, token, randomUUID());
});

/** Somebody whose pooling area has a policy for employees, by which the adapter decides. */
async function admitWithPolicy(n: number): Promise<Visit> {
  const admitted = await stack.desk.admit(n);
  const person = stack.desk.day.persons.find(({ personId }) => personId === admitted.bill.personId);
  if (!person || person.insurance !== 'EMPLOYEE' || !existsSync(join(ROOT, policyOf(person.insuredRegion))))
    return admitWithPolicy(n + 1);
  const { personId, insuredRegion, insurance, personType, active } = person;
  const policies = [{ policyId: randomUUID(), file: policyOf(insuredRegion) }];
  const persons = [{ personId, insuredRegion, insurance, personType, active }];
  writeFileSync(join(directory, 'province.json'), JSON.stringify({ policies, persons }));
  return admitted;
}

function policyOf(region: string): string {
  return join('tools', 'demo', 'data', 'policies', `${region}-employee.json`);
}

/** Proposed by a clerk and approved by a supervisor of the province. */
async function route(endpoint: object): Promise<void> {
  const { api, document } = stack.desk;
  const [clerk, supervisor] = [document.tokens.clerk.bureau[province] ?? '', stack.desk.bureauToken(province)];
  const at = `/v1/routes/${province}/proposals`;
  const proposed = await api.once<{ proposalId: string; digest: string }>('POST', at, endpoint, clerk, randomUUID());
  expect(proposed.status, proposed.text).toBe(202);
  const { proposalId, digest } = proposed.body;
  const decision = { decision: 'APPROVE', remark: '', digest };
  const decided = await api.once('POST', `${at}/${proposalId}/decision`, decision, supervisor, randomUUID());
  expect(decided.status, decided.text).toBe(200);
}

/** What the log says, once it is written. */
async function exchangesOf(settlementId: string): Promise<readonly Exchange[]> {
  const [from, to] = [-86_400_000, 86_400_000].map((ms) => new Date(Date.now() + ms).toISOString());
  const query = new URLSearchParams({ from: from ?? '', until: to ?? '', settlementId }).toString();
  const token = stack.desk.bureauToken(province);
  const { exchanges } = await until(
    () => stack.desk.api.get<{ readonly exchanges: readonly Exchange[] }>(`/v1/exchanges?${query}`, token),
    (page) => page.exchanges.length > 0,
  );
  return exchanges;
}

async function start(name: string): Promise<{ readonly child: ChildProcess; readonly address: string }> {
  const file = (of: string): string => join(stack.document.certificates, of);
  const tls = ['--ca', file('ca.crt'), '--cert', file(`${name}.crt`), '--key', file(`${name}.key`), '--name', name];
  const args = ['--data', join(directory, `${name}.sqlite`), '--province', join(directory, 'province.json'), ...tls];
  const child = spawn(process.execPath, [ADAPTER, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  started.push(child);
  for await (const line of createInterface({ input: child.stdout })) {
    const address = /127\.0\.0\.1:\d+/.exec(line)?.[0];
    if (address !== undefined) return { child, address };
  }
  throw new Error('the adapter ended without saying where it listens');
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  await ended;
}
