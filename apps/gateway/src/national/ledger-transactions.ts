import { Inject, Injectable } from '@nestjs/common';
import { Clock, decodeInstant, insuranceCodec, TARGETS, type RpcClient } from '@yiditong/chassis';
import { fundTotalMeant, fundTotalShown, INSURANCES, Rejection } from '@yiditong/codes';
import type { commonV1, settlementV1 } from '@yiditong/contracts';
import { fen, formatYuan } from '@yiditong/money';
import { z } from 'zod';
import { MalformedRequest } from '../http/request-pipe.js';
import { readDetailFile, resultRows, type DetailRow } from './detail-file.js';
import { date, decimal, flag, messageId, nationalId, signedAmount, text } from './input-fields.js';
import type { Outcome } from './national-answer.js';
import { INSURANCE_CODES, nationalIdOf } from './national-codes.js';
import { yuan } from './output-fields.js';
import { shanghaiTime } from './shanghai-time.js';
import { dataNode, transaction, type Exchange, type TransactionGroup } from './transaction.js';
import { zipRows } from './zipped-text.js';

const DEADLINE_MS = 20_000;
const ROWS_A_PAGE = 100;
const KEPT_HOURS = 24;

const wholeNumber = (digits: number) => decimal({ digits, scale: 0 }).transform(Number);
const insurance = z.enum(INSURANCES.map((name) => INSURANCE_CODES[name]) as [string, ...string[]]);
/** 清算类别: 门诊、住院、药店. */
const clearingType = z.enum(['11', '21', '41']);

const totals = dataNode({
  insutype: insurance,
  clr_type: clearingType,
  setl_optins: text(6),
  stmt_begndate: date,
  stmt_enddate: date,
  medfee_sumamt: signedAmount,
  fund_pay_sumamt: signedAmount,
  acct_pay: signedAmount,
  fixmedins_setl_cnt: wholeNumber(9),
  refd_setl_flag: flag.default(false),
});
const details = dataNode({
  clr_type: clearingType.optional(),
  setl_optins: text(6),
  file_qury_no: nationalId,
  stmt_begndate: date,
  stmt_enddate: date,
  medfee_sumamt: signedAmount,
  fund_pay_sumamt: signedAmount,
  cash_payamt: signedAmount,
  fixmedins_setl_cnt: wholeNumber(9),
});

const monthFields = {
  trt_year: z.string().regex(/^\d{4}$/, 'four digits'),
  trt_month: z.string().regex(/^(0[1-9]|1[0-2])$/, '01 to 12'),
};
const monthQuery = dataNode({ ...monthFields, startrow: wholeNumber(6).default(1) });
const confirmedRow = z.object({
  setl_sn: nationalId,
  medfee_sumamt: signedAmount,
  optins_pay_sumamt: signedAmount,
  cnfm_flag: flag,
});
const confirmation = z.object({
  data: z.object({ ...monthFields, totalrow: wholeNumber(6) }),
  detail: z.array(confirmedRow).max(20_000).default([]),
});
const withdrawal = dataNode({ ...monthFields, otransid: messageId });

type Totals = z.infer<typeof totals>['data'];
type Details = z.infer<typeof details>['data'];

