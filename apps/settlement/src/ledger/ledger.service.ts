import { Injectable } from '@nestjs/common';
import { appendAudit, Database, PersonalDataVault, type Actor, type AuditEntry } from '@yiditong/chassis';
import { Rejection } from '@yiditong/codes';
import type { Diagnosed, DiagnosedSettlement, SealedSettlement } from '../settlement/settlement.entity.js';
import { diagnosisContext, findSealedSettlement } from '../settlement/settlement.store.js';
import { compareLedgers, totalsAgree, type Comparison } from './comparison.js';
import type { LedgerRow, LedgerScope, Totals, TotalsScope } from './ledger.entity.js';
import { ownRows, settlementIdsOf, totalsOf } from './ledger.store.js';

export const MAX_ROWS = 20_000;
const MAX_FOUND = 100;

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

  /** 3201. Sums tell nothing of a person, so the audit has nothing of them. */
  async compareTotals(
    actor: Actor,
    scope: TotalsScope,
    theirs: Totals,
  ): Promise<{ readonly equal: boolean; readonly ours: Totals }> {
    const ours = await this.database.transaction(actor, (tx) => totalsOf(tx, scope));
    return { equal: totalsAgree(ours, theirs), ours };
  }

  /** 3202. Rejects with LEDGER_TOO_LARGE where there are more settlements in these days than one comparison takes. */
  async compareDetails(actor: Actor, scope: LedgerScope, theirs: readonly LedgerRow[]): Promise<Comparison> {
    return this.database.transaction(actor, async (tx) => {
      const ours = await ownRows(tx, scope, MAX_ROWS + 1);
      if (ours.length > MAX_ROWS) throw new Rejection('LEDGER_TOO_LARGE', { limit: String(MAX_ROWS) });
      const comparison = compareLedgers(ours, theirs);
      await appendAudit(tx, actor, comparisonOf(actor, scope, comparison));
      return comparison;
    });
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
