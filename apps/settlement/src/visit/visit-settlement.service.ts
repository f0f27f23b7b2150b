import { Injectable } from '@nestjs/common';
import { Database, PersonalDataVault, type Actor, type Tx } from '@yiditong/chassis';
import { Rejection } from '@yiditong/codes';
import { findInstitution } from '../institution/institution.store.js';
import { FactsService } from '../settlement/facts.service.js';
import type { DiagnosedSettlement } from '../settlement/settlement.entity.js';
import { networked, SettlementService, type PartOfVisit } from '../settlement/settlement.service.js';
import { diseaseKeyOf } from './disease-key.js';
import { leftToSettle } from './fee-netting.js';
import { isLastPartSettled, settleFees, standingFees } from './fee.store.js';
import { planBill, splitProblem, type PlannedBill, type VisitBill } from './visit-bill.js';
import { findVisit, lockVisit, updateVisit, updateVisitState, visitContext, visitStep } from './visit-row.store.js';
import type { SealedVisit, Visit } from './visit.entity.js';
import { VisitService, type FromHospital } from './visit.service.js';

type OfVisit = { readonly visitId: string; readonly personId: string };
type Planned = PlannedBill & { readonly visit: Visit };

/** A visit's fees made into a bill, and settled as any other. */
@Injectable()
export class VisitSettlementService {
  constructor(
    private readonly database: Database,
    private readonly vault: PersonalDataVault,
    private readonly facts: FactsService,
    private readonly visits: VisitService,
    private readonly settlements: SettlementService,
  ) {}

  /** What settling would come to. Writes nothing. */
  async preSettle(actor: Actor, institutionCode: string, of: OfVisit, asked: VisitBill): Promise<DiagnosedSettlement> {
    const visit = await this.visits.of(actor, institutionCode, of);
    const { bill } = await this.planned(actor, institutionCode, of, asked);
    return this.settlements.preSettle(actor, institutionCode, bill, partOf(visit, 'trial'));
  }

  /** Once per message id, for ever; a repeat is known by what it asks for, not by what is unsettled by now. */
  async settle(actor: Actor, from: FromHospital, of: OfVisit, asked: VisitBill): Promise<DiagnosedSettlement> {
    const visit = await this.visits.of(actor, from.institutionCode, of);
    let planned: Planned | null = null;
    return this.settlements.settleAsked(actor, {
      ...from,
      body: { ...of, asked },
      personId: of.personId,
      insuredRegion: visit.insuredRegion,
      part: partOf(visit, from.messageId),
      bill: async () => {
        planned = await this.planned(actor, from.institutionCode, of, asked);
        return planned.bill;
      },
      also: {
        lock: async (tx) => void (await lockVisit(tx, visit)),
        record: async (tx, { settlementId }) => {
          if (!planned) throw new Error('a settlement was recorded before its bill was made');
          await this.take(tx, planned, asked, settlementId);
        },
      },
    });
  }

  private async planned(actor: Actor, institutionCode: string, of: OfVisit, asked: VisitBill): Promise<Planned> {
    const { found, fees, institution } = await this.database.transaction(actor, async (tx) => {
      const sealed = await findVisit(tx, institutionCode, of.visitId);
      if (!sealed) throw new Rejection('VISIT_NOT_FOUND');
      const place = await findInstitution(tx, institutionCode);
      return { found: sealed, fees: await standingFees(tx, sealed.visit), institution: place };
    });
    const { visit } = found;
    visitStep(visit, 'SETTLE');
    const keyOfDisease = (code: string): string => diseaseKeyOf(this.vault, visit, code);
    const plan = planBill({ visit, diagnosed: this.visits.diagnosedIn(found), keyOfDisease }, fees, asked);
    if ('refused' in plan) throw new Rejection(plan.refused.reason, plan.refused.params);
    if (asked.declaredSplit) {
      const { split } = await this.facts.classified(plan.bill, networked(institution, institutionCode));
      const problem = splitProblem(split, asked.declaredSplit);
      if (problem) throw new Rejection(problem.reason, problem.params);
    }
    return { ...plan, visit };
  }

  /**
   * In the transaction that records the settlement: its fees are its own from here on. Rejects with VISIT_CHANGED where they aren't what
   * the bill was made of any more; what was added since stays unsettled.
   */
  private async take(tx: Tx, planned: Planned, asked: VisitBill, settlementId: string): Promise<void> {
    const locked = await lockVisit(tx, planned.visit);
    const { visit } = locked;
    if (visit.revision !== planned.visit.revision) throw new Rejection('VISIT_CHANGED');
    const taken = new Set(planned.feeIds);
    const open = (await standingFees(tx, visit)).filter((fee) => fee.settlementId === null);
    const chosen = open.filter(({ feeId }) => taken.has(feeId));
    const serials = new Set(chosen.map(({ serial }) => serial));
    const rest = open.filter(({ feeId }) => !taken.has(feeId));
    const isTouched = chosen.length !== taken.size || rest.some(({ refundsSerial }) => serials.has(refundsSerial));
    if (isTouched) throw new Rejection('VISIT_CHANGED');
    await settleFees(tx, visit.personId, planned.feeIds, settlementId);
    const isOver = visit.visitKind !== 'INPATIENT' || !asked.midStay;
    const ends = isOver || (await isLastPartSettled(tx, visit));
    const event = ends && leftToSettle(rest).length === 0 ? 'SETTLE_TO_END' : 'SETTLE';
    await this.conclude(tx, locked, planned, isOver, event);
  }

  /** A discharge that the bill tells first is the visit's from here on. */
  private async conclude(
    tx: Tx,
    locked: SealedVisit,
    { bill }: Planned,
    isOver: boolean,
    event: 'SETTLE' | 'SETTLE_TO_END',
  ): Promise<void> {
    const { visit } = locked;
    const tellsEnd = isOver && visit.visitKind === 'INPATIENT' && visit.endedAt === null;
    if (!tellsEnd) return updateVisitState(tx, visit, visitStep(visit, event));
    const ended = { ...visit, endedAt: bill.endedAt, state: visitStep(visit, 'END') };
    const diagnosis = this.vault.seal(visitContext(visit), this.visits.diagnosedIn(locked));
    await updateVisit(tx, { ...ended, state: visitStep(ended, event) }, diagnosis);
  }
}

/** A stay is settled whole or in parts that follow each other; of another visit each bill is a part of its own, which its fees keep apart. */
function partOf({ visitKind, visitId }: Visit, key: string): PartOfVisit {
  return { partKey: visitKind === 'INPATIENT' ? '' : key, visitId };
}
