import { Injectable } from '@nestjs/common';
import {
  appendAudit,
  Clock,
  Database,
  decideOnce,
  PersonalDataVault,
  type Actor,
  type AuditEntry,
  type Tx,
} from '@yiditong/chassis';
import { Rejection } from '@yiditong/codes';
import type { Diagnosed, DiagnosedSettlement, SealedSettlement } from '../settlement/settlement.entity.js';
import { diagnosisContext, findSealedSettlement } from '../settlement/settlement.store.js';
import { compareLedgers, totalsAgree, type Comparison } from './comparison.js';
import type { LedgerRow, LedgerScope, Totals, TotalsScope } from './ledger.entity.js';
import { hasPatientSince, ownRows, settlementIdsOf, totalsOf } from './ledger.store.js';

export const MAX_ROWS = 20_000;
const MAX_FOUND = 100;
/** For so long after a visit its hospital may ask what else is known of the patient. */
const DAYS_AFTER_VISIT = 90;
const MS_A_DAY = 86_400_000;

export type Looked = {
  readonly institutionCode: string;
  readonly personId: string;
  readonly recordId: string | null;
  readonly visitId: string | null;
};

/** What a hospital's ledger is compared with, and its own settlements of a person. */
@Injectable()
export class LedgerService {
  constructor(
    private readonly database: Database,
    private readonly vault: PersonalDataVault,
    private readonly clock: Clock,
  ) {}

  /** 5203: newest first, with the diagnosis, because the hospital sent it. None where the person was never settled for there. */
  async find(actor: Actor, looked: Looked): Promise<DiagnosedSettlement[]> {
    const found = await this.database.transaction(actor, async (tx) => {
      const sealed: SealedSettlement[] = [];
      for (const id of await settlementIdsOf(tx, looked, MAX_FOUND)) {
        const one = await findSealedSettlement(tx, id);
        if (one) sealed.push(one);
      }
      await appendAudit(tx, actor, ...sealed.map((one) => readingOf(actor, one)));
      return sealed;
    });
    return found.map(({ settlement, diagnosisSealed }) => ({
      ...settlement,
      ...this.vault.open<Diagnosed>(diagnosisContext(settlement), diagnosisSealed),
    }));
  }

  /** Before 5206 and 5301, which are audited where they are answered. */
  async isPatient(actor: Actor, of: { readonly institutionCode: string; readonly personId: string }): Promise<boolean> {
    const since = new Date(this.clock.now().getTime() - DAYS_AFTER_VISIT * MS_A_DAY);
    return this.database.transaction(actor, (tx) => hasPatientSince(tx, of, since));
  }

  /** 3201. Sums tell nothing of a person, so the audit has nothing of them. */
  async compareTotals(
    actor: Actor,
    scope: TotalsScope,
    theirs: Totals,
  ): Promise<{ readonly equal: boolean; readonly ours: Totals }> {
    const ours = await this.database.transaction(actor, (tx) => totalsOf(tx, scope));
    return { equal: totalsAgree(ours, theirs), ours };
  }

  /**
   * 3202, once per message: a repeat gets the first comparison, whatever was settled since. Rejects with IDEMPOTENCY_KEY_REUSED, or
   * LEDGER_TOO_LARGE where there are more settlements in these days than one comparison takes.
   */
  async compareDetails(
    actor: Actor,
    messageId: string,
    scope: LedgerScope,
    theirs: readonly LedgerRow[],
  ): Promise<Comparison> {
    const { institutionCode, ...days } = scope;
    const write = { scope: institutionCode, region: actor.region, key: messageId, body: { ...days, theirs } };
    return this.database.transaction(actor, (tx) =>
      decideOnce(tx, write, () => this.compare(tx, actor, scope, theirs)),
    );
  }

  private async compare(tx: Tx, actor: Actor, scope: LedgerScope, theirs: readonly LedgerRow[]): Promise<Comparison> {
    const ours = await ownRows(tx, scope, MAX_ROWS + 1);
    if (ours.length > MAX_ROWS) throw new Rejection('LEDGER_TOO_LARGE', { limit: String(MAX_ROWS) });
    const comparison = compareLedgers(ours, theirs);
    await appendAudit(tx, actor, comparisonOf(actor, scope, comparison));
    return comparison;
  }
}

function readingOf({ region }: Actor, { settlement: { settlementId, personId } }: SealedSettlement): AuditEntry {
  const object = { objectType: 'settlement', objectId: settlementId };
  return { province: region, action: 'READ_SETTLEMENT', ...object, after: { personId } };
}

/** The differences name persons whom the hospital may not have named; which they were follows from the days. */
function comparisonOf({ region }: Actor, scope: LedgerScope, { differences, equalCount }: Comparison): AuditEntry {
  const { institutionCode, from, before } = scope;
  const after = {
    from: from.toISOString(),
    before: before.toISOString(),
    equal: equalCount,
    different: differences.length,
  };
  return { province: region, action: 'COMPARE_LEDGER', objectType: 'institution', objectId: institutionCode, after };
}
