import { Clock, encodeInstant, TARGETS, type Actor } from '@yiditong/chassis';
import { Rejection } from '@yiditong/codes';
import { FixedClock } from '@yiditong/testing';
import { Test } from '@nestjs/testing';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { CatalogueDownloadService } from '../catalogue/catalogue-download.service.js';
import { CatalogueFiles, FILE_NUMBER_KEY } from './catalogue-files.js';
import { CatalogueTransactions } from './catalogue-transactions.js';
import type { Envelope } from './envelope.js';
import { NumberText } from '@yiditong/money';
import { FileTransactions } from './file-transactions.js';
import { LedgerTransactions } from './ledger-transactions.js';
import { nationalIdOf } from './national-codes.js';
import type { Transaction } from './transaction.js';
import { unzipText, zipRows } from './zipped-text.js';

const HOSPITAL = 'H11010500001';
const PHARMACY = 'P11010500001';
const NOW = new Date('2026-11-22T04:30:00Z');
const PERSON = '01890a5d-ac96-774b-bcce-b302099a8057';
const SETTLEMENT = '01890a5d-ac96-774b-bcce-b302099a8058';
const FILE = '01890a5d-ac96-774b-bcce-b302099a8059';
const MESSAGE = `${HOSPITAL}202611221200000001`;

type Call = { readonly method: string; readonly request: Record<string, unknown> };
let calls: Call[];
let answers: Record<string, (request: Record<string, unknown>) => object>;
let transactions: Record<string, Transaction>;

const services = {
  call: async (method: string, request: Record<string, unknown>) => {
    calls.push({ method, request });
    return answers[method]?.(request) ?? {};
  },
};

beforeAll(async () => {
  const groups = [LedgerTransactions, FileTransactions, CatalogueTransactions];
  const module = await Test.createTestingModule({
    providers: [
      { provide: Clock, useValue: new FixedClock(NOW) },
      ...Object.values(TARGETS).map(({ token }) => ({ provide: token, useValue: services })),
      { provide: FILE_NUMBER_KEY, useValue: Buffer.alloc(32) },
      CatalogueDownloadService,
      CatalogueFiles,
      ...groups,
    ],
  }).compile();
  transactions = Object.assign({}, ...groups.map((group) => module.get(group).transactions)) as typeof transactions;
});

beforeEach(() => {
  calls = [];
  answers = {};
});

async function send(infno: string, input: object, institution = HOSPITAL, region = '110105') {
  const envelope = {
    msgid: MESSAGE.replace(HOSPITAL, institution),
    fixmedins_code: institution,
    mdtrtarea_admvs: region,
    input,
  } as unknown as Envelope;
  const actor: Actor = { role: 'hospital', region: '110000', subject: 'h', institution };
  const carryOut = transactions[infno];
  if (!carryOut) throw new Error(`${infno} is not offered`);
  return JSON.parse(JSON.stringify(await carryOut({ actor, envelope }))) as {
    output: Record<string, never>;
    warning?: string;
  };
}

/** The fields of a node that, left out or spoilt, aren't refused by name; `called` where something was asked for all the same. */
async function passing(
  infno: string,
  node: string,
  good: Readonly<Record<string, unknown>>,
  spoils: Readonly<Record<string, readonly unknown[]>>,
): Promise<string[]> {
  const bad = [
    ...Object.keys(good).map((field) => [field, undefined] as const),
    ...Object.entries(spoils).flatMap(([field, values]) => values.map((value) => [field, value] as const)),
  ];
  const passed: string[] = [];
  for (const [field, value] of bad) {
    const error: unknown = await send(infno, { [node]: { ...good, [field]: value } }).catch(
      (thrown: unknown) => thrown,
    );
    const named = error instanceof Rejection && String(error.params['problem']).includes(`input.${node}.${field}`);
    if (!named) passed.push(`${field} ${JSON.stringify(value)}`);
  }
  return calls.length > 0 ? [...passed, 'called'] : passed;
}

