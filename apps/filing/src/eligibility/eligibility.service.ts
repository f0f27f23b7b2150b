import { Injectable } from '@nestjs/common';
import {
  appendAudit,
  Clock,
  contextIn,
  Database,
  groupBy,
  PersonalDataVault,
  serviceActor,
  type Actor,
  type Tx,
} from '@yiditong/chassis';
import { provinceOf, Rejection } from '@yiditong/codes';
import type { EntitlementVersion, FilingRule, RecordedFacts } from '@yiditong/eligibility';
import type { Disease } from '../entitlement/entitlement.entity.js';
import { DISEASES } from '../entitlement/entitlement.store.js';
import { ActingService, type Acting, type Named } from '../family/acting.service.js';
import { FactService } from '../fact/fact.service.js';
import { latestInsurance } from '../fact/fact.store.js';
import {
  importSubject,
  institutionSubject,
  lockForDeciding,
  lockToDecide,
  personSubject,
} from '../recording/recording.store.js';
import { RuleService } from '../rule/rule.service.js';
import {
  answerOf,
  auditOf,
  isComplete,
  outcomeOf,
  type Answer,
  type AskedVisit,
  type DecidedVisit,
} from './answering.js';
import { Gathering } from './gathering.js';
import { factsOf, readFacts, selectFacts, type FactSheet, type SealedVersion } from './eligibility.store.js';

/** An answer, and whether the person and the institution had been heard of. */
type Found = { readonly answer: Answer; readonly complete: boolean };
type Recording = (tx: Tx, answers: readonly Answer[]) => Promise<void>;

/** In each province at most so many at a time, so that no transaction holds too many locks nor the province too many connections. */
const GATHERED = { most: 100, atOnce: 2 };

