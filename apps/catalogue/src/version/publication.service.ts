import { Injectable } from '@nestjs/common';
import { allowLongStatements, Clock, type Tx } from '@yiditong/chassis';
import { NATION, Rejection } from '@yiditong/codes';
import { v7 as uuidv7 } from 'uuid';
import {
  entriesAfter,
  type CatalogueProposal,
  type PublishedVersion,
  type VersionBody,
} from '../catalogue/version-proposal.js';
import { askForScan } from '../conflict/conflict-scan-due.store.js';
import { holdReadersUpBriefly } from './draft-lease.store.js';
import { digestOfRows } from './draft-rows.store.js';
import { stepDraft } from './draft.store.js';
import { earliestEffectiveDay, lockAgainstPublishers, lockForPublishing, requireNotTooLate } from './effective.js';
import {
  insertChanges,
  insertNames,
  insertVersion,
  lastVersion,
  type Source,
  type StandingVersion,
} from './publication.store.js';

/** Publishes what was approved, in the transaction of the approval. */
@Injectable()
export class PublicationService {
  constructor(private readonly clock: Clock) {}

  /**
   * Writes a version and what it changes, and nothing else. Rejects with CATALOGUE_MOVED_ON where another was published since it was
   * proposed, and with CATALOGUE_EFFECTIVE_TOO_EARLY or CATALOGUE_EFFECTIVE_TOO_LATE.
   */
  async publish(tx: Tx, body: VersionBody, proposal: CatalogueProposal): Promise<PublishedVersion> {
    const { province } = proposal;
    const { effectiveFrom, basedOn, change } = body;
    await allowLongStatements(tx, '1min');
    await lockAgainstPublishers(tx, province);
    const last = await lastVersion(tx, province);
    if ((last?.sequence ?? 0) !== basedOn) throw new Rejection('CATALOGUE_MOVED_ON');
    const publishedAt = this.clock.now();
    requireInTime(effectiveFrom, last, publishedAt);
    const version = { versionId: uuidv7(), sequence: basedOn + 1, effectiveFrom, digest: proposal.digest };
    const { added, changed, removed: withdrawn } = change;
    const { origin, originId } = proposal.summary;
    const counts = { entryCount: entriesAfter(change), added, changed, withdrawn };
    await insertVersion(tx, {
      ...version,
      ...counts,
      province,
      origin,
      originId,
      publishedAt,
      proposalId: proposal.id,
    });
    const written = await insertChanges(tx, province, sourceOf(body), version);
    // Neither a submitted draft nor a published version changes, so this is what whoever approved it was shown.
    if (written !== added + changed + withdrawn)
      throw new Error(`proposal ${proposal.id} changes other rows than it says`);
    if (body.origin !== 'ROLLBACK') await this.closeDraft(tx, province, body, publishedAt);
    await askForScan(tx, province, publishedAt);

    // From here to the commit readers wait, so nothing follows that takes long. The lead is measured once more under the lock: who
    // reads afterwards sees the version, and who has read is not asked about its days before he reads again.
    await holdReadersUpBriefly(tx);
    await lockForPublishing(tx, province);
    requireInTime(effectiveFrom, last, this.clock.now());
    return { versionId: version.versionId };
  }

  /** The rows stay, as what was approved. */
  private async closeDraft(
    tx: Tx,
    province: string,
    { draftId, rowsDigest }: VersionBody & { readonly draftId: string; readonly rowsDigest: string },
    updatedAt: Date,
  ): Promise<void> {
    const key = { province, draftId };
    if ((await digestOfRows(tx, key)) !== rowsDigest)
      throw new Error(`draft ${draftId} does not hold what was proposed`);
    if (province === NATION) await insertNames(tx, draftId);
    const published = await stepDraft(tx, key, ['SUBMITTED'], { state: 'PUBLISHED', updatedAt, dueAt: null });
    if (!published) throw new Error(`draft ${draftId} was not submitted`);
  }
}

/**
 * Whether a version may be in force from a day on. A catalogue's first may be from any; every other from the earliest day that the
 * lead allows, and no earlier than the one before it. None from a day more than a year ahead. Rejects with CATALOGUE_EFFECTIVE_TOO_EARLY
 * or CATALOGUE_EFFECTIVE_TOO_LATE, which say from and until which day.
 */
export function requireInTime(effectiveFrom: string, last: StandingVersion | null, now: Date): void {
  requireNotTooLate(effectiveFrom, now);
  if (!last) return;
  const byLead = earliestEffectiveDay(now);
  const earliest = byLead > last.effectiveFrom ? byLead : last.effectiveFrom;
  if (effectiveFrom < earliest) throw new Rejection('CATALOGUE_EFFECTIVE_TOO_EARLY', { earliest });
}

function sourceOf(body: VersionBody): Source {
  if (body.origin === 'ROLLBACK') return { restoredSequence: body.restoredSequence, isWhole: true };
  return { draftId: body.draftId, isWhole: body.form === 'WHOLE' };
}
