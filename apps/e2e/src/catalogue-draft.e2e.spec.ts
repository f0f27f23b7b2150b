import { beforeAll, describe, expect, inject, it } from 'vitest';
import {
  CatalogueDesk,
  CSV,
  dayFromNow,
  entrySheet,
  XLSX,
  type CatalogueProposal,
  type Draft,
  type FileBody,
} from './catalogue-desk.js';
import { csvOf, gbkOf, xlsxOf } from './sheet-files.js';

const { document } = inject('stack');
const { bureau, clerk, hospital, insured, operator } = document.tokens;
const desk = new CatalogueDesk(document.gateway);

/** 甘肃, for which the sample has no catalogue. */
const PROVINCE = '620000';
const [maker, checker] = [clerk.bureau[PROVINCE] ?? '', bureau[PROVINCE] ?? ''];
const anyHospital = Object.values(hospital)[0] ?? '';
const anyPerson = Object.values(insured)[0] ?? '';
const FIRST_DAY = '2024-01-01';
// A day more than their names say, so that a midnight during the run leaves them in the future.
const [today, tomorrow, dayAfter] = [dayFromNow(0), dayFromNow(2), dayFromNow(3)];

const [CONSULTATION, BED, DRUG, STENT, NEEDLE, EMERGENCY] = [
  '001102000050000',
  '001109000010400',
  'XC08CAB037A001020100617',
  'C0202020019000190001',
  '004300000010100',
  '001102000030000',
];
const excess = { over_cap_rule: '超出部分自付' };
const drug = { national_code: DRUG, name: '盐酸贝尼地平片', item_class: '乙', charge_category: '09' };
const consultation = { national_code: CONSULTATION, name: '住院诊查费', item_class: '甲', charge_category: '02' };
const WHOLE = entrySheet([
  consultation,
  {
    national_code: BED,
    name: '普通病房床位费(四人及以上间)',
    item_class: '甲',
    charge_category: '床位费',
    price_cap: '50; 三级 60',
    ...excess,
  },
  { ...drug, first_self_pay: '１０％；居民 15%' },
  {
    national_code: STENT,
    name: '冠脉支架',
    item_class: '乙类',
    first_self_pay: '20%',
    charge_category: '8',
    price_cap: '1200',
    over_cap_rule: '全部自付',
  },
  {
    national_code: NEEDLE,
    name: '普通针刺(体针)',
    item_class: 'B',
    first_self_pay: '5%',
    charge_category: '05',
    needs_approval: '是',
    restriction: '限中医师开具',
  },
]);
const CHANGES = entrySheet([
  { ...drug, first_self_pay: '20%; 居民 15%' },
  { national_code: EMERGENCY, name: '急诊诊查费', item_class: '甲', charge_category: '02' },
  { national_code: NEEDLE, withdrawn: '是' },
]);

type Version = { readonly versionId: string; readonly sequence: number; readonly origin: string };
type Price = Readonly<Record<'province' | 'ownExpenseFen' | 'firstSelfPayFen' | 'overCeilingFen', string>> & {
  readonly versionId: string | null;
  readonly lines: readonly {
    readonly rule: string;
    readonly firstSelfPayBps: number;
    readonly fullSelfPayFen: string;
  }[];
};
type Comparison = {
  readonly totals: Readonly<Record<'onlyFirst' | 'onlySecond' | 'different' | 'same', number>>;
  readonly differences: readonly { readonly nationalCode: string; readonly changes: readonly object[] }[];
};

async function versions(): Promise<readonly Version[]> {
  const { versions: all } = await desk.api.get<{ versions: Version[] }>(
    `/v1/catalogues/versions?province=${PROVINCE}`,
    anyHospital,
  );
  return all.toReversed();
}

async function publish(draft: Draft): Promise<CatalogueProposal> {
  const proposal = await desk.write<CatalogueProposal>(
    `/v1/catalogue-drafts/${draft.draftId}/submission`,
    undefined,
    maker,
  );
  expect(proposal).toMatchObject({ state: 'PENDING', origin: 'DRAFT', originId: draft.draftId, versionId: null });
  const approved = await desk.decide(proposal.proposalId, checker);
  await desk.draftIn(draft.draftId, maker, 'PUBLISHED');
  return approved;
}