const totals = {
  insutype: '310',
  clr_type: '21',
  setl_optins: '110105',
  stmt_begndate: '2026-11-01',
  stmt_enddate: '2026-11-21',
  medfee_sumamt: '200.00',
  fund_pay_sumamt: '120.5',
  acct_pay: '10',
  fixmedins_setl_cnt: '2',
};
const BAD_AMOUNTS = ['1.000', '1e3', '1,000', ' 1', 'x', '100000000000000.00'];

describe('3201', () => {
  it('tells the totals and answers 0 where they are equal', async () => {
    answers['compareTotals'] = () => ({
      equal: true,
      totalFen: 20_000n,
      fundTotalFen: 12_050n,
      accountFen: 1_000n,
      count: 2,
    });
    const { output } = await send('3201', { data: totals });
    expect(calls[0]?.request).toEqual({
      institutionCode: HOSPITAL,
      insurance: 'INSURANCE_EMPLOYEE',
      visitKind: 'VISIT_KIND_INPATIENT',
      fromDate: '2026-11-01',
      toDate: '2026-11-21',
      refunds: false,
      totalFen: 20_000n,
      fundTotalFen: 12_050n,
      accountFen: 1_000n,
      count: 2,
    });
    expect(output).toEqual({ stmtinfo: { setl_optins: '110105', stmt_rslt: '0', stmt_rslt_dscr: '对账一致' } });
  });

  it('reads and writes the funds’ total as the province does, and says ours where it differs', async () => {
    answers['compareTotals'] = () => ({
      equal: false,
      totalFen: 20_000n,
      fundTotalFen: 11_000n,
      accountFen: 1_000n,
      count: 3,
    });
    const { output } = await send('3201', { data: { ...totals, clr_type: '11' } }, HOSPITAL, '440100');
    expect(calls[0]?.request).toMatchObject({ fundTotalFen: 11_050n, visitKind: 'VISIT_KIND_UNSPECIFIED' });
    expect(output['stmtinfo']).toMatchObject({
      stmt_rslt: '1',
      stmt_rslt_dscr: '对账不一致。中心：3 笔，医疗费总额 200.00，基金支付 120.00，个人账户 10.00',
    });
  });

  it('takes 41 of a pharmacy and of nobody else', async () => {
    answers['compareTotals'] = () => ({ equal: true, totalFen: 0n, fundTotalFen: 0n, accountFen: 0n, count: 0 });
    await send('3201', { data: { ...totals, clr_type: '41' } }, PHARMACY);
    expect(calls[0]?.request).toMatchObject({ visitKind: 'VISIT_KIND_UNSPECIFIED' });
    for (const [institution, type] of [
      [HOSPITAL, '41'],
      [PHARMACY, '11'],
    ] as const)
      await expect(send('3201', { data: { ...totals, clr_type: type } }, institution)).rejects.toMatchObject({
        reason: 'REQUEST_MALFORMED',
      });
  });

  it('refuses what is missing or malformed, naming it', async () => {
    const dates = ['20261101', '2026-02-30', '2026-11-01 00:00:00'];
    const passed = await passing('3201', 'data', totals, {
      insutype: ['320', '31'],
      clr_type: ['51'],
      stmt_begndate: dates,
      stmt_enddate: dates,
      medfee_sumamt: BAD_AMOUNTS,
      fund_pay_sumamt: BAD_AMOUNTS,
      acct_pay: BAD_AMOUNTS,
      fixmedins_setl_cnt: ['-1', '1.5', '10000000000'],
      refd_setl_flag: ['2'],
    });
    expect(passed).toEqual([]);
  });
});

