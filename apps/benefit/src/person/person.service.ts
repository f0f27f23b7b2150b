import { createHmac } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { Clock, Database, decideOnce, nationalActor, type Actor } from '@yiditong/chassis';
import { birthDateOf, findProvince, isIdNumber, PERSON_TYPES_OF, provinceOf, Rejection } from '@yiditong/codes';
import type { InsuredPerson, NewPerson } from './person.entity.js';
import { findPersonByIndex, upsertPersons } from './person.store.js';

export const ID_INDEX_KEY = Symbol('ID_INDEX_KEY');

export type PersonEntry = Omit<InsuredPerson, 'province'> & { readonly idNumber: string };

@Injectable()
export class PersonService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    @Inject(ID_INDEX_KEY) private readonly indexKey: string,
  ) {}

  /** All entries or none. The ID number is indexed and dropped. */
  async register(actor: Actor, requestId: string, province: string, entries: readonly PersonEntry[]): Promise<number> {
    if (province !== actor.region) throw new Rejection('NOT_PERMITTED');
    const persons = entries.map((entry, index) => this.checked(province, entry, index + 1));
    const write = { scope: province, region: province, key: requestId, body: persons };
    return this.database.transaction(actor, (tx) =>
      decideOnce(tx, write, async () => {
        await upsertPersons(tx, persons, this.clock.now());
        return persons.length;
      }),
    );
  }

  /** A hospital in any province reads the card of a person insured in any other, so the search is the nation's. */
  async find(idNumber: string): Promise<InsuredPerson> {
    if (!isIdNumber(idNumber)) throw new Rejection('ID_NUMBER_INVALID', { position: '1' });
    const person = await this.database.transaction(nationalActor('person-search'), (tx) =>
      findPersonByIndex(tx, this.indexOf(idNumber)),
    );
    if (!person) throw new Rejection('PERSON_UNKNOWN');
    return person;
  }

  private checked(province: string, entry: PersonEntry, position: number): NewPerson {
    const { idNumber, ...person } = entry;
    if (!isIdNumber(idNumber)) throw new Rejection('ID_NUMBER_INVALID', { position: String(position) });
    if (!PERSON_TYPES_OF[person.insurance].includes(person.personType)) {
      throw new Rejection('REQUEST_MALFORMED', {
        problem: `persons.${position - 1}.personType does not go with its insurance`,
      });
    }
    const known = findProvince(person.insuredRegion) !== null && provinceOf(person.insuredRegion) === province;
    if (!known) throw new Rejection('REGION_UNKNOWN', { region: person.insuredRegion });
    return { ...person, province, idNumberIndex: this.indexOf(idNumber), birthDate: birthDateOf(idNumber) };
  }

  private indexOf(idNumber: string): Buffer {
    return createHmac('sha256', Buffer.from(this.indexKey, 'hex')).update(idNumber).digest();
  }
}
