import { randomUUID } from 'node:crypto';
import type { Actor } from '@yiditong/access';
import { ENTRY_COLUMNS, LIST_COLUMNS } from '@yiditong/codes';
import { v7 as uuidv7 } from 'uuid';
import type { Tenant } from './cast.js';
import { dayFromNow } from './catalogue-desk.js';
import type { RpcDesk } from './rpc-desk.js';
import { until } from './until.js';

const DRAFT = '/yiditong.catalogue.v1.CatalogueDraftService';
const VERSION = '/yiditong.catalogue.v1.CatalogueVersionService';
const ITEM = '/yiditong.catalogue.v1.CatalogueItemService';
const HARMONIZATION = '/yiditong.catalogue.v1.HarmonizationService';
const CONFLICT = '/yiditong.catalogue.v1.CatalogueConflictService';

type Named = Readonly<Record<string, string>>;
type Kind = 'draft' | 'list' | 'mapping' | 'conflict';

/** What the catalogue keeps of a province or its hospital, by the state that it is in. */
export type CatalogueObjects = Readonly<Record<Kind, Readonly<Record<string, Named>>>>;

/** An RPC that finds an object by whom its request names and by the object's id. */
export type CatalogueRpc = {
  readonly path: string;
  readonly kind: Kind;
  readonly request: (tenant: Tenant, named: Named) => object;
  /** Its owner tells it from what isn't there without changing anything. */
  readonly reads: boolean;
};

/** Nothing is published for a later one; a day less, in case midnight passes. */
const EFFECTIVE_FROM = dayFromNow(365);
const [ENTRY_HEADER, LIST_HEADER] = [ENTRY_COLUMNS.map(({ zh }) => zh), LIST_COLUMNS.map(({ zh }) => zh)];
const key = (): { requestId: string } => ({ requestId: randomUUID() });

function asked(kind: Kind, path: string, reads: boolean, more: () => object = () => ({})): CatalogueRpc {
  return { path, kind, reads, request: (tenant, named) => ({ ...tenant, ...more(), ...named }) };
}

/** Everything in the catalogue, but for proposals, that somebody could reach by naming it. */
export const CATALOGUE_RPCS: readonly CatalogueRpc[] = [
  asked('draft', `${DRAFT}/GetDraft`, true),
  asked('draft', `${DRAFT}/ListDraftFindings`, true, () => ({ after: '', limit: 100 })),
  asked('draft', `${DRAFT}/StageDraftRows`, false, () =>
    upload(ENTRY_HEADER, ['001102000050000', '', '住院诊查费', '甲']),
  ),
  asked('draft', `${DRAFT}/CompleteDraft`, false, () => ({ uploadId: uuidv7(), rows: 1 })),
  asked('draft', `${DRAFT}/SubmitDraft`, false, key),
  asked('draft', `${DRAFT}/DiscardDraft`, false),
  asked('list', `${HARMONIZATION}/GetList`, true),
  asked('list', `${HARMONIZATION}/ListLists`, true, () => ({ after: '', limit: 200 })),
  asked('list', `${HARMONIZATION}/ListListErrors`, true, () => ({ after: '', limit: 100 })),
  asked('list', `${HARMONIZATION}/ListMatches`, true, () => ({ afterRow: 0, limit: 100 })),
  asked('list', `${HARMONIZATION}/StageListRows`, false, () => upload(LIST_HEADER, ['STATE-9', '试项目'])),
  asked('list', `${HARMONIZATION}/CompleteList`, false, () => ({ uploadId: uuidv7(), rows: 1 })),
  asked('list', `${HARMONIZATION}/DiscardList`, false),
  asked('list', `${HARMONIZATION}/DecideMatch`, false, () => ({
    ...key(),
    rowNumber: 3,
    nationalCode: '',
    remark: '',
  })),
  asked('mapping', `${HARMONIZATION}/ListMappings`, true, () => ({ after: '', limit: 1_000 })),
  asked('mapping', `${HARMONIZATION}/GetMappingHistory`, true),
  asked('mapping', `${HARMONIZATION}/WithdrawMapping`, false, () => ({
    ...key(),
    nationalCode: 'XA01ABD075A002010100483',
    remark: '对照有误',
  })),
  asked('conflict', `${CONFLICT}/ListConflicts`, true, () => ({ after: '', limit: 200 })),
  asked('conflict', `${CONFLICT}/AssignConflict`, false, () => ({ owner: '' })),
  asked('conflict', `${CONFLICT}/ResolveConflict`, false, () => ({
    state: 'CONFLICT_STATE_ACCEPTED',
    resolution: '保持现状',
  })),
];

const PUBLISHED = 'shows everybody the same: what is published is public among those who settle';

/** Why the others have no object in any state that another tenant could name. */
export const CATALOGUE_WITHOUT_OBJECT: Readonly<Record<string, string>> = {
  [`${DRAFT}/OpenDraft`]: 'makes the object',
  [`${DRAFT}/ProposeRollback`]: 'makes the object, of a version that everybody may read',
  [`${HARMONIZATION}/OpenList`]: 'makes the object',
  [`${HARMONIZATION}/ReviseMapping`]: 'makes the object; an item’s code is unique in its institution only',
  [`${CONFLICT}/ScanConflicts`]: 'names a province only, and looks at all that is its own',
  ...Object.fromEntries(
    ['ListVersions', 'CompareVersions', 'CompareProvinces', 'PriceBasket', 'GetCoverage'].map((method) => [
      `${VERSION}/${method}`,
      PUBLISHED,
    ]),
  ),
  ...Object.fromEntries(
    ['SearchItems', 'GetItem', 'ListItemChanges', 'ListEntryChanges'].map((method) => [`${ITEM}/${method}`, PUBLISHED]),
  ),
};

