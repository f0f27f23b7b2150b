import { connect, type AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { Rejection } from '@yiditong/codes';
import { fastify, type FastifyInstance, type FastifyRequest } from 'fastify';
import { afterEach, describe, expect, it } from 'vitest';
import { readJsonOnly } from '../http/json-body.js';
import { BATCH_ROWS, stageInBatches, type StagedBatch } from './staged-rows.js';
import { UPLOAD_ROUTES, uploadRoute } from './upload-routes.js';
import { acceptSpreadsheets, sheetOf, uploadedRows } from './uploaded-sheet.js';

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
      const rows = await stageInBatches(uploadedRows(sheetOf(request)), async (batch) => {
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
  for (const url of Object.keys(UPLOAD_ROUTES)) app.put(url, (request) => receive(request));
  await app.listen({ port: 0, host: '127.0.0.1' });
  return { ...upload, port: (app.server.address() as AddressInfo).port };
}

async function send(port: number, method: string, path: string, type: string, body: string): Promise<[number, string]> {
  const answer = await fetch(`http://127.0.0.1:${port}${path}`, { method, headers: { 'content-type': type }, body });
  return [answer.status, await answer.text()];
}

const FILE = '/v1/filing-imports/1/file';
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

  it('travels in smaller batches where its rows are long', async () => {
    const { port, batches } = await serve();
    const long = `${'字'.repeat(2_000)},`.repeat(10);
    const body = ['a', ...Array.from({ length: 450 }, () => long)].join('\n');
    const types = { 'content-type': 'text/csv' };
    const answer = await fetch(`http://127.0.0.1:${port}/v1/catalogue-drafts/1/file`, {
      method: 'PUT',
      headers: types,
      body,
    });
    expect(await answer.json()).toEqual({ rows: 450 });
    expect(batches.map(({ rows }) => rows.length)).toEqual([200, 200, 50]);
  });

  it.each<[string, number | undefined, string]>([
    ['of an XLSX by its sheet and row', 2, '第 2 个工作表第 3 行：重复 it repeats (sheet 2, row 3)'],
    ['of a CSV by its row', undefined, '第 3 行：重复 it repeats (row 3)'],
  ])('has its header %s named where that is refused', async (_, sheet, problem) => {
    const place = sheet === undefined ? {} : { sheet };
    const rows = Readable.from([
      { rowNumber: 3, cells: ['a', 'a'], ...place },
      { rowNumber: 4, cells: ['1'], ...place },
    ]);
    const refused = stageInBatches(rows, () =>
      Promise.reject(new Rejection('SPREADSHEET_HEADER_INVALID', { problem: '重复 it repeats' })),
    );
    await expect(refused).rejects.toMatchObject({ reason: 'SPREADSHEET_HEADER_INVALID', params: { problem } });
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

describe('a route', () => {
  it.each([
    ['/v1/filing-imports/:importId/file', 100_000, ['bureau']],
    ['/v1/catalogue-drafts/:draftId/file', 500_000, ['bureau', 'operator']],
    ['/v1/item-lists/:listId/file', 200_000, ['hospital', 'bureau']],
  ])('%s takes files of %d rows from %j', (url, rows, roles) => {
    expect(uploadRoute(url)).toMatchObject({ limits: { rows }, roles });
  });

  it.each(['/v1/filings', '/v1/filing-imports/:importId', 'toString', undefined])('%s takes none', (url) => {
    expect(uploadRoute(url)).toBeNull();
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
