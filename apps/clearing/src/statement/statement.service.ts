import { Injectable } from '@nestjs/common';
import { Database, nationalActor, sha256, SigningKeys, type Actor, type Tx } from '@yiditong/chassis';
import { Rejection } from '@yiditong/codes';
import {
  cellKey,
  frontierRoot,
  JOURNAL_HEAD,
  journalEntry,
  obligationLine,
  provenObligationLine,
  StatementLines,
  type SealedCell,
} from '@yiditong/ledger';
import { findCycle } from '../cycle/cycle.store.js';
import { matrixOf } from '../position/matrix.store.js';
import { entriesOfCell, findStated, leafHashesOfCell, netsOfCycle, obligationsOfCell } from './statement.store.js';

const SEALED = nationalActor('statement');
const PAGE_LINES = 1_000;

/** Where a page of a statement begins: at an obligation of one of the province's cells, by their order. */
export type StatementCursor = { readonly cell: number; readonly leaf: number };

export type StatementPage = { readonly lines: readonly string[]; readonly next: StatementCursor | null };

type Walk = {
  readonly head: readonly string[];
  readonly cells: readonly SealedCell[];
  readonly after: StatementCursor | null;
};
type Range = { readonly from: number; readonly limit: number };

/**
 * What a province gets of a closed cycle. The tree is made from the whole matrix; of it the province sees its own nets and the cells that
 * it is a party to, of which row-level security shows it the obligations.
 */
@Injectable()
export class StatementService {
  constructor(
    private readonly database: Database,
    private readonly keys: SigningKeys,
  ) {}

  /** Rejects with CYCLE_NOT_FOUND or CYCLE_NOT_CLOSED. */
  async read(
    actor: Actor,
    businessDate: string,
    province: string,
    after: StatementCursor | null,
  ): Promise<StatementPage> {
    const lines = await this.linesOf(businessDate, province);
    const [head, cells] = [after ? [] : lines.head(), lines.ownCells()];
    return this.page(actor, { head, cells, after }, async (tx, cell, range) => {
      const obligations = await obligationsOfCell(tx, businessDate, cell, range);
      const first = range.from === 0 ? [lines.cellLine(cell)] : [];
      return { lines: [...first, ...obligations.map(obligationLine)], read: obligations.length };
    });
  }

  /** What was booked of all that the province is a party to, for hledger. Rejects as {@link read} does. */
  async journal(
    actor: Actor,
    businessDate: string,
    province: string,
    after: StatementCursor | null,
  ): Promise<StatementPage> {
    const cells = (await this.linesOf(businessDate, province)).ownCells();
    return this.page(actor, { head: after ? [] : JOURNAL_HEAD, cells, after }, async (tx, cell, range) => {
      const entries = await entriesOfCell(tx, businessDate, cell, range);
      return { lines: entries.flatMap(journalEntry), read: entries.length };
    });
  }

  /** Rejects with CYCLE_NOT_FOUND, CYCLE_NOT_CLOSED or OBLIGATION_NOT_FOUND. */
  async prove(actor: Actor, businessDate: string, province: string, obligationId: string): Promise<string[]> {
    const lines = await this.linesOf(businessDate, province);
    return this.database.transaction(actor, async (tx) => {
      const found = await findStated(tx, businessDate, province, obligationId);
      const cell = found && lines.ownCells().find((own) => cellKey(own) === cellKey(found.key));
      if (!found || !cell) throw new Rejection('OBLIGATION_NOT_FOUND', { id: obligationId });
      const leaves = await leafHashesOfCell(tx, businessDate, cell);
      return [lines.cycleLine(), lines.cellLine(cell), provenObligationLine(found.obligation, leaves, sha256)];
    });
  }

  jwks(): string {
    return this.keys.jwks;
  }

  /** Cell after cell from where the page before ended, until the page is full. */
  private async page(
    actor: Actor,
    { head, cells, after }: Walk,
    linesFrom: (tx: Tx, cell: SealedCell, range: Range) => Promise<{ readonly lines: string[]; readonly read: number }>,
  ): Promise<StatementPage> {
    const page = [...head];
    return this.database.transaction(actor, async (tx) => {
      for (let at: StatementCursor = after ?? { cell: 0, leaf: 0 }; ; at = { cell: at.cell + 1, leaf: 0 }) {
        const cell = cells[at.cell];
        if (!cell) return { lines: page, next: null };
        if (page.length >= PAGE_LINES) return { lines: page, next: at };
        const { lines, read } = await linesFrom(tx, cell, { from: at.leaf, limit: PAGE_LINES - page.length });
        page.push(...lines);
        const leaf = at.leaf + read;
        if (BigInt(leaf) === cell.obligationCount) continue;
        if (read === 0) throw new Error('a cell has fewer obligations than it counts');
        return { lines: page, next: { cell: at.cell, leaf } };
      }
    });
  }

  private async linesOf(businessDate: string, province: string): Promise<StatementLines> {
    return this.database.transaction(SEALED, async (tx) => {
      const cycle = await findCycle(tx, businessDate);
      if (!cycle) throw new Rejection('CYCLE_NOT_FOUND', { date: businessDate });
      if (!cycle.seal) throw new Rejection('CYCLE_NOT_CLOSED', { date: businessDate });
      const { sequence, previousRoot } = cycle.seal;
      const [cells, nets] = [await sealedCells(tx, businessDate), await netsOfCycle(tx, businessDate)];
      return new StatementLines({ businessDate, sequence, previousRoot, cells, ...nets }, cycle.seal, province, sha256);
    });
  }
}

async function sealedCells(tx: Tx, businessDate: string): Promise<SealedCell[]> {
  return (await matrixOf(tx, businessDate)).map((cell) => ({ ...cell, root: frontierRoot(cell.frontier, sha256) }));
}
