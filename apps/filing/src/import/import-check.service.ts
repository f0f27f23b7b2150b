import { Injectable } from '@nestjs/common';
import { areaPrefix } from '@yiditong/access';
import { businessDateOf, Clock, Database, serviceActor, type Tx } from '@yiditong/chassis';
import { IMPORT_COLUMNS, type ImportColumnName } from '@yiditong/codes';
import type { FilingRule } from '@yiditong/eligibility';
import { FactService } from '../fact/fact.service.js';
import { RuleService } from '../rule/rule.service.js';
import { findDuplicates, findOverlaps, findUninsured } from './import-check.store.js';
import { columnLetter } from './import-header.js';
import { allowLongStatements, holdLease, prolongLease, type Lease } from './import-lease.store.js';
import { errorsOfProposal } from './import-row.js';
import { countFaultyRows, stepImport } from './import.store.js';
import type { ImportFile, RowError } from './import.entity.js';
import { insertErrors, insuredRowsIn, personsIn, rangesOf, type InsuredRow } from './staging.store.js';

const LEASE_MS = 60_000;
const BATCH = 500;

/** Checks the rows of an import against each other and against what is recorded. */
@Injectable()
export class ImportCheckService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly facts: FactService,
    private readonly rules: RuleService,
  ) {}

  /** Ends with an import that is ready or faulty; does nothing where the lease is lost. A round that was cut off leaves nothing. */
  async check(taken: Lease): Promise<void> {
    const lease = await this.learnInsurance(taken);
    if (!lease) return;
    const rules = await this.rules.all();
    await this.asProvince(lease.file, async (tx) => {
      if (!(await holdLease(tx, lease))) return;
      await allowLongStatements(tx);
      await this.findErrors(tx, lease.file, rules);
      const faultyRows = await countFaultyRows(tx, lease.file.importId);
      const state = faultyRows === 0 ? 'READY' : 'FAULTY';
      await stepImport(tx, lease.file.importId, ['CHECKING'], { state, updatedAt: this.clock.now(), dueAt: null });
    });
  }

  /** Asks the home province how the persons are insured, outside of transactions. */
  private async learnInsurance(taken: Lease): Promise<Lease | null> {
    const { importId, province } = taken.file;
    const ranges = await this.asProvince(taken.file, (tx) => rangesOf(tx, importId, BATCH));
    let lease = taken;
    for (const range of ranges) {
      const persons = await this.asProvince(taken.file, (tx) => personsIn(tx, importId, range));
      await this.facts.learnInsurance(province, persons);
      const until = new Date(this.clock.now().getTime() + LEASE_MS);
      const held = lease;
      const prolonged = await this.asProvince(taken.file, (tx) => prolongLease(tx, held, until));
      if (!prolonged) return null;
      lease = prolonged;
    }
    return lease;
  }

  private async findErrors(tx: Tx, file: ImportFile, rules: readonly FilingRule[]): Promise<void> {
    const prefix = areaPrefix(file.insuredRegion);
    const [person, destination] = [columnOf(file, 'person_id'), columnOf(file, 'destination_region')];
    const checked = { importId: file.importId, person, destination, prefix };
    await findUninsured(tx, checked);
    await findDuplicates(tx, checked);
    await findOverlaps(tx, checked);
    await this.judgeByArea(tx, file, prefix, rules);
  }

  /** An import of a province said of each person no more than the province; whether a filing is needed may depend on the area. */
  private async judgeByArea(tx: Tx, file: ImportFile, prefix: string, rules: readonly FilingRule[]): Promise<void> {
    const { header } = file;
    if (!header) return;
    const today = businessDateOf(this.clock.now());
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

function columnOf({ header }: ImportFile, column: ImportColumnName): { letter: string; name: string } {
  const index = header?.columns[column];
  const name = IMPORT_COLUMNS.find((known) => known.name === column)?.zh ?? '';
  return { letter: index === undefined ? '' : columnLetter(index), name };
}