async function priced(on: string, code: string, unitPriceYuan: string, whose: object = {}): Promise<Price> {
  const lines = [{ nationalCode: code, quantity: '1', unitPriceYuan }];
  const body = { provinces: [PROVINCE], on, lines, ...whose };
  const { prices } = await desk.write<{ prices: Price[] }>('/v1/catalogues/basket', body, anyPerson);
  return prices[0] ?? ({} as Price);
}

async function compared(first: Version | undefined, second: Version | undefined): Promise<Comparison> {
  const pair = `province=${PROVINCE}&first=${first?.versionId}&second=${second?.versionId}`;
  return desk.api.get(`/v1/catalogues/versions/comparison?${pair}`, anyHospital);
}

describe('a catalogue that is drafted in spreadsheets', () => {
  let made: { readonly drafts: readonly Draft[]; readonly approved: readonly CatalogueProposal[] };
  beforeAll(async () => {
    const first = await desk.drafted('WHOLE', FIRST_DAY, [CSV, new Uint8Array(gbkOf(csvOf(WHOLE)))], maker);
    const published = await publish(first);
    const changes = await desk.drafted('CHANGES', tomorrow, [XLSX, await xlsxOf(CHANGES)], maker);
    made = { drafts: [first, changes], approved: [published, await publish(changes)] };
  });

  it('is checked as a whole, in GBK or as XLSX, and says what it would change', () => {
    expect(made.drafts).toMatchObject([
      { state: 'READY', rows: 5, faultyRows: 0, change: { added: 5, changed: 0, removed: 0 } },
      { state: 'READY', rows: 3, faultyRows: 0, change: { added: 1, changed: 1, unchanged: 3, removed: 1 } },
    ]);
    expect(made.approved.map(({ state, entryCount }) => [state, entryCount])).toEqual([
      ['APPROVED', 5],
      ['APPROVED', 5],
    ]);
  });

  it('is published from its day on, as versions that are counted', async () => {
    expect((await versions()).slice(0, 2)).toMatchObject([
      { sequence: 1, origin: 'DRAFT', effectiveFrom: FIRST_DAY, entryCount: 5, added: 5 },
      { sequence: 2, origin: 'DRAFT', effectiveFrom: tomorrow, entryCount: 5, added: 1, changed: 1, withdrawn: 1 },
    ]);
  });

  it('says what differs between its versions, readable, and as a file', async () => {
    const [first, second] = await versions();
    const { totals, differences } = await compared(first, second);
    expect(totals).toEqual({ onlyFirst: 1, onlySecond: 1, different: 1, same: 3 });
    expect(differences.map(({ nationalCode }) => nationalCode).toSorted()).toEqual([EMERGENCY, NEEDLE, DRUG]);
    expect(JSON.stringify(differences.find(({ nationalCode }) => nationalCode === DRUG)?.changes)).toMatch(/10%.*20%/);
    const pair = `province=${PROVINCE}&first=${first?.versionId}&second=${second?.versionId}`;
    const file = await desk.download(`/v1/catalogues/versions/comparison.csv?${pair}`, anyHospital);
    expect(file.status).toBe(200);
    expect(await file.text()).toMatch(new RegExp(`${DRUG}.*10%`));
  });

  it('costs a patient what the version of the day says: tomorrow’s counts tomorrow, and not today', async () => {
    const [first, second] = await versions();
    expect(await priced(today, DRUG, '100')).toMatchObject({ firstSelfPayFen: '1000', versionId: first?.versionId });
    expect(await priced(tomorrow, DRUG, '100')).toMatchObject({
      firstSelfPayFen: '2000',
      versionId: second?.versionId,
    });
    expect(await priced(tomorrow, NEEDLE, '30')).toMatchObject({
      lines: [{ rule: 'UNLISTED' }],
      ownExpenseFen: '3000',
    });
  });

  it.each<[string, string, string, object, object]>([
    ['a resident’s own share', DRUG, '100', { insurance: 'RESIDENT', personType: 'MINOR' }, { ownExpenseFen: '1500' }],
    ['the general share for who has none', DRUG, '100', { insurance: 'EMPLOYEE' }, { ownExpenseFen: '1000' }],
    ['the level’s own cap', BED, '70', { hospitalLevel: 'TERTIARY' }, { overCeilingFen: '1000' }],
    ['the cap of all levels elsewhere', BED, '70', { hospitalLevel: 'PRIMARY' }, { overCeilingFen: '2000' }],
    [
      'a whole line above its cap',
      STENT,
      '1500',
      {},
      { lines: [{ rule: 'OVER_CAP_WHOLE', fullSelfPayFen: '150000' }] },
    ],
    ['its share below it', STENT, '1000', {}, { firstSelfPayFen: '20000' }],
    ['nothing of a condition that nobody confirmed', NEEDLE, '30', {}, { lines: [{ rule: 'RESTRICTED' }] }],
  ])('applies %s', async (_, code, price, whose, expected) => {
    expect(await priced(today, code, price, whose)).toMatchObject(expected);
  });

  it('is rolled back from a later day on: what an earlier version said stands again, and nothing is taken away', async () => {
    const [first, second] = await versions();
    const body = { versionId: first?.versionId, effectiveFrom: dayAfter };
    const proposal = await desk.write<CatalogueProposal>('/v1/catalogues/rollbacks', body, maker);
    expect(proposal).toMatchObject({ state: 'PENDING', origin: 'ROLLBACK', originId: first?.versionId });
    await desk.decide(proposal.proposalId, checker);
    const all = await versions();
    expect(all[2]).toMatchObject({ sequence: 3, origin: 'ROLLBACK', effectiveFrom: dayAfter });
    expect((await compared(first, all[2])).totals).toEqual({ onlyFirst: 0, onlySecond: 0, different: 0, same: 5 });
    expect(await priced(dayAfter, DRUG, '100')).toMatchObject({
      firstSelfPayFen: '1000',
      versionId: all[2]?.versionId,
    });
    expect(await priced(tomorrow, DRUG, '100')).toMatchObject({ versionId: second?.versionId });
  });

  it('changes no day that has begun', async () => {
    const late = await desk.drafted('CHANGES', today, [CSV, csvOf(entrySheet([consultation]))], maker);
    const answer = await desk.post(`/v1/catalogue-drafts/${late.draftId}/submission`, undefined, maker);
    expect(answer).toMatchObject({ status: 409, body: { reason: 'CATALOGUE_EFFECTIVE_TOO_EARLY' } });
    await desk.write(`/v1/catalogue-drafts/${late.draftId}/discard`, undefined, maker);
  });
});