describe('9101, 3202 and 9102', () => {
  const id = nationalIdOf(SETTLEMENT);
  const rows = [[id, 'M1', nationalIdOf(PERSON), '200.00', '120.50', '10.00', '0']];
  const details = {
    setl_optins: '110105',
    file_qury_no: nationalIdOf(FILE),
    stmt_begndate: '2026-11-01',
    stmt_enddate: '2026-11-21',
    medfee_sumamt: '200.00',
    fund_pay_sumamt: '120.50',
    cash_payamt: '0',
    fixmedins_setl_cnt: '1',
  };
  const content = Buffer.from(rows.map((row) => `${row.join('\t')}\n`).join(''));

  beforeEach(() => {
    answers = {
      keepFile: () => ({ fileId: FILE, expiresAt: encodeInstant(NOW) }),
      getFile: () => ({ fileName: 'detail.txt', content, expiresAt: encodeInstant(NOW) }),
    };
  });

  it('a detail file is kept unzipped', async () => {
    const zip = await zipRows('file.txt', rows);
    const { output } = await send('9101', {
      fsUploadIn: { in: zip.toString('base64'), filename: 'file.zip', fixmedins_code: HOSPITAL },
    });
    expect(output).toMatchObject({ file_qury_no: nationalIdOf(FILE), filename: 'file.zip' });
    expect(calls).toEqual([
      {
        method: 'keepFile',
        request: { institutionCode: HOSPITAL, messageId: MESSAGE, fileName: 'detail.txt', content },
      },
    ]);
  });

  it('the same bytes come as a list of numbers, from -128 on as some write them', async () => {
    const zip = await zipRows('file.txt', rows);
    const numbers = Array.from(new Int8Array(zip), (byte) => new NumberText(String(byte)));
    await send('9101', { fsUploadIn: { in: numbers, filename: 'file.zip' } });
    expect(calls[0]?.request['content']).toEqual(content);
    const bad = [new NumberText('256')];
    await expect(send('9101', { fsUploadIn: { in: bad, filename: 'f' } })).rejects.toMatchObject({
      reason: 'REQUEST_MALFORMED',
    });
  });

  it.each([
    ['no Base64', 'not base64!', 'REQUEST_MALFORMED'],
    ['no zip', Buffer.from('abc').toString('base64'), 'REQUEST_MALFORMED'],
  ])('a file that is %s is refused, and nothing kept', async (_, sent, reason) => {
    await expect(send('9101', { fsUploadIn: { in: sent, filename: 'f' } })).rejects.toMatchObject({ reason });
    expect(calls).toEqual([]);
  });

  it('a file with a row that can’t be read, or of another institution, is refused, and nothing kept', async () => {
    const faulty = (await zipRows('file.txt', [...rows, ['x']])).toString('base64');
    await expect(send('9101', { fsUploadIn: { in: faulty, filename: 'f' } })).rejects.toMatchObject({
      reason: 'DETAIL_FILE_INVALID',
      params: { row: '2' },
    });
    const zip = (await zipRows('file.txt', rows)).toString('base64');
    await expect(
      send('9101', { fsUploadIn: { in: zip, filename: 'f', fixmedins_code: PHARMACY } }),
    ).rejects.toMatchObject({
      reason: 'REQUEST_MALFORMED',
    });
    expect(calls).toEqual([]);
  });

  it('the rows are compared, and what differs is kept as a file', async () => {
    const row = {
      recordId: SETTLEMENT,
      personId: PERSON,
      totalFen: 1n,
      fundTotalFen: 1n,
      accountFen: 0n,
      refund: false,
    };
    answers['compareDetails'] = () => ({
      rows: [{ difference: 'ROW_DIFFERENCE_DIFFERS', row, messageId: 'm' }],
      equalCount: 0,
    });
    const { output, warning } = await send('3202', { data: { ...details, clr_type: '21' } });
    const compared = calls.find(({ method }) => method === 'compareDetails')?.request;
    expect(compared).toMatchObject({
      messageId: MESSAGE,
      fromDate: '2026-11-01',
      toDate: '2026-11-21',
      visitKinds: ['VISIT_KIND_INPATIENT'],
      rows: [{ recordId: SETTLEMENT, personId: PERSON, totalFen: 20_000n, fundTotalFen: 12_050n, accountFen: 1_000n }],
    });
    expect(output['fileinfo']).toMatchObject({
      file_qury_no: nationalIdOf(FILE),
      filename: `3202-${HOSPITAL}-2026-11-01-2026-11-21.zip`,
      dld_endtime: '2026-11-22 12:30:00',
    });
    expect(warning).toContain('1 笔不一致');
    const kept = calls.find(({ method }) => method === 'keepFile')?.request['content'] as Buffer;
    expect(await unzipText(kept)).toBe(
      `${[nationalIdOf(PERSON), 'M1', id, 'm', '103', '0', '数据不一致', '0.01', '0.01', '0.00'].join('\t')}\n`,
    );
  });

  it.each(['medfee_sumamt', 'fund_pay_sumamt', 'fixmedins_setl_cnt'])(
    'a %s that isn’t its file’s is refused before anything is compared',
    async (field) => {
      await expect(send('3202', { data: { ...details, [field]: '7' } })).rejects.toMatchObject({
        reason: 'DETAIL_SUMS_MISMATCH',
        params: { field },
      });
      expect(calls.map(({ method }) => method)).toEqual(['getFile']);
    },
  );

  it('refuses what is missing or malformed, naming it', async () => {
    const passed = await passing('3202', 'data', details, {
      file_qury_no: ['1', FILE],
      clr_type: ['9902'],
      cash_payamt: BAD_AMOUNTS,
      medfee_sumamt: BAD_AMOUNTS,
      fixmedins_setl_cnt: ['x'],
    });
    expect(passed).toEqual([]);
  });

  it('a kept file is downloaded by its number', async () => {
    const { output } = await send('9102', { fsDownloadIn: { file_qury_no: nationalIdOf(FILE), filename: 'f' } });
    expect(calls).toEqual([{ method: 'getFile', request: { institutionCode: HOSPITAL, fileId: FILE } }]);
    expect(Buffer.from(output['file'] ?? '', 'base64')).toEqual(content);
  });

  it('a number that was never given out is refused', () =>
    expect(send('9102', { fsDownloadIn: { file_qury_no: 'A'.repeat(30), filename: 'plc' } })).rejects.toMatchObject({
      reason: 'KEPT_FILE_NOT_FOUND',
    }));
});

