import { Inject, Injectable } from '@nestjs/common';
import { Clock, nextDay, TARGETS, type RpcClient } from '@yiditong/chassis';
import { isNationalItemCode } from '@yiditong/codes';
import type { catalogueV1 } from '@yiditong/contracts';
import { z } from 'zod';
import type { Infno } from '../catalogue/catalogue-download.dto.js';
import { listTypeOf } from '../catalogue/national-download.codec.js';
import { MalformedRequest } from '../http/request-pipe.js';
import { CatalogueFiles, type Ordered } from './catalogue-files.js';
import { date, decimal, text } from './input-fields.js';
import type { Outcome } from './national-answer.js';
import { shanghaiTime } from './shanghai-time.js';
import { dataNode, transaction, type Exchange, type Transaction, type TransactionGroup } from './transaction.js';

const versionNumber = decimal({ digits: 7, scale: 0 }).transform(Number);
const items = dataNode({ ver: versionNumber.default(0) });
/** The published form asks page by page; here all pages come in one file, so that there is a first one only. */
const firstPage = decimal({ digits: 4, scale: 0 })
  .refine((page) => page === 1n, 'the first page, in which all is: 1')
  .optional();
const entries = dataNode({
  ver: versionNumber.default(0),
  updt_time: date.optional(),
  page_num: firstPage,
  insu_admdvs: text(6).optional(),
  fixmedins_code: text(30).optional(),
});

const mapped = {
  fixmedins_hilist_id: text(60),
  list_type: z.enum(['101', '102', '103', '104', '105', '201', '301']),
  med_list_codg: z.string().max(50).refine(isNationalItemCode, 'a national code'),
};
const mapping = dataNode({
  ...mapped,
  fixmedins_hilist_name: text(200),
  begndate: date,
  enddate: date.optional(),
  memo: text(500).optional(),
});

const takenBack = z.object({ catalogcompin: z.object({ ...mapped, fixmedins_code: text(30) }) });

const ITEM_INFNOS = ['1301', '1302', '1303', '1304', '1305', '1306'] as const;
const ENTRY_INFNOS = ['1312', '1316', '1318', '1319'] as const;
const MAPPING_REMARK = '目录对照上传（3301）';
const WITHDRAWAL_REMARK = '目录对照撤销（3302）';

/** 13xx downloads, each answered with the number of a file for 9102, 3301 目录对照上传 and 3302 目录对照撤销. */
@Injectable()
export class CatalogueTransactions implements TransactionGroup {
  readonly transactions: Readonly<Record<string, Transaction>> = {
    ...Object.fromEntries(
      ITEM_INFNOS.map((infno) => [
        infno,
        transaction(items, ({ data }, exchange) => this.order(infno, data.ver, null, exchange)),
      ]),
    ),
    ...Object.fromEntries(
      ENTRY_INFNOS.map((infno) => [
        infno,
        transaction(entries, ({ data }, exchange) => {
          this.requireOwnProvince(data.insu_admdvs, exchange);
          return this.order(infno, data.ver, data.updt_time, exchange);
        }),
      ]),
    ),
    '1317': transaction(entries, async ({ data }, { actor, envelope }) => {
      if (data.fixmedins_code !== undefined && data.fixmedins_code !== envelope.fixmedins_code)
        throw new MalformedRequest([{ path: 'input.data.fixmedins_code', message: 'is not the sender' }]);
      const now = this.clock.now();
      const { count: _, ...ordered } = this.files.orderMappings(
        actor,
        dayOf(data.updt_time),
        this.clock.businessDate(),
        now,
      );
      return { output: fileOf(ordered) };
    }),
    '3301': transaction(mapping, async ({ data }, exchange) => this.map(data, exchange)),
    '3302': transaction(takenBack, async ({ catalogcompin }, exchange) => this.takeBack(catalogcompin, exchange)),
  };

