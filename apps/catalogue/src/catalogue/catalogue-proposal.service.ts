import { Injectable } from '@nestjs/common';
import {
  appendAudit,
  bodyOf,
  Clock,
  Database,
  decideOnce,
  decideProposal,
  findProposal,
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
import { Rejection } from '@yiditong/codes';
import { v7 as uuidv7 } from 'uuid';
import type { NewCatalogue } from './catalogue.codec.js';
import { checkedEntries } from './catalogue-rules.js';
import {
  changeFrom,
  hasVersionFrom,
  insertEntries,
  insertVersion,
  versionBefore,
  type ChangeCounts,
} from './catalogue.store.js';

export type CatalogueProposal = Proposal<CatalogueSummary, PublishedVersion>;
export type CatalogueChange = ChangeCounts & { readonly standingVersionId: string | null };
type CatalogueSummary = { readonly effectiveFrom: string; readonly entryCount: number };
type PublishedVersion = { readonly versionId: string };

/** How a province's catalogue changes: a clerk proposes a version (经办), and a supervisor's approval publishes it (复核). */
@Injectable()
export class CatalogueProposalService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  /** Refuses at once what could not be published, so that its maker hears of it. */
  async propose(actor: Actor, requestId: string, catalogue: NewCatalogue): Promise<CatalogueProposal> {
    const { province, effectiveFrom, entries } = catalogue;
    const book = bookOf(actor, province);
    checkedEntries(entries);
    const write = { scope: province, region: province, key: requestId, body: catalogue };
    return this.database.transaction(actor, (tx) =>
      decideOnce(tx, write, async () => {
        if (await hasVersionFrom(tx, province, effectiveFrom))
          throw new Rejection('CATALOGUE_VERSION_EXISTS', { date: effectiveFrom });
        const proposal: CatalogueProposal = await propose(tx, {
          ...book,
          area: province,
          summary: { effectiveFrom, entryCount: entries.length },
          body: catalogue,
          maker: actor.subject,
          madeAt: this.clock.now(),
        });
        await recordChange(tx, actor, 'PROPOSE_CATALOGUE', proposal);
        return proposal;
      }),
    );
  }

  async decide(actor: Actor, province: string, id: string, said: SaidDecision): Promise<CatalogueProposal> {
    const key = { ...bookOf(actor, province), id };
    const ruling = { ...said, decider: actor.subject, decidedAt: this.clock.now() };
    return this.database.transaction(actor, async (tx) => {
      const publish = (body: NewCatalogue, pending: CatalogueProposal) => this.publish(tx, body, pending);
      const { proposal, isRepeat } = await decideProposal(tx, key, ruling, publish);
      const action = said.decision === 'APPROVE' ? 'PUBLISH_CATALOGUE' : 'REJECT_CATALOGUE';
      if (!isRepeat) await recordChange(tx, actor, action, proposal);
      return proposal;
    });
  }

  async withdraw(actor: Actor, province: string, id: string, remark: string): Promise<CatalogueProposal> {
    const key = { ...bookOf(actor, province), id };
    const by = { decider: actor.subject, decidedAt: this.clock.now(), remark };
    return this.database.transaction(actor, async (tx) => {
      const { proposal, isRepeat } = await withdrawProposal<CatalogueSummary, PublishedVersion>(tx, key, by);
      if (!isRepeat) await recordChange(tx, actor, 'WITHDRAW_CATALOGUE', proposal);
      return proposal;
    });
  }

  async list(actor: Actor, province: string, page: ProposalPage): Promise<CatalogueProposal[]> {
    const book = bookOf(actor, province);
    return this.database.transaction(actor, (tx) => proposalsOf(tx, book, page));
  }

  /** A proposal, and what it changes against the version in force until its own effective date. */
  async get(
    actor: Actor,
    province: string,
    id: string,
  ): Promise<{ proposal: CatalogueProposal; change: CatalogueChange }> {
    const key = { ...bookOf(actor, province), id };
    return this.database.transaction(actor, async (tx) => {
      const proposal: CatalogueProposal = await findProposal(tx, key);
      const { entries } = await bodyOf<NewCatalogue>(tx, key);
      const standing = await versionBefore(tx, province, proposal.summary.effectiveFrom);
      const counts = await changeFrom(tx, province, standing?.versionId ?? null, entries);
      return { proposal, change: { ...counts, standingVersionId: standing?.versionId ?? null } };
    });
  }

  /** Judges again: since it was proposed, another version may have been published, or the rules may have changed. */
  private async publish(tx: Tx, catalogue: NewCatalogue, proposal: CatalogueProposal): Promise<PublishedVersion> {
    const { province, effectiveFrom } = catalogue;
    const entries = checkedEntries(catalogue.entries);
    const version = {
      province,
      effectiveFrom,
      versionId: uuidv7(),
      entryCount: entries.length,
      publishedAt: this.clock.now(),
      proposalId: proposal.id,
      digest: proposal.digest,
    };
    await insertVersion(tx, version);
    await insertEntries(tx, version, entries);
    return { versionId: version.versionId };
  }
}

function bookOf(actor: Actor, province: string): ProposalBook {
  if (province !== actor.region) throw new Rejection('NOT_PERMITTED');
  return { scope: province, province, kind: 'CATALOGUE' };
}

/** Before: the version that stands until the effective date. After: what became of the proposal. */
async function recordChange(tx: Tx, actor: Actor, action: AuditAction, proposal: CatalogueProposal): Promise<void> {
  const { id, province, state, maker, digest, summary, outcome } = proposal;
  const standing = await versionBefore(tx, province, summary.effectiveFrom);
  await appendAudit(tx, actor, {
    province,
    action,
    objectType: 'catalogue_proposal',
    objectId: id,
    ...(standing ? { before: standing } : {}),
    after: { state, maker, digest, ...summary, ...outcome },
  });
}