describe('the month', () => {
  const month = { trt_year: '2026', trt_month: '10' };
  const row = {
    setl_sn: nationalIdOf(SETTLEMENT),
    medfee_sumamt: '-200.00',
    optins_pay_sumamt: '-130.5',
    cnfm_flag: '1',
  };

  it('3260 gives out a page in the national form', async () => {
    answers['listMonth'] = () => ({
      rows: [
        {
          rowNumber: 101,
          recordId: SETTLEMENT,
          visitNumber: 'V1',
          visitId: '',
          settledAt: encodeInstant(NOW),
          insuredRegion: '610100',
          totalFen: -20_000n,
          agencyPaysFen: -13_050n,
        },
      ],
      totalRows: 101,
      digest: 'd',
    });
    const { output } = await send('3260', { data: { ...month, startrow: '101' } });
    expect(calls[0]?.request).toEqual({ institutionCode: HOSPITAL, month: '2026-10', startRow: 101, limit: 100 });
    expect(output).toEqual({
      data: { ...month, totalrow: 101, digest: 'd' },
      detail: [
        {
          seqno: 101,
          mdtrtarea: '110105',
          medins_no: HOSPITAL,
          certno: '',
          mdtrt_id: 'V1',
          mdtrt_setl_time: '2026-11-22 12:30:00',
          setl_sn: nationalIdOf(SETTLEMENT),
          fulamt_advpay_flag: '0',
          medfee_sumamt: -200,
          optins_pay_sumamt: -130.5,
        },
      ],
    });
  });

  it('3261 confirms the rows of the message, under its id', async () => {
    answers['confirmMonth'] = () => ({ confirmed: 1, disputed: 0, digest: 'r' });
    const { output } = await send('3261', { data: { ...month, totalrow: '1' }, detail: [row] });
    expect(calls[0]?.request).toEqual({
      institutionCode: HOSPITAL,
      messageId: MESSAGE,
      month: '2026-10',
      rows: [{ recordId: SETTLEMENT, totalFen: -20_000n, agencyPaysFen: -13_050n, confirmed: true }],
    });
    expect(output).toEqual({ result: { cnfm_cnt: 1, uncnfm_cnt: 0, digest: 'r' } });
  });

  it('3261 whose rows aren’t as many as it says is refused', async () => {
    const sent = send('3261', { data: { ...month, totalrow: '2' }, detail: [row] });
    await expect(sent).rejects.toMatchObject({ reason: 'MONTH_INCOMPLETE', params: { expected: '2', received: '1' } });
    expect(calls).toEqual([]);
  });

  it('3261 refuses a row with something missing or malformed, naming it', async () => {
    for (const [field, value] of [
      ...Object.keys(row).map((name) => [name, undefined] as const),
      ...BAD_AMOUNTS.map((bad) => ['optins_pay_sumamt', bad] as const),
      ['setl_sn', SETTLEMENT] as const,
      ['cnfm_flag', '2'] as const,
    ])
      await expect(
        send('3261', { data: { ...month, totalrow: '1' }, detail: [{ ...row, [field]: value }] }),
      ).rejects.toMatchObject({
        reason: 'REQUEST_MALFORMED',
        params: { problem: expect.stringContaining(`input.detail.0.${field}`) as string },
      });
  });

  it('3262 takes the confirmation of a message back', async () => {
    await send('3262', { data: { ...month, otransid: MESSAGE } });
    expect(calls[0]?.request).toEqual({
      institutionCode: HOSPITAL,
      messageId: MESSAGE,
      month: '2026-10',
      originalMessageId: MESSAGE,
    });
    await expect(send('3262', { data: { ...month, otransid: 'x' } })).rejects.toMatchObject({
      reason: 'REQUEST_MALFORMED',
    });
  });

  it.each(['3260', '3261', '3262'])('%s refuses what is no month', async (infno) => {
    for (const wrong of [{ trt_year: '26' }, { trt_month: '13' }, { trt_month: '1' }, { trt_year: undefined }])
      await expect(
        send(infno, { data: { ...month, totalrow: '0', otransid: MESSAGE, ...wrong }, detail: [] }),
      ).rejects.toMatchObject({ reason: 'REQUEST_MALFORMED' });
    expect(calls).toEqual([]);
  });
});

