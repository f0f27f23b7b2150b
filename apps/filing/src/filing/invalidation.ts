import type { AuditEntry, Tx } from '@yiditong/chassis';
import { following, recordFilings } from './filing-record.js';
import { lockOpenFilings, type Cause } from './filing.store.js';

const CAUSE: Cause = {
  event: 'INVALIDATE',
  actor: { role: 'service', subject: 'filing' },
  reason: '参保关系终止或变更 Insurance ended or moved',
};

export type EndOfInsurance = {
  readonly personId: string;
  readonly province: string;
  /** Where the person is insured now, whose filings stay; null where he is nowhere. */
  readonly keepRegion: string | null;
  readonly recordedAt: Date;
};

/**
 * Ends a person's filings that his insurance no longer carries (规程第十条), in force, under review or prepared, and tells of each:
 * nobody could accept or hand in the latter any more, and they would stand in the way of new ones. The caller holds the person for
 * recording, took `recordedAt` after that, and appends the returned entries to the audit as his last act.
 */
export async function invalidateFilings(
  tx: Tx,
  { personId, province, keepRegion, recordedAt }: EndOfInsurance,
): Promise<AuditEntry[]> {
  const filings = await lockOpenFilings(tx, personId, province);
  const ended = filings.filter(({ insuredRegion }) => insuredRegion !== keepRegion);
  return recordFilings(
    tx,
    CAUSE,
    ended.map((before) => ({ before, after: following(before, CAUSE, recordedAt) })),
  );
}
