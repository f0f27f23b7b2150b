import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { Rejection } from '@yiditong/codes';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { MalformedRequest } from '../http/request-pipe.js';
import { readRows } from './read-rows.js';
import type { SheetFormat, SheetLimits, SheetRow } from './sheet-row.js';
import { spool } from './spool.js';
import { uploadRoute } from './upload-routes.js';

export const CSV_TYPE = 'text/csv';
export const XLSX_TYPE = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';
const FORMATS: Readonly<Record<string, SheetFormat>> = { [CSV_TYPE]: 'csv', [XLSX_TYPE]: 'xlsx' };

const MEBIBYTE = 1_048_576;

export type Sheet = { readonly stream: IncomingMessage; readonly format: SheetFormat; readonly limits: SheetLimits };

const sheets = new WeakMap<FastifyRequest, Sheet>();

/** Lets spreadsheets in where one is expected, and nowhere else: every other route takes JSON only. */
export function acceptSpreadsheets(instance: FastifyInstance): void {
  for (const [type, format] of Object.entries(FORMATS)) {
    instance.addContentTypeParser(type, (request, stream: IncomingMessage, done) => {
      const route = uploadRoute(request.routeOptions.url);
      if (route === null) {
        done(new MalformedRequest([{ path: 'body', message: 'not readable JSON' }]));
        return;
      }
      sheets.set(request, { stream, format, limits: route.limits });
      // The request has no body as far as validation goes: what the file holds is checked cell by cell.
      done(null, undefined);
    });
  }
}

/** The file that is being uploaded, of which nothing has been read. Rejects as {@link sheetOf} does. */
export const UploadedSheet = createParamDecorator((_: unknown, context: ExecutionContext): Sheet =>
  sheetOf(context.switchToHttp().getRequest<FastifyRequest>()),
);

/** Rejects with REQUEST_MALFORMED where there is no file of a known kind. */
export function sheetOf(request: FastifyRequest): Sheet {
  const sheet = sheets.get(request);
  if (!sheet) throw new MalformedRequest([{ path: 'Content-Type', message: `is ${CSV_TYPE} or ${XLSX_TYPE}` }]);
  return sheet;
}

/**
 * The rows of an upload. The file goes to a temporary file as fast as it comes, so that however long its rows take to be staged,
 * the sender is not held up until the server ends his connection; an XLSX can't be read from its beginning anyway.
 *
 * Rejects with SPREADSHEET_UNREADABLE, SPREADSHEET_TOO_LARGE, or REQUEST_TIMEOUT where the file did not arrive whole.
 */
export async function* uploadedRows({ stream, format, limits }: Sheet): AsyncGenerator<SheetRow, void, undefined> {
  try {
    if (format === 'xlsx') {
      yield* readRows(Readable.from(received(stream, limits.bytes), { objectMode: false }), format, limits);
      return;
    }
    const file = await spool(received(stream, limits.bytes));
    try {
      yield* readRows(file.createReadStream({ start: 0, autoClose: false }), format, limits);
    } finally {
      await file.close();
    }
  } finally {
    // What is left of a refused file is thrown away, so that its sender comes to read why.
    stream.resume();
  }
}

async function* received(stream: Readable, maxBytes: number): AsyncGenerator<Uint8Array, void, undefined> {
  let total = 0;
  try {
    for await (const chunk of stream.iterator({ destroyOnReturn: false })) {
      const bytes = chunk as Uint8Array;
      total += bytes.length;
      if (total > maxBytes) throw new Rejection('SPREADSHEET_TOO_LARGE', { limit: `${maxBytes / MEBIBYTE} MiB` });
      yield bytes;
    }
  } catch (error) {
    if (error instanceof Rejection) throw error;
    // Nobody listens any more; it is his network's fault and not ours.
    throw new Rejection('REQUEST_TIMEOUT');
  }
}
