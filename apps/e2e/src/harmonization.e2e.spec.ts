import { randomUUID } from 'node:crypto';
import { LIST_COLUMNS } from '@yiditong/codes';
import { loadSample } from '@yiditong/tools';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import {
  CatalogueDesk,
  CSV,
  dayFromNow,
  listSheet,
  XLSX,
  type FileBody,
  type Finding,
  type ItemList,
} from './catalogue-desk.js';
import { csvOf, gbkOf, xlsxOf } from './sheet-files.js';
import { until } from './until.js';

const { document } = inject('stack');
const { bureau, clerk, hospital } = document.tokens;
const desk = new CatalogueDesk(document.gateway);

/** 上海, whose catalogue caps a bed; two of its hospitals, and one of another province. */
const [PROVINCE, OWN, NEIGHBOUR, STRANGER] = ['310000', 'H31010400901', 'H31010100901', 'H32010600901'];
const [own, neighbour, stranger] = [OWN, NEIGHBOUR, STRANGER].map((code) => hospital[code ?? ''] ?? '');
const [officer, supervisor] = [clerk.bureau[PROVINCE ?? ''] ?? '', bureau[PROVINCE ?? ''] ?? ''];
const [today, tomorrow] = [dayFromNow(0), dayFromNow(1)];

const [BED, NURSING, GLYCATED, ASPIRIN, BENIDIPINE] = [
  '001109000010400',
  '001201000040000',
  '002503020030000',
  'XB01ACA056A012030101554',
  ['XC08CAB037A001020180517', 'XC08CAB037A001030180517', 'XC08CAB037A001020100617'],
] as const;
/** All provinces may wait to be looked through, one after another. */
const SCAN_PATIENCE_MS = 100_000;
/** More than the province's cap, and not so much that it couldn't be a bed. */
const DEAR = '58';
/** Codes that no other run has given away. */
const run = randomUUID().slice(0, 8);
const codeOf = (item: string): string => `${item}-${run}`;
const ROWS = listSheet([
  {
    item_code: codeOf('BED'),
    name: '普通病房床位费（四人及以上间）',
    unit: '日',
    price_yuan: DEAR,
    national_code: BED,
  },
  {
    item_code: codeOf('NURSE'),
    name: 'Ⅱ级护理',
    kind: '医疗服务项目',
    unit: '日',
    price_yuan: '26',
    national_code: NURSING,
  },
  { item_code: codeOf('HBA1C'), name: '糖化血紅蛋白測定', kind: '医疗服务项目', unit: '项', price_yuan: '70' },
  {
    item_code: codeOf('ASA'),
    name: '阿司匹林肠溶片',
    kind: '西药',
    dosage_form: '肠溶片',
    specification: '100mg',
    manufacturer: '南京道群医药研发有限公司',
    approval_number: '国药准字H20247035',
    price_yuan: '1.11',
  },
  { item_code: codeOf('BEN'), name: '盐酸贝尼地平片', kind: '西药', dosage_form: '片剂' },
  { item_code: codeOf('PARK'), name: '停车费', kind: '医疗服务项目', unit: '次', price_yuan: '5' },
]);

type Match = {
  readonly rowNumber: number;
  readonly item: { readonly itemCode: string };
  readonly state: string;
  readonly nationalCode: string | null;
  readonly decidedBy: string | null;
  readonly candidates: readonly {
    readonly item: { readonly nationalCode: string; readonly origin: string };
    readonly scoreBps: number;
    readonly evidence: readonly {
      readonly feature: string;
      readonly weightBps: number;
      readonly zh: string;
      readonly en: string;
    }[];
  }[];
};
type Mapping = Readonly<Record<'itemCode' | 'effectiveFrom' | 'deciderKind' | 'decidedBy', string>> & {
  readonly nationalCode: string | null;
  readonly effectiveTo: string | null;
};
type Conflict = Readonly<Record<'conflictId' | 'kind' | 'state', string>> & {
  readonly itemCode: string | null;
  readonly owner: string | null;
  readonly finding: { readonly zh: string; readonly en: string };
};

async function matchesOf(listId: string, query = '', token = own): Promise<Map<string, Match>> {
  const { matches } = await desk.api.get<{ matches: Match[] }>(
    `/v1/item-lists/${listId}/matches?limit=200${query}`,
    token ?? '',
  );
  return new Map(matches.map((match) => [match.item.itemCode.split('-')[0] ?? '', match]));
}

