import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { generateDay, loadSample } from '@yiditong/tools';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { ClearingDesk } from './clearing-desk.js';
import { HospitalDesk, type Settled } from './hospital-desk.js';
import { SHARED_DAY } from './stack.global.js';
import type { CollectedSpan } from './trace-collector.js';
import { until } from './until.js';

const { document, collector, logs, now } = inject('stack');
const sample = loadSample();
const desk = new HospitalDesk(document, generateDay({ ...SHARED_DAY, sample, now }), sample);
const SERVICES = ['gateway', 'settlement', 'filing', 'catalogue', 'benefit', 'clearing'] as const;

const RPCS = [
  ['settlement', 'Settle'],
  ['filing', 'CheckEligibility'],
  ['catalogue', 'ClassifyLines'],
  ['benefit', 'Adjudicate'],
] as const;

describe('one settlement', () => {
  const trace = newTrace();
  let personId: string;

  beforeAll(async () => {
    const { institutionCode, ...request } = await desk.admit(24);
    ({ personId } = request.bill);
    await send('POST', '/v1/settlements', desk.token(institutionCode), trace, request);
  });

  it('is one trace from the caller’s own through HTTP and gRPC to every service that has a part in it', async () => {
    const spans = await spansOf(trace, (found) =>
      [
        found.some(({ service, name }) => service === 'gateway' && name.startsWith('POST')),
        ...RPCS.map(([service, rpc]) =>
          found.some((span) => span.service === service && span.name.endsWith(`/${rpc}`)),
        ),
      ].every(Boolean),
    );
    const request = spans.find(({ service, name }) => service === 'gateway' && name.startsWith('POST'));
    expect(request?.parentSpanId).toBe(trace.parent);
  });

  it('goes on in clearing when its obligation is posted there', async () => {
    const spans = await spansOf(trace, (found) => found.some(({ name }) => name === 'obligation posted'));
    expect(spans.find(({ name }) => name === 'obligation posted')).toMatchObject({ service: 'clearing' });
  });

  it('has its SQL in the same trace, without the values that went into it', async () => {
    // Catalogue answers from memory.
    const services = RPCS.map(([service]) => service).filter((service) => service !== 'catalogue');
    const spans = await spansOf(trace, (found) =>
      services.every((of) => found.some(({ service, name }) => service === of && name.startsWith('pg.query'))),
    );
    const written = await spansOf(trace, (found) => /INSERT INTO settlement .*\$33/s.test(JSON.stringify(found)));
    expect(JSON.stringify([spans, written])).not.toContain(personId);
  });

  it('hangs together: every span but the first has its parent in the trace', async () => {
    const spans = await spansOf(trace, (found) => orphansOf(found, trace).length === 0 && found.length > RPCS.length);
    expect(orphansOf(spans, trace)).toEqual([]);
  });
});

describe('one close', () => {
  it('is one trace through HTTP, gRPC and SQL to the job that closes the cycle', async () => {
    const { businessDate } = await desk.settled(await desk.admit(25));
    const trace = newTrace();
    const clearing = new ClearingDesk(document);
    const { proposalId } = (await clearing.proposeClose(businessDate)).body;
    const decision = `/v1/cycles/${businessDate}/close/proposals/${proposalId}/decision`;
    await send('POST', decision, document.tokens.operator, trace, { decision: 'APPROVE' });
    await clearing.untilIn(businessDate, 'CLOSED');

    const has = (found: readonly CollectedSpan[], service: string, name: RegExp): boolean =>
      found.some((span) => span.service === service && name.test(span.name));
    const spans = await spansOf(trace, (found) =>
      [
        has(found, 'gateway', /^POST/),
        has(found, 'clearing', /\/DecideClose$/),
        has(found, 'clearing', /^addFlow cycle-close/),
        has(found, 'clearing', /^process cycle-close/),
        has(found, 'settlement', /\/SealCycle$/),
        orphansOf(found, trace).length === 0,
      ].every(Boolean),
    );
    const job = descendantsOf(
      spans.filter(({ name }) => name.startsWith('process cycle-close')),
      spans,
    );
    expect(has(job, 'settlement', /^pg\.query/)).toBe(true);
    expect(has(job, 'clearing', /^pg\.query/)).toBe(true);
    const sql = JSON.stringify(job);
    expect(sql).toContain('UPDATE cycle SET state = $3');
    expect(sql).toContain('INSERT INTO net_position');
  });
});

