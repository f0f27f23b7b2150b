import { Injectable } from '@nestjs/common';
import { ownsRegion } from '@yiditong/access';
import {
  appendAudit,
  Clock,
  Database,
  decideOnce,
  decideProposal,
  findProposal,
  propose,
  withdrawProposal,
  type Actor,
  type AuditAction,
  type Proposal,
  type ProposalBook,
  type SaidDecision,
  type Tx,
} from '@yiditong/chassis';
import { Rejection } from '@yiditong/codes';
import { endpointProblem, hostedEndpoint, type Endpoint } from './endpoint-rules.js';
import { findEndpoint, saveEndpoint } from './endpoint.store.js';
import { RouteBook } from './route-book.service.js';

export type ProposedEndpoint = Omit<Endpoint, 'changedAt'>;
/** When it took effect, as an ISO instant. */
type Changed = { readonly changedAt: string };
export type EndpointProposal = Proposal<ProposedEndpoint, Changed>;

/** How it is changed where a province's claims go: one account proposes it (经办), and a supervisor's approval changes it (复核). */
@Injectable()
export class EndpointService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly routes: RouteBook,
  ) {}

  async propose(actor: Actor, requestId: string, endpoint: ProposedEndpoint): Promise<EndpointProposal> {
    const { province } = endpoint;
    const book = bookOf(actor, province);
    checkEndpoint(endpoint);
    const write = { scope: province, region: province, key: requestId, body: endpoint };
    return this.database.transaction(actor, (tx) =>
      decideOnce(tx, write, async () => {
        const proposal: EndpointProposal = await propose(tx, {
          ...book,
          area: province,
          summary: endpoint,
          body: endpoint,
          maker: actor.subject,
          madeAt: this.clock.now(),
        });
        await recordChange(tx, actor, 'PROPOSE_ENDPOINT', proposal, await standing(tx, province));
        return proposal;
      }),
    );
  }

  /** Rejects with PROPOSAL_NOT_FOUND where the digest is of another proposal than the one that was read. */
  async decide(
    actor: Actor,
    province: string,
    id: string,
    digest: string,
    said: SaidDecision,
  ): Promise<EndpointProposal> {
    const key = { ...bookOf(actor, province), id };
    const ruling = { ...said, decider: actor.subject, decidedAt: this.clock.now() };
    const decided = await this.database.transaction(actor, async (tx) => {
      const { digest: proposed } = await findProposal(tx, key);
      if (proposed !== digest) throw new Rejection('PROPOSAL_NOT_FOUND');
      const before = await standing(tx, province);
      const change = (body: ProposedEndpoint, pending: EndpointProposal) => this.change(tx, body, pending);
      const { proposal, isRepeat } = await decideProposal(tx, key, ruling, change);
      const action = said.decision === 'APPROVE' ? 'CHANGE_ENDPOINT' : 'REJECT_ENDPOINT';
      if (!isRepeat) await recordChange(tx, actor, action, proposal, before);
      return proposal;
    });
    this.routes.forget();
    return decided;
  }

  async withdraw(actor: Actor, province: string, id: string, remark: string): Promise<EndpointProposal> {
    const key = { ...bookOf(actor, province), id };
    const by = { decider: actor.subject, decidedAt: this.clock.now(), remark };
    return this.database.transaction(actor, async (tx) => {
      const { proposal, isRepeat } = await withdrawProposal<ProposedEndpoint, Changed>(tx, key, by);
      if (!isRepeat) await recordChange(tx, actor, 'WITHDRAW_ENDPOINT', proposal, await standing(tx, province));
      return proposal;
    });
  }

  async get(actor: Actor, province: string, id: string): Promise<EndpointProposal> {
    const key = { ...bookOf(actor, province), id };
    return this.database.transaction(actor, (tx) => findProposal<ProposedEndpoint, Changed>(tx, key));
  }

  /** Judges again: the rules may have changed since it was proposed. */
  private async change(tx: Tx, endpoint: ProposedEndpoint, { id, digest }: EndpointProposal): Promise<Changed> {
    checkEndpoint(endpoint);
    const at = this.clock.now();
    const changedAt = at.toISOString();
    await saveEndpoint(tx, { ...endpoint, changedAt }, { proposalId: id, digest, at });
    return { changedAt };
  }
}

/** Rejects with ENDPOINT_INVALID. */
function checkEndpoint(endpoint: ProposedEndpoint): void {
  const problem = endpointProblem({ ...endpoint, changedAt: null });
  if (problem !== null) throw new Rejection('ENDPOINT_INVALID', { problem });
}

function bookOf(actor: Actor, province: string): ProposalBook {
  if (!ownsRegion(actor, province)) throw new Rejection('NOT_PERMITTED');
  return { scope: province, province, kind: 'ENDPOINT' };
}

async function standing(tx: Tx, province: string): Promise<Endpoint> {
  return (await findEndpoint(tx, province)) ?? hostedEndpoint(province);
}

/** Before: where its claims went until now. After: what became of the proposal. */
async function recordChange(
  tx: Tx,
  actor: Actor,
  action: AuditAction,
  proposal: EndpointProposal,
  before: Endpoint,
): Promise<void> {
  const { id, province, state, maker, digest, summary } = proposal;
  await appendAudit(tx, actor, {
    province,
    action,
    objectType: 'endpoint_proposal',
    objectId: id,
    before: factsOf(before),
    after: { state, maker, digest, ...factsOf(summary) },
  });
}

function factsOf({ kind, address, maxConcurrent, timeoutMs }: ProposedEndpoint) {
  return { kind, address, maxConcurrent, timeoutMs };
}
