import { Inject, Injectable } from '@nestjs/common';
import { Clock, decodeInstant, TARGETS, type RpcClient } from '@yiditong/chassis';
import { fundTotalMeant, Rejection } from '@yiditong/codes';
import type { settlementV1 } from '@yiditong/contracts';
import { z } from 'zod';
import { MalformedRequest } from '../http/request-pipe.js';
import { CatalogueFiles } from './catalogue-files.js';
import { readDetailFile } from './detail-file.js';
import { NumberText } from '@yiditong/money';
import { text } from './input-fields.js';
import { idOfNational, nationalIdOf } from './national-codes.js';
import { shanghaiTime } from './shanghai-time.js';
import { transaction, type Exchange, type TransactionGroup } from './transaction.js';
import { unzipText } from './zipped-text.js';

/** 字节数组: as a list of numbers or in Base64. */
const bytes = z.union([z.string(), z.array(z.instanceof(NumberText))], { error: 'bytes, as a list or in Base64' });
const institution = text(30).optional();
const upload = z.object({ fsUploadIn: z.object({ in: bytes, filename: text(200), fixmedins_code: institution }) });
const downloadFields = z.object({ file_qury_no: text(30), filename: text(200), fixmedins_code: institution });
/** Some systems name the node of 9102 as that of 9101. */
const download = z.union([
  z.object({ fsDownloadIn: downloadFields }).transform(({ fsDownloadIn }) => fsDownloadIn),
  z.object({ fsUploadIn: downloadFields }).transform(({ fsUploadIn }) => fsUploadIn),
  z.object({ data: downloadFields }).transform(({ data }) => data),
]);

const DEADLINE_MS = 20_000;
/** What is kept is the text alone, out of its zip. */
const UPLOADED_AS = 'detail.txt';

/** 9101 and 9102: files that other transactions are about. */
@Injectable()
export class FileTransactions implements TransactionGroup {
  readonly transactions = {
    '9101': transaction(upload, async ({ fsUploadIn }, exchange) => this.keep(fsUploadIn, exchange)),
    '9102': transaction(download, async (asked, exchange) => this.fetch(asked, exchange)),
  };

  constructor(
    @Inject(TARGETS.hospitalLedger.token)
    private readonly ledger: RpcClient<settlementV1.HospitalLedgerServiceClient>,
    private readonly catalogues: CatalogueFiles,
    private readonly clock: Clock,
  ) {}

  /** Only a detail file of 3202 is taken, which is read here already: nothing is kept that nobody understands. */
  private async keep(
    { in: sent, filename, fixmedins_code: said }: z.infer<typeof upload>['fsUploadIn'],
    exchange: Exchange,
  ) {
    const { actor, envelope } = exchange;
    requireOwn(said, exchange, 'input.fsUploadIn');
    const content = await unzipText(bytesOf(sent));
    readDetailFile(content, (shown, account) => fundTotalMeant(shown, account, envelope.mdtrtarea_admvs));
    const request = {
      institutionCode: envelope.fixmedins_code,
      messageId: envelope.msgid,
      fileName: UPLOADED_AS,
      content: Buffer.from(content),
    };
    if (request.content.length === 0) throw new Rejection('REQUEST_MALFORMED', { problem: 'the file is empty' });
    const kept = await this.ledger.call('keepFile', request, actor, DEADLINE_MS);
    return {
      output: {
        file_qury_no: nationalIdOf(kept.fileId),
        filename,
        fixmedins_code: envelope.fixmedins_code,
        dld_endtime: shanghaiTime(decodeInstant(kept.expiresAt, 'expires_at')),
      },
    };
  }

  /** A number of 25 digits and letters is of a kept file, one of 30 characters of a catalogue, which is made now. */
  private async fetch(
    { file_qury_no: number, fixmedins_code: said }: z.infer<typeof downloadFields>,
    exchange: Exchange,
  ) {
    const { actor, envelope } = exchange;
    requireOwn(said, exchange, 'input.fsDownloadIn');
    const institutionCode = envelope.fixmedins_code;
    const fileId = idOfNational(number);
    if (fileId === null) {
      const made = await this.catalogues.make(actor, number, institutionCode, this.clock.now());
      return { output: { file_qury_no: number, filename: made.fileName, file: made.zip.toString('base64') } };
    }
    const kept = await this.ledger.call('getFile', { institutionCode, fileId }, actor, DEADLINE_MS);
    const file = Buffer.from(kept.content).toString('base64');
    return { output: { file_qury_no: number, filename: kept.fileName, file } };
  }
}

/** Nobody uploads or downloads for another. */
function requireOwn(said: string | undefined, { envelope }: Exchange, node: string): void {
  if (said !== undefined && said !== envelope.fixmedins_code)
    throw new MalformedRequest([{ path: `${node}.fixmedins_code`, message: 'is not the sender' }]);
}

function bytesOf(sent: string | readonly NumberText[]): Buffer {
  if (typeof sent === 'string') {
    if (!/^[A-Za-z0-9+/]+={0,2}$/.test(sent)) throw malformedBytes();
    return Buffer.from(sent, 'base64');
  }
  // Java's bytes go from -128 to 127.
  const values = sent.map(({ text: written }) => (/^-?\d{1,3}$/.test(written) ? Number(written) : Number.NaN));
  if (values.some((value) => !(value >= -128 && value <= 255))) throw malformedBytes();
  return Buffer.from(values);
}

function malformedBytes(): MalformedRequest {
  return new MalformedRequest([{ path: 'input.fsUploadIn.in', message: 'bytes, as a list or in Base64' }]);
}
