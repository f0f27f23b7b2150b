import { Injectable } from '@nestjs/common';
import { appendAudit, businessDateOf, Clock, Database, decideOnce, type Actor, type Tx } from '@yiditong/chassis';
import { Rejection, type MatchState } from '@yiditong/codes';
import { scopeOf, type ItemList, type ListKey } from '../list/list.entity.js';
import { stateConflict } from '../list/list.service.js';
import { countMatches, getList, lockList } from '../list/list.store.js';
import { digestOf, mappingDayOf, type MappingRow } from '../mapping/mapping.entity.js';
import { insertMappings, lockMappingsOf, revisionsOf } from '../mapping/mapping.store.js';
import type { StandingItem } from '../reading/standing.store.js';
import { findMatch, matchesAfter, settleRows, type MatchRow } from './matching.store.js';
import { NationalItemService } from './national-item.service.js';

/** What a clerk says of a row. */
export type MatchDecision = {
  readonly rowNumber: number;
  /** Null: it is no national item. */
  readonly nationalCode: string | null;
  readonly remark: string;
};

export type MatchPage = { readonly state: MatchState | null; readonly afterRow: number; readonly limit: number };

/** Rows with the national items that were proposed for them, by code. */
export type Matches = { readonly rows: readonly MatchRow[]; readonly items: ReadonlyMap<string, StandingItem> };

/** What was proposed for the rows of a list, and what clerks say of those that the rules leave to them. */
@Injectable()
export class MatchService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly nationalItems: NationalItemService,
  ) {}

  /** By row. Rejects with ITEM_LIST_NOT_FOUND. */
  async list(actor: Actor, key: ListKey, page: MatchPage): Promise<Matches> {
    const [list, rows] = await this.database.transaction(actor, async (tx) => [
      await getList(tx, key),
      await matchesAfter(tx, key, page),
    ]);
    return { rows, items: await this.itemsOf(rows, list) };
  }

  /**
   * Rejects with ITEM_LIST_NOT_FOUND, ITEM_LIST_STATE_CONFLICT, MATCH_NOT_FOUND, MATCH_DECIDED, NATIONAL_ITEM_NOT_FOUND or
   * IDEMPOTENCY_KEY_REUSED.
   */
  async decide(actor: Actor, requestId: string, key: ListKey, said: MatchDecision): Promise<Matches> {
    const list = await this.database.transaction(actor, (tx) => getList(tx, key));
    const inForceOn = await this.daysInForce(list, said.nationalCode);
    const write = { scope: scopeOf(key), region: key.province, key: requestId, body: { ...key, ...said } };
    const row = await this.database.transaction(actor, async (tx) => {
      const rowNumber = await decideOnce(tx, write, async () => {
        const { row: undecided } = await this.lockUndecided(tx, key, said.rowNumber);
        await this.record(tx, actor, list, undecided, said, inForceOn);
        return said.rowNumber;
      });
      return requireMatch(await findMatch(tx, key, rowNumber));
    });
    return { rows: [row], items: await this.itemsOf([row], list) };
  }

  /** Of the days on which a mapping of a list may begin, whether its item was mapped before or not, those on which a code is in force. */
  private async daysInForce({ effectiveFrom }: ItemList, nationalCode: string | null): Promise<ReadonlySet<string>> {
    const today = businessDateOf(this.clock.now());
    const inForceOn = new Set<string>();
    for (const day of new Set([false, true].map((wasMapped) => mappingDayOf(effectiveFrom, today, wasMapped))))
      if (await this.nationalItems.isInForce(nationalCode, day)) inForceOn.add(day);
    return inForceOn;
  }

  /** The list first and then its owner's mappings, as whoever matches it holds them. */
  private async lockUndecided(tx: Tx, key: ListKey, rowNumber: number): Promise<{ readonly row: MatchRow }> {
    const list = await lockList(tx, key);
    if (list.state !== 'MATCHING' && list.state !== 'MATCHED') throw stateConflict(list);
    await lockMappingsOf(tx, key);
    const row = requireMatch(await findMatch(tx, key, rowNumber));
    if (row.state !== 'QUEUED' && row.state !== 'REFUSED') throw new Rejection('MATCH_DECIDED');
    return { row };
  }

  /** An item stands for one national item, so what is said of a row is said of all rows of its code. */
  private async record(
    tx: Tx,
    actor: Actor,
    list: ItemList,
    row: MatchRow,
    said: MatchDecision,
    inForceOn: ReadonlySet<string>,
  ): Promise<void> {
    const now = this.clock.now();
    const { itemCode } = row.item;
    const revision = (await revisionsOf(tx, list, [itemCode])).get(itemCode) ?? 0;
    const effectiveFrom = mappingDayOf(list.effectiveFrom, businessDateOf(now), revision > 0);
    if (!inForceOn.has(effectiveFrom))
      throw new Rejection('NATIONAL_ITEM_NOT_FOUND', { code: said.nationalCode ?? '' });
    const mapping = mappingFrom(row, said, {
      effectiveFrom,
      revision: revision + 1,
      decidedBy: actor.subject,
      decidedAt: now,
      listId: list.listId,
    });
    await insertMappings(tx, list, [mapping]);
    const word = { itemCode, decidedBy: actor.subject, decidedAt: now, ...said };
    const { queued, refused } = await settleRows(tx, list, word);
    const isOne = said.nationalCode !== null;
    const counts = { mapped: isOne ? queued + refused : 0, queued: -queued, refused: isOne ? -refused : queued };
    await countMatches(tx, list, { ...counts, unchanged: 0 }, now);
    await appendAudit(tx, actor, {
      province: list.province,
      action: 'DECIDE_MATCH',
      objectType: 'item_list',
      objectId: list.listId,
      before: { rowNumber: row.rowNumber, state: row.state },
      after: { itemCode, nationalCode: said.nationalCode, revision: mapping.revision },
    });
  }

  private async itemsOf(
    rows: readonly MatchRow[],
    { effectiveFrom }: ItemList,
  ): Promise<ReadonlyMap<string, StandingItem>> {
    const codes = rows.flatMap(({ candidates }) => candidates.map(({ nationalCode }) => nationalCode));
    return this.nationalItems.saidUntil([...new Set(codes)], effectiveFrom);
  }
}

type Decided = Pick<MappingRow, 'effectiveFrom' | 'revision' | 'decidedBy' | 'decidedAt' | 'listId'>;

function mappingFrom(
  { item, candidates }: MatchRow,
  { nationalCode, remark }: MatchDecision,
  decided: Decided,
): MappingRow {
  const chosen = candidates.find((candidate) => candidate.nationalCode === nationalCode);
  return {
    ...decided,
    itemCode: item.itemCode,
    itemName: item.name,
    itemDigest: digestOf(item),
    priceMicroYuan: item.priceMicroYuan === null ? null : BigInt(item.priceMicroYuan),
    nationalCode,
    deciderKind: 'CLERK',
    scoreBps: chosen?.scoreBps ?? 0,
    evidence: chosen?.evidence ?? [],
    remark,
  };
}

function requireMatch(row: MatchRow | null): MatchRow {
  if (!row) throw new Rejection('MATCH_NOT_FOUND');
  return row;
}