  constructor(
    private readonly files: CatalogueFiles,
    @Inject(TARGETS.harmonization.token) private readonly lists: RpcClient<catalogueV1.HarmonizationServiceClient>,
    private readonly clock: Clock,
  ) {}

  private async order(
    infno: Infno,
    ver: number,
    updated: string | null | undefined,
    { actor }: Exchange,
  ): Promise<Outcome> {
    const ordered = await this.files.order(actor, infno, ver, dayOf(updated), this.clock.now());
    return { output: { ...fileOf(ordered), data_cnt: ordered.count, ver: String(ordered.upTo) } };
  }

  /** The catalogue of fees here is the treating province's. */
  private requireOwnProvince(region: string | undefined, { actor }: Exchange): void {
    if (region !== undefined && region.slice(0, 2) !== actor.region.slice(0, 2))
      throw new MalformedRequest([{ path: 'input.data.insu_admdvs', message: 'is not of the sender’s province' }]);
  }

  /** One item from a day on; where it ends, to nothing from the day after. A retry finds what was done and does the rest. */
  private async map(data: z.infer<typeof mapping>['data'], { actor, envelope }: Exchange): Promise<Outcome> {
    const { begndate: begins, enddate: ends, med_list_codg: nationalCode } = data;
    requireListType(data, 'data');
    if (ends !== undefined && ends < begins)
      throw new MalformedRequest([{ path: 'input.data.enddate', message: 'lies before begndate' }]);
    const revision = {
      requestId: envelope.msgid,
      province: actor.region,
      institutionCode: envelope.fixmedins_code,
      itemCode: data.fixmedins_hilist_id,
      nationalCode,
      effectiveFrom: begins,
      remark: data.memo ?? MAPPING_REMARK,
    };
    await this.lists.call('reviseMapping', revision, actor);
    if (ends !== undefined) {
      const ending = {
        ...revision,
        requestId: `${envelope.msgid}:end`,
        nationalCode: '',
        effectiveFrom: nextDay(ends),
      };
      await this.lists.call('reviseMapping', ending, actor);
    }
    return { output: {} };
  }

  /** From today on; days that are over stay as they were. Rejects with MAPPING_NOT_FOUND. */
  private async takeBack(
    taken: z.infer<typeof takenBack>['catalogcompin'],
    { actor, envelope }: Exchange,
  ): Promise<Outcome> {
    requireListType(taken, 'catalogcompin');
    if (taken.fixmedins_code !== envelope.fixmedins_code)
      throw new MalformedRequest([{ path: 'input.catalogcompin.fixmedins_code', message: 'is not the sender' }]);
    const withdrawal = {
      requestId: envelope.msgid,
      province: actor.region,
      institutionCode: envelope.fixmedins_code,
      itemCode: taken.fixmedins_hilist_id,
      nationalCode: taken.med_list_codg,
      remark: WITHDRAWAL_REMARK,
    };
    await this.lists.call('withdrawMapping', withdrawal, actor);
    return { output: {} };
  }
}

/** Rejects with REQUEST_MALFORMED. Ethnic medicines have codes of patent medicines. */
function requireListType(
  { list_type: listType, med_list_codg: nationalCode }: { readonly list_type: string; readonly med_list_codg: string },
  node: string,
): void {
  const actualType = listTypeOf(nationalCode);
  if (listType !== actualType && !(listType === '105' && actualType === '102'))
    throw new MalformedRequest([{ path: `input.${node}.list_type`, message: 'is not what med_list_codg is of' }]);
}

function fileOf({ number, fileName, expiresAt }: Omit<Ordered, 'count'>): Readonly<Record<string, unknown>> {
  return { file_qury_no: number, filename: fileName, dld_end_time: shanghaiTime(expiresAt) };
}

function dayOf(day: string | null | undefined): Date | null {
  return typeof day === 'string' ? new Date(`${day}T00:00:00+08:00`) : null;
}
