import { Injectable } from '@nestjs/common';
import {
  appendAudit,
  Clock,
  Database,
  decideOnce,
  decideProposal,
  propose,
  type Actor,
  type AuditAction,
  type Proposal,
  type ProposalBook,
  type SaidDecision,
  type Tx,
} from '@yiditong/chassis';
import { NATION, Rejection } from '@yiditong/codes';
import type { Cycle, CycleState } from './cycle.entity.js';
import { findCycle, openCycle, requestClose } from './cycle.store.js';
import { NightlyCloseService } from './nightly-close.service.js';

type ProposedClose = { readonly businessDate: string };
/** The cycle's state when its close was approved, and whether nobody had asked for that close before. */
type RequestedClose = { readonly cycleState: CycleState; readonly first: boolean };
export type CloseProposal = Proposal<ProposedClose, RequestedClose>;

/** How people close a cycle: one of the operator's accounts proposes it (经办), and a supervisor's approval asks the worker (复核). */
@Injectable()
export class CloseProposalService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly nightly: NightlyCloseService,
  ) {}

  /** Rejects with CYCLE_NOT_FOUND for a date that settlement never opened. */
  async propose(actor: Actor, requestId: string, businessDate: string): Promise<CloseProposal> {
    const open = await this.nightly.openInSettlement();
    const write = { scope: businessDate, region: NATION, key: requestId, body: { businessDate } };
    return this.database.transaction(actor, (tx) =>
      decideOnce(tx, write, async () => {
        if (!open.includes(businessDate) && !(await findCycle(tx, businessDate)))
          throw new Rejection('CYCLE_NOT_FOUND', { date: businessDate });
        const proposal: CloseProposal = await propose(tx, {
          ...bookOf(businessDate),
          area: NATION,
          summary: { businessDate },
          body: { businessDate } satisfies ProposedClose,
          maker: actor.subject,
          madeAt: this.clock.now(),
        });
        await recordChange(tx, actor, 'PROPOSE_CLOSE', proposal);
        return proposal;
      }),
    );
  }

  /** The cycle is null where the close was rejected. */
  async decide(
    actor: Actor,
    businessDate: string,
    id: string,
    said: SaidDecision,
  ): Promise<{ readonly proposal: CloseProposal; readonly cycle: Cycle | null }> {
    const key = { ...bookOf(businessDate), id };
    const ruling = { ...said, decider: actor.subject, decidedAt: this.clock.now() };
    const decided = await this.database.transaction(actor, async (tx) => {
      const request = (body: ProposedClose): Promise<RequestedClose> => this.request(tx, body);
      const { proposal, isRepeat } = await decideProposal<ProposedClose, ProposedClose, RequestedClose>(
        tx,
        key,
        ruling,
        request,
      );
      const approved = proposal.state === 'APPROVED';
      if (!isRepeat) await recordChange(tx, actor, approved ? 'REQUEST_CLOSE' : 'REJECT_CLOSE', proposal);
      return { proposal, cycle: approved ? await findCycle(tx, businessDate) : null };
    });
    if (decided.cycle) await this.nightly.ring(businessDate);
    return decided;
  }

  /** That settlement opened the cycle was seen when it was proposed, and no cycle is taken back: it need not be asked again. */
  private async request(tx: Tx, { businessDate }: ProposedClose): Promise<RequestedClose> {
    await openCycle(tx, businessDate);
    const first = await requestClose(tx, businessDate, this.clock.now());
    const cycle = await findCycle(tx, businessDate);
    if (!cycle) throw new Error(`cycle ${businessDate} is gone, though it was opened`);
    return { cycleState: cycle.state, first };
  }
}

function bookOf(businessDate: string): ProposalBook {
  return { scope: businessDate, province: NATION, kind: 'CLOSE' };
}

/** Of the cycle, so that its trail tells who wanted it closed and who agreed beside what the worker did. */
async function recordChange(tx: Tx, actor: Actor, action: AuditAction, proposal: CloseProposal): Promise<void> {
  const { id, scope, province, state, maker, digest, outcome } = proposal;
  await appendAudit(tx, actor, {
    province,
    action,
    objectType: 'cycle',
    objectId: scope,
    after: { proposalId: id, state, maker, digest, ...outcome },
  });
}
