import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { idNumberCheck } from '@yiditong/codes';
import { ApiClient, Endpoint, loadCases, runSuite, type ClientTls } from '@yiditong/tools';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';

const ROOT = dirname(dirname(dirname(import.meta.dirname)));
const CASES = join(ROOT, 'tools', 'province', 'cases.json');
const { document } = inject('stack');
const cases = loadCases(CASES);
const PROVINCE = '130000';

/** How the home province of the cases knows them; the rest of a record has no part in who pays what. */
const KNOWN_AS: Readonly<Record<string, { readonly personType: string; readonly active: boolean }>> = {
  insured: { personType: 'ACTIVE', active: true },
  pensioner: { personType: 'RETIREE', active: true },
  inactive: { personType: 'ACTIVE', active: false },
};

/** Hundreds of calls, one after the other, on a machine that may be busy. */
const PATIENCE = { timeout: 300_000 };

describe('the hosted core', PATIENCE, () => {
  beforeAll(async () => {
    const persons = Object.entries(cases.persons).map(([name, { personId, insuredRegion }], at) => ({
      personId,
      insuredRegion,
      insurance: 'EMPLOYEE',
      name: '测试甲乙',
      idNumber: inventedIdNumber(insuredRegion, at),
      ...KNOWN_AS[name],
    }));
    const bureau = document.tokens.bureau[PROVINCE] ?? '';
    await new ApiClient(document.gateway).write(
      'PUT',
      '/v1/insured-persons',
      { persons },
      bureau,
      'conformance-persons',
    );
  });

  it('keeps the contract that a province’s own endpoint must keep', async () => {
    const endpoint = new Endpoint(document.grpc['benefit'] ?? '', PROVINCE, tlsOf('settlement', 'benefit'));
    try {
      const results = await runSuite(endpoint, cases);
      expect(results.length).toBeGreaterThan(40);
      // A warning is of a slow machine.
      expect(results.filter(({ outcome }) => outcome === 'FAILED')).toEqual([]);
    } finally {
      endpoint.close();
    }
  });
});

describe('the reference adapter, as a process', PATIENCE, () => {
  const directory = mkdtempSync(join(tmpdir(), 'yiditong-province-'));
  const started: ChildProcess[] = [];
  afterAll(async () => {
    for (const child of started) await stop(child);
    rmSync(directory, { recursive: true, force: true });
  });

  it('passes the suite with certificates, is stopped, and passes again on the same books', async () => {
    const { ca, certificate, key } = tlsOf('benefit', '');
    const args = ['--data', join(directory, 'books.sqlite'), '--ca', ca, '--cert', certificate, '--key', key];
    for (const run of ['first', 'second']) {
      const adapter = await start(args);
      const file = join(directory, `${run}.json`);
      const { code, output } = await conformance(adapter.address, [...certified('settlement'), '--json', file]);
      expect(code, output).toBe(0);
      expect(output).toContain('不符 failed 0');
      expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ failed: 0 });
      expect(await stop(adapter.child)).toBe(0);
    }
  });

  it('fails the suite, by exit code, where it hears only others', async () => {
    const { ca, certificate, key } = tlsOf('benefit', '');
    const { address } = await start(['--data', ':memory:', '--ca', ca, '--cert', certificate, '--key', key]);
    const { code, output } = await conformance(address, []);
    expect(code).toBe(1);
    expect(output).toMatch(/✗.*应为 expected/);
  });

  async function start(args: readonly string[]): Promise<{ child: ChildProcess; address: string }> {
    const child = spawn(process.execPath, [program('province/adapter/main.js'), ...args], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    started.push(child);
    for await (const line of createInterface({ input: child.stdout })) {
      const address = /127\.0\.0\.1:\d+/.exec(line)?.[0];
      if (address !== undefined) return { child, address };
    }
    throw new Error('the adapter ended without saying where it listens');
  }
});

async function stop(child: ChildProcess): Promise<number | null> {
  if (child.exitCode !== null) return child.exitCode;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  await ended;
  return child.exitCode;
}

async function conformance(
  address: string,
  args: readonly string[],
): Promise<{ readonly code: number; readonly output: string }> {
  const all = [program('province/main.js'), '--endpoint', address, '--cases', CASES, ...args];
  const env = { ...process.env, NO_COLOR: '1' };
  return new Promise((resolve) => {
    execFile(process.execPath, all, { env, maxBuffer: 16 * 1024 * 1024 }, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : Number(error.code ?? 1), output: stdout + stderr }),
    );
  });
}

function certified(service: string): string[] {
  const { ca, certificate, key } = tlsOf(service, '');
  return ['--ca', ca, '--cert', certificate, '--key', key];
}

function program(file: string): string {
  return join(ROOT, 'tools', 'dist', file);
}

function tlsOf(service: string, name: string): ClientTls {
  const file = (of: string): string => join(document.certificates, of);
  return { ca: file('ca.crt'), certificate: file(`${service}.crt`), key: file(`${service}.key`), name };
}

/** The pooling area's own code is never the division of a real person's number, so it belongs to nobody. */
function inventedIdNumber(region: string, at: number): string {
  const first17 = `${region}19800101${String(990 + at)}`;
  return first17 + idNumberCheck(first17);
}
