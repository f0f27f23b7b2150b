import { randomUUID } from 'node:crypto';
import { generateDay, loadSample } from '@yiditong/tools';
import { describe, expect, inject, it } from 'vitest';
import { FilingDesk, type Newcomer } from './filing-desk.js';
import { HospitalDesk } from './hospital-desk.js';
import { csvOf, gbkOf, xlsxOf } from './sheet-files.js';
import { SHARED_DAY } from './stack.global.js';
import { until } from './until.js';

const { document, issuers, now } = inject('stack');
const sample = loadSample();
const desk = new HospitalDesk(document, generateDay({ ...SHARED_DAY, sample, now }), sample);
const filings = new FilingDesk(desk, issuers.nation);

const CSV = 'text/csv';
const XLSX = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';
const HEADER = ['人员编号', '备案类别', '就医地区划', '开始日期', '截止日期', '材料', '个人承诺'];
const PERSONS = 300;

type FileBody = string | Uint8Array<ArrayBuffer>;
type Import = { readonly importId: string; readonly state: string; readonly rows: number; readonly faultyRows: number };
type Errors = {
  readonly errors: readonly { readonly rowNumber: number; readonly cell: string; readonly reason: string }[];
};

const someone: Newcomer = await filings.newcomer();
const bureau = desk.bureauToken(someone.insuredRegion);
const like = desk.day.bills.find(({ body }) => body.insuredRegion === someone.insuredRegion)?.body.personId ?? '';
const destination = (await filings.options(someone, filings.regionOf(someone.visit))).destination?.region ?? '';

const rowOf = (personId: string): string[] => [
  personId,
  '异地长期居住人员',
  destination,
  now.slice(0, 10),
  '',
  '居住证明',
  '否',
];

async function open(): Promise<string> {
  const { importId } = await filings.write<Import>(
    'POST',
    '/v1/filing-imports',
    { insuredRegion: someone.insuredRegion },
    bureau,
  );
  return importId;
}

