import { Injectable } from '@nestjs/common';
import {
  appendAudit,
  businessDateOf,
  Clock,
  Database,
  decideOnce,
  type Actor,
  type AuditEntry,
} from '@yiditong/chassis';
import { Rejection } from '@yiditong/codes';
import { scopeOf, type Owner } from '../list/list.entity.js';
import { NationalItemService } from '../matching/national-item.service.js';
import { requireNotTooLate } from '../version/effective.js';
import { earliestMappingDay, type Mapping, type MappingRow } from './mapping.entity.js';
import {
  findKnownItem,
  historyOfItem,
  insertMappings,
  lockMappingsOf,
  mappingsOn,
  type KnownItem,
  type MappingPage,
} from './mapping.store.js';
import { withoutMapping } from './withdrawing.js';

/** What somebody says that an item is. */
export type Revision = {
  readonly itemCode: string;
  /** Null: to nothing. */
  readonly nationalCode: string | null;
  readonly effectiveFrom: string;
  readonly remark: string;
};

/** A mapping of an item that is taken back. */
export type Withdrawal = Pick<Revision, 'itemCode' | 'remark'> & { readonly nationalCode: string };

const UNKNOWN: KnownItem = { itemName: '', priceMicroYuan: null, revision: 0 };

/** What owners' items are in the nation's catalogue, as of any day. */
@Injectable()
export class MappingService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly nationalItems: NationalItemService,
  ) {}

  /** In force on a day, today where none is named, by item code. */
  async list(
    actor: Actor,
    owner: Owner,
    page: Omit<MappingPage, 'on'> & { readonly on: string | null },
  ): Promise<Mapping[]> {
    const on = page.on ?? businessDateOf(this.clock.now());
    return this.database.transaction(actor, (tx) => mappingsOn(tx, owner, { ...page, on }));
  }

  /** Newest first. */
  async history(actor: Actor, owner: Owner, itemCode: string): Promise<Mapping[]> {
    return this.database.transaction(actor, (tx) => historyOfItem(tx, owner, itemCode));
  }

  /** Rejects with MAPPING_EFFECTIVE_TOO_EARLY, CATALOGUE_EFFECTIVE_TOO_LATE, NATIONAL_ITEM_NOT_FOUND or IDEMPOTENCY_KEY_REUSED. */
  async revise(actor: Actor, requestId: string, owner: Owner, said: Revision): Promise<Mapping> {
    const write = { scope: scopeOf(owner), region: owner.province, key: requestId, body: { ...owner, ...said } };
    const isInForce = await this.nationalItems.isInForce(said.nationalCode, said.effectiveFrom);
    return this.database.transaction(actor, async (tx) => {
      const revision = await decideOnce(tx, write, async () => {
        if (!isInForce) throw new Rejection('NATIONAL_ITEM_NOT_FOUND', { code: said.nationalCode ?? '' });
        await lockMappingsOf(tx, owner);
        const known = (await findKnownItem(tx, owner, said.itemCode)) ?? UNKNOWN;
        const row = this.revised(known, said, actor);
        const [before] = await historyOfItem(tx, owner, said.itemCode);
        await insertMappings(tx, owner, [row]);
        await appendAudit(tx, actor, revisionOf(owner, row, before));
        return row.revision;
      });
      const history = await historyOfItem(tx, owner, said.itemCode);
      const mapping = history.find((one) => one.revision === revision);
      if (!mapping) throw new Error('a mapping that was made is there');
      return mapping;
    });
  }

  /** Rejects with MAPPING_NOT_FOUND or IDEMPOTENCY_KEY_REUSED. */
  async withdraw(actor: Actor, requestId: string, owner: Owner, taken: Withdrawal): Promise<Mapping[]> {
    const { itemCode, nationalCode, remark } = taken;
    const body = { rpc: 'withdraw', ...owner, ...taken };
    const write = { scope: scopeOf(owner), region: owner.province, key: requestId, body };
    return this.database.transaction(actor, async (tx) => {
      const revisions = await decideOnce(tx, write, async () => {
        await lockMappingsOf(tx, owner);
        const history = await historyOfItem(tx, owner, itemCode);
        const spans = withoutMapping(history, nationalCode, businessDateOf(this.clock.now()));
        if (spans.length === 0) throw new Rejection('MAPPING_NOT_FOUND');
        const known = (await findKnownItem(tx, owner, itemCode)) ?? UNKNOWN;
        const rows = spans.map((span, at) =>
          this.revised({ ...known, revision: known.revision + at }, { itemCode, remark, ...span }, actor),
        );
        await insertMappings(tx, owner, rows);
        await appendAudit(tx, actor, ...rows.map((row) => revisionOf(owner, row, history[0])));
        return rows.map(({ revision }) => revision);
      });
      const history = await historyOfItem(tx, owner, itemCode);
      return history.filter(({ revision }) => revisions.includes(revision)).toReversed();
    });
  }

  private revised(known: KnownItem, said: Revision, actor: Actor): MappingRow {
    const decidedAt = this.clock.now();
    const earliest = earliestMappingDay(businessDateOf(decidedAt), known.revision > 0);
    if (earliest !== null && said.effectiveFrom < earliest)
      throw new Rejection('MAPPING_EFFECTIVE_TOO_EARLY', { earliest });
    requireNotTooLate(said.effectiveFrom, decidedAt);
    return {
      ...said,
      itemName: known.itemName,
      priceMicroYuan: known.priceMicroYuan,
      itemDigest: null,
      revision: known.revision + 1,
      deciderKind: 'CLERK',
      decidedBy: actor.subject,
      decidedAt,
      scoreBps: 0,
      evidence: [],
      listId: null,
    };
  }
}

function revisionOf(
  { province, institutionCode }: Owner,
  { itemCode, nationalCode, revision, effectiveFrom }: MappingRow,
  before: Mapping | undefined,
): AuditEntry {
  return {
    province,
    action: 'REVISE_MAPPING',
    objectType: 'item_mapping',
    objectId: `${institutionCode}/${itemCode}`,
    ...(before ? { before: { nationalCode: before.nationalCode, revision: before.revision } } : {}),
    after: { nationalCode, revision, effectiveFrom },
  };
}