async function mappingsOn(on: string): Promise<Map<string, Mapping>> {
  const { mappings } = await desk.api.get<{ mappings: Mapping[] }>(`/v1/item-mappings?on=${on}&limit=1000`, own ?? '');
  return new Map(
    mappings.flatMap((mapping) => {
      const [item = '', of] = mapping.itemCode.split('-');
      return of === run ? [[item, mapping] as const] : [];
    }),
  );
}

async function dearBeds(): Promise<Conflict[]> {
  const { conflicts } = await desk.api.get<{ conflicts: Conflict[] }>(
    `/v1/catalogue-conflicts?kind=PRICE_ABOVE_CAP&institutionCode=${OWN}&limit=200`,
    officer,
  );
  return conflicts.filter(({ itemCode }) => itemCode === codeOf('BED'));
}

let list: ItemList;
beforeAll(async () => {
  list = await desk.listed(today, csvOf(ROWS), own ?? '');
});

describe('a hospital’s list of its own items', () => {
  it('is matched row by row: mapped, queued or refused', async () => {
    expect(list).toMatchObject({ state: 'MATCHED', rows: 6, faultyRows: 0, processed: 6 });
    expect(list.mapped + list.queued + list.refused).toBe(6);
    const matches = await matchesOf(list.listId);
    const states = [...matches].map(([item, { state, nationalCode }]) => [item, state, nationalCode]);
    expect(states).toEqual([
      ['BED', 'MAPPED', BED],
      ['NURSE', 'MAPPED', NURSING],
      ['HBA1C', 'MAPPED', GLYCATED],
      ['ASA', 'MAPPED', ASPIRIN],
      ['BEN', 'QUEUED', null],
      ['PARK', 'REFUSED', null],
    ]);
  });

  it('says of each candidate how likely it is and why, in Chinese and in English', async () => {
    const matches = await matchesOf(list.listId);
    for (const code of ['BED', 'NURSE', 'HBA1C', 'ASA', 'BEN']) {
      const { candidates = [] } = matches.get(code) ?? {};
      const scores = candidates.map(({ scoreBps }) => scoreBps);
      expect(scores).toEqual(scores.toSorted((a, b) => b - a));
      expect(candidates[0]?.evidence.length).toBeGreaterThan(0);
      for (const { zh, en } of candidates.flatMap(({ evidence }) => evidence)) {
        expect(zh).toMatch(/\p{Script=Han}/u);
        expect(en).toMatch(/[a-z]/);
      }
    }
    const featuresOf = (code: string): string[] | undefined =>
      matches.get(code)?.candidates[0]?.evidence.map(({ feature }) => feature);
    expect(featuresOf('NURSE')).toContain('CODE');
    expect(featuresOf('ASA')).toContain('APPROVAL');
    expect(featuresOf('HBA1C')).toContain('NAME');
    expect(matches.get('BEN')?.candidates.map(({ item }) => item.nationalCode)).toEqual(
      expect.arrayContaining([...BENIDIPINE]),
    );
  });

  it('is shown by state, to its own hospital and its bureau, and to nobody else', async () => {
    expect([...(await matchesOf(list.listId, '&state=QUEUED')).keys()]).toEqual(['BEN']);
    const ofOwner = `/v1/item-lists/${list.listId}`;
    expect((await desk.get(`${ofOwner}?institutionCode=${OWN}`, officer)).status).toBe(200);
    for (const token of [neighbour, stranger]) {
      expect(await desk.get(ofOwner, token ?? '')).toMatchObject({
        status: 404,
        body: { reason: 'ITEM_LIST_NOT_FOUND' },
      });
      expect(await desk.get(`${ofOwner}?institutionCode=${OWN}`, token ?? '')).toMatchObject({
        status: 403,
        body: { reason: 'NOT_PERMITTED' },
      });
    }
  });

  it.each<[string, string, (rows: string[][]) => Promise<Uint8Array<ArrayBuffer>>]>([
    ['XLSX', XLSX, (rows) => xlsxOf(rows)],
    ['CSV in GBK', CSV, async (rows) => new Uint8Array(gbkOf(csvOf(rows)))],
  ])('that says the same once more, in %s, changes no mapping', async (_, type, fileOf) => {
    const before = await mappingsOn(today);
    const again = await desk.listed(today, await fileOf(ROWS.slice(0, 5)), own ?? '', type);
    expect(again).toMatchObject({ state: 'MATCHED', rows: 4, unchanged: 4 });
    expect(await mappingsOn(today)).toEqual(before);
  });

  it('with errors names the cells, and nothing of it is taken', async () => {
    const rows = listSheet([
      { item_code: codeOf('NEW'), name: '新项目' },
      { item_code: codeOf('NEW'), name: '又一项' },
      { item_code: 'BAD', name: '', price_yuan: '一元' },
      { item_code: 'CODE', name: '编码有误', national_code: '0011020000500' },
    ]);
    const faulty = await desk.listed(today, csvOf(rows), own ?? '');
    expect(faulty).toMatchObject({ state: 'FAULTY', rows: 4 });
    const { findings } = await desk.api.get<{ findings: Finding[] }>(
      `/v1/item-lists/${faulty.listId}/errors`,
      own ?? '',
    );
    const code = LIST_COLUMNS.findIndex(({ name }) => name === 'national_code');
    expect(findings.map(({ cell, reason }) => [cell, reason])).toEqual(
      expect.arrayContaining([
        ['A3', 'ROW_CONTRADICTS'],
        ['B4', 'ROW_VALUE_MISSING'],
        ['J4', 'ROW_VALUE_INVALID'],
        [`${'ABCDEFGHIJK'.charAt(code)}5`, 'NATIONAL_CODE_INVALID'],
      ]),
    );
    expect(findings.find(({ reason }) => reason === 'NATIONAL_CODE_INVALID')?.zh).toContain('加收码');
    expect([...(await mappingsOn(today)).keys()]).not.toContain('NEW');
  });

  it.each<[string, string, () => Promise<FileBody>, string, RegExp]>([
    [
      'with a formula for a price',
      XLSX,
      () => xlsxOf([...ROWS, ROWS[1]?.map((cell) => (cell === DEAR ? '=50+8' : cell)) ?? []]),
      'SPREADSHEET_CELL_INVALID',
      /第 1 个工作表的单元格 [A-K]8 .*公式/,
    ],
    [
      'with merged cells',
      XLSX,
      () => xlsxOf(ROWS, { merged: 'B3:B4' }),
      'SPREADSHEET_CELL_INVALID',
      /第 1 个工作表的单元格 B3:B4 .*合并/,
    ],
    ['with two sheets', XLSX, () => xlsxOf(ROWS, { second: ROWS }), 'SPREADSHEET_SHEET_INVALID', /第 1、2 个工作表/],
    [
      'of another template',
      CSV,
      async () => new Uint8Array(gbkOf('国家编码,名称\r\n1,2')),
      'SPREADSHEET_HEADER_INVALID',
      /第 1 行：/,
    ],
  ])('%s is refused by its place, and nothing of it is taken', async (_, type, body, reason, place) => {
    const before = await mappingsOn(today);
    const { listId } = await desk.write<ItemList>('/v1/item-lists', { effectiveFrom: today }, own ?? '');
    const path = `/v1/item-lists/${listId}`;
    const [status, problem] = await desk.upload(`${path}/file`, type, await body(), own ?? '');
    expect([status, problem.reason]).toEqual([422, reason]);
    expect(problem.messages.zh).toMatch(place);
    expect(await desk.api.get(path, own ?? '')).toMatchObject({ state: 'OPEN', rows: 0, faultyRows: 0 });
    expect(await mappingsOn(today)).toEqual(before);
    await desk.write(`${path}/discard`, undefined, own ?? '');
  });
});

