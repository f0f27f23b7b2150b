import { Injectable } from '@nestjs/common';
import { areaPrefix } from '@yiditong/access';
import { allowLongStatements, businessDateOf, Clock, Database, serviceActor, type Tx } from '@yiditong/chassis';
import { columnLetter, IMPORT_COLUMNS, type ImportColumnName } from '@yiditong/codes';
import type { FilingRule } from '@yiditong/eligibility';
import { FactService } from '../fact/fact.service.js';
import { RuleService } from '../rule/rule.service.js';
import { findDuplicates, findOverlaps, findUninsured } from './import-check.store.js';
import { holdLease, prolongLease, type Lease } from './import-lease.store.js';
import { errorsOfProposal } from './import-row.js';
import { countCheckedRows, countFaultyRows, stepImport, type Step } from './import.store.js';
import type { ImportFile, RowError } from './import.entity.js';
import { insertErrors, insuredRowsIn, personsIn, rangesOf, type InsuredRow } from './staging.store.js';

const LEASE_MS = 60_000;
const BATCH = 500;

/** What a row's proposal is judged by: the digits that all places of the import share, the business date, the rules. */
type Terms = { readonly prefix: string; readonly today: string; readonly rules: readonly FilingRule[] };

/** Checks the rows of an import against each other and against what is recorded. */
@Injectable()
export class ImportCheckService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly facts: FactService,
    private readonly rules: RuleService,
  ) {}

  /**
   * Ends with an import that is ready or faulty, or that goes on to be applied where somebody has asked for that already; does nothing
   * where the lease is lost. A round that was cut off leaves nothing.
   */
  async check(taken: Lease): Promise<void> {
    const lease = await this.learnInsurance(taken);
    if (!lease) return;
    const rules = await this.rules.all();
    await this.asProvince(lease.file, async (tx) => {
      if (!(await holdLease(tx, lease))) return;
      await allowLongStatements(tx);
      const now = this.clock.now();
      const today = businessDateOf(now);
      await this.findErrors(tx, lease.file, today, rules);
      const faultyRows = await countFaultyRows(tx, lease.file.importId);
      await stepImport(tx, lease.file.importId, ['CHECKING'], outcomeOf(lease.file, faultyRows, today, now));
    });
  }

  /** Asks the home province how the persons are insured, outside of transactions. */
  private async learnInsurance(taken: Lease): Promise<Lease | null> {
    const { importId, province } = taken.file;
    const ranges = await this.asProvince(taken.file, async (tx) => {
      await countCheckedRows(tx, importId, 0);
      return rangesOf(tx, importId, BATCH);
    });
    let lease = taken;
    for (const range of ranges) {
      const persons = await this.asProvince(taken.file, (tx) => personsIn(tx, importId, range));
      await this.facts.learnInsurance(province, persons);
      const until = new Date(this.clock.now().getTime() + LEASE_MS);
      const held = lease;
      const prolonged = await this.asProvince(taken.file, async (tx) => {
        const kept = await prolongLease(tx, held, until);
        if (kept) await countCheckedRows(tx, importId, range.soFar);
        return kept;
      });
      if (!prolonged) return null;
      lease = prolonged;
    }
    return lease;
  }

  private async findErrors(tx: Tx, file: ImportFile, today: string, rules: readonly FilingRule[]): Promise<void> {
    const prefix = areaPrefix(file.insuredRegion);
    const [person, destination] = [columnOf(file, 'person_id'), columnOf(file, 'destination_region')];
    const checked = { importId: file.importId, person, destination, prefix };
    await findUninsured(tx, checked);
    await findDuplicates(tx, checked);
    await findOverlaps(tx, checked);
    await this.judgeProposals(tx, file, { prefix, today, rules });
  }

  /**
   * Judges again what each row proposes: on an earlier day other periods and rules held. An import of a province, moreover, said of
   * each person no more than the province, and whether a filing is needed may depend on the area.
   */
  private async judgeProposals(tx: Tx, file: ImportFile, { prefix, today, rules }: Terms): Promise<void> {
    const { header } = file;
    if (!header) return;
    for (const range of await rangesOf(tx, file.importId, BATCH)) {
      const rows = await insuredRowsIn(tx, file, prefix, range);
      const judge = (row: InsuredRow): RowError[] =>
        errorsOfProposal(header, row, { insuredRegion: row.insuredRegion, today, rules });
      await insertErrors(tx, file, rows.flatMap(judge));
    }
  }

  /** As the whole province, for a filing that another area entered stands in the way too. */
  private async asProvince<T>({ province }: ImportFile, work: (tx: Tx) => Promise<T>): Promise<T> {
    return this.database.transaction(serviceActor('filing', province), work);
  }
}

/** An import that is being checked for its application goes on to it by itself. */
function outcomeOf({ appliedBy }: ImportFile, faultyRows: number, today: string, now: Date): Step {
  if (faultyRows > 0) return { state: 'FAULTY', updatedAt: now, dueAt: null };
  const found = { updatedAt: now, checkedOn: today };
  return appliedBy === null ? { ...found, state: 'READY', dueAt: null } : { ...found, state: 'APPLYING', dueAt: now };
}

function columnOf({ header }: ImportFile, column: ImportColumnName): { letter: string; name: string } {
  const index = header?.columns[column];
  const name = IMPORT_COLUMNS.find((known) => known.name === column)?.zh ?? '';
  return { letter: index === undefined ? '' : columnLetter(index), name };
}
