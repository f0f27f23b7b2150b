import { setTimeout as sleep } from 'node:timers/promises';
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
import {
  decideEligibility,
  type Eligibility,
  type EntitlementVersion,
  type FilingRule,
  type Question,
  type RecordedFacts,
} from '@yiditong/eligibility';
import type { Disease } from '../entitlement/entitlement.entity.js';
import { DISEASES } from '../entitlement/entitlement.store.js';
import { ActingService, type Named } from '../family/acting.service.js';
import { FactService } from '../fact/fact.service.js';
import { importSubject, institutionSubject, lockForDeciding, personSubject } from '../recording/recording.store.js';
import { RuleService } from '../rule/rule.service.js';
import { factsOf, readFacts, type FactSheet, type SealedVersion } from './eligibility.store.js';

/** A visit as it is asked about; without `asOf` as of now, and without a treating region that of the institution. */
export type AskedVisit = Omit<Question, 'asOf' | 'treatingRegion'> & {
  readonly personId: string;
  readonly treatingRegion: string | null;
  readonly asOf: number | null;
};

const MAX_WAITS = 3;

export type Answer = { readonly eligibility: Eligibility; readonly asOf: number };

/** Who is covered where, and as what: reads what is recorded, and asks the pure rules. */
@Injectable()
export class EligibilityService {
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
      const found = await this.answer(province, asked);
      asked.forEach((visit, at) => answers.set(visit, found[at] as Answer));
    }
    return visits.map((visit) => answers.get(visit) as Answer);
  }

  /** One visit for somebody who asks, recorded in the insured province's trail. Rejects with FAMILY_ACCESS_MISSING. */
  async decide(actor: Actor, named: Named, visit: AskedVisit): Promise<Answer> {
    const { personId } = await this.acting.of(actor, named);
    const province = provinceOf(visit.insuredRegion);
    const [answer] = await this.answer(province, [{ ...visit, personId }], (tx, [given]) =>
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

  private async answer(
    province: string,
    asked: readonly AskedVisit[],
    record: (tx: Tx, answers: readonly Answer[]) => Promise<void> = () => Promise.resolve(),
  ): Promise<Answer[]> {
    const rules = await this.rules.all();
    const attempt = (recording: boolean): Promise<{ sheet: FactSheet; answers: Answer[] }> =>
      this.database.transaction(serviceActor('filing', province), async (tx) => {
        const persons = distinct(asked.map(({ personId }) => personId));
        const institutions = distinct(asked.flatMap(({ institutionCode }) => institutionCode ?? []));
        await lockForDeciding(tx, [
          importSubject(province),
          ...persons.map(personSubject),
          ...institutions.map(institutionSubject),
        ]);
        const now = this.clock.now().getTime();
        const sheet = await readFacts(tx, persons, institutions);
        const answers = asked.map((visit) => answerOf(visit, this.factsFor(visit, sheet), rules, now));
        if (recording || !isIncomplete(sheet, asked)) await record(tx, answers);
        await this.untilAfter(now);
        return { sheet, answers };
      });
    const { sheet, answers } = await attempt(false);
    if (!isIncomplete(sheet, asked)) return answers;
    await this.learn(province, asked, sheet);
    return (await attempt(true)).answers;
  }

  /**
   * Holds the locks until the clock shows more than the instant that was decided for, so that nobody records at that very instant
   * what the decision didn't see. The clock counts milliseconds, so that is one at most; a clock that stands still is not waited for.
   */
  private async untilAfter(instant: number): Promise<void> {
    for (let waited = 0; waited < MAX_WAITS && this.clock.now().getTime() <= instant; waited += 1) await sleep(1);
  }

  private factsFor({ personId, institutionCode, visitKind }: AskedVisit, sheet: FactSheet): RecordedFacts {
    const open = (version: SealedVersion): EntitlementVersion => {
      const context = contextIn(DISEASES, version.personId, version.entitlementId, version.province);
      return { ...version, ...this.vault.open<Disease>(context, Buffer.from(version.diseaseSealed, 'base64')) };
    };
    return factsOf(sheet, personId, institutionCode, visitKind === 'CHRONIC' ? open : null);
  }

  /** What was never heard of here is asked for where it is recorded; no transaction is open. */
  private async learn(province: string, asked: readonly AskedVisit[], sheet: FactSheet): Promise<void> {
    const persons = distinct(asked.map(({ personId }) => personId)).filter((id) => !isKnownPerson(sheet, id));
    const institutions = distinct(asked.flatMap(({ institutionCode }) => institutionCode ?? [])).filter(
      (code) => !isKnownInstitution(sheet, code),
    );
    await Promise.all([this.facts.askForInsurance(province, persons), this.facts.askForInstitutions(institutions)]);
  }
}

function answerOf(
  { personId: _personId, asOf: asked, treatingRegion: named, ...visit }: AskedVisit,
  facts: RecordedFacts,
  rules: readonly FilingRule[],
  now: number,
): Answer {
  const asOf = asked ?? now;
  if (asOf > now) throw new Rejection('REQUEST_MALFORMED', { problem: 'as_of lies in the future' });
  const treatingRegion = named ?? facts.institution?.findLast(({ recordedAt }) => recordedAt <= asOf)?.region;
  if (treatingRegion === undefined) {
    const params = { institution: visit.institutionCode ?? '' };
    return { asOf, eligibility: { covered: false, reason: 'INSTITUTION_UNKNOWN', params, article: '规程第十四条' } };
  }
  return { asOf, eligibility: decideEligibility({ ...visit, treatingRegion, asOf }, facts, rules) };
}

function isIncomplete(sheet: FactSheet, asked: readonly AskedVisit[]): boolean {
  return asked.some(
    ({ personId, institutionCode }) =>
      !isKnownPerson(sheet, personId) || (institutionCode !== null && !isKnownInstitution(sheet, institutionCode)),
  );
}

function isKnownPerson({ insurance }: FactSheet, personId: string): boolean {
  return insurance.some((fact) => fact.personId === personId);
}

function isKnownInstitution({ institutions }: FactSheet, code: string): boolean {
  return institutions.some(({ institutionCode }) => institutionCode === code);
}

function distinct(values: readonly string[]): string[] {
  return [...new Set(values)];
}

function auditOf({ insuredRegion, treatingRegion, institutionCode, visitKind, asOf }: AskedVisit) {
  return {
    insuredRegion,
    treatingRegion,
    institutionCode,
    visitKind,
    asOf: asOf === null ? null : new Date(asOf).toISOString(),
  };
}

/** A disease is nobody's business in the trail. */
function outcomeOf({ eligibility }: Answer) {
  return eligibility.covered
    ? { covered: true, basis: eligibility.basis, filingId: eligibility.filingId }
    : { covered: false, reason: eligibility.reason };
}
