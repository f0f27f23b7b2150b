import { Injectable } from '@nestjs/common';
import { appendAudit, Clock, Database, nationalActor, type Actor } from '@yiditong/chassis';
import { Rejection } from '@yiditong/codes';
import { findPerson, holdPerson } from '../person/person.store.js';
import { totalsAsOf, totalsNow, type InsuranceTotals } from './accumulator.store.js';

/** Shows a person's totals; only adjudications and their undoing change them. */
@Injectable()
export class AccumulatorService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  /**
   * The person's own totals, those of a person of the bureau's province, or of a patient of the hospital, who is insured in any other:
   * now, or as they stood at an instant, of every insurance that the person had in that province in the year. Rejects with NOT_PERMITTED, PERSON_UNKNOWN, or REQUEST_MALFORMED where the instant is yet to come.
   */
  async get(actor: Actor, personId: string, benefitYear: number, asOf: Date | null): Promise<InsuranceTotals[]> {
    if (actor.role === 'insured' && actor.person !== personId) throw new Rejection('NOT_PERMITTED');
    if (asOf !== null && asOf > this.clock.now())
      throw new Rejection('REQUEST_MALFORMED', { problem: 'as_of is in the future' });
    const reader = actor.role === 'hospital' ? nationalActor('person-search') : actor;
    return this.database.transaction(reader, async (tx) => {
      const person = await (asOf === null ? findPerson(tx, personId) : holdPerson(tx, personId));
      if (!person) throw new Rejection('PERSON_UNKNOWN');
      const totals = await (asOf === null
        ? totalsNow(tx, person, benefitYear)
        : totalsAsOf(tx, person, benefitYear, asOf));
      await appendAudit(tx, actor, {
        province: person.province,
        action: 'READ_ACCUMULATORS',
        objectType: 'person',
        objectId: personId,
        after: { benefitYear, ...(asOf === null ? {} : { asOf }) },
      });
      return totals;
    });
  }
}
