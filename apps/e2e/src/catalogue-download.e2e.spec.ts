import { loadSample } from '@yiditong/tools';
import { describe, expect, inject, it } from 'vitest';
import { CatalogueDesk, CSV, dayFromNow, entrySheet, type CatalogueProposal } from './catalogue-desk.js';
import { csvOf } from './sheet-files.js';

const { document } = inject('stack');
const { bureau, clerk, hospital, insured, operator } = document.tokens;
const desk = new CatalogueDesk(document.gateway);
const sample = loadSample();

/** 宁夏, for which the sample has no catalogue. */
const PROVINCE = '640000';
const [maker, checker] = [clerk.bureau[PROVINCE] ?? '', bureau[PROVINCE] ?? ''];
const own = hospital['H11010500901'] ?? '';

type Row = Readonly<Record<string, string | null>>;
type Page = {
  readonly ver: number;
  readonly upTo: number;
  readonly verName: string;
  readonly total: number;
  readonly data: readonly Row[];
  readonly nextAfter: string | null;
};

const page = (infno: string, query = '', token = own): Promise<Page> =>
  desk.api.get(`/v1/catalogue-downloads/${infno}?${query}`, token);

async function whole(infno: string, query: string, limit: number): Promise<Row[]> {
  const rows: Row[] = [];
  let after: string | null = null;
  do {
    const rest: string = after === null ? '' : `&after=${encodeURIComponent(after)}`;
    const one: Page = await page(infno, `limit=${limit}&${query}${rest}`);
    rows.push(...one.data);
    after = one.nextAfter;
  } while (after !== null);
  return rows;
}

/** The national items of the sample's file, by the beginning of their code. */
function itemsOf(first: RegExp): string[] {
  const codes = sample.nationalItems.csv
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => line.split(',')[0] ?? '');
  return codes.filter((code) => first.test(code)).toSorted();
}

describe('the nation’s items', () => {
  it.each([
    ['1301', /^[XZ]/, ['med_list_codg', 'reg_name', 'drug_dosform_name', 'drug_spec', 'aprvno', 'prodentp_name']],
    ['1302', /^T/, ['med_list_codg', 'tcmherb_name']],
    ['1303', /^J/, ['med_list_codg', 'drug_prodname', 'dosform']],
    ['1305', /^\d/, ['med_list_codg', 'prcunt_name', 'servitem_name']],
    ['1306', /^C/, ['med_list_codg', 'hi_genname', 'spec']],
  ])('are downloaded as %s in pages, each once, in its fields', async (infno, first, fields) => {
    const rows = await whole(infno, 'ver=0', 100);
    expect(rows.map((row) => row['med_list_codg'] ?? '').toSorted()).toEqual(itemsOf(first));
    const names = [...fields, 'med_chrgitm_type', 'begndate', 'vali_flag', 'rid', 'updt_time', 'ver', 'ver_name'];
    expect(Object.keys(rows[0] ?? {})).toEqual(expect.arrayContaining(names));
    expect(new Set(rows.map((row) => row['rid'])).size).toBe(rows.length);
    expect(rows.every((row) => row['vali_flag'] === '1' && /^(公布|数据来源：)/.test(row['memo'] ?? ''))).toBe(true);
  });

  it('are none for who has the newest version, and none of which is marked as ethnic', async () => {
    const { upTo, verName } = await page('1305', 'limit=1');
    expect(verName).toMatch(/第\d+版$/);
    expect(await page('1305', `ver=${upTo}`)).toMatchObject({ total: 0, data: [], nextAfter: null });
    expect((await page('1304')).data).toEqual([]);
  });

  it('are a file that a hospital’s system reads: tabs, no header, with the version in its name', async () => {
    const file = await desk.download('/v1/catalogue-downloads/1305/file?format=txt', own);
    expect(file.headers.get('content-disposition')).toMatch(/filename="1305-v0-v\d+\.txt"/);
    const lines = (await file.text()).trim().split(/\r?\n/);
    expect(lines).toHaveLength(itemsOf(/^\d/).length);
    expect(lines.some((line) => line.split('\t').includes('住院诊查费'))).toBe(true);
    const csv = await desk.download('/v1/catalogue-downloads/1305/file?format=csv', own);
    expect((await csv.text()).replace('\uFEFF', '').split(/\r?\n/)[0]).toContain('med_list_codg');
  });

  it('are nobody’s who doesn’t settle', async () => {
    const answer = await desk.get('/v1/catalogue-downloads/1305', Object.values(insured)[0] ?? '');
    expect(answer).toMatchObject({ status: 403, body: { reason: 'NOT_PERMITTED' } });
  });
});