describe('a clerk of the hospital', () => {
  const decide = (code: string, nationalCode: string | null, token = own) =>
    matchesOf(list.listId).then((matches) =>
      desk.post<Match>(
        `/v1/item-lists/${list.listId}/matches/${matches.get(code)?.rowNumber}/decision`,
        { nationalCode, remark: '按说明书核对' },
        token ?? '',
      ),
    );

  it('says which national item a queued row is, once', async () => {
    expect(await decide('BEN', '001999999990000')).toMatchObject({ status: 404 });
    const answer = await decide('BEN', BENIDIPINE[0]);
    expect(answer).toMatchObject({ status: 200, body: { state: 'CONFIRMED', nationalCode: BENIDIPINE[0] } });
    expect(await decide('BEN', BENIDIPINE[1])).toMatchObject({ status: 409, body: { reason: 'MATCH_DECIDED' } });
    expect((await mappingsOn(today)).get('BEN')).toMatchObject({
      nationalCode: BENIDIPINE[0],
      deciderKind: 'CLERK',
      decidedBy: answer.body.decidedBy,
    });
  });

  it('says that a refused row is none', async () => {
    expect(await decide('PARK', null)).toMatchObject({ status: 200, body: { state: 'NONE', nationalCode: null } });
  });

  it('maps an item otherwise from a day on; the days before keep what was', async () => {
    const revision = {
      itemCode: codeOf('BEN'),
      nationalCode: BENIDIPINE[2],
      effectiveFrom: tomorrow,
      remark: '更换厂家',
    };
    const early = await desk.post(
      '/v1/item-mappings/revisions',
      { ...revision, effectiveFrom: '2025-01-01' },
      own ?? '',
    );
    expect(early).toMatchObject({ status: 409, body: { reason: 'MAPPING_EFFECTIVE_TOO_EARLY' } });
    await desk.write('/v1/item-mappings/revisions', revision, own ?? '');
    expect((await mappingsOn(today)).get('BEN')?.nationalCode).toBe(BENIDIPINE[0]);
    expect((await mappingsOn(tomorrow)).get('BEN')?.nationalCode).toBe(BENIDIPINE[2]);
    const { mappings } = await desk.api.get<{ mappings: Mapping[] }>(
      `/v1/item-mappings/history?itemCode=${codeOf('BEN')}`,
      own ?? '',
    );
    expect(mappings.map(({ nationalCode }) => nationalCode)).toEqual([BENIDIPINE[2], BENIDIPINE[0]]);
  });

  it('downloads the mappings in the fields of 1317', async () => {
    const { data } = await desk.api.get<{ data: Record<string, string | null>[] }>(
      '/v1/catalogue-downloads/1317?limit=1000',
      own ?? '',
    );
    expect(data.find((row) => row['medins_list_codg'] === codeOf('HBA1C'))).toMatchObject({
      fixmedins_code: OWN,
      medins_list_name: '糖化血紅蛋白測定',
      med_list_codg: GLYCATED,
      list_type: '201',
      insu_admdvs: PROVINCE,
      vali_flag: '1',
      begndate: today,
    });
    const file = await desk.download('/v1/catalogue-downloads/1317/file', own ?? '');
    expect([file.status, (await file.text()).includes(`${OWN}\t${codeOf('HBA1C')}\t`)]).toEqual([200, true]);
    const foreign = await desk.get(`/v1/catalogue-downloads/1317?institutionCode=${OWN}`, stranger ?? '');
    expect(foreign).toMatchObject({ status: 403, body: { reason: 'NOT_PERMITTED' } });
  });
});

