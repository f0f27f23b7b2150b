import { findProvince, type Province, type Wording } from '@yiditong/codes';
import { sumFen, ZERO_FEN, type Fen } from '@yiditong/money';

/** The annexes of the rules that a month's clearing consists of (规程 art. 46 and 49 to 51). */
export const CLEARING_TABLE_NUMBERS = [
  '14',
  '14-1',
  '14-2',
  '14-3',
  '14-4',
  '14-5',
  '14-6',
  '14-7',
  '15',
  '16',
] as const;
export type ClearingTableNumber = (typeof CLEARING_TABLE_NUMBERS)[number];

export type ClearingColumn = {
  /** Unique in its table. */
  readonly key: string;
  readonly zh: string;
  readonly en: string;
  readonly kind: ClearingCell['kind'];
};

export type ClearingCell =
  | { readonly kind: 'TEXT'; readonly text: Wording }
  /** 人次: settlements less those taken back, so possibly below zero. */
  | { readonly kind: 'COUNT'; readonly count: bigint }
  | { readonly kind: 'AMOUNT'; readonly amountFen: Fen };

/** One annex, with all that its head says. */
export type ClearingTable = {
  readonly number: ClearingTableNumber;
  readonly titleZh: string;
  readonly titleEn: string;
  /** YYYY-MM: the month in which the tables are generated. */
  readonly clearingMonth: string;
  /** YYYY-MM-DD. */
  readonly generatedOn: string;
  /** Whose table it is; null for that of the whole country. */
  readonly region: string | null;
  /** Texts first. */
  readonly columns: readonly ClearingColumn[];
  /** By counterparty; a row has a cell for each column, in the columns' order and of their kind. */
  readonly rows: readonly (readonly ClearingCell[])[];
  /** The sum of the rows, column by column. */
  readonly total: readonly ClearingCell[];
  /** 合计大写, without the word 人民币; of notices only. */
  readonly totalInWords: string | null;
};

const TOTAL: Wording = { zh: '合计', en: 'Total' };
const NO_TEXT: Wording = { zh: '', en: '' };

/** A column, and what it has for a row. */
export type ColumnOf<T> = ClearingColumn & { readonly cellOf: (row: T) => ClearingCell };
export type Content = Pick<ClearingTable, 'columns' | 'rows' | 'total'>;

/** The code and the name, with which each row begins. */
export function provinceColumns<T>(title: Wording, provinceIn: (row: T) => Province): ColumnOf<T>[] {
  return [
    text('CODE', { zh: '代码', en: 'Code' }, (row) => sameText(provinceIn(row).code)),
    text('PROVINCE', title, (row) => {
      const { nameZh, nameEn } = provinceIn(row);
      return { zh: nameZh, en: nameEn };
    }),
  ];
}

/** A row of cells for each, and the sums. */
export function filled<T>(of: readonly T[], columns: readonly ColumnOf<T>[]): Content {
  const rows = of.map((row) => columns.map(({ cellOf }) => cellOf(row)));
  return {
    columns: columns.map(({ key, zh, en, kind }) => ({ key, zh, en, kind })),
    rows,
    total: columns.map(({ kind }, at) =>
      summed(
        kind,
        rows.map((row) => row[at]),
        at === 0,
      ),
    ),
  };
}

function summed(
  kind: ClearingCell['kind'],
  cells: readonly (ClearingCell | undefined)[],
  first: boolean,
): ClearingCell {
  switch (kind) {
    case 'TEXT':
      return { kind, text: first ? TOTAL : NO_TEXT };
    case 'COUNT':
      return { kind, count: cells.reduce((sum, cell) => sum + (cell?.kind === kind ? cell.count : 0n), 0n) };
    case 'AMOUNT':
      return { kind, amountFen: sumFen(cells.map((cell) => (cell?.kind === kind ? cell.amountFen : ZERO_FEN))) };
  }
}

export function text<T>(key: string, { zh, en }: Wording, of: (row: T) => Wording): ColumnOf<T> {
  return { key, zh, en, kind: 'TEXT', cellOf: (row) => ({ kind: 'TEXT', text: of(row) }) };
}

export function count<T>(key: string, { zh, en }: Wording, of: (row: T) => bigint): ColumnOf<T> {
  return { key, zh, en, kind: 'COUNT', cellOf: (row) => ({ kind: 'COUNT', count: of(row) }) };
}

export function amount<T>(key: string, { zh, en }: Wording, of: (row: T) => Fen): ColumnOf<T> {
  return { key, zh, en, kind: 'AMOUNT', cellOf: (row) => ({ kind: 'AMOUNT', amountFen: of(row) }) };
}

export function sameText(said: string): Wording {
  return { zh: said, en: said };
}

/** Throws a RangeError where the code is not exactly a province's. */
export function provinceNamed(code: string): Province {
  const found = findProvince(code);
  if (found?.code !== code) throw new RangeError(`${code} is not a province`);
  return found;
}
