import {
  CLEARED_FUNDS,
  INSURANCES,
  type ClearedFund,
  type Insurance,
  type Province,
  type Wording,
} from '@yiditong/codes';
import { amountInWords, sumFen, ZERO_FEN, type Fen } from '@yiditong/money';
import {
  monthlyClearing,
  nationalClearing,
  noticeName,
  noticesOf,
  type ClearingAmounts,
  type ClearingRow,
  type NationalFigures,
  type NoticeLine,
  type PairClearing,
  type PairTotal,
} from './clearing-figures.js';
import {
  amount,
  count,
  filled,
  provinceColumns,
  provinceNamed,
  sameText,
  text,
  type ClearingTable,
  type ClearingTableNumber,
  type ColumnOf,
  type Content,
} from './clearing-table.js';

/** 人次 of a directed pair. */
export type ClearingCount = {
  readonly payer: string;
  readonly payee: string;
  readonly insurance: Insurance;
  readonly count: bigint;
};

export type ClearingTablesInput = {
  readonly clearingMonth: string;
  readonly generatedOn: string;
  /** A province. */
  readonly region: string;
  /** All of the month's, or all that the region is a party to; pairs of others are left out. */
  readonly rows: readonly ClearingRow[];
  /** As the rows. */
  readonly counts: readonly ClearingCount[];
};

const TITLES: Readonly<Record<ClearingTableNumber, Wording>> = {
  '14': { zh: '全国跨省异地就医费用清算表', en: 'Clearing between provinces, whole country' },
  '14-1': { zh: '跨省异地就医应付医疗费用清算表', en: 'Payable medical costs' },
  '14-2': { zh: '跨省异地就医职工医保基金应付明细表', en: 'Payable from employees’ insurance, in detail' },
  '14-3': { zh: '跨省异地就医居民医保基金应付明细表', en: 'Payable from residents’ insurance, in detail' },
  '14-4': { zh: '跨省异地就医医保基金审核扣款明细表', en: 'Audit deductions' },
  '14-5': { zh: '跨省异地就医职工医保基金审核扣款明细表', en: 'Audit deductions, employees’ insurance' },
  '14-6': { zh: '跨省异地就医居民医保基金审核扣款明细表', en: 'Audit deductions, residents’ insurance' },
  '14-7': { zh: '跨省异地就医应收医疗费用清算表', en: 'Receivable medical costs' },
  '15': { zh: '跨省异地就医费用付款通知书', en: 'Payment notice' },
  '16': { zh: '跨省异地就医费用收款通知书', en: 'Receipt notice' },
};

const INSURANCE_TITLES: Readonly<Record<Insurance, Wording>> = {
  EMPLOYEE: { zh: '职工', en: 'Employees’' },
  RESIDENT: { zh: '居民', en: 'Residents’' },
};

/** 基金支付类型 in short; accounts are no fund but are cleared like one. */
const FUND_TITLES: Readonly<Record<ClearedFund, Wording>> = {
  POOLING: { zh: '统筹基金', en: 'pooling fund' },
  LARGE_SUM: { zh: '大额补助', en: 'large-sum subsidy' },
  CRITICAL_ILLNESS: { zh: '大病保险', en: 'critical illness' },
  CIVIL_SERVANT: { zh: '公务员补助', en: 'civil servants' },
  EMPLOYER_SUPPLEMENT: { zh: '企业补充', en: 'employer supplement' },
  MEDICAL_AID: { zh: '医疗救助', en: 'medical aid' },
  OTHER: { zh: '其他基金', en: 'other funds' },
  PERSONAL_ACCOUNT: { zh: '个人账户', en: 'personal account' },
};

const TREATED_IN: Wording = { zh: '就医省', en: 'Treating province' };
const INSURED_IN: Wording = { zh: '参保省', en: 'Insured province' };
const COST: Wording = { zh: '医疗费用', en: 'Medical costs' };
const RETURN: Wording = { zh: '就医省退回', en: 'Return' };

