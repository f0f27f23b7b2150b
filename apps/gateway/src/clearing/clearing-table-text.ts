import { placeName, type Wording } from '@yiditong/codes';
import type { ClearingCell, ClearingTable } from '@yiditong/ledger';
import { formatYuan } from '@yiditong/money';

export type Language = keyof Wording;

/** What a cell of a workbook or a CSV holds: amounts in yuan with two decimals, and nothing between the digits. */
export function cellText(cell: ClearingCell, language: Language): string {
  switch (cell.kind) {
    case 'TEXT':
      return cell.text[language];
    case 'COUNT':
      return String(cell.count);
    case 'AMOUNT':
      return formatYuan(cell.amountFen);
  }
}

/** The columns' titles, with the unit of what is in yuan. */
export function headings({ columns }: ClearingTable, language: Language): string[] {
  const unit: Wording = { zh: '（元）', en: ' (yuan)' };
  return columns.map((column) => `${column[language]}${column.kind === 'AMOUNT' ? unit[language] : ''}`);
}

/** 附件14-1. */
export function annexOf({ number }: ClearingTable): Wording {
  return { zh: `附件${number}`, en: `Annex ${number}` };
}

/** The title, with whose table it is; that of the whole country says so itself. */
export function titleOf({ titleZh, titleEn, region }: ClearingTable): Wording {
  if (region === null) return { zh: titleZh, en: titleEn };
  const name = placeName(region);
  return { zh: `${name.zh}${titleZh}`, en: `${name.en}: ${titleEn}` };
}

export function factsOf({ clearingMonth, generatedOn }: ClearingTable): Wording {
  return {
    zh: `清算月份 ${clearingMonth}　生成日期 ${generatedOn}　单位：元`,
    en: `Clearing month ${clearingMonth}, generated on ${generatedOn}, amounts in yuan`,
  };
}

/** 合计大写 as the last row of a table has it, its name first; null where the table has none. In Chinese, as the amount of a bill is. */
export function wordsOf({ totalInWords }: ClearingTable): readonly [name: Wording, words: string] | null {
  return totalInWords === null ? null : [{ zh: '合计大写', en: 'In words' }, `人民币${totalInWords}`];
}
