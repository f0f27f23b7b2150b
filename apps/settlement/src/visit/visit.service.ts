import { Injectable } from '@nestjs/common';
import { appendAudit, Clock, Database, PersonalDataVault, type Actor, type Tx } from '@yiditong/chassis';
import { Rejection, type VisitKind } from '@yiditong/codes';
import { sumFen, ZERO_FEN } from '@yiditong/money';
import { v7 as uuidv7 } from 'uuid';
import type { Institution } from '../institution/institution.entity.js';
import type { Trauma } from '../settlement/bill-rules.js';
import { FactsService } from '../settlement/facts.service.js';
import { admissionProblem, changedVisit, type VisitChanges } from './visit-rules.js';
import { settlementsOfVisit, standingFees } from './fee.store.js';
import { VisitMessages } from './visit-messages.service.js';
import {
  findVisit,
  insertVisit,
  lockVisit,
  updateVisit,
  updateVisitState,
  visitContext,
  visitStep,
} from './visit-row.store.js';
import type { SealedVisit, ShownVisit, Visit, VisitDiagnosed } from './visit.entity.js';
import { cancellable } from './visit.store.js';

/** What a hospital's message about a visit begins with. */
export type FromHospital = { readonly institutionCode: string; readonly messageId: string };

/** A visit as it is opened. */
export type Opening = Pick<
  Visit,
  'personId' | 'insuredRegion' | 'visitNumber' | 'emergency' | 'admittedAt' | 'insuredAs'
> &
  Pick<VisitDiagnosed, 'diseaseCode' | 'diagnoses'> & { readonly visitKind: VisitKind; readonly trauma: Trauma | null };

/** The answer as it is frozen. */
type VisitAnswer = Omit<ShownVisit, 'diseaseCode' | 'diagnoses'>;