describe('the logs', () => {
  it('are JSON, a line each, with the time and the service', () => {
    for (const service of SERVICES) {
      const lines = linesOf(service);
      expect(lines.length).toBeGreaterThan(0);
      for (const line of lines) expect(JSON.parse(line)).toMatchObject({ time: expect.any(Number), service });
    }
  });

  it('of every service name the trace of the request that a line was written in', async () => {
    const trace = newTrace();
    const { institutionCode, ...request } = await desk.admit(26);
    await send('POST', '/v1/settlements', desk.token(institutionCode), trace, request);
    for (const service of ['gateway', 'settlement', 'filing', 'catalogue', 'benefit'] as const) {
      const lines = await until(
        async () => linesOf(service).map((line) => JSON.parse(line) as { trace_id?: string }),
        (all) => all.some(({ trace_id }) => trace_id === trace.id),
      );
      expect(lines.some(({ trace_id }) => trace_id === trace.id)).toBe(true);
    }
  });
});

describe('neither log nor trace', () => {
  const written = async (): Promise<string> => {
    const spans = await (await fetch(`${collector}/spans`)).text();
    expect(spans.length).toBeGreaterThan(10_000);
    const files = readdirSync(logs).map((file) => readFileSync(join(logs, file), 'utf8'));
    expect(files.length).toBeGreaterThanOrEqual(SERVICES.length);
    return [spans, ...files].join('\n');
  };

  it('holds anybody’s ID number, though hospitals search by it', async () => {
    const [person] = desk.day.persons;
    const hospital = desk.token(sample.institutions[0]?.institutionCode ?? '');
    const search = { idNumber: person?.idNumber };
    await send('POST', '/v1/insured-persons/search', hospital, newTrace(), search);
    // What can't be served is what is most tempting to log: a body that isn't valid, and a number that nobody has.
    await send('POST', '/v1/insured-persons/search', hospital, newTrace(), { ...search, extra: person?.idNumber });
    await send('GET', `/v1/insured-persons/${person?.idNumber}?idNumber=${person?.idNumber}`, hospital, newTrace());
    const text = await written();
    expect(desk.day.persons.filter(({ idNumber }) => text.includes(idNumber))).toEqual([]);
  });

  it('holds a bearer token', async () => {
    const text = await written();
    const { operator, bureau, hospital, insured } = document.tokens;
    const all = [operator, ...[bureau, hospital, insured].flatMap((tokens) => Object.values(tokens))];
    expect(all.filter((token) => text.includes(token.split('.')[2] ?? token))).toEqual([]);
    expect(text).not.toMatch(/Bearer ey/);
  });
});

type Trace = { readonly id: string; readonly parent: string };

function newTrace(): Trace {
  return { id: randomBytes(16).toString('hex'), parent: randomBytes(8).toString('hex') };
}

/** A request within the caller's trace, as W3C Trace Context has it. */
async function send(method: string, path: string, token: string, trace: Trace, body?: object): Promise<Settled> {
  const answer = await fetch(`${document.gateway}${path}`, {
    method,
    headers: {
      authorization: `Bearer ${token}`,
      traceparent: `00-${trace.id}-${trace.parent}-01`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return (await answer.json()) as Settled;
}

/** The trace's spans, once all that is waited for has come: six processes send theirs, each in its own time. */
async function spansOf(
  { id }: Trace,
  complete: (spans: readonly CollectedSpan[]) => boolean,
): Promise<readonly CollectedSpan[]> {
  return until(async () => (await (await fetch(`${collector}/spans?trace=${id}`)).json()) as CollectedSpan[], complete);
}

function orphansOf(spans: readonly CollectedSpan[], { parent }: Trace): readonly CollectedSpan[] {
  const ids = new Set([parent, ...spans.map(({ spanId }) => spanId)]);
  return spans.filter(({ parentSpanId }) => !ids.has(parentSpanId));
}

function descendantsOf(roots: readonly CollectedSpan[], spans: readonly CollectedSpan[]): CollectedSpan[] {
  const found: CollectedSpan[] = [];
  let generation = roots.map(({ spanId }) => spanId);
  while (generation.length > 0) {
    const children = spans.filter(({ parentSpanId }) => generation.includes(parentSpanId));
    found.push(...children);
    generation = children.map(({ spanId }) => spanId);
  }
  return found;
}

function linesOf(service: string): string[] {
  return readFileSync(join(logs, `${service}.log`), 'utf8')
    .split('\n')
    .filter((line) => line !== '');
}
