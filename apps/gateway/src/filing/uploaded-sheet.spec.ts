import { connect, type AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { Rejection } from '@yiditong/codes';
import { fastify, type FastifyInstance, type FastifyRequest } from 'fastify';
import { afterEach, describe, expect, it } from 'vitest';
import { readJsonOnly } from '../http/json-body.js';
import { BATCH_ROWS, stageInBatches, type StagedBatch } from './staged-rows.js';
import { acceptSpreadsheets, sheetOf, UPLOAD_ROUTE, uploadedRows } from './uploaded-sheet.js';

let app: FastifyInstance | undefined;
afterEach(async () => {
  await app?.close();
  app = undefined;
});

type Upload = { readonly batches: StagedBatch[]; readonly ends: string[] };

/** A gateway of one upload and one JSON route; says what was staged, and how uploads ended. */
async function serve(
  stage: () => Promise<void> = () => Promise.resolve(),
): Promise<Upload & { readonly port: number }> {
  const upload: Upload = { batches: [], ends: [] };
  app = fastify();
  readJsonOnly(app);
  acceptSpreadsheets(app);
  app.setErrorHandler((error, _, reply) => {
    void reply.status(422).send({ reason: error instanceof Rejection ? error.reason : String(error) });
  });
  app.post('/v1/filings', (request) => ({ body: request.body }));
  const receive = async (request: FastifyRequest): Promise<object> => {
    try {
      const rows = await stageInBatches(uploadedRows(sheetOf(request), 100_000), async (batch) => {
        upload.batches.push(batch);
        await stage();
      });
      upload.ends.push('whole');
      return { rows };
    } catch (error) {
      upload.ends.push(error instanceof Rejection ? error.reason : String(error));
      throw error;
    }
  };
  app.put(UPLOAD_ROUTE, (request) => receive(request));
  await app.listen({ port: 0, host: '127.0.0.1' });
  return { ...upload, port: (app.server.address() as AddressInfo).port };
}

async function send(port: number, method: string, path: string, type: string, body: string): Promise<[number, string]> {
  const answer = await fetch(`http://127.0.0.1:${port}${path}`, { method, headers: { 'content-type': type }, body });
  return [answer.status, await answer.text()];
}

const FILE = UPLOAD_ROUTE.replace(':importId', '1');
const csvOf = (rows: number): string =>
  ['a,b,c', ...Array.from({ length: rows }, (_, index) => `${index},x`)].join('\n');

describe('an uploaded spreadsheet', () => {
  it('is staged in batches, one after another, with the numbers of its rows and as many cells as the header', async () => {
    let [atOnce, most] = [0, 0];
    const { port, batches } = await serve(async () => {
      atOnce += 1;
      most = Math.max(most, atOnce);
      await sleep(1);
      atOnce -= 1;
    });
    expect(await send(port, 'PUT', FILE, 'text/csv; charset=utf-8', csvOf(2 * BATCH_ROWS + 1))).toEqual([
      200,
      `{"rows":${2 * BATCH_ROWS + 1}}`,
    ]);
    expect(batches.map(({ rows }) => rows.length)).toEqual([BATCH_ROWS, BATCH_ROWS, 1]);
    expect(batches.map(({ header }) => header)).toEqual(Array.from({ length: 3 }, () => ['a', 'b', 'c']));
    expect(batches[1]?.rows[0]).toEqual({ rowNumber: BATCH_ROWS + 2, cells: [String(BATCH_ROWS), 'x', ''] });
    expect(most).toBe(1);
  });

  it('is refused with its reason when it can’t be read, and the rest of it is let go', async () => {
    const { port } = await serve();
    const [status, text] = await send(port, 'PUT', FILE, 'text/csv', `a\n"x"y\n${'z\n'.repeat(2_000_000)}`);
    expect([status, text]).toEqual([422, '{"reason":"SPREADSHEET_UNREADABLE"}']);
  });

  it('stages nothing and blames nobody here when its sender goes away', async () => {
    const { port, ends, batches } = await serve();
    const socket = connect(port, '127.0.0.1');
    socket.write(
      `PUT ${FILE} HTTP/1.1\r\nhost: a\r\ncontent-type: text/csv\r\ncontent-length: 1000000\r\n\r\n${csvOf(2_000)}`,
    );
    await sleep(50);
    socket.destroy();
    while (ends.length === 0) await sleep(5);
    expect([ends, batches]).toEqual([['REQUEST_TIMEOUT'], []]);
  });
});

describe('the kind of body', () => {
  it.each<[string, string, string, string, number, string]>([
    ['a spreadsheet elsewhere', 'POST', '/v1/filings', 'text/csv', 422, '{"reason":"REQUEST_MALFORMED"}'],
    ['JSON where a spreadsheet belongs', 'PUT', FILE, 'application/json', 422, '{"reason":"REQUEST_MALFORMED"}'],
    ['JSON where it belongs', 'POST', '/v1/filings', 'application/json', 200, '{"body":[1]}'],
  ])('%s', async (_, method, path, type, status, text) => {
    const { port } = await serve();
    expect(await send(port, method, path, type, '[1]')).toEqual([status, text]);
  });
});
