import { DRAFT_ROWS_MAX, IMPORT_ROWS_MAX, LIST_ROWS_MAX, type Role } from '@yiditong/codes';
import type { SheetLimits } from './sheet-row.js';

const MEBIBYTE = 1_048_576;

/** How much of a file is read, and whose files at all: a body is refused to anybody else before any of it is read. */
export type UploadRoute = { readonly limits: SheetLimits; readonly roles: readonly Role[] };

/** The routes whose body is a file. It is read by the route's handler, as it comes, after the guards. */
export const UPLOAD_ROUTES = {
  '/v1/filing-imports/:importId/file': { limits: { rows: IMPORT_ROWS_MAX, bytes: 64 * MEBIBYTE }, roles: ['bureau'] },
  '/v1/catalogue-drafts/:draftId/file': {
    limits: { rows: DRAFT_ROWS_MAX, bytes: 192 * MEBIBYTE },
    roles: ['bureau', 'operator'],
  },
  '/v1/item-lists/:listId/file': {
    limits: { rows: LIST_ROWS_MAX, bytes: 96 * MEBIBYTE },
    roles: ['hospital', 'bureau'],
  },
} as const satisfies Readonly<Record<string, UploadRoute>>;

/** What an upload to this route may be; null where a route takes none. */
export function uploadRoute(url: string | undefined): UploadRoute | null {
  return url !== undefined && Object.hasOwn(UPLOAD_ROUTES, url)
    ? UPLOAD_ROUTES[url as keyof typeof UPLOAD_ROUTES]
    : null;
}

/** For the documentation: what a file of this route may be. */
export function describeUpload(url: keyof typeof UPLOAD_ROUTES): string {
  const { rows, bytes } = UPLOAD_ROUTES[url].limits;
  const most = `${rows.toLocaleString('en-US')} 行、${bytes / MEBIBYTE} MiB`;
  return `CSV（UTF-8 或 GB18030）或 XLSX，首行为表头，最多 ${most} CSV or XLSX with a header row`;
}
