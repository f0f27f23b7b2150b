import { Injectable } from '@nestjs/common';
import { allowLongStatements, Clock, Database, decideOnce, type Actor, type Tx } from '@yiditong/chassis';
import { Rejection } from '@yiditong/codes';
import { bookOf, proposeVersion, type CatalogueProposal } from '../catalogue/version-proposal.js';
import { DraftWorkService } from './draft-work.service.js';
import { conflict } from './draft.service.js';
import { lockDraft, stepDraft } from './draft.store.js';
import type { DraftKey } from './draft.entity.js';
import { requireInTime } from './publication.service.js';
import { countChanges, findVersion, lastVersion } from './publication.store.js';

export type Rollback = { readonly province: string; readonly versionId: string; readonly effectiveFrom: string };

/** Since the draft was checked another version was published. */
class CheckOvertaken extends Error {}

/** What is proposed for publication besides whole catalogues in a message: checked drafts, and what earlier versions said. */
@Injectable()
export class SubmissionService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly work: DraftWorkService,
  ) {}

  /**
   * Rejects with DRAFT_HAS_ERRORS, DRAFT_STATE_CONFLICT or CATALOGUE_EFFECTIVE_TOO_EARLY. Where another version was published since it
   * was checked, it is checked again first, and can be submitted after that.
   */
  async submit(actor: Actor, requestId: string, key: DraftKey): Promise<CatalogueProposal> {
    const { province, draftId } = key;
    bookOf(actor, province);
    const write = { scope: province, region: province, key: requestId, body: { draftId } };
    try {
      return await this.database.transaction(actor, (tx) =>
        decideOnce(tx, write, () => this.submitChecked(tx, actor, key)),
      );
    } catch (error) {
      if (!(error instanceof CheckOvertaken)) throw error;
      const now = this.clock.now();
      const step = { state: 'CHECKING', updatedAt: now, dueAt: now } as const;
      await this.database.transaction(actor, (tx) => stepDraft(tx, key, ['READY'], step));
      this.work.nudge();
      throw conflict(step);
    }
  }

  /** Rejects with CATALOGUE_VERSION_NOT_FOUND or CATALOGUE_EFFECTIVE_TOO_EARLY. */
  async rollBack(
    actor: Actor,
    requestId: string,
    { province, versionId, effectiveFrom }: Rollback,
  ): Promise<CatalogueProposal> {
    bookOf(actor, province);
    const write = { scope: province, region: province, key: requestId, body: { versionId, effectiveFrom } };
    return this.database.transaction(actor, (tx) =>
      decideOnce(tx, write, async () => {
        const restored = await findVersion(tx, province, versionId);
        if (!restored) throw new Rejection('CATALOGUE_VERSION_NOT_FOUND');
        const last = await lastVersion(tx, province);
        const madeAt = this.clock.now();
        requireInTime(effectiveFrom, last, madeAt);
        await allowLongStatements(tx, '1min');
        const basedOn = last?.sequence ?? 0;
        const source = { restoredSequence: restored.sequence, isWhole: true };
        const counts = await countChanges(tx, province, source, basedOn);
        const change = { ...counts, standingVersionId: last?.versionId ?? null };
        const what = { versionId, restoredSequence: restored.sequence, restoredDigest: restored.digest };
        return proposeVersion(
          tx,
          actor,
          province,
          { origin: 'ROLLBACK', ...what, effectiveFrom, basedOn, change },
          madeAt,
        );
      }),
    );
  }

  private async submitChecked(tx: Tx, actor: Actor, key: DraftKey): Promise<CatalogueProposal> {
    const draft = await lockDraft(tx, key);
    if (draft.state === 'FAULTY') throw new Rejection('DRAFT_HAS_ERRORS', { rows: String(draft.faultyRows) });
    const { change, rowsDigest, checkedAgainst: basedOn, effectiveFrom, form, draftId } = draft;
    if (draft.state !== 'READY' || !change || rowsDigest === null || basedOn === null) throw conflict(draft);
    const last = await lastVersion(tx, key.province);
    const madeAt = this.clock.now();
    requireInTime(effectiveFrom, last, madeAt);
    if ((last?.sequence ?? 0) !== basedOn) throw new CheckOvertaken();
    const body = { origin: 'DRAFT', draftId, form, rowsDigest, effectiveFrom, basedOn, change } as const;
    const proposal = await proposeVersion(tx, actor, key.province, body, madeAt);
    await stepDraft(tx, key, ['READY'], {
      state: 'SUBMITTED',
      updatedAt: madeAt,
      dueAt: null,
      proposalId: proposal.id,
    });
    return proposal;
  }
}
