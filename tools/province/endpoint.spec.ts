import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '@yiditong/embedded-postgres';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { certificateSettings, writeCertificates } from '../stack/certificates.js';
import { ROOT } from '../stack/paths.js';
import { Books } from './adapter/books.js';
import { homeProvince } from './adapter/home-province.js';
import { startAdapter, type RunningAdapter } from './adapter/server.js';
import { loadTestProvince } from './adapter/test-province.js';
import { loadCases, personOf } from './cases.js';
import { Endpoint, type ClientTls } from './endpoint.js';
import { runSuite } from './suite.js';
import { freshClaim } from './wire.js';

const CASES = join(ROOT, 'tools', 'province', 'cases.json');
const PROVINCE = '130000';
const cases = loadCases(CASES);
const directory = mkdtempSync(join(tmpdir(), 'yiditong-province-'));
const opened: { close: () => void }[] = [];
const running: RunningAdapter[] = [];

beforeAll(() => writeCertificates(join(directory, 'certificates'), ['benefit', 'settlement', 'filing']));
afterEach(async () => {
  for (const endpoint of opened.splice(0)) endpoint.close();
  for (const adapter of running.splice(0)) await adapter.stop();
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

describe('the adapter’s books', () => {
  it('outlive it', async () => {
    const file = join(directory, 'books.sqlite');
    const claim = freshClaim(personOf(cases, 'insured'), cases.accumulating);
    const before = await atAdapter(file, async (endpoint) => [
      await endpoint.ask('Adjudicate', { claims: [claim] }),
      await endpoint.ask('QueryAdjudication', claim),
    ]);
    const after = await atAdapter(file, async (endpoint) => [
      await endpoint.ask('Adjudicate', { claims: [claim] }),
      await endpoint.ask('QueryAdjudication', claim),
    ]);
    expect(after).toEqual(before);
    expect(after[1]).toMatchObject({ state: 'ADJUDICATION_STATE_ADJUDICATED' });
  });

  it('are left by the suite as they were, so that it passes again', async () => {
    const file = join(directory, 'again.sqlite');
    for (const _ of [1, 2]) {
      const results = await atAdapter(file, (endpoint) => runSuite(endpoint, cases, { only: ['examples', 'cancel'] }));
      expect(results.filter(({ outcome }) => outcome !== 'PASSED')).toEqual([]);
    }
  });
});

describe('an adapter with certificates', () => {
  it('hears the platform’s settlement', async () => {
    expect(await askAs('settlement', 'benefit')).toMatchObject({ state: 'ADJUDICATION_STATE_NONE' });
  });

  it('refuses any other service of the platform', async () => {
    expect(await askAs('filing', 'benefit')).toEqual({ refused: 'NOT_PERMITTED' });
  });

  it('is not taken for another', async () => {
    await expect(askAs('settlement', 'catalogue')).rejects.toThrow(/UNAVAILABLE.*not for catalogue/);
  });

  it('is not spoken to in plaintext', async () => {
    const { address } = await startWithTls();
    await expect(query(open(new Endpoint(address, PROVINCE)))).rejects.toThrow('UNAVAILABLE');
  });
});

describe('the suite', () => {
  it('does not speak plaintext to another machine', () => {
    expect(() => new Endpoint('10.0.0.1:443', PROVINCE)).toThrow('loopback only');
  });

  it('fails, case by case, where nobody answers', async () => {
    const endpoint = open(new Endpoint(`127.0.0.1:${await freePort()}`, PROVINCE));
    const results = await runSuite(endpoint, cases, { only: ['trial', 'once'] });
    expect(results.map(({ outcome }) => outcome)).toEqual(results.map(() => 'FAILED'));
    expect(results[0]?.came).toContain('UNAVAILABLE');
  });

  it('warns of an answer that took longer than the platform waits, and passes', async () => {
    const adapter = await start(':memory:');
    const endpoint = open(new Endpoint(adapter.address, PROVINCE));
    endpoint.calls.push({ rpc: 'Adjudicate', ms: 5_001 });
    const [result] = await runSuite(endpoint, cases, { only: ['deadline'] });
    expect(result).toMatchObject({ outcome: 'WARNED', came: expect.stringContaining('Adjudicate 5001 ms') as string });
  });

  it.each([
    ['an amount that is none', { accumulating: { inScope: '1,00' } }, 'accumulating.inScope'],
    ['an example of nobody', { examples: { person: 'nobody' } }, 'no person nobody'],
    ['a field that nobody knows', { accumulating: { discount: '1' } }, 'discount'],
  ])('refuses cases with %s', (_, change, said) => {
    const document = JSON.parse(readFileSync(CASES, 'utf8')) as Record<string, object>;
    const [[key, value]] = Object.entries(change) as [[string, object]];
    const standing = document[key];
    const changed = Array.isArray(standing) ? [{ ...(standing[0] as object), ...value }] : { ...standing, ...value };
    const file = join(directory, 'cases.json');
    writeFileSync(file, JSON.stringify({ ...document, [key]: changed }));
    expect(() => loadCases(file)).toThrow(said);
  });
});

function open(endpoint: Endpoint): Endpoint {
  opened.push(endpoint);
  return endpoint;
}

async function start(file: string, tls: Parameters<typeof startAdapter>[1] = {}): Promise<RunningAdapter> {
  const books = new Books(file);
  const adapter = await startAdapter(
    homeProvince(loadTestProvince(), books, () => new Date()),
    tls,
  );
  const stopped = { ...adapter, stop: () => adapter.stop().then(() => books.close()) };
  running.push(stopped);
  return stopped;
}

/** Starts an adapter on the books, asks it, and stops it. */
async function atAdapter<T>(file: string, work: (endpoint: Endpoint) => Promise<T>): Promise<T> {
  const { address, stop } = await start(file);
  const endpoint = new Endpoint(address, PROVINCE);
  try {
    return await work(endpoint);
  } finally {
    endpoint.close();
    running.pop();
    await stop();
  }
}

function filesOf(service: string): Omit<ClientTls, 'name'> {
  const files = certificateSettings(join(directory, 'certificates'), service);
  return { ca: files.TLS_CA, certificate: files.TLS_CERTIFICATE, key: files.TLS_KEY };
}

function startWithTls(): Promise<RunningAdapter> {
  return start(':memory:', { tls: { ...filesOf('benefit'), name: 'benefit' } });
}

async function askAs(service: string, peer: string): Promise<unknown> {
  const { address } = await startWithTls();
  return query(open(new Endpoint(address, PROVINCE, { ...filesOf(service), name: peer }, service)));
}

function query(endpoint: Endpoint): Promise<unknown> {
  return endpoint.ask('QueryAdjudication', freshClaim(personOf(cases, 'insured'), cases.accumulating));
}