async function upload(importId: string, type: string, body: FileBody, token = bureau): Promise<[number, Import]> {
  const answer = await fetch(`${document.gateway}/v1/filing-imports/${importId}/file`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${token}`, 'content-type': type },
    body,
  });
  return [answer.status, (await answer.json()) as Import];
}

async function reaching(importId: string, ...states: string[]): Promise<Import> {
  const look = () => desk.api.get<Import>(`/v1/filing-imports/${importId}`, bureau);
  return until(look, ({ state }) => states.includes(state));
}

async function exported(query: string, format: 'csv' | 'xlsx'): Promise<Response> {
  return fetch(`${document.gateway}/v1/filings/export.${format}?insuredRegion=${someone.insuredRegion}&${query}`, {
    headers: { authorization: `Bearer ${bureau}` },
  });
}

describe('a bulk import', () => {
  it.each<[string, string, (rows: string[][]) => Promise<FileBody>]>([
    ['XLSX', XLSX, (rows) => xlsxOf(rows)],
    ['CSV', CSV, (rows) => Promise.resolve(csvOf(rows))],
    ['CSV in GBK', CSV, (rows) => Promise.resolve(new Uint8Array(gbkOf(csvOf(rows))))],
  ])('of %s is applied as a whole, and exported as it was', async (_, type, fileOf) => {
    const persons = await filings.insure(PERSONS, someone.insuredRegion, like);
    const importId = await open();
    const [status, { rows }] = await upload(importId, type, await fileOf([HEADER, ...persons.map(rowOf)]));
    expect([status, rows]).toEqual([202, PERSONS]);
    const checked = await reaching(importId, 'READY', 'FAULTY');
    expect(checked).toMatchObject({ state: 'READY', faultyRows: 0 });

    const answer = await filings.post(`/v1/filing-imports/${importId}/application`, undefined, bureau);
    expect(answer.status).toBe(202);
    expect(await reaching(importId, 'APPLIED')).toMatchObject({ rows: PERSONS });

    const csv = await (await exported(`importId=${importId}`, 'csv')).text();
    const [header = '', ...lines] = csv.replace('\uFEFF', '').trim().split('\r\n');
    const at = header.split(',').indexOf('人员编号');
    expect(lines.map((line) => line.split(',')[at] ?? '').toSorted()).toEqual(persons.toSorted());
    expect(lines.every((line) => line.includes('异地长期居住人员') && line.includes(',有效,'))).toBe(true);
    const sheet = await exported(`importId=${importId}`, 'xlsx');
    expect(sheet.headers.get('content-disposition')).toMatch(/^attachment; filename="filings-\d{6}\.xlsx"$/);
    expect(
      Buffer.from(await sheet.arrayBuffer())
        .subarray(0, 2)
        .toString(),
    ).toBe('PK');
  });

  it('with errors names the cells, and nothing of it is applied', async () => {
    const persons = await filings.insure(4, someone.insuredRegion, like);
    const rows = persons.map(rowOf);
    rows[0]?.splice(3, 1, '2026-13-01');
    rows[1]?.splice(1, 1, '长住');
    rows[2]?.splice(0, 1, randomUUID());
    const importId = await open();
    await upload(importId, CSV, csvOf([HEADER, ...rows]));
    expect(await reaching(importId, 'READY', 'FAULTY')).toMatchObject({ state: 'FAULTY', faultyRows: 3 });

    const { errors } = await desk.api.get<Errors>(`/v1/filing-imports/${importId}/errors`, bureau);
    expect(errors.map(({ rowNumber, cell, reason }) => [rowNumber, cell, reason])).toEqual([
      [2, 'D2', 'IMPORT_CELL_INVALID'],
      [3, 'B3', 'IMPORT_CELL_INVALID'],
      [4, 'A4', 'PERSON_UNKNOWN'],
    ]);
    const file = await fetch(`${document.gateway}/v1/filing-imports/${importId}/errors.csv`, {
      headers: { authorization: `Bearer ${bureau}` },
    });
    const text = await file.text();
    expect([file.status, text.trim().split('\r\n').length]).toEqual([200, 4]);
    expect(text).toContain('D2');
    expect(text).not.toContain('长住');

    expect(await filings.post(`/v1/filing-imports/${importId}/application`, undefined, bureau)).toMatchObject({
      status: 409,
      body: { reason: 'IMPORT_HAS_ERRORS' },
    });
    expect(
      (await filings.post<Import>(`/v1/filing-imports/${importId}/discard`, undefined, bureau)).body,
    ).toMatchObject({ state: 'DISCARDED' });
    const left = await (await exported(`importId=${importId}`, 'csv')).text();
    expect(left.trim().split('\r\n')).toHaveLength(1);
  });

  it('takes no file that is none, none from others, and none twice', async () => {
    const importId = await open();
    expect(await upload(importId, XLSX, 'no spreadsheet')).toMatchObject([422, { reason: 'SPREADSHEET_UNREADABLE' }]);
    expect(await upload(importId, XLSX, await xlsxOf([HEADER, ['=A1']]))).toMatchObject([
      422,
      { reason: 'SPREADSHEET_CELL_INVALID' },
    ]);
    expect(await upload(importId, 'application/json', '{}')).toMatchObject([400, { reason: 'REQUEST_MALFORMED' }]);
    expect(await upload(importId, CSV, csvOf([HEADER]), someone.token)).toMatchObject([
      403,
      { reason: 'NOT_PERMITTED' },
    ]);
    const [person = ''] = await filings.insure(1, someone.insuredRegion, like);
    expect(await upload(importId, CSV, csvOf([HEADER, rowOf(person)]))).toMatchObject([202, { rows: 1 }]);
    await reaching(importId, 'READY');
    expect(await upload(importId, CSV, csvOf([HEADER]))).toMatchObject([409, { reason: 'IMPORT_STATE_CONFLICT' }]);
  });

  it.each(['csv', 'xlsx'])('begins with a template (%s)', async (format) => {
    const answer = await fetch(`${document.gateway}/v1/filing-imports/template.${format}`, {
      headers: { authorization: `Bearer ${bureau}` },
    });
    expect(answer.status).toBe(200);
    const file = Buffer.from(await answer.arrayBuffer());
    const importId = await open();
    // The example's person is nobody's; that is all that is wrong with it.
    await upload(importId, format === 'csv' ? CSV : XLSX, new Uint8Array(file));
    await reaching(importId, 'FAULTY');
    const { errors } = await desk.api.get<Errors>(`/v1/filing-imports/${importId}/errors`, bureau);
    expect(errors.map(({ cell, reason }) => [cell, reason])).toEqual([['A2', 'PERSON_UNKNOWN']]);
  });
});
