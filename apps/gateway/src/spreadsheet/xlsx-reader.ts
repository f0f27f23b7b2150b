import { openArchive, readPart } from './archive.js';
import { chooseSheet, MAX_SHEET_BYTES } from './sheet-choice.js';
import { SheetParser } from './sheet-parser.js';
import type { SheetRow } from './sheet-row.js';
import { spool } from './spool.js';
import { readWorkbook } from './workbook.js';
import { XmlParser } from './xml.js';

/**
 * The rows of an XLSX file's only visible sheet with content. A zip says at its end what is in it, so the file is put aside first; its sheet is then
 * unpacked and parsed a chunk at a time, as rows are asked for.
 */
export async function* readXlsx(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<SheetRow, void, undefined> {
  const file = await spool(bytes);
  try {
    const archive = await openArchive(file);
    const workbook = await readWorkbook(archive);
    const { place, path } = await chooseSheet(archive, workbook);
    const sheet = new SheetParser(workbook, place);
    const parser = new XmlParser(sheet.handlers);
    for await (const chunk of readPart(archive, path, MAX_SHEET_BYTES)) {
      parser.write(chunk);
      yield* sheet.takeRows();
    }
    parser.close();
  } finally {
    await file.close();
  }
}
