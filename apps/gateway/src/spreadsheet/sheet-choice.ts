import { Rejection } from '@yiditong/codes';
import { type Archive, readPart } from './archive.js';
import type { ShownSheet, Workbook } from './workbook.js';
import { type XmlHandlers, XmlParser } from './xml.js';

export const MAX_SHEET_BYTES = 512 * 1_048_576;

/** In a sentence, so many are named. */
const NAMED = 5;

/**
 * The sheet that the file is about: the first one shown, which must be the only one with content. Which of several is meant can't be
 * known, and to pass over one in silence would lose its rows. Hidden sheets don't count. Rejects with SPREADSHEET_SHEET_INVALID.
 */
export async function chooseSheet(archive: Archive, workbook: Workbook): Promise<ShownSheet> {
  const filled: ShownSheet[] = [];
  for (const sheet of workbook.sheets) if (await hasContent(archive, sheet, workbook)) filled.push(sheet);
  const [first] = workbook.sheets;
  if (first === undefined) throw new RangeError('a workbook has a sheet');
  const [found = first] = filled;
  const [zh, en] = [placesOf(filled, '、'), placesOf(filled, ', ')];
  if (filled.length > 1)
    throw invalidSheet(
      `第 ${zh} 个工作表（共 ${filled.length} 个）都有内容 ${filled.length} sheets have content (${en})`,
    );
  if (found !== first)
    throw invalidSheet(
      `第 ${first.place} 个工作表是空的，内容在第 ${zh} 个 sheet ${first.place} is empty, and the content is in sheet ${en}`,
    );
  return found;
}

function placesOf(sheets: readonly ShownSheet[], separator: string): string {
  const places = sheets.slice(0, NAMED).map(({ place }) => place);
  return `${places.join(separator)}${sheets.length > NAMED ? '…' : ''}`;
}

function invalidSheet(problem: string): Rejection {
  return new Rejection('SPREADSHEET_SHEET_INVALID', { problem });
}

/** Reads as far as the first cell that shows anything or holds a formula. */
async function hasContent(archive: Archive, { path }: ShownSheet, workbook: Workbook): Promise<boolean> {
  const search = new ContentSearch(workbook);
  const parser = new XmlParser(search.handlers);
  for await (const chunk of readPart(archive, path, MAX_SHEET_BYTES)) {
    parser.write(chunk);
    if (search.found) return true;
    // What follows the cells may be long, and is read with the rows if this is their sheet.
    if (search.ended) return false;
  }
  return false;
}

class ContentSearch {
  found = false;
  ended = false;
  private isShared = false;
  private inText = false;

  readonly handlers: XmlHandlers = {
    open: (name, { t: type }) => {
      if (name === 'c') this.isShared = type === 's';
      else if (name === 'f') this.find(true);
      this.inText = name === 'v' || name === 't';
    },
    text: (text) => {
      // A text that is not there counts: whoever reads the sheet refuses it.
      if (this.inText) this.find(text !== '' && (!this.isShared || this.workbook.strings[Number(text)] !== ''));
    },
    close: (name) => {
      this.inText = false;
      if (name === 'sheetData') this.ended = true;
    },
  };

  constructor(private readonly workbook: Workbook) {}

  private find(isContent: boolean): void {
    if (isContent && !this.ended) this.found = true;
  }
}
