import {
  appendAudit,
  propose,
  type Actor,
  type AuditAction,
  type Proposal,
  type ProposalBook,
  type Tx,
} from '@yiditong/chassis';
import { Rejection, type DraftForm, type VersionOrigin } from '@yiditong/codes';
import type { DraftChange } from '../version/draft.entity.js';

/**
 * What a proposal would publish. It names what is in the database already, and says by its digest what that was: rows of a draft, which
 * can't change while it is submitted, or a version, which never does.
 */
export type VersionBody = {
  readonly effectiveFrom: string;
  /** The catalogue's last version when this was proposed, or 0; after another one it would change something else. */
  readonly basedOn: number;
  readonly change: DraftChange;
} & (
  | {
      readonly origin: 'MESSAGE' | 'DRAFT';
      readonly draftId: string;
      readonly form: DraftForm;
      readonly rowsDigest: string;
    }
  | {
      readonly origin: 'ROLLBACK';
      readonly versionId: string;
      readonly restoredSequence: number;
      readonly restoredDigest: string;
    }
);

/** What a list shows of a proposal. */
export type CatalogueSummary = {
  readonly effectiveFrom: string;
  /** All that stands from then on. */
  readonly entryCount: number;
  readonly origin: VersionOrigin;
  /** The draft, or the version that is restored; null for a proposal in one message. */
  readonly originId: string | null;
  readonly change: DraftChange;
};
export type PublishedVersion = { readonly versionId: string };
export type CatalogueProposal = Proposal<CatalogueSummary, PublishedVersion>;

/** Rejects with NOT_PERMITTED for another's catalogue. */
export function bookOf(actor: Actor, province: string): ProposalBook {
  if (province !== actor.region) throw new Rejection('NOT_PERMITTED');
  return { scope: province, province, kind: 'CATALOGUE' };
}

export async function proposeVersion(
  tx: Tx,
  actor: Actor,
  province: string,
  body: VersionBody,
  madeAt: Date,
): Promise<CatalogueProposal> {
  const { effectiveFrom, origin, change } = body;
  const originId = body.origin === 'ROLLBACK' ? body.versionId : body.origin === 'DRAFT' ? body.draftId : null;
  const entryCount = entriesAfter(change);
  const proposal = await propose<VersionBody, CatalogueSummary, PublishedVersion>(tx, {
    ...bookOf(actor, province),
    area: province,
    summary: { effectiveFrom, entryCount, origin, originId, change },
    body,
    maker: actor.subject,
    madeAt,
  });
  await recordChange(tx, actor, origin === 'DRAFT' ? 'SUBMIT_DRAFT' : 'PROPOSE_CATALOGUE', proposal);
  return proposal;
}

/** Before: the version that stands. After: what became of the proposal. */
export async function recordChange(
  tx: Tx,
  actor: Actor,
  action: AuditAction,
  { id, province, state, maker, digest, summary, outcome }: CatalogueProposal,
): Promise<void> {
  const { standingVersionId } = summary.change;
  await appendAudit(tx, actor, {
    province,
    action,
    objectType: 'catalogue_proposal',
    objectId: id,
    ...(standingVersionId === null ? {} : { before: { versionId: standingVersionId } }),
    after: { state, maker, digest, ...summary, ...outcome },
  });
}

export function entriesAfter({ added, changed, unchanged }: DraftChange): number {
  return added + changed + unchanged;
}