type Direction = 'PAYABLE' | 'RECEIVABLE';
const DIRECTION_TITLES: Readonly<Record<Direction, Wording>> = {
  PAYABLE: { zh: '冲减应付', en: 'Off payables' },
  RECEIVABLE: { zh: '冲减应收', en: 'Off receivables' },
};

/** What a row of 14-1 to 14-7 is about: a pair, as one of its two provinces sees it. */
type Line = {
  readonly counterparty: Province;
  readonly direction: Direction;
  readonly pair: PairClearing;
};
type MonthLine = Line & { readonly costMonth: string };

/**
 * The tables of a province's month, in the order of their numbers: 14-1 to 14-7 and the notices 15 and 16. A fund has a column where it occurs; what the bills came to isn't known here and has none. Throws a RangeError where
 * a code is no province's, a row has one party, or a notice comes to more than amountInWords reaches.
 */
export function clearingTables(input: ClearingTablesInput): ClearingTable[] {
  const { region, rows, counts } = input;
  provinceNamed(region);
  const own = rows.filter(({ payer, payee }) => payer === region || payee === region);
  const lines = linesOf(region, own);
  const counted = linesOf(region, [...own, ...counts.flatMap((one) => countedRow(one, input))]);
  const notices = noticesOf(
    region,
    lines.map(({ pair }) => pair),
  );
  return [
    tableOf(input, '14-1', clearedTable(counted, 'PAYABLE', counts)),
    tableOf(input, '14-2', payableByMonth(region, own, 'EMPLOYEE')),
    tableOf(input, '14-3', payableByMonth(region, own, 'RESIDENT')),
    tableOf(input, '14-4', deductionTable(lines, INSURANCES, insuranceDeductions())),
    tableOf(input, '14-5', deductionTable(lines, ['EMPLOYEE'], fundColumns(lines, 'EMPLOYEE', 'deductionFen'))),
    tableOf(input, '14-6', deductionTable(lines, ['RESIDENT'], fundColumns(lines, 'RESIDENT', 'deductionFen'))),
    tableOf(input, '14-7', clearedTable(counted, 'RECEIVABLE', counts)),
    noticeTable(input, '15', notices.payments),
    noticeTable(input, '16', notices.receipts),
  ];
}

/** 附件 14: every province's payments and receipts, returns apart. Throws a RangeError where a pair's party is no province. */
export function nationalTable(
  of: Pick<ClearingTablesInput, 'clearingMonth' | 'generatedOn'>,
  pairs: readonly PairTotal[],
): ClearingTable {
  type Row = NationalFigures & { readonly region: string };
  const { provinces } = nationalClearing(pairs);
  const content = filled<Row>(provinces, [
    ...provinceColumns<Row>({ zh: '省份', en: 'Province' }, ({ region }) => provinceNamed(region)),
    amount('PAYABLE', { zh: '应付医疗费用', en: 'Payable' }, ({ payableFen }) => payableFen),
    amount('RETURN_PAYABLE', { zh: '应退参保省', en: 'Returns to pay' }, ({ returnPayableFen }) => returnPayableFen),
    amount('PAYMENT', { zh: '付款合计', en: 'All payments' }, ({ paymentFen }) => paymentFen),
    amount('RECEIVABLE', { zh: '应收医疗费用', en: 'Receivable' }, ({ receivableFen }) => receivableFen),
    amount(
      'RETURN_RECEIVABLE',
      { zh: '应收就医省退回', en: 'Returns to receive' },
      ({ returnReceivableFen }) => returnReceivableFen,
    ),
    amount('RECEIPT', { zh: '收款合计', en: 'All receipts' }, ({ receiptFen }) => receiptFen),
  ]);
  return tableOf({ ...of, region: null }, '14', content);
}

