import { Injectable } from '@nestjs/common';
import {
  allowLongStatements,
  appendAudit,
  businessDateOf,
  Clock,
  Database,
  violatedConstraint,
  type Actor,
  type Tx,
} from '@yiditong/chassis';
import type { FilingRule } from '@yiditong/eligibility';
import { appendEvents } from '../notification/event.store.js';
import { importSubject, lockForRecording } from '../recording/recording.store.js';
import { RuleService } from '../rule/rule.service.js';
import { digestOfRows, fileRows, insuranceChanged } from './import-apply.store.js';
import { holdLease, type Lease } from './import-lease.store.js';
import { stepImport } from './import.store.js';

/** What was recorded since the check stands in the way of a row, or the check was made on an earlier day than this. */
class RowsOvertaken extends Error {}

/** Applies an import: all its rows in one transaction, or none. */
@Injectable()
export class ImportApplyService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly rules: RuleService,
  ) {}

  /** As whoever asked for it. Where somebody was faster with any row nothing is applied, and the import is checked again. */
  async apply(lease: Lease): Promise<void> {
    const actor = lease.file.appliedBy ?? lease.file.openedBy;
    const rules = await this.rules.all();
    try {
      await this.database.transaction(actor, (tx) => this.applyAll(tx, lease, actor, rules));
    } catch (error) {
      if (!(error instanceof RowsOvertaken) && violatedConstraint(error) !== 'filing_no_overlap') throw error;
      await this.database.transaction(actor, (tx) => this.checkAgain(tx, lease));
    }
  }

  private async applyAll(tx: Tx, lease: Lease, actor: Actor, rules: readonly FilingRule[]): Promise<void> {
    if (!(await holdLease(tx, lease))) return;
    const { importId, province, insuredRegion, rows, checkedOn } = lease.file;
    await allowLongStatements(tx);
    const begunAt = this.clock.now();
    if (businessDateOf(begunAt) !== checkedOn) throw new RowsOvertaken();
    const filed = await fileRows(tx, lease.file, rules, actor, begunAt);
    if (filed !== rows) throw new RowsOvertaken();
    const digest = await digestOfRows(tx, importId);

    // From here to the commit the province's decisions wait, so nothing follows that takes long. The instant at which all rows
    // become true is taken under the lock: who decided as of then or later sees them all, who decided before sees none.
    await lockForRecording(tx, importSubject(province));
    if (await insuranceChanged(tx, lease.file, begunAt)) throw new RowsOvertaken();
    const appliedAt = this.clock.now();
    // The lock-in is counted from the day on which the rows become true.
    if (businessDateOf(appliedAt) !== checkedOn) throw new RowsOvertaken();
    await stepImport(tx, importId, ['APPLYING'], {
      state: 'APPLIED',
      updatedAt: appliedAt,
      dueAt: appliedAt,
      appliedAt,
    });
    const event = { province, insuredRegion, type: 'import.apply', personId: null, recordedAt: appliedAt };
    await appendEvents(tx, [{ ...event, content: { importId, rows } }]);
    const record = { province, action: 'APPLY_IMPORT', objectType: 'import', objectId: importId } as const;
    await appendAudit(tx, actor, { ...record, after: { insuredRegion, rows, digest } });
  }

  private async checkAgain(tx: Tx, lease: Lease): Promise<void> {
    if (!(await holdLease(tx, lease))) return;
    const now = this.clock.now();
    await stepImport(tx, lease.file.importId, ['APPLYING'], { state: 'CHECKING', updatedAt: now, dueAt: now });
  }
}
