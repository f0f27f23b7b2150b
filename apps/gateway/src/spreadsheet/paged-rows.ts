import { StreamableFile } from '@nestjs/common';
import { CSV_TYPE, XLSX_TYPE } from './uploaded-sheet.js';
import { writeRows, type FileFormat } from './write-rows.js';

export const TXT_TYPE = 'text/plain';
const TYPES: Readonly<Record<FileFormat, string>> = {
  csv: `${CSV_TYPE}; charset=utf-8`,
  xlsx: XLSX_TYPE,
  txt: `${TXT_TYPE}; charset=utf-8`,
};

export type Page = { readonly rows: readonly (readonly string[])[]; readonly nextAfter: string };

/**
 * All pages as a file to download, made while it is sent: the next page is asked for when the one before it was taken, and none
 * after its receiver has gone. The first is asked for at once, so that a refusal is still an answer.
 */
export async function pagedFile(
  pageAfter: (after: string) => Promise<Page>,
  header: readonly string[],
  { name, format }: { readonly name: string; readonly format: FileFormat },
): Promise<StreamableFile> {
  const rows = everyRow(await pageAfter(''), pageAfter);
  return new StreamableFile(writeRows(rows, header, format), {
    type: TYPES[format],
    disposition: `attachment; filename="${name}.${format}"`,
  });
}

async function* everyRow(
  first: Page,
  pageAfter: (after: string) => Promise<Page>,
): AsyncGenerator<readonly string[], void, undefined> {
  for (let page = first; ; page = await pageAfter(page.nextAfter)) {
    yield* page.rows;
    if (page.nextAfter === '') return;
  }
}
