import { Inject, Injectable } from '@nestjs/common';
import { encodeInstant, TARGETS, type Actor, type RpcClient } from '@yiditong/chassis';
import { Rejection } from '@yiditong/codes';
import type { catalogueV1 } from '@yiditong/contracts';
import type { Infno } from '../catalogue/catalogue-download.dto.js';
import { CatalogueDownloadService, downloadOf, provinceAsked } from '../catalogue/catalogue-download.service.js';
import { MAPPING_DOWNLOAD } from '../catalogue/national-download.codec.js';
import { expiryOf, fileNumberOf, orderOf, type DownloadInfno, type DownloadOrder } from './file-number.js';
import { shanghaiTime } from './shanghai-time.js';
import { zipRows } from './zipped-text.js';

/** Under which file numbers are told from made-up ones; the same at all gateways. */
export const FILE_NUMBER_KEY = Symbol('FILE_NUMBER_KEY');

const DAY_MS = 24 * 3_600_000;
const ITEMS_A_PAGE = 1_000;
const DEADLINE_MS = 30_000;

type Row = readonly string[];
export type Ordered = {
  readonly number: string;
  readonly fileName: string;
  readonly expiresAt: Date;
  readonly count: number;
};

/** The catalogues of the 13xx transactions as files: ordered by one message, made when another comes to fetch it. */
@Injectable()
export class CatalogueFiles {
  constructor(
    private readonly downloads: CatalogueDownloadService,
    @Inject(TARGETS.harmonization.token) private readonly lists: RpcClient<catalogueV1.HarmonizationServiceClient>,
    @Inject(FILE_NUMBER_KEY) private readonly key: Buffer,
  ) {}

  /** Fixes up to which version the file goes. Rejects with CATALOGUE_NOT_PUBLISHED. */
  async order(
    actor: Actor,
    infno: Infno,
    since: number,
    changedSince: Date | null,
    now: Date,
  ): Promise<Ordered & { readonly upTo: number }> {
    const download = downloadOf(infno);
    const province = provinceAsked(actor, download, undefined);
    const first = await this.downloads.pageOf(actor, download, { province, since, upTo: 0, after: '', limit: 1 });
    const order = { infno, since, upTo: first.upTo, changedSince: secondsOf(changedSince) };
    return { ...this.ordered(actor, order, now), count: first.total, upTo: first.upTo };
  }

  /** 1317: the mappings as they stand today, whatever is mapped until the file is fetched. */
  orderMappings(actor: Actor, changedSince: Date | null, today: string, now: Date): Ordered {
    const since = Math.floor(Date.parse(`${today}T00:00:00Z`) / DAY_MS);
    return this.ordered(actor, { infno: '1317', since, upTo: 0, changedSince: secondsOf(changedSince) }, now);
  }

  /** Rejects with KEPT_FILE_NOT_FOUND. */
  async make(
    actor: Actor,
    number: string,
    institutionCode: string,
    now: Date,
  ): Promise<{ readonly fileName: string; readonly zip: Buffer }> {
    const order = orderOf(number, now, institutionCode, this.key);
    if (!order) throw new Rejection('KEPT_FILE_NOT_FOUND');
    const fileName = nameOf(order);
    const rows = order.infno === '1317' ? this.mappingRows(actor, order) : this.catalogueRows(actor, order);
    return { fileName: `${fileName}.zip`, zip: await zipRows(`${fileName}.txt`, rows) };
  }

  private ordered(actor: Actor, order: DownloadOrder, now: Date): Ordered {
    const expiresAt = expiryOf(now);
    const number = fileNumberOf(order, expiresAt, actor.institution ?? '', this.key);
    return { number, fileName: `${nameOf(order)}.zip`, expiresAt, count: 0 };
  }

  private async *catalogueRows(actor: Actor, order: DownloadOrder): AsyncGenerator<Row, void, undefined> {
    const download = downloadOf(order.infno as Exclude<DownloadInfno, '1317'>);
    const { since, upTo, changedSince } = order;
    const asked = { province: provinceAsked(actor, download, undefined), since, upTo, limit: ITEMS_A_PAGE };
    const updatedAt = download.fields.findIndex(({ name }) => name === 'updt_time');
    const from = changedSince === 0 ? '' : shanghaiTime(new Date(changedSince * 1_000));
    for (let after = ''; ;) {
      const page = await this.downloads.pageOf(actor, download, { ...asked, after });
      yield* page.rows.filter((row) => (row[updatedAt] ?? '') >= from);
      if (page.nextAfter === '') return;
      after = page.nextAfter;
    }
  }

  private async *mappingRows(actor: Actor, order: DownloadOrder): AsyncGenerator<Row, void, undefined> {
    const request = {
      province: actor.region,
      institutionCode: actor.institution ?? '',
      on: new Date(order.since * DAY_MS).toISOString().slice(0, 10),
      limit: ITEMS_A_PAGE,
      decidedAfter: order.changedSince === 0 ? undefined : encodeInstant(new Date(order.changedSince * 1_000)),
    };
    for (let after = ''; ;) {
      const page = await this.lists.call('listMappings', { ...request, after }, actor, DEADLINE_MS);
      yield* page.mappings.map((mapping) => MAPPING_DOWNLOAD.rowOf(mapping, actor.region));
      if (page.nextAfter === '') return;
      after = page.nextAfter;
    }
  }
}

function nameOf({ infno, since, upTo }: DownloadOrder): string {
  return infno === '1317' ? '1317' : `${infno}-v${since}-v${upTo}`;
}

function secondsOf(instant: Date | null): number {
  return instant === null ? 0 : Math.max(0, Math.floor(instant.getTime() / 1_000));
}
