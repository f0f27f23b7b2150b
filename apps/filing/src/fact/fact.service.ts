import { Inject, Injectable } from '@nestjs/common';
import {
  appendAudit,
  Clock,
  Database,
  groupBy,
  nationalActor,
  serviceActor,
  TARGETS,
  type AuditEntry,
  type RpcClient,
  type Tx,
} from '@yiditong/chassis';
import { NATION } from '@yiditong/codes';
import type { benefitV1, settlementV1 } from '@yiditong/contracts';
import { invalidateFilings } from '../filing/invalidation.js';
import {
  importSubject,
  institutionSubject,
  lockForDeciding,
  lockForRecording,
  personSubject,
} from '../recording/recording.store.js';
import { decodeInstitutionAnswer, decodeInsuranceAnswer } from './fact.codec.js';
import {
  insertInstitutions,
  insertInsurance,
  institutionRegion,
  insuranceEverywhere,
  latestInsuranceOf,
  personsWithOpenFilings,
  unknownInstitutions,
  unknownPersons,
  type NewInstitutionFact,
  type NewInsuranceFact,
} from './fact.store.js';

/** How many subjects one transaction holds: few enough to be short, and to leave PostgreSQL's table of locks to others. */
const IN_ONE_TRANSACTION = 200;
/** As many as a peer answers for in one call. */
const ASKED_AT_ONCE = 1_000;

/** What filing knows of what others record: told by them, or asked for when it is needed and was not told yet. */
@Injectable()
export class FactService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    @Inject(TARGETS.benefit.token) private readonly benefit: RpcClient<benefitV1.BenefitServiceClient>,
    @Inject(TARGETS.institution.token) private readonly directory: RpcClient<settlementV1.InstitutionServiceClient>,
  ) {}

  /**
   * Records how persons are insured, each fact once, in whatever order they come, and ends the filings that a person's insurance no
   * longer carries. A fact is kept even where it says what the last one says: one from in between may still be on its way.
   */
  async recordInsurance(facts: readonly NewInsuranceFact[]): Promise<void> {
    for (const [province, ofProvince] of groupBy(facts, (fact) => fact.province)) {
      // All of a person in one transaction, so that what stands in the end is judged, not what stood in between.
      for (const batch of batches([...groupBy(ofProvince, ({ personId }) => personId).values()], IN_ONE_TRANSACTION))
        await this.database.transaction(serviceActor('filing', province), (tx) =>
          this.recordInsuranceOf(tx, province, batch.flat()),
        );
    }
  }

  async recordInstitutions(facts: readonly NewInstitutionFact[]): Promise<void> {
    for (const batch of batches(facts, IN_ONE_TRANSACTION)) {
      await this.database.transaction(nationalActor('filing'), async (tx) => {
        await lockForRecording(tx, ...batch.map(({ institutionCode }) => institutionSubject(institutionCode)));
        await insertInstitutions(tx, batch, this.clock.now());
      });
    }
  }

  /**
   * Makes known how persons are insured in a province. One query where all are known already; of the others benefit is asked, so no
   * transaction may be open. Who is unknown there stays unknown. Rejects with SERVICE_UNAVAILABLE.
   */
  async learnInsurance(province: string, personIds: readonly string[]): Promise<void> {
    const tenant = serviceActor('filing', province);
    const unknown = await this.database.transaction(tenant, (tx) => unknownPersons(tx, personIds));
    await this.askForInsurance(province, unknown);
  }

  /** Asks benefit without looking first, for those who did look. Of the nation, wherever the persons are insured. */
  async askForInsurance(province: string, personIds: readonly string[]): Promise<void> {
    for (const batch of batches(personIds, ASKED_AT_ONCE)) {
      const request = { province, personIds: batch };
      const answer = await this.benefit.call('getInsurance', request, serviceActor('filing', province));
      await this.recordInsurance(decodeInsuranceAnswer(answer));
    }
  }

  /** The province that insures a person, or did last; null where none ever did. Asks as learnInsurance does. */
  async provinceOfPerson(personId: string): Promise<string | null> {
    const found = await this.provinceRecorded(personId);
    if (found !== null) return found;
    await this.askForInsurance(NATION, [personId]);
    return this.provinceRecorded(personId);
  }

  /** Makes institutions known, as learnInsurance does persons; asks settlement. Rejects with SERVICE_UNAVAILABLE. */
  async learnInstitutions(codes: readonly string[]): Promise<void> {
    const unknown = await this.database.transaction(nationalActor('filing'), (tx) => unknownInstitutions(tx, codes));
    await this.askForInstitutions(unknown);
  }

  /** Asks settlement without looking first, for those who did look. */
  async askForInstitutions(codes: readonly string[]): Promise<void> {
    for (const batch of batches(codes, ASKED_AT_ONCE)) {
      const answer = await this.directory.call('getInstitutions', { institutionCodes: batch }, nationalActor('filing'));
      await this.recordInstitutions(decodeInstitutionAnswer(answer));
    }
  }

  /** Where an institution lies; null where the directory doesn't have it. Asks as learnInstitutions does. */
  async institutionRegion(institutionCode: string): Promise<string | null> {
    const read = (): Promise<string | null> =>
      this.database.transaction(nationalActor('filing'), (tx) => institutionRegion(tx, institutionCode));
    const found = await read();
    if (found !== null) return found;
    await this.askForInstitutions([institutionCode]);
    return read();
  }

  private async recordInsuranceOf(tx: Tx, province: string, facts: readonly NewInsuranceFact[]): Promise<void> {
    // An import that is becoming true right now has looked at the facts before its rows can be seen here.
    await lockForDeciding(tx, [importSubject(province)]);
    await lockForRecording(tx, ...facts.map(({ personId }) => personSubject(personId)));
    const recordedAt = this.clock.now();
    const changed = await insertInsurance(tx, facts, recordedAt);
    const filed = await personsWithOpenFilings(tx, changed);
    const entries: AuditEntry[] = [];
    for (const { personId, insuredRegion, active } of await latestInsuranceOf(tx, filed)) {
      const keepRegion = active ? insuredRegion : null;
      entries.push(...(await invalidateFilings(tx, { personId, province, keepRegion, recordedAt })));
    }
    await appendAudit(tx, serviceActor('filing', province), ...entries);
  }

  private async provinceRecorded(personId: string): Promise<string | null> {
    const [first] = await this.database.transaction(nationalActor('filing'), (tx) => insuranceEverywhere(tx, personId));
    return first?.province ?? null;
  }
}

function* batches<T>(items: readonly T[], size: number): Generator<T[]> {
  for (let from = 0; from < items.length; from += size) yield items.slice(from, from + size);
}
