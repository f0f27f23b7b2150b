import { Injectable } from '@nestjs/common';
import {
  allowLongStatements,
  Clock,
  Database,
  decideOnce,
  decideProposal,
  findProposal,
  proposalsOf,
  withdrawProposal,
  type Actor,
  type ProposalPage,
  type SaidDecision,
  type Tx,
} from '@yiditong/chassis';
import { AfterPublicationService } from '../version/after-publication.service.js';
import { digestOfRows, insertRows } from '../version/draft-rows.store.js';
import { DraftWorkService } from '../version/draft-work.service.js';
import { newDraft } from '../version/draft.service.js';
import { insertDraft, releaseDraft, stepDraft } from '../version/draft.store.js';
import { PublicationService, requireInTime } from '../version/publication.service.js';
import { countChanges, lastVersion } from '../version/publication.store.js';
import { storedEntry } from './catalogue.entity.js';
import type { NewCatalogue } from './catalogue.codec.js';
import { checkedEntries } from './catalogue-rules.js';
import {
  bookOf,
  proposeVersion,
  recordChange,
  type CatalogueProposal,
  type CatalogueSummary,
  type PublishedVersion,
  type VersionBody,
} from './version-proposal.js';

/** How a catalogue changes: a clerk proposes a version (经办), and a supervisor's approval publishes it (复核). */
@Injectable()
export class CatalogueProposalService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly publications: PublicationService,
    private readonly work: DraftWorkService,
    private readonly after: AfterPublicationService,
  ) {}

  /** A whole catalogue in one message. Refuses at once what could not be published, so that its maker hears of it. */
  async propose(actor: Actor, requestId: string, catalogue: NewCatalogue): Promise<CatalogueProposal> {
    const { province } = catalogue;
    bookOf(actor, province);
    const entries = checkedEntries(catalogue.entries, catalogue.effectiveFrom);
    const write = { scope: province, region: province, key: requestId, body: catalogue };
    return this.database.transaction(actor, (tx) =>
      decideOnce(tx, write, () => this.proposeWhole(tx, actor, { ...catalogue, entries })),
    );
  }

  async decide(actor: Actor, province: string, id: string, said: SaidDecision): Promise<CatalogueProposal> {
    const key = { ...bookOf(actor, province), id };
    const ruling = { ...said, decider: actor.subject, decidedAt: this.clock.now() };
    const { proposal, isRepeat } = await this.database.transaction(actor, async (tx) => {
      const publish = (body: VersionBody, pending: CatalogueProposal): Promise<PublishedVersion> =>
        this.publications.publish(tx, body, pending);
      const decided = await decideProposal(tx, key, ruling, publish);
      if (decided.isRepeat) return decided;
      if (said.decision === 'REJECT') await this.release(tx, decided.proposal);
      const action = said.decision === 'APPROVE' ? 'PUBLISH_CATALOGUE' : 'REJECT_CATALOGUE';
      await recordChange(tx, actor, action, decided.proposal);
      return decided;
    });
    if (!isRepeat && said.decision === 'APPROVE') this.after.published();
    return proposal;
  }

  async withdraw(actor: Actor, province: string, id: string, remark: string): Promise<CatalogueProposal> {
    const key = { ...bookOf(actor, province), id };
    const by = { decider: actor.subject, decidedAt: this.clock.now(), remark };
    return this.database.transaction(actor, async (tx) => {
      const { proposal, isRepeat } = await withdrawProposal<CatalogueSummary, PublishedVersion>(tx, key, by);
      if (isRepeat) return proposal;
      await this.release(tx, proposal);
      await recordChange(tx, actor, 'WITHDRAW_CATALOGUE', proposal);
      return proposal;
    });
  }

  async list(actor: Actor, province: string, page: ProposalPage): Promise<CatalogueProposal[]> {
    const book = bookOf(actor, province);
    return this.database.transaction(actor, (tx) => proposalsOf(tx, book, page));
  }

  /** A proposal says itself what it changes: after another version it can't be approved any more. */
  async get(actor: Actor, province: string, id: string): Promise<CatalogueProposal> {
    const key = { ...bookOf(actor, province), id };
    return this.database.transaction(actor, (tx) => findProposal(tx, key));
  }

  /** The entries are kept as a draft's rows are, under a draft that nobody is told of. */
  private async proposeWhole(tx: Tx, actor: Actor, catalogue: NewCatalogue): Promise<CatalogueProposal> {
    const { province, effectiveFrom, entries } = catalogue;
    const madeAt = this.clock.now();
    const last = await lastVersion(tx, province);
    requireInTime(effectiveFrom, last, madeAt);
    await allowLongStatements(tx, '1min');
    const form = 'WHOLE';
    const draft = { ...newDraft({ province, form, effectiveFrom }, actor.subject, madeAt), rows: entries.length };
    await insertDraft(tx, draft);
    const rows = entries.map((entry, index) => ({
      rowNumber: index + 1,
      nationalCode: entry.nationalCode,
      withdrawn: false,
      content: storedEntry(entry),
    }));
    await insertRows(tx, draft, rows);
    const basedOn = last?.sequence ?? 0;
    const { draftId } = draft;
    const counts = await countChanges(tx, province, { draftId, isWhole: true }, basedOn);
    const change = { ...counts, standingVersionId: last?.versionId ?? null };
    const rowsDigest = await digestOfRows(tx, draft);
    const body = { origin: 'MESSAGE', draftId, form, rowsDigest, effectiveFrom, basedOn, change } as const;
    const proposal = await proposeVersion(tx, actor, province, body, madeAt);
    const step = { state: 'SUBMITTED', updatedAt: madeAt, dueAt: null, proposalId: proposal.id } as const;
    await stepDraft(tx, draft, ['OPEN'], step);
    return proposal;
  }

  /** A draft can be submitted again; what came in a message can't, and is removed. */
  private async release(tx: Tx, { province, id, summary }: CatalogueProposal): Promise<void> {
    const now = this.clock.now();
    const isMessage = summary.origin === 'MESSAGE';
    const step = isMessage ? ({ state: 'DISCARDED', dueAt: now } as const) : ({ state: 'READY', dueAt: null } as const);
    await releaseDraft(tx, province, id, { ...step, updatedAt: now });
    this.work.nudge();
  }
}
