import type { StreamableFile } from '@nestjs/common';
import type { SheetColumn } from '@yiditong/codes';
import { pagedFile } from '../spreadsheet/paged-rows.js';
import type { SheetFormat } from '../spreadsheet/sheet-row.js';

/** The header and one line to be written over. */
export function template(
  columns: readonly SheetColumn[],
  { name, format }: { readonly name: string; readonly format: SheetFormat },
): Promise<StreamableFile> {
  const rows = [columns.map(({ example }) => example)];
  return pagedFile(
    () => Promise.resolve({ rows, nextAfter: '' }),
    columns.map(({ zh }) => zh),
    { name, format },
  );
}
