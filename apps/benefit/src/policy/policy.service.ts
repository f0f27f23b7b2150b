import { Injectable } from '@nestjs/common';
import { problemOf, type PolicyDocument } from '@yiditong/adjudication';
import { ownsRegion } from '@yiditong/access';
import {
  appendAudit,
  bodyOf,
  Clock,
  Database,
  decideOnce,
  decideProposal,
  findProposal,
  nextDay,
  proposalsOf,
  propose,
  withdrawProposal,
  type Actor,
  type AuditAction,
  type Proposal,
  type ProposalBook,
  type ProposalPage,
  type SaidDecision,
  type Tx,
} from '@yiditong/chassis';
import { provinceOf, Rejection, type Insurance } from '@yiditong/codes';
import { v7 as uuidv7 } from 'uuid';
import { decodePolicy } from './policy.codec.js';
import { changeBetween, type PolicyChange } from './policy-rules.js';
import { insertPolicy, lockSuccession, policyBefore, type StandingPolicy, type Term } from './policy.store.js';

export type PolicyProposal = Proposal<PolicySummary, PublishedPolicy>;
type PolicySummary = Omit<Term, 'region'> & { readonly insurance: Insurance; readonly title: string };
type PublishedPolicy = { readonly policyId: string };
type ProposedPolicy = {
  readonly region: string;
  /** The text as its maker sent it. */
  readonly document: string;
  /** The version that it follows, with which maker and checker compared it; null where there is none. */
  readonly follows: string | null;
};

/** How a pooling area's policies change: a clerk proposes one (经办), and a supervisor's approval publishes it (复核). */
@Injectable()
export class PolicyService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  /** Refuses at once what could not be published, so that its maker hears of it. */
  async propose(actor: Actor, requestId: string, region: string, document: string): Promise<PolicyProposal> {
    const book = bookOf(actor, region);
    const policy = publishable(region, document);
    const { insurance, title, validFrom, validTo } = policy;
    const write = { scope: region, region: book.province, key: requestId, body: document };
    return this.database.transaction(actor, (tx) =>
      decideOnce(tx, write, async () => {
        const standing = await this.followedBy(tx, policy);
        const proposal: PolicyProposal = await propose(tx, {
          ...book,
          area: region,
          summary: { insurance, title, validFrom, validTo },
          body: { region, document, follows: standing?.policyId ?? null } satisfies ProposedPolicy,
          maker: actor.subject,
          madeAt: this.clock.now(),
        });
        await recordChange(tx, actor, 'PROPOSE_POLICY', proposal);
        return proposal;
      }),
    );
  }

  async decide(actor: Actor, region: string, id: string, said: SaidDecision): Promise<PolicyProposal> {
    const key = { ...bookOf(actor, region), id };
    const ruling = { ...said, decider: actor.subject, decidedAt: this.clock.now() };
    return this.database.transaction(actor, async (tx) => {
      const publish = (body: ProposedPolicy, pending: PolicyProposal) => this.publish(tx, body, pending);
      const { proposal, isRepeat } = await decideProposal(tx, key, ruling, publish);
      const action = said.decision === 'APPROVE' ? 'PUBLISH_POLICY' : 'REJECT_POLICY';
      if (!isRepeat) await recordChange(tx, actor, action, proposal);
      return proposal;
    });
  }

  async withdraw(actor: Actor, region: string, id: string, remark: string): Promise<PolicyProposal> {
    const key = { ...bookOf(actor, region), id };
    const by = { decider: actor.subject, decidedAt: this.clock.now(), remark };
    return this.database.transaction(actor, async (tx) => {
      const { proposal, isRepeat } = await withdrawProposal<PolicySummary, PublishedPolicy>(tx, key, by);
      if (!isRepeat) await recordChange(tx, actor, 'WITHDRAW_POLICY', proposal);
      return proposal;
    });
  }

  async list(actor: Actor, region: string, page: ProposalPage): Promise<PolicyProposal[]> {
    const book = bookOf(actor, region);
    return this.database.transaction(actor, (tx) => proposalsOf(tx, book, page));
  }

  /** With what it changes in comparison with the version that it follows. */
  async get(
    actor: Actor,
    region: string,
    id: string,
  ): Promise<{ proposal: PolicyProposal; change: PolicyChange; document: string }> {
    const key = { ...bookOf(actor, region), id };
    const { proposal, document, standing } = await this.database.transaction(actor, async (tx) => {
      const found: PolicyProposal = await findProposal(tx, key);
      const { document: proposed } = await bodyOf<ProposedPolicy>(tx, key);
      return { proposal: found, document: proposed, standing: await standingOf(tx, found) };
    });
    const until = standing && { policyId: standing.policyId, policy: decodePolicy(standing.document) };
    return { proposal, change: changeBetween(until, decodePolicy(document)), document };
  }

  /** Judges again: since it was proposed, another policy may have been published, or the rules may have changed. */
  private async publish(tx: Tx, body: ProposedPolicy, proposal: PolicyProposal): Promise<PublishedPolicy> {
    const { region, document, follows } = body;
    const policy = publishable(region, document);
    await lockSuccession(tx, policy);
    const standing = await this.followedBy(tx, policy);
    if ((standing?.policyId ?? null) !== follows) throw new Rejection('POLICY_MOVED_ON');
    const { insurance, validFrom, validTo } = policy;
    const policyId = uuidv7();
    await insertPolicy(tx, {
      region,
      policyId,
      province: proposal.province,
      insurance,
      validFrom,
      validTo,
      document,
      publishedAt: this.clock.now(),
      proposalId: proposal.id,
      digest: proposal.digest,
    });
    return { policyId };
  }

  /**
   * What the policy follows. Rejects with POLICY_EFFECTIVE_TOO_EARLY where another is in force on its first day and that isn't later than
   * today: bills of such days may have been settled by the other.
   */
  private async followedBy(tx: Tx, term: Term): Promise<StandingPolicy | null> {
    const standing = await policyBefore(tx, term);
    const tomorrow = nextDay(this.clock.businessDate());
    const displaces = standing !== null && (standing.validTo === null || standing.validTo >= term.validFrom);
    if (displaces && term.validFrom < tomorrow)
      throw new Rejection('POLICY_EFFECTIVE_TOO_EARLY', { earliest: tomorrow });
    return standing;
  }
}