describe('a catalogue', () => {
  const change = {
    sequence: 3,
    withdrawn: false,
    publishedAt: encodeInstant(NOW),
    item: {
      nationalCode: 'T001700001',
      kind: 'ITEM_KIND_HERBAL_PIECES',
      origin: 'ITEM_ORIGIN_PUBLISHED',
      name: '黄芪',
      effectiveFrom: '2026-01-01',
      endsOn: '',
      chargeCategory: '10',
      unit: 'g',
    },
  };

  it('is ordered by 1302 up to the version of that moment, and made by 9102', async () => {
    answers['listItemChanges'] = () => ({ changes: [change], span: { upToSequence: 7 }, total: 1, nextAfter: '' });
    const { output } = await send('1302', { data: { ver: '2' } });
    expect(output).toMatchObject({
      filename: '1302-v2-v7.zip',
      data_cnt: 1,
      ver: '7',
      dld_end_time: '2026-11-23 12:00:00',
    });
    calls = [];
    const number = output['file_qury_no'] ?? '';
    const fetched = await send('9102', {
      fsUploadIn: { file_qury_no: number, filename: 'plc', fixmedins_code: HOSPITAL },
    });
    expect(calls[0]?.request['span']).toEqual({ sinceSequence: 2, upToSequence: 7 });
    const text = await unzipText(Buffer.from(fetched.output['file'] ?? '', 'base64'));
    expect(text).toMatch(/^T001700001\t黄芪\tg\t10\t/);
    await expect(
      send('9102', { fsDownloadIn: { file_qury_no: number, filename: 'plc' } }, PHARMACY),
    ).rejects.toMatchObject({
      reason: 'KEPT_FILE_NOT_FOUND',
    });
  });

  it('of the institution’s own mappings is 1317’s, of the day it was ordered', async () => {
    answers['listMappings'] = () => ({ mappings: [], nextAfter: '' });
    const { output } = await send('1317', { data: { updt_time: '2026-11-01', page_num: '1' } });
    await send('9102', { fsDownloadIn: { file_qury_no: output['file_qury_no'], filename: 'plc' } });
    expect(calls[0]?.request).toMatchObject({
      province: '110000',
      institutionCode: HOSPITAL,
      on: '2026-11-22',
      decidedAfter: encodeInstant(new Date('2026-10-31T16:00:00Z')),
    });
  });

  it('is refused for another province, another institution, a second page, or a version that is none', async () => {
    for (const [infno, data] of [
      ['1312', { insu_admdvs: '610000' }],
      ['1312', { page_num: '2' }],
      ['1318', { updt_time: '2026' }],
      ['1317', { fixmedins_code: PHARMACY }],
      ['1301', { ver: 'F001' }],
      ['1301', { ver: '-1' }],
    ] as const)
      await expect(send(infno, { data }), `${infno} ${JSON.stringify(data)}`).rejects.toMatchObject({
        reason: 'REQUEST_MALFORMED',
      });
    expect(calls).toEqual([]);
  });
});