/** Visits: registered or admitted, changed as more is known, and cancelled where nobody came of them. */
@Injectable()
export class VisitService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly vault: PersonalDataVault,
    private readonly facts: FactsService,
    private readonly messages: VisitMessages,
  ) {}

  /** 挂号, 入院. Whether the person is covered here is asked now, so that nobody learns it at the exit; the settlement asks again. */
  async open(actor: Actor, from: FromHospital, opening: Opening): Promise<ShownVisit> {
    const message = { ...from, personId: opening.personId, insuredRegion: opening.insuredRegion, body: opening };
    const answer = await this.messages.once<VisitAnswer>(actor, message, async (intent, institution) => {
      const problem = admissionProblem(opening, institution, this.clock.now());
      if (problem) throw new Rejection(problem.reason, problem.params);
      await this.facts.eligibility(opening, institution);
      const visit = this.opened(opening, institution, intent.settlementId);
      const diagnosed = { diseaseCode: opening.diseaseCode, diagnoses: opening.diagnoses, feeDiseases: [] };
      return () =>
        Promise.resolve({
          answer: { ...visit, ...NO_FEES },
          visitId: visit.visitId,
          audit: { action: 'OPEN_VISIT', after: { visitKind: visit.visitKind } },
          write: (tx) => insertVisit(tx, visit, this.vault.seal(visitContext(visit), diagnosed)),
        });
    });
    return this.answered(actor, answer);
  }

  /** 就诊信息, 住院变更, 出院, 出院撤销: what is set replaces what stood. */
  async change(
    actor: Actor,
    from: FromHospital,
    of: { readonly visitId: string; readonly personId: string },
    changes: VisitChanges,
  ): Promise<ShownVisit> {
    const { insuredRegion } = await this.of(actor, from.institutionCode, of);
    const message = { ...from, personId: of.personId, insuredRegion, body: { ...of, changes } };
    const answer = await this.messages.once<VisitAnswer>(actor, message, async (_, institution) => async (tx) => {
      const locked = await lockVisit(tx, of);
      const diagnosed = this.diagnosedIn(locked);
      const event = changes.reopen ? 'REOPEN' : changes.endedAt ? 'END' : 'CHANGE';
      const state = visitStep(locked.visit, event);
      const outcome = changedVisit(locked.visit, diagnosed, changes, institution, this.clock.now());
      if ('refused' in outcome) throw new Rejection(outcome.refused.reason, outcome.refused.params);
      const visit = { ...outcome.visit, state };
      return {
        answer: { ...visit, revision: visit.revision + 1, ...(await feesOf(tx, visit)) },
        visitId: visit.visitId,
        audit: { action: 'CHANGE_VISIT', after: { event, state } },
        write: (into) => updateVisit(into, visit, this.vault.seal(visitContext(visit), outcome.diagnosed)),
      };
    });
    return this.answered(actor, answer);
  }

  /** 挂号撤销, 入院撤销. */
  async cancel(
    actor: Actor,
    from: FromHospital,
    of: { readonly visitId: string; readonly personId: string },
  ): Promise<ShownVisit> {
    const { insuredRegion } = await this.of(actor, from.institutionCode, of);
    const message = { ...from, personId: of.personId, insuredRegion, body: { ...of, cancel: true } };
    const answer = await this.messages.once<VisitAnswer>(actor, message, () =>
      Promise.resolve(async (tx: Tx) => {
        const { visit, state } = await cancellable(tx, of);
        return {
          answer: { ...visit, state, ...(await feesOf(tx, visit)) },
          visitId: visit.visitId,
          audit: { action: 'CANCEL_VISIT' as const, after: { state } },
          write: (into: Tx) => updateVisitState(into, visit, state),
        };
      }),
    );
    return this.answered(actor, answer);
  }

  /** As it stands. Rejects with VISIT_NOT_FOUND. */
  async get(actor: Actor, institutionCode: string, visitId: string): Promise<ShownVisit> {
    return this.database.transaction(actor, async (tx) => {
      const found = await findVisit(tx, institutionCode, visitId);
      if (!found) throw new Rejection('VISIT_NOT_FOUND');
      await appendAudit(tx, actor, {
        province: actor.region,
        action: 'READ_VISIT',
        objectType: 'visit',
        objectId: visitId,
        after: { personId: found.visit.personId },
      });
      const { diseaseCode, diagnoses } = this.diagnosedIn(found);
      return { ...found.visit, diseaseCode, diagnoses, ...(await feesOf(tx, found.visit)) };
    });
  }

  /** Rejects with VISIT_NOT_FOUND or VISIT_OTHER_PERSON. What it is found by never changes. */
  async of(
    actor: Actor,
    institutionCode: string,
    { visitId, personId }: { readonly visitId: string; readonly personId: string },
  ): Promise<Visit> {
    const found = await this.database.transaction(actor, (tx) => findVisit(tx, institutionCode, visitId));
    if (!found) throw new Rejection('VISIT_NOT_FOUND');
    if (found.visit.personId !== personId) throw new Rejection('VISIT_OTHER_PERSON');
    return found.visit;
  }

  diagnosedIn({ visit, diagnosisSealed }: SealedVisit): VisitDiagnosed {
    return this.vault.open<VisitDiagnosed>(visitContext(visit), diagnosisSealed);
  }

  /** The first answer; what is sealed of the visit stands in no answer that is kept, and is shown as it stands now. */
  private async answered(actor: Actor, answer: VisitAnswer): Promise<ShownVisit> {
    const found = await this.database.transaction(actor, (tx) => findVisit(tx, answer.institutionCode, answer.visitId));
    if (!found) throw new Error('a visit that was changed is not there');
    const { diseaseCode, diagnoses } = this.diagnosedIn(found);
    return { ...instantsIn(answer), diseaseCode, diagnoses };
  }

  private opened(opening: Opening, institution: Institution, openedBy: string): Visit {
    const { personId, insuredRegion, visitNumber, visitKind, emergency, admittedAt, trauma, insuredAs } = opening;
    return {
      personId,
      visitId: uuidv7(),
      institutionCode: institution.institutionCode,
      insuredRegion,
      treatingRegion: institution.region,
      visitNumber,
      visitKind,
      state: 'OPEN',
      emergency,
      admittedAt,
      endedAt: null,
      trauma,
      insuredAs,
      openedBy,
      openedAt: this.clock.now(),
      revision: 0,
    };
  }
}

const NO_FEES = { unsettledCount: 0, unsettledFen: ZERO_FEN, settlementIds: [] };

async function feesOf(
  tx: Tx,
  visit: Visit,
): Promise<Pick<ShownVisit, 'unsettledCount' | 'unsettledFen' | 'settlementIds'>> {
  const unsettled = (await standingFees(tx, visit)).filter(({ settlementId }) => settlementId === null);
  return {
    unsettledCount: unsettled.length,
    unsettledFen: sumFen(unsettled.map(({ line }) => line.amountFen)),
    settlementIds: await settlementsOfVisit(tx, visit),
  };
}

/** An answer that was frozen has its instants as text. */
function instantsIn(answer: VisitAnswer): VisitAnswer {
  const { trauma, endedAt } = answer;
  return {
    ...answer,
    admittedAt: new Date(answer.admittedAt),
    openedAt: new Date(answer.openedAt),
    endedAt: endedAt && new Date(endedAt),
    trauma: trauma && { ...trauma, pledgedAt: trauma.pledgedAt && new Date(trauma.pledgedAt) },
  };
}
