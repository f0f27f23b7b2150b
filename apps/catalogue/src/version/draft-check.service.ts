import { Injectable } from '@nestjs/common';
import { allowLongStatements, Clock, Database, nationalActor, type Tx } from '@yiditong/chassis';
import { columnLetter, ENTRY_COLUMNS, NATION, type EntryColumnName } from '@yiditong/codes';
import { ENDS_BEFORE_IT_BEGINS, ONE_CODE_DIFFERS } from '../catalogue/catalogue-rules.js';
import {
  findContradictions,
  findEnded,
  findNeverInForce,
  findNotStanding,
  findRepeats,
  forgetEnded,
  type Looked,
} from './draft-check.store.js';
import { holdLease, type Lease } from './draft-lease.store.js';
import { digestOfRows } from './draft-rows.store.js';
import { recordCheck, stepDraft } from './draft.store.js';
import type { Draft } from './draft.entity.js';
import { countChanges, lastVersion } from './publication.store.js';

/** Checks the rows of a draft against each other and against what is published, and counts what they change. */
@Injectable()
export class DraftCheckService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  /**
   * Ends with a draft that is ready or faulty; does nothing where the lease is lost. It is one transaction, so that a round that was cut
   * off leaves nothing. As the nation, since a province's entries are compared with its items.
   */
  async check(lease: Lease): Promise<void> {
    await this.database.transaction(nationalActor('catalogue'), async (tx) => {
      if (!(await holdLease(tx, lease))) return;
      await allowLongStatements(tx, '1min');
      const { draft } = lease;
      const last = await lastVersion(tx, draft.province);
      await findFaults(tx, draft);
      const basedOn = last?.sequence ?? 0;
      const counts = await countChanges(
        tx,
        draft.province,
        { draftId: draft.draftId, isWhole: draft.form === 'WHOLE' },
        basedOn,
      );
      const { faultyRows } = await recordCheck(tx, draft, {
        checkedAgainst: basedOn,
        change: { ...counts, standingVersionId: last?.versionId ?? null },
        rowsDigest: await digestOfRows(tx, draft),
      });
      const state = faultyRows > 0 ? 'FAULTY' : 'READY';
      await stepDraft(tx, draft, ['CHECKING'], { state, updatedAt: this.clock.now(), dueAt: null });
    });
  }
}

async function findFaults(tx: Tx, draft: Draft): Promise<void> {
  const ofCode = lookedAt(draft, 'national_code');
  await findNeverInForce(tx, lookedAt(draft, 'ends_on'), draft.effectiveFrom, ENDS_BEFORE_IT_BEGINS);
  await findRepeats(tx, ofCode);
  // Withdrawing what doesn't stand is a slip among changes; a whole catalogue may list what was withdrawn long ago.
  if (draft.form === 'CHANGES') await findNotStanding(tx, ofCode);
  if (draft.province === NATION) return;
  await findContradictions(tx, lookedAt(draft, 'provincial_code'), ONE_CODE_DIFFERS);
  await forgetEnded(tx, draft);
  await findEnded(tx, ofCode, draft.effectiveFrom);
}

function lookedAt({ province, draftId, header }: Draft, column: EntryColumnName): Looked {
  const index = header?.columns[column];
  const name = ENTRY_COLUMNS.find((known) => known.name === column)?.zh ?? '';
  return { province, draftId, letter: index === undefined ? '' : columnLetter(index), name };
}
