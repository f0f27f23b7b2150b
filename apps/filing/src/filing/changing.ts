import { provinceOf, Rejection } from '@yiditong/codes';
import { policyOf, refusalOfProposal } from '@yiditong/eligibility';
import type { FilingRow } from './filing.entity.js';
import type { Terms } from './handing-in.js';

/**
 * That a filing in force may go on as changed: to a destination that may be named now, and for a period that is one counted from
 * its own first day and is not over. Rejects with REQUEST_MALFORMED where nothing would change, or as refusalOfProposal does.
 */
export function requireChangeable(
  filing: FilingRow,
  { destinationRegion, validTo }: Pick<FilingRow, 'destinationRegion' | 'validTo'>,
  { rules, today }: Terms,
): void {
  if (destinationRegion === filing.destinationRegion && validTo === filing.validTo)
    throw new Rejection('REQUEST_MALFORMED', { problem: 'nothing would change' });
  // As on its first day, however long ago that was; the destination was valid then.
  const asBegun = refusalOfProposal({ ...filing, validTo, today: filing.validFrom }, rules);
  if (asBegun?.reason === 'FILING_PERIOD_INVALID') throw new Rejection(asBegun.reason, asBegun.params);
  const { temporaryMonths } = policyOf(rules, provinceOf(filing.insuredRegion), filing.validFrom);
  if (validTo !== null && validTo < today)
    throw new Rejection('FILING_PERIOD_INVALID', { months: String(temporaryMonths) });
  if (destinationRegion === filing.destinationRegion) return;
  const from = today > filing.validFrom ? today : filing.validFrom;
  const asNow = refusalOfProposal({ ...filing, destinationRegion, validTo, validFrom: from, today: from }, rules);
  // From now on it may last shorter than a new one would.
  if (asNow && asNow.reason !== 'FILING_PERIOD_INVALID') throw new Rejection(asNow.reason, asNow.params);
}
