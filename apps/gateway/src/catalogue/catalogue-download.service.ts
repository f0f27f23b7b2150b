import { Inject, Injectable } from '@nestjs/common';
import { itemKindCodec, required, TARGETS, type Actor, type RpcClient } from '@yiditong/chassis';
import { NATION, Rejection, type ItemKind } from '@yiditong/codes';
import type { catalogueV1 } from '@yiditong/contracts';
import type { Infno } from './catalogue-download.dto.js';
import { ENTRY_DOWNLOADS, ITEM_DOWNLOADS, type EntryDownload, type ItemDownload } from './national-download.codec.js';

const DEADLINE_MS = 30_000;

export type Download = ItemDownload | EntryDownload;
export type Asked = {
  readonly province: string;
  readonly since: number;
  /** 0 for the newest. */
  readonly upTo: number;
  readonly after: string;
  readonly limit: number;
};
export type DownloadPage = {
  readonly rows: readonly (readonly string[])[];
  readonly upTo: number;
  readonly total: number;
  readonly nextAfter: string;
};
/** Where a page begins: up to which version the first one went, in which of the download's kinds, and after what. */
type Place = { readonly upTo: number; readonly part: number; readonly after: string };

/** The pages of a national download: all of one span of versions, so that what is published meanwhile isn't mixed in. */
@Injectable()
export class CatalogueDownloadService {
  constructor(
    @Inject(TARGETS.catalogueItem.token) private readonly items: RpcClient<catalogueV1.CatalogueItemServiceClient>,
  ) {}

  /** Rejects with CATALOGUE_NOT_PUBLISHED. */
  pageOf(actor: Actor, download: Download, asked: Asked): Promise<DownloadPage> {
    return download.source === 'items' ? this.itemPage(actor, download, asked) : this.entryPage(actor, download, asked);
  }

  private async entryPage(actor: Actor, download: EntryDownload, asked: Asked): Promise<DownloadPage> {
    const { province, since, limit } = asked;
    const { upTo, after } = placeOf(asked);
    const span = { sinceSequence: since, upToSequence: upTo };
    const request = { province, span, kind: itemKindCodec.encodeOptional(null), after, limit };
    const found = await this.items.call('listEntryChanges', request, actor, DEADLINE_MS);
    const newest = required(found.span, 'span').upToSequence;
    return {
      rows: found.changes.flatMap((change) => download.rowsOf(change, province)),
      upTo: newest,
      total: found.total,
      nextAfter: found.nextAfter === '' ? '' : cursorOf({ upTo: newest, part: 0, after: found.nextAfter }),
    };
  }

  /** One kind after another; each is asked for by itself, because a download may be of two. */
  private async itemPage(actor: Actor, download: ItemDownload, asked: Asked): Promise<DownloadPage> {
    const { upTo, part, after } = placeOf(asked);
    const kind = download.kinds[part];
    const page = { after, limit: asked.limit };
    // Of a download of no kind there is the version to tell, and nothing else.
    const found = await this.itemChanges(actor, kind ?? 'PATENT_MEDICINE', asked.since, upTo, kind ? page : ONE);
    const newest = required(found.span, 'span').upToSequence;
    if (kind === undefined) return { rows: [], upTo: newest, total: 0, nextAfter: '' };
    const others = await Promise.all(
      download.kinds
        .filter((other) => other !== kind)
        .map((other) => this.itemChanges(actor, other, asked.since, newest, ONE)),
    );
    return {
      rows: found.changes.flatMap((change) => download.rowsOf(change, NATION)),
      upTo: newest,
      total: [found, ...others].reduce((sum, { total }) => sum + total, 0),
      nextAfter: cursorAfter(found.nextAfter, { upTo: newest, part }, download.kinds.length),
    };
  }

  private itemChanges(
    actor: Actor,
    kind: ItemKind,
    since: number,
    upTo: number,
    page: { readonly after: string; readonly limit: number },
  ): Promise<catalogueV1.ListItemChangesResponse> {
    const span = { sinceSequence: since, upToSequence: upTo };
    return this.items.call('listItemChanges', { span, kind: itemKindCodec.encode(kind), ...page }, actor, DEADLINE_MS);
  }
}

const ONE = { after: '', limit: 1 } as const;

export function downloadOf(infno: Infno): Download {
  return { ...ITEM_DOWNLOADS, ...ENTRY_DOWNLOADS }[infno];
}

/** Whose catalogue is meant: the caller's own where he names none. Rejects with REQUEST_MALFORMED where the operator names none. */
export function provinceAsked(actor: Actor, download: Download, named: string | undefined): string {
  if (download.source === 'items') return NATION;
  const province = named ?? actor.region;
  if (province === NATION) throw new Rejection('REQUEST_MALFORMED', { problem: 'province: is missing' });
  return province;
}

/** The place says the version itself, so that later pages can't be of another span than the first. */
function placeOf({ upTo, after }: Asked): Place {
  const [, said = '', part = '0', rest = ''] = /^(\d+)~(\d+)~(.*)$/.exec(after) ?? [];
  return said === '' ? { upTo, part: 0, after: '' } : { upTo: Number(said), part: Number(part), after: rest };
}

function cursorOf({ upTo, part, after }: Place): string {
  return `${upTo}~${part}~${after}`;
}

function cursorAfter(after: string, { upTo, part }: Omit<Place, 'after'>, parts: number): string {
  if (after !== '') return cursorOf({ upTo, part, after });
  return part + 1 < parts ? cursorOf({ upTo, part: part + 1, after: '' }) : '';
}