/** Who is covered where, and as what: reads what is recorded, and asks the pure rules. */
@Injectable()
export class EligibilityService {
  private readonly gatherings = new Map<string, Gathering<AskedVisit, Found>>();

  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly rules: RuleService,
    private readonly facts: FactService,
    private readonly acting: ActingService,
    private readonly vault: PersonalDataVault,
  ) {}

  /**
   * Many visits, in the order asked, each by the record of its insured province. Nobody sees a filing by this, only whether one
   * covers the visit; what comes of that is recorded where the bill is settled.
   */
  async check(visits: readonly AskedVisit[]): Promise<Answer[]> {
    const answers = new Map<AskedVisit, Answer>();
    for (const [province, asked] of groupBy(visits, (visit) => provinceOf(visit.insuredRegion))) {
      const found = await this.gatheringOf(province).ask(asked);
      const unheardOf = asked.filter((_, at) => found[at]?.complete !== true);
      const learned = unheardOf.length === 0 ? [] : await this.answer(province, unheardOf);
      asked.forEach((visit, at) => answers.set(visit, (found[at] as Found).answer));
      unheardOf.forEach((visit, at) => answers.set(visit, learned[at] as Answer));
    }
    return visits.map((visit) => answers.get(visit) as Answer);
  }

  /**
   * One visit for somebody who asks, recorded in the insured province's trail. A person needn't know the code of his insured place. Rejects
   * with FAMILY_ACCESS_MISSING, PERSON_UNKNOWN or REQUEST_MALFORMED.
   */
  async decide(actor: Actor, named: Named, asked: DecidedVisit): Promise<Answer> {
    const acting = await this.acting.of(actor, named);
    const { personId } = acting;
    const visit = { ...asked, personId, insuredRegion: asked.insuredRegion ?? (await this.insuredRegionOf(acting)) };
    const province = provinceOf(visit.insuredRegion);
    const [answer] = await this.answer(province, [visit], (tx, [given]) =>
      appendAudit(tx, actor, {
        province,
        action: 'DECIDE_ELIGIBILITY',
        objectType: 'person',
        objectId: personId,
        after: { ...auditOf(visit), ...(given ? outcomeOf(given) : {}) },
      }),
    );
    return answer as Answer;
  }

  private async insuredRegionOf({ actor, personId, tenant }: Acting): Promise<string> {
    if (actor.role !== 'insured') throw new Rejection('REQUEST_MALFORMED', { problem: 'insured_region is missing' });
    await this.facts.learnInsurance(tenant.region, [personId]);
    const read = (tx: Tx): ReturnType<typeof latestInsurance> => latestInsurance(tx, personId);
    const insurance = await this.database.transaction(serviceActor('filing', tenant.region), read);
    if (!insurance) throw new Rejection('PERSON_UNKNOWN');
    return insurance.insuredRegion;
  }

  /** As attempt does; of what was never heard of here, what others have recorded is asked for before. */
  private async answer(province: string, asked: readonly AskedVisit[], record?: Recording): Promise<Answer[]> {
    const found = await this.attempt(province, asked, record);
    if (found.every(({ complete }) => complete)) return found.map(({ answer }) => answer);
    await this.learn(
      province,
      asked.filter((_, at) => found[at]?.complete !== true),
    );
    return (await this.attempt(province, asked, record, true)).map(({ answer }) => answer);
  }

  /**
   * One transaction, and where nothing is to be recorded one round trip. What is to be recorded is, once nothing is unheard of or nothing
   * more can be learned. The clock is read before the lock is asked for: see there.
   */
  private async attempt(
    province: string,
    asked: readonly AskedVisit[],
    record?: Recording,
    final = false,
  ): Promise<Found[]> {
    const actor = serviceActor('filing', province);
    const rules = await this.rules.all();
    const persons = distinct(asked.map(({ personId }) => personId));
    const institutions = distinct(asked.flatMap(({ institutionCode }) => institutionCode ?? []));
    const subjects = [importSubject(province), ...persons.map(personSubject), ...institutions.map(institutionSubject)];
    const now = this.clock.now().getTime();
    if (!record) {
      const statements = [lockToDecide(subjects), selectFacts(persons, institutions)];
      const [, sheets] = await this.database.readAtOnce(actor, statements);
      return this.find(asked, sheets?.[0] as FactSheet, rules, now);
    }
    return this.database.transaction(actor, async (tx) => {
      await lockForDeciding(tx, subjects);
      const found = this.find(asked, await readFacts(tx, persons, institutions), rules, now);
      if (final || found.every(({ complete }) => complete))
        await record(
          tx,
          found.map(({ answer }) => answer),
        );
      return found;
    });
  }

  private find(asked: readonly AskedVisit[], sheet: FactSheet, rules: readonly FilingRule[], now: number): Found[] {
    return asked.map((visit) => ({
      answer: answerOf(visit, this.factsFor(visit, sheet), rules, now),
      complete: isComplete(sheet, visit, now),
    }));
  }

  private gatheringOf(province: string): Gathering<AskedVisit, Found> {
    const known = this.gatherings.get(province);
    if (known) return known;
    const made = new Gathering<AskedVisit, Found>((asked) => this.attempt(province, asked), GATHERED);
    this.gatherings.set(province, made);
    return made;
  }

  private factsFor({ personId, institutionCode, visitKind }: AskedVisit, sheet: FactSheet): RecordedFacts {
    const open = (version: SealedVersion): EntitlementVersion => {
      const context = contextIn(DISEASES, version.personId, version.entitlementId, version.province);
      return { ...version, ...this.vault.open<Disease>(context, Buffer.from(version.diseaseSealed, 'base64')) };
    };
    return factsOf(sheet, personId, institutionCode, visitKind === 'CHRONIC' ? open : null);
  }

  /** What was never heard of here is asked for where it is recorded; no transaction is open. */
  private async learn(province: string, asked: readonly AskedVisit[]): Promise<void> {
    await Promise.all([
      this.facts.learnInsurance(province, distinct(asked.map(({ personId }) => personId))),
      this.facts.learnInstitutions(distinct(asked.flatMap(({ institutionCode }) => institutionCode ?? []))),
    ]);
  }
}

function distinct(values: readonly string[]): string[] {
  return [...new Set(values)];
}