describe('3301', () => {
  const data = {
    fixmedins_hilist_id: 'OWN-1',
    fixmedins_hilist_name: '黄芪',
    list_type: '103',
    med_list_codg: 'T001700001',
    begndate: '2026-11-23',
  };

  it('maps an own item from a day on, under the message’s id', async () => {
    await send('3301', { data });
    expect(calls).toEqual([
      {
        method: 'reviseMapping',
        request: {
          requestId: MESSAGE,
          province: '110000',
          institutionCode: HOSPITAL,
          itemCode: 'OWN-1',
          nationalCode: 'T001700001',
          effectiveFrom: '2026-11-23',
          remark: '目录对照上传（3301）',
        },
      },
    ]);
  });

  it('with a last day maps it to nothing from the day after', async () => {
    await send('3301', { data: { ...data, enddate: '2026-12-31', memo: '试用' } });
    expect(
      calls.map(({ request }) => [
        request['requestId'],
        request['nationalCode'],
        request['effectiveFrom'],
        request['remark'],
      ]),
    ).toEqual([
      [MESSAGE, 'T001700001', '2026-11-23', '试用'],
      [`${MESSAGE}:end`, '', '2027-01-01', '试用'],
    ]);
  });

  it('refuses what is missing or malformed, or of another list', async () => {
    const passed = await passing('3301', 'data', data, {
      list_type: ['101', '999'],
      med_list_codg: ['T0017'],
      enddate: ['2026-11-22'],
      fixmedins_hilist_id: ['x'.repeat(61)],
    });
    expect(passed).toEqual([]);
  });

  it('is refused as the catalogue refuses it', async () => {
    answers['reviseMapping'] = () => {
      throw new Rejection('MAPPING_EFFECTIVE_TOO_EARLY');
    };
    await expect(send('3301', { data })).rejects.toMatchObject({ reason: 'MAPPING_EFFECTIVE_TOO_EARLY' });
  });
});

describe('3302', () => {
  const taken = {
    fixmedins_hilist_id: 'OWN-1',
    fixmedins_code: HOSPITAL,
    list_type: '103',
    med_list_codg: 'T001700001',
  };

  it('takes a mapping back, under the message’s id', async () => {
    expect((await send('3302', { catalogcompin: taken })).output).toEqual({});
    expect(calls).toEqual([
      {
        method: 'withdrawMapping',
        request: {
          requestId: MESSAGE,
          province: '110000',
          institutionCode: HOSPITAL,
          itemCode: 'OWN-1',
          nationalCode: 'T001700001',
          remark: '目录对照撤销（3302）',
        },
      },
    ]);
  });

  it('refuses what is missing or malformed, of another list, or another’s', async () => {
    const passed = await passing('3302', 'catalogcompin', taken, {
      fixmedins_code: [PHARMACY],
      list_type: ['101', '999'],
      med_list_codg: ['T0017'],
      fixmedins_hilist_id: ['x'.repeat(61)],
    });
    expect(passed).toEqual([]);
  });

  it('is refused as the catalogue refuses it', async () => {
    answers['withdrawMapping'] = () => {
      throw new Rejection('MAPPING_NOT_FOUND');
    };
    await expect(send('3302', { catalogcompin: taken })).rejects.toMatchObject({ reason: 'MAPPING_NOT_FOUND' });
  });
});