/** A national item with a cap in the province, as its catalogue has it. */
export type CappedItem = { readonly nationalCode: string; readonly name: string; readonly ceilingYuan: string };

/**
 * Makes one of each, in every state that can be reached while one waits. The hospital's list has an item in row 2 that is mapped and
 * costs more than its cap, which is a conflict, and one in row 3 that is no national item.
 */
export async function makeCatalogueObjects(
  rpc: RpcDesk,
  { province, institutionCode }: Tenant,
  { hospital, bureau }: { readonly hospital: Actor; readonly bureau: Actor },
  item: CappedItem,
): Promise<CatalogueObjects> {
  const call = async (actor: Actor, path: string, request: object): Promise<Readonly<Record<string, unknown>>> => {
    const outcome = await rpc.callAs(actor, path, { province, ...key(), ...request });
    if (outcome.reason !== null) throw new Error(`${path} was refused: ${outcome.reason}`);
    return outcome.answer;
  };
  const draft = async (): Promise<Named> => {
    const request = { form: 'DRAFT_FORM_CHANGES', effectiveFrom: EFFECTIVE_FROM };
    return idOf(await call(bureau, `${DRAFT}/OpenDraft`, request), 'draft', 'draftId');
  };
  const filled = async (code: string, state: string): Promise<Named> => {
    const named = await draft();
    const rows = upload(ENTRY_HEADER, [code, '', item.name, '甲']);
    await call(bureau, `${DRAFT}/StageDraftRows`, { ...named, ...rows });
    await call(bureau, `${DRAFT}/CompleteDraft`, { ...named, uploadId: rows.uploadId, rows: 1 });
    const look = () => call(bureau, `${DRAFT}/GetDraft`, named);
    await until(look, (seen) => stateOf(seen, 'draft') === `DRAFT_STATE_${state}`);
    return named;
  };
  const list = async (): Promise<Named> => {
    const request = { institutionCode, effectiveFrom: new Date(Date.now() + SHANGHAI_MS).toISOString().slice(0, 10) };
    return idOf(await call(hospital, `${HARMONIZATION}/OpenList`, request), 'list', 'listId');
  };
  const matched = async (): Promise<Named> => {
    const named = { institutionCode, ...(await list()) };
    const rows = upload(LIST_HEADER, cellsOf(item), ['STATE-2', '停车费']);
    await call(hospital, `${HARMONIZATION}/StageListRows`, { ...named, ...rows });
    await call(hospital, `${HARMONIZATION}/CompleteList`, { ...named, uploadId: rows.uploadId, rows: 2 });
    const look = () => call(hospital, `${HARMONIZATION}/GetList`, named);
    await until(look, (seen) => stateOf(seen, 'list') === 'LIST_STATE_MATCHED');
    const { institutionCode: _, ...id } = named;
    return id;
  };
  const conflict = async (): Promise<Named> => {
    await call(bureau, `${CONFLICT}/ScanConflicts`, {});
    const request = { kind: 'CONFLICT_KIND_PRICE_ABOVE_CAP', institutionCode, after: '', limit: 200 };
    const look = () => call(bureau, `${CONFLICT}/ListConflicts`, request);
    const { conflicts } = await until(look, ({ scanning }) => scanning !== true, SCAN_PATIENCE_MS);
    const found = (conflicts as readonly Named[]).find(({ itemCode }) => itemCode === MAPPED_ITEM);
    if (!found) throw new Error('the price above the cap was not found');
    return { conflictId: found['conflictId'] ?? '' };
  };
  const discarded = await draft();
  await call(bureau, `${DRAFT}/DiscardDraft`, discarded);
  const lists = { OPEN: await list(), MATCHED: await matched() };
  return {
    draft: {
      OPEN: await draft(),
      READY: await filled(item.nationalCode, 'READY'),
      FAULTY: await filled('001102', 'FAULTY'),
      DISCARDED: discarded,
    },
    list: lists,
    mapping: { IN_FORCE: { itemCode: MAPPED_ITEM, nationalCode: item.nationalCode } },
    conflict: { OPEN: await conflict() },
  };
}

const MAPPED_ITEM = 'STATE-1';
/** All provinces may wait to be looked through, one after another. */
const SCAN_PATIENCE_MS = 100_000;
const SHANGHAI_MS = 8 * 3_600_000;

/** The item under its own name and code, at a fen more than a yuan above its cap. */
function cellsOf({ nationalCode, name, ceilingYuan }: CappedItem): string[] {
  const price = `${BigInt(ceilingYuan.split('.')[0] ?? '0') + 1n}.01`;
  const cells: Readonly<Record<string, string>> = {
    item_code: MAPPED_ITEM,
    name,
    price_yuan: price,
    national_code: nationalCode,
  };
  return LIST_COLUMNS.map((column) => cells[column.name] ?? '');
}

function upload(header: readonly string[], ...rows: readonly (readonly string[])[]) {
  return {
    uploadId: uuidv7(),
    header,
    rows: rows.map((cells, at) => ({
      rowNumber: at + 2,
      cells: [...cells, ...Array.from({ length: header.length - cells.length }, () => '')],
    })),
  };
}

function idOf(answer: Readonly<Record<string, unknown>>, object: string, id: string): Named {
  return { [id]: String((answer[object] as Readonly<Record<string, unknown>>)[id]) };
}

function stateOf(answer: Readonly<Record<string, unknown>>, object: string): unknown {
  return (answer[object] as Readonly<Record<string, unknown>>)['state'];
}