describe('a draft with errors', () => {
  const rows = entrySheet([
    { ...consultation, national_code: '00110200005' },
    { ...drug, national_code: 'X108CAB037A001020100617', first_self_pay: '10%' },
    { ...consultation, item_class: '丁' },
    { ...consultation, national_code: EMERGENCY, first_self_pay: '5%' },
    { ...drug, national_code: DRUG },
    { ...consultation, national_code: BED, name: '', price_cap: '五十' },
    { ...consultation, national_code: NEEDLE, price_cap: '50' },
    { ...consultation, national_code: '001102000040000' },
    { ...consultation, national_code: '001102000040000' },
    { national_code: '001107000010000', withdrawn: '是' },
  ]);

  it('names each cell, and of a code the segment that is wrong, and can’t be submitted', async () => {
    const { draftId, ...draft } = await desk.drafted('CHANGES', dayFromNow(30), [CSV, csvOf(rows)], maker);
    expect(draft).toMatchObject({ state: 'FAULTY', rows: 10, faultyRows: 9 });
    const findings = await desk.findings(draftId, maker);
    expect(findings.filter(({ warning }) => !warning).map(({ cell, reason }) => [cell, reason])).toEqual([
      ['A2', 'ROW_VALUE_INVALID'],
      ['A3', 'ROW_VALUE_INVALID'],
      ['D4', 'ROW_VALUE_INVALID'],
      ['E5', 'ROW_VALUE_INVALID'],
      ['E6', 'ROW_VALUE_INVALID'],
      ['C7', 'ROW_VALUE_MISSING'],
      ['F7', 'ROW_VALUE_INVALID'],
      ['G8', 'ROW_VALUE_INVALID'],
      ['A10', 'ROW_REPEATS'],
      ['A11', 'ROW_NOT_STANDING'],
    ]);
    expect(findings[0]).toMatchObject({
      zh: expect.stringContaining('分解码'),
      en: expect.stringContaining('the part'),
    });
    expect(findings[1]?.zh).toMatch(/第 2–6 位「药品分类」/);

    const answer = await desk.post(`/v1/catalogue-drafts/${draftId}/submission`, undefined, maker);
    expect(answer).toMatchObject({ status: 409, body: { reason: 'DRAFT_HAS_ERRORS' } });
    const file = await (await desk.download(`/v1/catalogue-drafts/${draftId}/findings.csv`, maker)).text();
    expect(file).toContain('A10');
    expect(file).not.toContain('五十');
    expect(await desk.write(`/v1/catalogue-drafts/${draftId}/discard`, undefined, maker)).toMatchObject({
      state: 'DISCARDED',
    });
  });

  it('warns of what would be a conflict, and may be submitted all the same', async () => {
    const { charge_category: _, ...without } = consultation;
    const file = entrySheet([without, { ...consultation, national_code: '009999999990000', name: '查无此项' }]);
    const { draftId, ...draft } = await desk.drafted('CHANGES', dayFromNow(30), [CSV, csvOf(file)], maker);
    expect(draft).toMatchObject({ state: 'READY', faultyRows: 0, warnings: 2 });
    expect((await desk.findings(draftId, maker)).map(({ cell, reason, warning }) => [cell, reason, warning])).toEqual([
      ['H2', 'CHARGE_CATEGORY_MISSING', true],
      ['A3', 'ITEM_ENDED', true],
    ]);
    await desk.write(`/v1/catalogue-drafts/${draftId}/discard`, undefined, maker);
  });
});

