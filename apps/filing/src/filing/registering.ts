import { ownsRegion } from '@yiditong/access';
import type { Actor } from '@yiditong/chassis';
import { provinceOf, Rejection, type FilingSource } from '@yiditong/codes';
import { v7 as uuidv7 } from 'uuid';
import { malformed } from './fields.js';
import type { Registration } from './filing.codec.js';
import type { FilingRow } from './filing.entity.js';
import { following, stateAfter } from './filing-record.js';
import { handIn, mayPledge, requireProposable, type Terms } from './handing-in.js';
import type { FilingChange } from './recording.service.js';

/** 申报来源, by who files. */
export function sourceOf({ role }: Actor): FilingSource {
  if (role === 'bureau') return 'BUREAU';
  return role === 'hospital' ? 'INSTITUTION' : 'ONLINE';
}

/**
 * That somebody may register what he does: a person for himself or his family, a bureau for its own, a hospital at the bedside in
 * its own name; the latter two say why. Rejects with NOT_PERMITTED or REQUEST_MALFORMED.
 */
export function requireEntitled(actor: Actor, { insuredRegion, institutionCode, reason }: Registration): void {
  if (actor.role === 'insured') {
    if (institutionCode !== null) throw malformed('institution_code is named by hospitals only');
    return;
  }
  if (insuredRegion === null) throw malformed('insured_region is missing');
  const entitled =
    actor.role === 'hospital'
      ? institutionCode === actor.institution
      : actor.role === 'bureau' && ownsRegion(actor, insuredRegion);
  if (!entitled) throw new Rejection('NOT_PERMITTED');
  if (actor.role === 'bureau' && institutionCode !== null)
    throw malformed('institution_code is named by hospitals only');
  if (reason === '') throw malformed('reason is missing: who files for somebody says why');
}

/** Nobody can be made a filing of in a province that isn't his. Rejects with NOT_PERMITTED. */
export function requireOwnProvince(tenant: Actor, insuredRegion: string | null): void {
  if (insuredRegion !== null && provinceOf(insuredRegion) !== tenant.region) throw new Rejection('NOT_PERMITTED');
}

export type Proposed = Registration & { readonly insuredRegion: string; readonly source: FilingSource };

/** A filing as it begins: a draft, under review or in force. Rejects with the reason why it can't. */
export function begun(proposed: Proposed, now: Date, terms: Terms): FilingChange {
  const filing = blank(proposed, now);
  if (proposed.draft) {
    requireProposable(filing, terms);
    const after = { ...filing, state: stateAfter(null, 'DRAFT'), version: 1 };
    return { event: 'DRAFT', before: null, after };
  }
  const { event, changes } = handIn(filing, terms);
  const after = following(filing, { event, reason: proposed.reason }, now, changes);
  return { event, before: null, after, action: 'REGISTER_FILING' };
}

/** Before its first version, as a draft that nobody kept. */
function blank(proposed: Proposed, now: Date): FilingRow {
  const { forPersonId: _forPersonId, draft: _draft, ...proposal } = proposed;
  return {
    ...proposal,
    // In the order of time, by the same clock as all else of it.
    filingId: uuidv7({ msecs: now.getTime() }),
    insuredProvince: provinceOf(proposed.insuredRegion),
    state: 'DRAFT',
    version: 0,
    pledged: proposed.pledged && (!proposed.draft || mayPledge(proposed.category)),
    owed: [],
    lockedUntil: null,
    reviewDueOn: null,
    importId: null,
    createdAt: now,
    updatedAt: now,
  };
}