/** 3201, 3202: a hospital's ledger against ours; 3260 to 3262: the monthly confirmation of its cross-province bills. */
@Injectable()
export class LedgerTransactions implements TransactionGroup {
  readonly transactions = {
    '3201': transaction(totals, ({ data }, exchange) => this.compareTotals(data, exchange)),
    '3202': transaction(details, ({ data }, exchange) => this.compareDetails(data, exchange)),
    '3260': transaction(monthQuery, async ({ data }, { actor, envelope }) => {
      const institutionCode = envelope.fixmedins_code;
      const request = { institutionCode, month: monthOf(data), startRow: data.startrow, limit: ROWS_A_PAGE };
      const { rows, totalRows, digest } = await this.ledger.call('listMonth', request, actor, DEADLINE_MS);
      const { trt_year, trt_month } = data;
      const detail = rows.map((row) =>
        monthRow(row, { mdtrtarea: envelope.mdtrtarea_admvs, medins_no: institutionCode }),
      );
      return { output: { data: { trt_year, trt_month, totalrow: totalRows, digest }, detail } };
    }),
    '3261': transaction(confirmation, async ({ data, detail }, { actor, envelope }) => {
      // Rows were lost on the way to the message.
      if (data.totalrow !== detail.length)
        throw new Rejection('MONTH_INCOMPLETE', { expected: String(data.totalrow), received: String(detail.length) });
      const rows = detail.map((row) => ({
        recordId: row.setl_sn,
        totalFen: row.medfee_sumamt,
        agencyPaysFen: row.optins_pay_sumamt,
        confirmed: row.cnfm_flag,
      }));
      const request = { ...messageOf(envelope), month: monthOf(data), rows };
      const receipt = await this.ledger.call('confirmMonth', request, actor, DEADLINE_MS);
      const { confirmed, disputed, digest } = receipt;
      return { output: { result: { cnfm_cnt: confirmed, uncnfm_cnt: disputed, digest } } };
    }),
    '3262': transaction(withdrawal, async ({ data }, { actor, envelope }) => {
      const request = { ...messageOf(envelope), month: monthOf(data), originalMessageId: data.otransid };
      await this.ledger.call('withdrawMonth', request, actor, DEADLINE_MS);
      return { output: {} };
    }),
  };

  constructor(
    @Inject(TARGETS.hospitalLedger.token)
    private readonly ledger: RpcClient<settlementV1.HospitalLedgerServiceClient>,
    private readonly clock: Clock,
  ) {}

  private async compareTotals(data: Totals, { actor, envelope }: Exchange): Promise<Outcome> {
    const treatingRegion = envelope.mdtrtarea_admvs;
    const kinds = visitKindsOf(data.clr_type, envelope.fixmedins_code);
    const accountFen = fen(data.acct_pay);
    const request = {
      institutionCode: envelope.fixmedins_code,
      insurance: insuranceCodec.encode(insuranceOf(data.insutype)),
      visitKind: kinds.length === 1 && kinds[0] ? kinds[0] : ('VISIT_KIND_UNSPECIFIED' as const),
      fromDate: data.stmt_begndate,
      toDate: data.stmt_enddate,
      refunds: data.refd_setl_flag,
      totalFen: data.medfee_sumamt,
      fundTotalFen: fundTotalMeant(fen(data.fund_pay_sumamt), accountFen, treatingRegion),
      accountFen,
      count: data.fixmedins_setl_cnt,
    };
    const ours = await this.ledger.call('compareTotals', request, actor, DEADLINE_MS);
    const shown = fundTotalShown(fen(ours.fundTotalFen), fen(ours.accountFen), treatingRegion);
    const amounts = [ours.totalFen, shown, ours.accountFen].map((amount) => formatYuan(fen(amount)));
    const told = `中心：${ours.count} 笔，医疗费总额 ${amounts[0]}，基金支付 ${amounts[1]}，个人账户 ${amounts[2]}`;
    return {
      output: {
        stmtinfo: {
          setl_optins: data.setl_optins,
          stmt_rslt: ours.equal ? '0' : '1',
          stmt_rslt_dscr: ours.equal ? '对账一致' : `对账不一致。${told}`,
        },
      },
    };
  }

  private async compareDetails(data: Details, { actor, envelope }: Exchange): Promise<Outcome> {
    const { fixmedins_code: institutionCode, mdtrtarea_admvs: treatingRegion } = envelope;
    const kept = await this.ledger.call('getFile', { institutionCode, fileId: data.file_qury_no }, actor, DEADLINE_MS);
    const rows = readDetailFile(Buffer.from(kept.content).toString('utf8'), (shown, account) =>
      fundTotalMeant(shown, account, treatingRegion),
    );
    checkSums(data, rows, treatingRegion);
    const request = {
      ...messageOf(envelope),
      fromDate: data.stmt_begndate,
      toDate: data.stmt_enddate,
      rows: rows.map(ledgerRow),
      visitKinds: data.clr_type === undefined ? [] : [...visitKindsOf(data.clr_type, institutionCode)],
    };
    const compared = await this.ledger.call('compareDetails', request, actor, DEADLINE_MS);
    const result = resultRows(compared.rows, rows, (fund, account) => fundTotalShown(fund, account, treatingRegion));
    const name = `3202-${institutionCode}-${data.stmt_begndate}-${data.stmt_enddate}`;
    const content = await zipRows(`${name}.txt`, result);
    const answer = { ...messageOf(envelope), fileName: `${name}.zip`, content };
    const { fileId, expiresAt } = await this.ledger.call('keepFile', answer, actor, DEADLINE_MS);
    const until = expiresAt ? decodeInstant(expiresAt, 'expires_at') : this.inADay();
    return {
      output: {
        fileinfo: { file_qury_no: nationalIdOf(fileId), filename: answer.fileName, dld_endtime: shanghaiTime(until) },
      },
      ...(result.length > 0 ? { warning: `有 ${result.length} 笔不一致，请下载结果文件核对` } : {}),
    };
  }