describe('a file for a draft', () => {
  /** The rows with one cell changed, both counted from 0. */
  const altered = (row: number, column: number, cell: string): string[][] =>
    WHOLE.map((cells, at) => (at === row ? cells.with(column, cell) : cells));
  const upload = async (type: string, body: FileBody, token = maker): Promise<[number, string | undefined]> => {
    const opened = { form: 'WHOLE', effectiveFrom: dayFromNow(30) };
    const { draftId } = await desk.write<Draft>('/v1/catalogue-drafts', opened, maker);
    const [status, { reason }] = await desk.upload(`/v1/catalogue-drafts/${draftId}/file`, type, body, token);
    await desk.post(`/v1/catalogue-drafts/${draftId}/discard`, undefined, maker);
    return [status, reason];
  };

  it.each<[string, string, () => Promise<FileBody>, number, string]>([
    ['that is no spreadsheet', XLSX, async () => 'no spreadsheet', 422, 'SPREADSHEET_UNREADABLE'],
    ['of another kind', 'application/json', async () => '{}', 400, 'REQUEST_MALFORMED'],
    ['without a header', CSV, async () => csvOf(WHOLE.slice(1)), 422, 'SPREADSHEET_HEADER_INVALID'],
    ['of hospitals’ items', CSV, async () => '院内编码,名称\r\n1,2', 422, 'SPREADSHEET_HEADER_INVALID'],
    [
      'with a column twice',
      XLSX,
      () => xlsxOf(WHOLE.map((row) => [...row, row[0] ?? ''])),
      422,
      'SPREADSHEET_HEADER_INVALID',
    ],
  ])('%s is refused with its reason', async (_, type, body, status, reason) => {
    expect(await upload(type, await body())).toEqual([status, reason]);
  });

  it.each<[string, string, () => Promise<FileBody>, string, RegExp]>([
    [
      'with a formula',
      XLSX,
      () => xlsxOf(altered(3, 5, '=1/10')),
      'SPREADSHEET_CELL_INVALID',
      /第 1 个工作表的单元格 F4 .*公式/,
    ],
    [
      'with merged cells',
      XLSX,
      () => xlsxOf(WHOLE, { merged: 'D2:D3' }),
      'SPREADSHEET_CELL_INVALID',
      /第 1 个工作表的单元格 D2:D3 .*合并/,
    ],
    [
      'with two sheets',
      XLSX,
      () => xlsxOf(WHOLE, { second: [['说明']] }),
      'SPREADSHEET_SHEET_INVALID',
      /第 1、2 个工作表/,
    ],
    [
      'whose first sheet is empty',
      XLSX,
      () => xlsxOf([], { second: WHOLE }),
      'SPREADSHEET_SHEET_INVALID',
      /第 1 个工作表是空的，内容在第 2 个/,
    ],
    [
      'with a wrong header',
      XLSX,
      () => xlsxOf(altered(0, 0, '编号')),
      'SPREADSHEET_HEADER_INVALID',
      /第 1 个工作表第 1 行/,
    ],
    [
      'with bytes that are no text',
      CSV,
      async () => new Uint8Array([...gbkOf(csvOf(WHOLE)), ...gbkOf('\r\n1,住'), 0xff]),
      'SPREADSHEET_UNREADABLE',
      new RegExp(`第 ${WHOLE.length + 1} 行单元格 B${WHOLE.length + 1} `),
    ],
  ])('%s is refused by its place, and nothing of it is taken', async (_, type, body, reason, place) => {
    const opened = { form: 'WHOLE', effectiveFrom: dayFromNow(30) };
    const { draftId } = await desk.write<Draft>('/v1/catalogue-drafts', opened, maker);
    const path = `/v1/catalogue-drafts/${draftId}`;
    const [status, problem] = await desk.upload(`${path}/file`, type, await body(), maker);
    expect([status, problem.reason]).toEqual([422, reason]);
    expect(problem.messages.zh).toMatch(place);
    expect(await desk.api.get(path, maker)).toMatchObject({ state: 'OPEN', rows: 0, faultyRows: 0 });
    // The same draft takes the file once it is right.
    expect((await desk.upload(`${path}/file`, CSV, csvOf(WHOLE), maker))[0]).toBe(202);
    expect(await desk.draftIn(draftId, maker, 'READY', 'FAULTY')).toMatchObject({ state: 'READY', rows: 5 });
    await desk.write(`${path}/discard`, undefined, maker);
  });

  it.each<[string, string]>([
    ['a hospital', anyHospital],
    ['an insured person', anyPerson],
  ])('from %s is refused', async (_, token) => {
    expect(await upload(CSV, csvOf(WHOLE), token)).toEqual([403, 'NOT_PERMITTED']);
  });

  it('is nobody’s business but the province’s', async () => {
    expect(await upload(CSV, csvOf(WHOLE), bureau['110000'])).toEqual([404, 'DRAFT_NOT_FOUND']);
    expect(await upload(CSV, csvOf(WHOLE), operator)).toEqual([404, 'DRAFT_NOT_FOUND']);
  });

  it.each(['csv', 'xlsx'])('begins with a template that has no errors (%s)', async (format) => {
    const template = await desk.download(`/v1/catalogue-drafts/template.${format}`, maker);
    expect(template.status).toBe(200);
    const body = new Uint8Array(await template.arrayBuffer());
    const draft = await desk.drafted('CHANGES', dayFromNow(30), [format === 'csv' ? CSV : XLSX, body], maker);
    expect(draft).toMatchObject({ state: 'READY', rows: 1 });
    await desk.write(`/v1/catalogue-drafts/${draft.draftId}/discard`, undefined, maker);
  });
});