/** What a proposal follows, or a policy followed that came of one. */
function standingOf(tx: Tx, { scope, summary, outcome }: PolicyProposal): Promise<StandingPolicy | null> {
  return policyBefore(tx, { region: scope, ...summary }, outcome?.policyId);
}

/** Rejects with POLICY_INVALID. */
function publishable(region: string, document: string): PolicyDocument {
  const policy = decodePolicy(document);
  const problem = policy.region === region ? problemOf(policy) : 'region: differs from the address';
  if (problem) throw new Rejection('POLICY_INVALID', { problem });
  return policy;
}

function bookOf(actor: Actor, region: string): ProposalBook {
  if (!ownsRegion(actor, region)) throw new Rejection('NOT_PERMITTED');
  return { scope: region, province: provinceOf(region), kind: 'POLICY' };
}

/** Before: the policy that stands until this one begins. After: what became of the proposal. */
async function recordChange(tx: Tx, actor: Actor, action: AuditAction, proposal: PolicyProposal): Promise<void> {
  const { id, scope: region, province, state, maker, digest, summary, outcome } = proposal;
  const { insurance, validFrom, validTo } = summary;
  const standing = await standingOf(tx, proposal);
  await appendAudit(tx, actor, {
    province,
    action,
    objectType: 'policy_proposal',
    objectId: id,
    ...(standing ? { before: { policyId: standing.policyId, digest: standing.digest } } : {}),
    after: { state, maker, digest, region, insurance, validFrom, validTo, ...outcome },
  });
}
