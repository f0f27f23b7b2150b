import type { AuditAction, AuditEntry, AuditFacts } from '@yiditong/chassis';
import { provinceOf } from '@yiditong/codes';
import type { AccountChange } from '../account/account.entity.js';
import type { ChangedTotals } from './accumulator.store.js';
import type { AdjudicationRow, RecordedAdjudication } from './adjudication.entity.js';
import type { ClaimIdentity } from './claim.codec.js';

/** What a booking or its taking back did to the person's totals and accounts. */
export type Effects = { readonly totals: readonly ChangedTotals[]; readonly accounts: readonly AccountChange[] };

export function adjudicationRecord(claim: ClaimIdentity, result: RecordedAdjudication, effects: Effects): AuditEntry {
  const { totalFen, fundTotalFen, personalFen, accountFen, mutualAidFen, policyId, benefitYear, insurance } = result;
  const amounts = { totalFen, fundTotalFen, personalFen, accountFen, mutualAidFen };
  return {
    ...subjectOf(claim, 'ADJUDICATE'),
    before: sideOf(effects, 'before'),
    after: {
      state: 'ADJUDICATED',
      personId: claim.personId,
      policyId,
      benefitYear,
      insurance,
      ...amounts,
      ...sideOf(effects, 'after'),
    },
  };
}

/** The totals before and after; what was taken back is in the adjudication itself. */
export function undoRecord(
  identity: ClaimIdentity,
  state: 'REVERSED' | 'CANCELLED',
  effects: Effects,
  cancellationId?: string,
): AuditEntry {
  const { personId } = identity;
  const action = state === 'CANCELLED' ? 'CANCEL_ADJUDICATION' : 'REVERSE_ADJUDICATION';
  const adjudicated: AdjudicationRow['state'] = 'ADJUDICATED';
  return {
    ...subjectOf(identity, action),
    before: { state: adjudicated, ...sideOf(effects, 'before') },
    after: { state, personId, ...(cancellationId ? { cancellationId } : {}), ...sideOf(effects, 'after') },
  };
}

/** Of a cancellation that was undone: it stands again, or is reversed where that was done as well. */
export function reinstateRecord(
  identity: ClaimIdentity,
  state: 'ADJUDICATED' | 'REVERSED',
  effects: Effects,
  cancellationId: string,
): AuditEntry {
  const { personId } = identity;
  const cancelled: AdjudicationRow['state'] = 'CANCELLED';
  return {
    ...subjectOf(identity, 'REINSTATE_ADJUDICATION'),
    before: { state: cancelled, cancellationId, ...sideOf(effects, 'before') },
    after: { state, personId, ...sideOf(effects, 'after') },
  };
}

export function barCancellationRecord(identity: ClaimIdentity, cancellationId: string): AuditEntry {
  const { personId } = identity;
  return {
    ...subjectOf(identity, 'REINSTATE_ADJUDICATION'),
    after: { cancellation: 'BARRED', cancellationId, personId },
  };
}

/** Of one that is cancelled: nothing is taken back, but it won't stand again when its cancellation is undone. */
export function reversedWhileCancelledRecord(identity: ClaimIdentity): AuditEntry {
  const { personId } = identity;
  return {
    ...subjectOf(identity, 'REVERSE_ADJUDICATION'),
    before: { state: 'CANCELLED' },
    after: { state: 'CANCELLED', reversed: true, personId },
  };
}

export function barRecord(identity: ClaimIdentity): AuditEntry {
  const { personId } = identity;
  return { ...subjectOf(identity, 'REVERSE_ADJUDICATION'), after: { state: 'BARRED', personId } };
}

/** What somebody is shown of the person's totals and accounts by a trial. */
export function trialRecord(claim: ClaimIdentity, result: RecordedAdjudication): AuditEntry {
  const account = result.accountBalanceFen === null ? {} : { account: true };
  return {
    province: provinceOf(claim.insuredRegion),
    action: 'READ_ACCUMULATORS',
    objectType: 'person',
    objectId: claim.personId,
    after: { benefitYear: result.benefitYear, by: 'trial', ...account },
  };
}

function subjectOf(
  { insuredRegion, settlementId }: ClaimIdentity,
  action: AuditAction,
): Pick<AuditEntry, 'province' | 'action' | 'objectType' | 'objectId'> {
  return { province: provinceOf(insuredRegion), action, objectType: 'adjudication', objectId: settlementId };
}

/** Totals by their benefit year, and balances by the account where one was used. */
function sideOf({ totals, accounts }: Effects, side: 'before' | 'after'): AuditFacts {
  const accumulators = Object.fromEntries(totals.map((changed) => [changed.benefitYear, changed[side]]));
  if (accounts.length === 0) return { accumulators };
  return { accumulators, accounts: Object.fromEntries(accounts.map((changed) => [changed.kind, changed[side]])) };
}