  private inADay(): Date {
    return new Date(this.clock.now().getTime() + KEPT_HOURS * 3_600_000);
  }
}

/** Without the visit, which the comparison knows nothing of. */
function ledgerRow({
  recordId,
  personId,
  totalFen,
  fundTotalFen,
  accountFen,
  refund,
}: DetailRow): settlementV1.LedgerRow {
  return { recordId, personId, totalFen, fundTotalFen, accountFen, refund };
}

/** A message whose totals aren't its file's compares something else than it says. */
function checkSums(data: Details, rows: readonly DetailRow[], treatingRegion: string): void {
  const sum = (amountOf: (row: DetailRow) => bigint) => rows.reduce((total, row) => total + amountOf(row), 0n);
  const shownFund = (row: DetailRow) => fundTotalShown(fen(row.fundTotalFen), fen(row.accountFen), treatingRegion);
  const said: Readonly<Record<string, boolean>> = {
    medfee_sumamt: data.medfee_sumamt === sum((row) => row.totalFen),
    fund_pay_sumamt: data.fund_pay_sumamt === sum(shownFund),
    fixmedins_setl_cnt: data.fixmedins_setl_cnt === rows.length,
  };
  const wrong = Object.entries(said).find(([, holds]) => !holds);
  if (wrong) throw new Rejection('DETAIL_SUMS_MISMATCH', { field: wrong[0] });
}

/** A hospital's are 11 or 21, a pharmacy's 41. Rejects with REQUEST_MALFORMED. */
function visitKindsOf(clearing: z.infer<typeof clearingType>, institutionCode: string): readonly commonV1.VisitKind[] {
  if ((clearing === '41') !== institutionCode.startsWith('P'))
    throw new MalformedRequest([
      { path: 'input.data.clr_type', message: 'is not one of this institution: 41 is of pharmacies' },
    ]);
  return clearing === '21' ? ['VISIT_KIND_INPATIENT'] : ['VISIT_KIND_OUTPATIENT', 'VISIT_KIND_CHRONIC'];
}

function insuranceOf(code: string) {
  const found = INSURANCES.find((name) => INSURANCE_CODES[name] === code);
  if (found === undefined) throw new MalformedRequest([{ path: 'input.data.insutype', message: 'is not offered' }]);
  return found;
}

function monthOf({ trt_year, trt_month }: { readonly trt_year: string; readonly trt_month: string }): string {
  return `${trt_year}-${trt_month}`;
}

function messageOf(envelope: Exchange['envelope']): { readonly institutionCode: string; readonly messageId: string } {
  return { institutionCode: envelope.fixmedins_code, messageId: envelope.msgid };
}

/** 证件号码 stays empty: whose bill it is follows from setl_sn. Nothing here is paid in advance by the patient (全额垫付). */
function monthRow(row: settlementV1.MonthRow, place: { readonly mdtrtarea: string; readonly medins_no: string }) {
  return {
    seqno: row.rowNumber,
    ...place,
    certno: '',
    mdtrt_id: row.visitId === '' ? row.visitNumber : nationalIdOf(row.visitId),
    mdtrt_setl_time: shanghaiTime(decodeInstant(row.settledAt, 'settled_at')),
    setl_sn: nationalIdOf(row.recordId),
    fulamt_advpay_flag: '0',
    medfee_sumamt: yuan(row.totalFen),
    optins_pay_sumamt: yuan(row.agencyPaysFen),
  };
}
