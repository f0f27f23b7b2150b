import { Injectable } from '@nestjs/common';
import { appendAudit, Clock, Database, PersonalDataVault, type Actor, type Tx } from '@yiditong/chassis';
import { Rejection } from '@yiditong/codes';
import type { FeeSplit } from '@yiditong/adjudication';
import { negateFen } from '@yiditong/money';
import { v7 as uuidv7 } from 'uuid';
import type { Institution } from '../institution/institution.entity.js';
import { FactsService } from '../settlement/facts.service.js';
import type { SettledLine } from '../settlement/settlement.entity.js';
import { additionProblem, removedFees, unsigned, uploadProblem, type Removal } from './fee-rules.js';
import { insertFees, pageOfFees, removeFees, standingFees } from './fee.store.js';
import { diseaseKeyOf, diseasesByKey } from './disease-key.js';
import { VisitMessages } from './visit-messages.service.js';
import { findVisit, lockVisit, resealVisit, updateVisitState, visitContext, visitStep } from './visit-row.store.js';
import type { Fee, ShownFee, UploadedFee, Visit, VisitDiagnosed } from './visit.entity.js';
import { VisitService, type FromHospital } from './visit.service.js';

type OfVisit = { readonly visitId: string; readonly personId: string };

/** How the catalogue took a fee, as the first answer is frozen. */
export type TakenFee = Pick<SettledLine, 'itemClass' | 'chargeCategory' | 'catalogueRule' | 'split'>;

/** 费用明细: taken as they arise, divided by the catalogue at once, and out again while they are unsettled. */
@Injectable()
export class FeeService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly vault: PersonalDataVault,
    private readonly facts: FactsService,
    private readonly visits: VisitService,
    private readonly messages: VisitMessages,
  ) {}

  /** All or none, each as the catalogue takes it, in the order given. */
  async add(actor: Actor, from: FromHospital, of: OfVisit, uploaded: readonly UploadedFee[]): Promise<TakenFee[]> {
    const { insuredRegion } = await this.visits.of(actor, from.institutionCode, of);
    const message = { ...from, personId: of.personId, insuredRegion, body: { ...of, uploaded } };
    return this.messages.once<TakenFee[]>(actor, message, async (intent, institution) => {
      const added = await this.divided(actor, of, uploaded, institution);
      return async (tx) => {
        const { visit, diagnosisSealed } = await lockVisit(tx, of);
        const state = visitStep(visit, 'ADD_FEES');
        const problem = additionProblem(await standingFees(tx, visit), added);
        if (problem) throw new Rejection(problem.reason, problem.params);
        const diagnosed = this.visits.diagnosedIn({ visit, diagnosisSealed });
        return {
          answer: added.map(({ line }) => takenOf(line)),
          visitId: visit.visitId,
          audit: { action: 'ADD_FEES', after: { count: added.length } },
          write: async (into) => {
            await insertFees(into, visit, added, intent.settlementId);
            await this.rememberDiseases(into, visit, diagnosed, uploaded);
            await updateVisitState(into, visit, state);
          },
        };
      };
    });
  }

  /** How many were taken out. */
  async remove(actor: Actor, from: FromHospital, of: OfVisit, removal: Removal): Promise<number> {
    const { insuredRegion } = await this.visits.of(actor, from.institutionCode, of);
    const message = { ...from, personId: of.personId, insuredRegion, body: { ...of, removal } };
    return this.messages.once<number>(actor, message, (intent) =>
      Promise.resolve(async (tx: Tx) => {
        const { visit } = await lockVisit(tx, of);
        const removed = removedFees(await standingFees(tx, visit), removal);
        if ('refused' in removed) throw new Rejection(removed.refused.reason, removed.refused.params);
        visitStep(visit, 'REMOVE_FEES');
        const feeIds = removed.map(({ feeId }) => feeId);
        return {
          answer: feeIds.length,
          visitId: visit.visitId,
          audit: { action: 'REMOVE_FEES' as const, after: { count: feeIds.length } },
          write: (into: Tx) => removeFees(into, visit.personId, feeIds, intent.settlementId),
        };
      }),
    );
  }

  /** As they stand, by serial, after one. Rejects with VISIT_NOT_FOUND. */
  async list(
    actor: Actor,
    institutionCode: string,
    visitId: string,
    after: string,
    limit: number,
  ): Promise<ShownFee[]> {
    return this.database.transaction(actor, async (tx) => {
      const found = await findVisit(tx, institutionCode, visitId);
      if (!found) throw new Rejection('VISIT_NOT_FOUND');
      const page = await pageOfFees(tx, found.visit, after, limit);
      await appendAudit(tx, actor, {
        province: actor.region,
        action: 'LIST_FEES',
        objectType: 'visit',
        objectId: visitId,
        after: { personId: found.visit.personId, count: page.length },
      });
      const diseases = diseasesByKey(this.vault, found.visit, this.visits.diagnosedIn(found));
      return page.map((fee) => ({ ...fee, diseaseCode: diseases.get(fee.diseaseKey) ?? '' }));
    });
  }

  /** The fees as the catalogue takes them: a refund as the negative of what its own fee would be, by that fee's item and day. */
  private async divided(
    actor: Actor,
    of: OfVisit,
    uploaded: readonly UploadedFee[],
    institution: Institution,
  ): Promise<Fee[]> {
    const { visit, standing } = await this.database.transaction(actor, async (tx) => {
      const found = await findVisit(tx, institution.institutionCode, of.visitId);
      if (!found) throw new Rejection('VISIT_NOT_FOUND');
      return { visit: found.visit, standing: await standingFees(tx, found.visit) };
    });
    visitStep(visit, 'ADD_FEES');
    const problem = uploadProblem(uploaded, visit, institution, this.clock.now());
    if (problem) throw new Rejection(problem.reason, problem.params);
    const originals = new Map([...standing, ...uploaded].filter(isOriginal).map((fee) => [fee.serial, fee.line]));
    const lines = uploaded.map((fee, index) => ({ ...asDivided(fee, index, originals), lineNumber: index + 1 }));
    const classified = await this.classified(visit, lines, institution);
    return uploaded.map((fee, index) => {
      const line = classified.get(index + 1);
      if (!line) throw new Error('a fee that the catalogue was asked of has no answer');
      const { diseaseCode, lineNumber: _, ...rest } = line;
      return {
        feeId: uuidv7(),
        serial: fee.serial,
        refundsSerial: fee.refundsSerial,
        batch: fee.batch,
        diseaseKey: diseaseKeyOf(this.vault, visit, diseaseCode),
        settlementId: null,
        line: { ...rest, ...signed(fee, rest.split), occurredAt: fee.line.occurredAt },
      };
    });
  }

  /** What a chronic visit has beside its diseases is divided as the ordinary visit that it is settled as. */
  private async classified(
    visit: Visit,
    lines: readonly SettledLineAsked[],
    institution: Institution,
  ): Promise<Map<number, SettledLine>> {
    const isUnrelated = (line: SettledLineAsked): boolean => visit.visitKind === 'CHRONIC' && line.diseaseCode === '';
    const groups = [
      { visitKind: visit.visitKind, lines: lines.filter((line) => !isUnrelated(line)) },
      { visitKind: 'OUTPATIENT' as const, lines: lines.filter(isUnrelated) },
    ].filter((group) => group.lines.length > 0);
    const answers = await Promise.all(
      groups.map((group) => this.facts.classified({ ...group, insuredAs: visit.insuredAs }, institution)),
    );
    return new Map(answers.flatMap((answer) => answer.lines).map((line) => [line.lineNumber, line]));
  }

  /** The codes are sealed in the visit, so that a fee's row needs no more than a keyed hash. */
  private async rememberDiseases(
    tx: Tx,
    visit: Visit,
    diagnosed: VisitDiagnosed,
    uploaded: readonly UploadedFee[],
  ): Promise<void> {
    const named = uploaded.map(({ line }) => line.diseaseCode).filter((code) => code !== '');
    const feeDiseases = [...new Set([...diagnosed.feeDiseases, ...named])];
    if (feeDiseases.length === diagnosed.feeDiseases.length) return;
    await resealVisit(tx, visit, this.vault.seal(visitContext(visit), { ...diagnosed, feeDiseases }));
  }
}

