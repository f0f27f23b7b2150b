import { serviceActor, type Actor, type Tx } from '@yiditong/chassis';
import { provinceOf } from '@yiditong/codes';
import type { SettlementCause, SettlementDebit } from '../account/account.entity.js';
import { bookSettlement } from '../account/account.store.js';
import { book, nextBookingInstant, type Direction } from './accumulator.store.js';
import type { Effects } from './adjudication-audit.js';
import type { RecordedAdjudication } from './adjudication.entity.js';
import type { ClaimIdentity } from './claim.codec.js';

const CAUSE: Readonly<Record<Direction, SettlementCause>> = {
  BOOKED: 'SETTLEMENT',
  REVERSED: 'REVERSAL',
  CANCELLED: 'CANCELLATION',
  REINSTATED: 'REINSTATEMENT',
};

/**
 * Books what was adjudicated to the person's totals and accounts, takes exactly that back from where it was booked to, whatever came
 * after it, or books it again. To be called under the person's row lock. Rejects with ACCOUNT_REFUND_SPENT.
 */
export async function move(
  tx: Tx,
  { personId, insuredRegion }: ClaimIdentity,
  { direction, operationId }: { readonly direction: Direction; readonly operationId: string },
  result: RecordedAdjudication,
  now: Date,
): Promise<Effects> {
  const { settlementId, insurance, years } = result;
  const owner = { personId, province: provinceOf(insuredRegion), settlementId, operationId };
  const bookedAt = await nextBookingInstant(tx, personId, now);
  const totals = await book(tx, { ...owner, insurance, direction, years, bookedAt });
  return { totals, accounts: await bookSettlement(tx, owner, CAUSE[direction], debitsOf(result), bookedAt) };
}

function debitsOf({ accountFen, mutualAidFen }: RecordedAdjudication): SettlementDebit[] {
  const debits: readonly SettlementDebit[] = [
    { kind: 'OWN', amountFen: accountFen },
    { kind: 'MUTUAL_AID', amountFen: mutualAidFen },
  ];
  return debits.filter(({ amountFen }) => amountFen > 0n);
}

/** The settlement knows where a person is insured; the home province's own rows are read as that province. */
export function homeOf(claim: ClaimIdentity): Actor {
  return serviceActor('benefit', provinceOf(claim.insuredRegion));
}