describe('a price above the province’s cap', () => {
  const scan = async (): Promise<void> => {
    const asked = await desk.post<{ scanning: boolean }>('/v1/catalogue-conflicts/scan', undefined, officer);
    expect(asked).toMatchObject({ status: 202, body: { scanning: true } });
    const look = () => desk.api.get<{ scanning: boolean }>('/v1/catalogue-conflicts?limit=1', officer);
    await until(look, ({ scanning }) => !scanning, SCAN_PATIENCE_MS);
  };

  it('is found, said, given to somebody and accepted, and stays so while it is found', async () => {
    const cap = loadSample()
      .catalogues.find(({ province }) => province === PROVINCE)
      ?.entries.find(({ nationalCode }) => nationalCode === BED)?.ceilingYuan;
    expect(Number(cap)).toBeLessThan(Number(DEAR));
    await scan();
    const [conflict] = await dearBeds();
    expect(conflict).toMatchObject({ state: 'OPEN', owner: null });
    expect(conflict?.finding.zh).toMatch(/58/);
    const path = `/v1/catalogue-conflicts/${conflict?.conflictId}`;
    expect(await desk.write(`${path}/assignment`, {}, officer)).toMatchObject({
      state: 'ASSIGNED',
      owner: `bureau-${PROVINCE}-clerk`,
    });
    const accepted = { state: 'ACCEPTED', resolution: '特需病房，另有批复' };
    expect(await desk.write(`${path}/resolution`, accepted, supervisor)).toMatchObject({ state: 'ACCEPTED' });
    expect(await desk.write(`${path}/resolution`, accepted, supervisor)).toMatchObject({ state: 'ACCEPTED' });
    const other = { state: 'CORRECTED', resolution: '已调价' };
    expect(await desk.post(`${path}/resolution`, other, supervisor)).toMatchObject({
      status: 409,
      body: { reason: 'CONFLICT_CLOSED' },
    });
    await scan();
    expect((await dearBeds()).map(({ state }) => state)).toEqual(['ACCEPTED']);
  }, 240_000);

  it('is the business of its own province', async () => {
    const [conflict] = await dearBeds();
    const path = `/v1/catalogue-conflicts/${conflict?.conflictId}/resolution`;
    const answer = await desk.post(path, { state: 'ACCEPTED', resolution: '无关' }, bureau['320000'] ?? '');
    expect(answer).toMatchObject({ status: 404, body: { reason: 'CONFLICT_NOT_FOUND' } });
    expect((await desk.get('/v1/catalogue-conflicts', own ?? '')).status).toBe(403);
  });
});