describe('a province’s catalogue', () => {
  const beijing = sample.catalogues.find(({ province }) => province === '110000')?.entries ?? [];

  it('is the hospital’s own unless it names another', async () => {
    const rows = await whole('1312', '', 20);
    expect(rows.map((row) => row['hilist_code'] ?? '').toSorted()).toEqual(
      beijing.map(({ nationalCode }) => nationalCode).toSorted(),
    );
    expect(rows.every((row) => row['insu_admdvs'] === '110000')).toBe(true);
    const shanghai = sample.catalogues.find(({ province }) => province === '310000')?.entries ?? [];
    expect((await page('1312', 'province=310000&limit=1')).total).toBe(shanghai.length);
    expect(await desk.get('/v1/catalogue-downloads/1312', operator)).toMatchObject({ status: 400 });
  });

  it('has its classes, caps and shares in 1312, 1318 and 1319', async () => {
    const [entries, caps, shares] = await Promise.all(['1312', '1318', '1319'].map((infno) => whole(infno, '', 500)));
    for (const { nationalCode, itemClass, firstSelfPayBps, ceilingYuan } of beijing) {
      const of = (rows: readonly Row[] | undefined): Row | undefined =>
        rows?.find((row) => row['hilist_code'] === nationalCode);
      expect(of(entries)?.['chrgitm_lv']).toBe({ A: '01', B: '02', C: '03' }[itemClass]);
      expect(Number(of(shares)?.['selfpay_prop']) * 10_000).toBe(firstSelfPayBps);
      expect(Number(of(caps)?.['hilist_pric_uplmt_amt'])).toBe(Number(ceilingYuan ?? '999999'));
    }
  });

  it('is downloaded from the version on that the hospital has', async () => {
    const entry = { name: '住院诊查费', item_class: '甲', charge_category: '02' };
    const rows = [
      { ...entry, national_code: '001102000050000' },
      { ...entry, national_code: '001102000030000', name: '急诊诊查费' },
    ];
    await published('WHOLE', '2024-01-01', rows);
    const of = `province=${PROVINCE}`;
    expect(await page('1312', of)).toMatchObject({ upTo: 1, total: 2 });
    await published('CHANGES', dayFromNow(1), [
      { national_code: '001102000030000', withdrawn: '是' },
      { ...entry, national_code: '001102000040000', name: '门急诊留观诊查费' },
    ]);
    const { upTo, total, data } = await page('1312', `${of}&ver=1`);
    expect([upTo, total]).toEqual([2, 2]);
    expect(data.map((row) => [row['hilist_code'], row['vali_flag'], row['begndate'], row['ver']])).toEqual([
      ['001102000030000', '0', dayFromNow(1), '2'],
      ['001102000040000', '1', dayFromNow(1), '2'],
    ]);
    // Pages of the span that the first page had, whatever was published since.
    expect(await page('1312', `${of}&upTo=1`)).toMatchObject({ upTo: 1, total: 2 });
    // From the beginning, all that any version said: what was is for the fees of then.
    const said = (await page('1316', of)).data.map(
      (row) => `${row['ver']} ${row['med_list_codg']} ${row['vali_flag']}`,
    );
    expect(said.toSorted()).toEqual([
      '1 001102000030000 1',
      '1 001102000050000 1',
      '2 001102000030000 0',
      '2 001102000040000 1',
    ]);
  });

  async function published(form: 'WHOLE' | 'CHANGES', from: string, rows: Parameters<typeof entrySheet>[0]) {
    const { draftId, state } = await desk.drafted(form, from, [CSV, csvOf(entrySheet(rows))], maker);
    expect(state).toBe('READY');
    const path = `/v1/catalogue-drafts/${draftId}/submission`;
    const { proposalId } = await desk.write<CatalogueProposal>(path, undefined, maker);
    await desk.decide(proposalId, checker);
  }
});