/** 14-1 and 14-7. */
function clearedTable(all: readonly Line[], direction: Direction, counts: readonly ClearingCount[]): Content {
  const lines = all.filter((line) => line.direction === direction);
  const visits = countsByPair(counts);
  const isPayable = direction === 'PAYABLE';
  return filled(lines, [
    ...provinceColumns<Line>(isPayable ? TREATED_IN : INSURED_IN, ({ counterparty }) => counterparty),
    ...INSURANCES.flatMap((insurance): ColumnOf<Line>[] => [
      count(
        `${insurance}_COUNT`,
        titled(insurance, { zh: '人次', en: 'visits' }),
        ({ pair }) => visits.get(pairKey(pair, insurance)) ?? 0n,
      ),
      ...costColumns(lines, insurance),
    ]),
    amount('DEDUCTION', { zh: '审核扣款', en: 'Audit deductions' }, ({ pair }) => pair.deductionFen),
    amount(
      'TOTAL',
      isPayable ? { zh: '应付合计', en: 'Total payable' } : { zh: '应收合计', en: 'Total receivable' },
      ({ pair }) => pair.totalFen,
    ),
  ]);
}

/** 14-2 and 14-3: how many visits there were is known of a pair only, not of its cost months. */
function payableByMonth(region: string, rows: readonly ClearingRow[], insurance: Insurance): Content {
  const owed = rows.filter((row) => row.payer === region && row.insurance === insurance);
  const months = [...new Set(owed.map(({ costMonth }) => costMonth))].sort();
  const lines = months
    .flatMap((costMonth): MonthLine[] =>
      linesOf(
        region,
        owed.filter((row) => row.costMonth === costMonth),
      ).map((line) => ({ ...line, costMonth })),
    )
    .sort((a, b) => byText(a.counterparty.code, b.counterparty.code) || byText(a.costMonth, b.costMonth));
  return filled(lines, [
    ...provinceColumns<MonthLine>(TREATED_IN, ({ counterparty }) => counterparty),
    text('COST_MONTH', { zh: '费款所属期', en: 'Cost month' }, ({ costMonth }) => ({ zh: costMonth, en: costMonth })),
    ...costColumns(lines, insurance),
    amount('DEDUCTION', { zh: '审核扣款', en: 'Audit deductions' }, ({ pair }) => pair.deductionFen),
    amount('TOTAL', { zh: '应付合计', en: 'Total payable' }, ({ pair }) => pair.totalFen),
  ]);
}

/** 14-4 to 14-6: a row for each pair and direction that has deductions; what offsets payables and what offsets receivables isn't mixed. */
function deductionTable(
  all: readonly Line[],
  insurances: readonly Insurance[],
  parts: readonly ColumnOf<Line>[],
): Content {
  const lines = all.filter(({ pair }) =>
    pair.funds.some(({ insurance, deductionFen }) => insurances.includes(insurance) && deductionFen !== 0n),
  );
  const deducted = (direction: Direction) => (line: Line) =>
    line.direction === direction ? sumFen(insurances.map((one) => line.pair.insurances[one].deductionFen)) : ZERO_FEN;
  return filled(lines, [
    ...provinceColumns<Line>({ zh: '对方省', en: 'Other province' }, ({ counterparty }) => counterparty),
    text('DIRECTION', { zh: '方向', en: 'Direction' }, ({ direction }) => DIRECTION_TITLES[direction]),
    ...parts,
    amount('PAYABLE_DEDUCTION', { zh: '应付扣款', en: 'Off payables' }, deducted('PAYABLE')),
    amount('RECEIVABLE_DEDUCTION', { zh: '应收扣款', en: 'Off receivables' }, deducted('RECEIVABLE')),
  ]);
}

function noticeTable(input: ClearingTablesInput, number: '15' | '16', lines: readonly NoticeLine[]): ClearingTable {
  const content = filled(lines, [
    text<NoticeLine>('CODE', { zh: '代码', en: 'Code' }, ({ counterparty }) => sameText(counterparty)),
    text<NoticeLine>(
      'PROVINCE',
      number === '15' ? { zh: '收款省', en: 'Paid to' } : { zh: '付款省', en: 'Paid by' },
      (line) => ({
        zh: noticeName(line),
        en: `${line.isReturn ? '*' : ''}${provinceNamed(line.counterparty).nameEn}`,
      }),
    ),
    text<NoticeLine>('NATURE', { zh: '款项', en: 'For' }, ({ isReturn }) => (isReturn ? RETURN : COST)),
    amount<NoticeLine>('AMOUNT', { zh: '金额', en: 'Amount' }, ({ amountFen }) => amountFen),
  ]);
  const sum = sumFen(lines.map(({ amountFen }) => amountFen));
  return { ...tableOf(input, number, content), totalInWords: amountInWords(sum) };
}

