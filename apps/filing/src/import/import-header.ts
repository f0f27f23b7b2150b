import { IMPORT_COLUMNS, readSheetHeader, type ImportColumnName, type SheetHeader } from '@yiditong/codes';

export type ImportHeader = SheetHeader<ImportColumnName>;

/** Names of columns that would bring numbers of persons, names, addresses or diagnoses into the file. */
const PERSONAL_ZH = /身份证|证件|社保卡|姓名|电话|手机|联系|住址|地址|生日|出生|诊断|病/;
const PERSONAL_EN = /^(id|id_?(no|num|number|card).*|.*name.*|.*phone.*|.*mobile.*|.*address.*|.*birth.*|.*diagnos.*)$/;

/** Reads a header as readSheetHeader does, and refuses columns of personal data by their titles. */
export function readHeader(cells: readonly string[]): ImportHeader | { readonly problem: string } {
  return readSheetHeader(IMPORT_COLUMNS, cells, (title, letter) =>
    PERSONAL_ZH.test(title) || PERSONAL_EN.test(title) ? personal(letter) : null,
  );
}

function personal(letter: string): string {
  return `${letter} 列含个人信息（证件号码、姓名、电话等），必须删除该列，仅保留人员编号 column ${letter} holds personal data such as ID numbers, names or phones and must be removed; a person is named by person_id alone`;
}