type SettledLineAsked = UploadedFee['line'] & { readonly lineNumber: number };

function isOriginal({ refundsSerial }: Pick<UploadedFee, 'refundsSerial'>): boolean {
  return refundsSerial === '';
}

/** Rejects with FEE_REFUND_INVALID where there is nothing to take back, or another item was charged. */
function asDivided(
  { line, refundsSerial }: UploadedFee,
  index: number,
  originals: ReadonlyMap<string, Fee['line'] | UploadedFee['line']>,
): UploadedFee['line'] {
  if (refundsSerial === '') return line;
  const original = originals.get(refundsSerial);
  const isSame = (code: string, of: string): boolean => code === '' || code === of;
  const agrees =
    original !== undefined &&
    isSame(line.hospitalCode, original.hospitalCode) &&
    isSame(line.nationalCode, original.nationalCode);
  if (!agrees) throw new Rejection('FEE_REFUND_INVALID', { index: String(index + 1) });
  const { nationalCode, hospitalCode, approved, examiningInstitutionCode, occurredAt } = original;
  return { ...unsigned(line), nationalCode, hospitalCode, approved, examiningInstitutionCode, occurredAt };
}

function signed({ line }: UploadedFee, split: FeeSplit): Pick<SettledLine, 'quantityE4' | 'amountFen' | 'split'> {
  const { quantityE4, amountFen } = line;
  if (quantityE4 > 0n) return { quantityE4, amountFen, split };
  const negative = {
    fullSelfPayFen: negateFen(split.fullSelfPayFen),
    overCeilingFen: negateFen(split.overCeilingFen),
    firstSelfPayFen: negateFen(split.firstSelfPayFen),
    inScopeFen: negateFen(split.inScopeFen),
  };
  return { quantityE4, amountFen, split: negative };
}

function takenOf({ itemClass, chargeCategory, catalogueRule, split }: Fee['line']): TakenFee {
  return { itemClass, chargeCategory, catalogueRule, split };
}