function tableOf(
  { clearingMonth, generatedOn, region }: Pick<ClearingTable, 'clearingMonth' | 'generatedOn' | 'region'>,
  number: ClearingTableNumber,
  content: Content,
): ClearingTable {
  const { zh: titleZh, en: titleEn } = TITLES[number];
  return { number, titleZh, titleEn, clearingMonth, generatedOn, region, ...content, totalInWords: null };
}

/** The region's pairs by counterparty, what it owes before what it is owed. */
function linesOf(region: string, rows: readonly ClearingRow[]): Line[] {
  return monthlyClearing(rows)
    .pairs.map((pair): Line => {
      const owes = pair.payer === region;
      const counterparty = provinceNamed(owes ? pair.payee : pair.payer);
      return { counterparty, direction: owes ? 'PAYABLE' : 'RECEIVABLE', pair };
    })
    .sort((a, b) => byText(a.counterparty.code, b.counterparty.code) || byText(a.direction, b.direction));
}

/** Bills that funds paid nothing of count too, and may be all that a pair has. */
function countedRow(
  { payer, payee, insurance, count: visits }: ClearingCount,
  { region, clearingMonth }: ClearingTablesInput,
): ClearingRow[] {
  if (visits === 0n || (payer !== region && payee !== region)) return [];
  return [{ payer, payee, insurance, fund: 'POOLING', costMonth: clearingMonth, kind: 'COST', amountFen: ZERO_FEN }];
}

function countsByPair(counts: readonly ClearingCount[]): ReadonlyMap<string, bigint> {
  const visits = new Map<string, bigint>();
  for (const one of counts) {
    const key = pairKey(one, one.insurance);
    visits.set(key, (visits.get(key) ?? 0n) + one.count);
  }
  return visits;
}

function pairKey({ payer, payee }: { readonly payer: string; readonly payee: string }, insurance: Insurance): string {
  return `${payer}>${payee} ${insurance}`;
}

/** The insurance's costs by fund, and their sum. */
function costColumns(lines: readonly Line[], insurance: Insurance): ColumnOf<Line>[] {
  return [
    ...fundColumns(lines, insurance, 'costFen'),
    amount(
      `${insurance}_COST`,
      titled(insurance, { zh: '小计', en: 'subtotal' }),
      ({ pair }) => pair.insurances[insurance].costFen,
    ),
  ];
}

function insuranceDeductions(): ColumnOf<Line>[] {
  return INSURANCES.map((insurance) =>
    amount(
      `${insurance}_DEDUCTION`,
      titled(insurance, { zh: '扣款', en: 'deductions' }),
      ({ pair }) => pair.insurances[insurance].deductionFen,
    ),
  );
}

/** A column for each fund of which there is anything. */
function fundColumns(
  lines: readonly Line[],
  insurance: Insurance,
  figure: Exclude<keyof ClearingAmounts, 'totalFen'>,
): ColumnOf<Line>[] {
  const of = ({ pair }: Line, fund: ClearedFund): Fen =>
    pair.funds.find((one) => one.insurance === insurance && one.fund === fund)?.[figure] ?? ZERO_FEN;
  return CLEARED_FUNDS.filter((fund) => lines.some((line) => of(line, fund) !== 0n)).map((fund) =>
    amount(`${insurance}_${fund}`, titled(insurance, FUND_TITLES[fund]), (line) => of(line, fund)),
  );
}

function titled(insurance: Insurance, { zh, en }: Wording): Wording {
  return { zh: `${INSURANCE_TITLES[insurance].zh}${zh}`, en: `${INSURANCE_TITLES[insurance].en} ${en}` };
}

function byText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
