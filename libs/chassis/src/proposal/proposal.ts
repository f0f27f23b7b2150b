import { Rejection } from '@yiditong/codes';
import { v7 as uuidv7 } from 'uuid';
import type { Tx } from '../database.js';
import { freeze, sha256, thaw } from '../exact-json.js';

export const PROPOSAL_STATES = ['PENDING', 'APPROVED', 'REJECTED', 'WITHDRAWN'] as const;
export type ProposalState = (typeof PROPOSAL_STATES)[number];
export const PROPOSAL_DECISIONS = ['APPROVE', 'REJECT'] as const;
export type ProposalDecision = (typeof PROPOSAL_DECISIONS)[number];

/** Whose proposals of which kind: a decision on one kind never meets another's. */
export type ProposalBook = { readonly scope: string; readonly province: string; readonly kind: string };
export type ProposalKey = ProposalBook & { readonly id: string };

/** What a maker (经办) wants to change. */
export type NewProposal<B, S> = ProposalBook & {
  /** The division that it is about: the province itself or an area in it. A bureau of another area doesn't see it. */
  readonly area: string;
  /** What a list shows of it, so that a list needn't read bodies. */
  readonly summary: S;
  /** Everything that will take effect, frozen as it is. */
  readonly body: B;
  readonly maker: string;
  readonly madeAt: Date;
};

/** A proposal without its body. Instants are ISO texts in UTC. */
export type Proposal<S, O> = ProposalKey & {
  readonly area: string;
  readonly summary: S;
  /** SHA-256 of the frozen body, in hexadecimal. */
  readonly digest: string;
  readonly maker: string;
  readonly madeAt: string;
  readonly state: ProposalState;
  readonly decider: string | null;
  readonly decidedAt: string | null;
  readonly remark: string | null;
  /** What the approval brought about. */
  readonly outcome: O | null;
};

/** What a checker (复核) says. */
export type Ruling = {
  readonly decision: ProposalDecision;
  readonly decider: string;
  readonly decidedAt: Date;
  readonly remark: string;
};

/** `isRepeat` where the same was decided before: nothing took effect now. */
export type Decided<S, O> = { readonly proposal: Proposal<S, O>; readonly isRepeat: boolean };

export type ProposalPage = {
  readonly state: ProposalState | null;
  /** The last id of the page before. */
  readonly after: string | null;
  readonly limit: number;
};

type Closing = { readonly state: ProposalState } & Pick<Ruling, 'decider' | 'decidedAt' | 'remark'>;
type Row = Omit<Proposal<unknown, unknown>, 'summary' | 'outcome' | 'madeAt' | 'decidedAt'> & {
  readonly summary: string;
  readonly outcome: string | null;
  readonly madeAt: Date;
  readonly decidedAt: Date | null;
};

const STATE_AFTER = { APPROVE: 'APPROVED', REJECT: 'REJECTED' } as const;
const COLUMNS = `scope, id, province, area, kind, summary, digest, maker, made_at AS "madeAt", state, decider,
  decided_at AS "decidedAt", remark, outcome`;
const OF = 'FROM proposal WHERE scope = $1 AND id = $2 AND province = $3 AND kind = $4';

/** Writes the proposal down. Nothing takes effect yet. */
export async function propose<B, S, O>(tx: Tx, proposed: NewProposal<B, S>): Promise<Proposal<S, O>> {
  const { scope, province, kind, area, summary, maker, madeAt } = proposed;
  const body = freeze(proposed.body);
  const rows: Row[] = await tx.query(
    `INSERT INTO proposal (scope, id, province, area, kind, summary, body, digest, maker, made_at, state)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 'PENDING') RETURNING ${COLUMNS}`,
    [scope, uuidv7(), province, area, kind, freeze(summary), body, digestOf(body), maker, madeAt],
  );
  return theOnly<S, O>(rows);
}

/**
 * Approves or rejects. The effect of an approval is written by `approve` in the caller's transaction, so that the change and
 * its approval are one: where it rejects, the proposal stays pending. The same decision by the same person again changes nothing
 * and is answered as at first. Of several at once one decides, and the others find it decided. Rejects with PROPOSAL_NOT_FOUND,
 * MAKER_IS_CHECKER or PROPOSAL_DECIDED.
 */
export async function decideProposal<B, S, O>(
  tx: Tx,
  key: ProposalKey,
  ruling: Ruling,
  approve: (body: B, proposal: Proposal<S, O>) => Promise<O>,
): Promise<Decided<S, O>> {
  const pending = await lockPending<S, O>(tx, key);
  const proposal = pending ?? (await findProposal<S, O>(tx, key));
  if (proposal.maker === ruling.decider) throw new Rejection('MAKER_IS_CHECKER');
  const closing = { ...ruling, state: STATE_AFTER[ruling.decision] };
  if (!pending) return repeated(proposal, closing);
  const outcome = ruling.decision === 'APPROVE' ? await approve(await bodyOf<B>(tx, key), pending) : null;
  return { proposal: await close(tx, pending, closing, outcome), isRepeat: false };
}

/** Takes a pending proposal back. Only its maker may. Rejects with PROPOSAL_NOT_FOUND, NOT_PERMITTED or PROPOSAL_DECIDED. */
export async function withdrawProposal<S, O>(
  tx: Tx,
  key: ProposalKey,
  by: Omit<Ruling, 'decision'>,
): Promise<Decided<S, O>> {
  const pending = await lockPending<S, O>(tx, key);
  const proposal = pending ?? (await findProposal<S, O>(tx, key));
  if (proposal.maker !== by.decider) throw new Rejection('NOT_PERMITTED');
  const closing = { ...by, state: 'WITHDRAWN' as const };
  if (!pending) return repeated(proposal, closing);
  return { proposal: await close(tx, pending, closing, null), isRepeat: false };
}

/** Rejects with PROPOSAL_NOT_FOUND, for another tenant's as for one that there is not. */
export async function findProposal<S, O>(tx: Tx, key: ProposalKey): Promise<Proposal<S, O>> {
  const rows: Row[] = await tx.query(`SELECT ${COLUMNS} ${OF}`, parametersOf(key));
  return theOnly<S, O>(rows);
}

/** What would take effect, or did. Rejects with PROPOSAL_NOT_FOUND. */
export async function bodyOf<B>(tx: Tx, key: ProposalKey): Promise<B> {
  const rows: { body: string; digest: string }[] = await tx.query(`SELECT body, digest ${OF}`, parametersOf(key));
  const [row] = rows;
  if (!row) throw new Rejection('PROPOSAL_NOT_FOUND');
  // The service's role can't change it; whoever did must not find it approved under the digest that the checker saw.
  if (digestOf(row.body) !== row.digest) throw new Error(`proposal ${key.id} does not hold what was proposed`);
  return thaw<B>(row.body);
}

/** A page of a book, newest first. */
export async function proposalsOf<S, O>(tx: Tx, book: ProposalBook, page: ProposalPage): Promise<Proposal<S, O>[]> {
  const rows: Row[] = await tx.query(
    `SELECT ${COLUMNS} FROM proposal WHERE scope = $1 AND province = $2 AND kind = $3
       AND ($4::text IS NULL OR state = $4) AND ($5::uuid IS NULL OR id < $5) ORDER BY id DESC LIMIT $6`,
    [book.scope, book.province, book.kind, page.state, page.after, page.limit],
  );
  return rows.map((row) => proposalOf<S, O>(row));
}

/** Waits for whoever is deciding. Null where there is none that is pending: row-level security lets no other be locked. */
async function lockPending<S, O>(tx: Tx, key: ProposalKey): Promise<Proposal<S, O> | null> {
  const rows: Row[] = await tx.query(`SELECT ${COLUMNS} ${OF} AND state = 'PENDING' FOR UPDATE`, parametersOf(key));
  return rows[0] ? proposalOf<S, O>(rows[0]) : null;
}

function repeated<S, O>(proposal: Proposal<S, O>, { state, decider }: Closing): Decided<S, O> {
  if (proposal.state !== state || proposal.decider !== decider) throw new Rejection('PROPOSAL_DECIDED');
  return { proposal, isRepeat: true };
}

async function close<S, O>(tx: Tx, key: ProposalKey, closing: Closing, outcome: O | null): Promise<Proposal<S, O>> {
  const [rows]: [Row[]] = await tx.query(
    `UPDATE proposal SET state = $5, decider = $6, decided_at = $7, remark = $8, outcome = $9
     WHERE scope = $1 AND id = $2 AND province = $3 AND kind = $4 AND state = 'PENDING' RETURNING ${COLUMNS}`,
    [
      ...parametersOf(key),
      closing.state,
      closing.decider,
      closing.decidedAt,
      closing.remark,
      outcome === null ? null : freeze(outcome),
    ],
  );
  const [row] = rows;
  if (!row) throw new Error(`proposal ${key.id} was decided while it was locked`);
  return proposalOf<S, O>(row);
}

function parametersOf({ scope, id, province, kind }: ProposalKey): string[] {
  return [scope, id, province, kind];
}

function theOnly<S, O>(rows: readonly Row[]): Proposal<S, O> {
  const [row] = rows;
  if (!row) throw new Rejection('PROPOSAL_NOT_FOUND');
  return proposalOf<S, O>(row);
}

function proposalOf<S, O>(row: Row): Proposal<S, O> {
  return {
    ...row,
    summary: thaw<S>(row.summary),
    outcome: row.outcome === null ? null : thaw<O>(row.outcome),
    madeAt: row.madeAt.toISOString(),
    decidedAt: row.decidedAt?.toISOString() ?? null,
  };
}

function digestOf(frozen: string): string {
  return sha256(Buffer.from(frozen)).toString('hex');
}
