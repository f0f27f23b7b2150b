import { Injectable } from '@nestjs/common';
import {
  maskIdNumber,
  maskName,
  maskPhone,
  refusalOfPurpose,
  shownFor,
  type Purpose,
  type Shown,
} from '@yiditong/access';
import {
  appendAudit,
  Clock,
  contextIn,
  Database,
  decideOnce,
  MasterKeyMissing,
  nationalActor,
  normalisedIdNumber,
  PersonalDataVault,
  SealBroken,
  type Actor,
  type AuditEntry,
  type AuditFacts,
  type WriteKey,
} from '@yiditong/chassis';
import { findProvince, isIdNumber, isPhoneNumber, PERSON_TYPES_OF, provinceOf, Rejection } from '@yiditong/codes';
import { InsuranceRelay } from './insurance-relay.service.js';
import { openPersonalData, problemOfTags } from './personal-data.js';
import type { Insured, InsuredPerson, NewPerson, PersonalData, SealedPerson } from './person.entity.js';
import {
  findPersonByIndex,
  findSealedPerson,
  insuranceOf,
  lockPersons,
  PERSONAL_DATA,
  upsertPersons,
} from './person.store.js';

export type PersonEntry = Omit<InsuredPerson, 'province'> & PersonalData;

/** A person's record as it is shown: what is personal in clear or masked. */
export type ShownPerson = InsuredPerson & PersonalData;

const MAX_NAME = 50;

@Injectable()
export class PersonService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly vault: PersonalDataVault,
    private readonly relay: InsuranceRelay,
  ) {}

  /** All entries or none. What is personal is sealed, the ID number is indexed besides, and filing is told who is insured otherwise now. */
  async register(actor: Actor, requestId: string, province: string, entries: readonly PersonEntry[]): Promise<number> {
    if (province !== actor.region) throw new Rejection('NOT_PERMITTED');
    const checked = entries.map((entry, index) => checkedEntry(province, entry, index));
    const persons = checked.map((entry) => this.sealed(province, entry));
    const write = this.writeKey(province, requestId, checked);
    const registered = await this.database.transaction(actor, (tx) =>
      decideOnce(tx, write, async () => {
        const before = await lockPersons(tx, persons);
        const insured = await upsertPersons(tx, persons, this.clock.now());
        await this.relay.append(
          tx,
          insured.filter(
            ({ personId, changedAt }) => before.get(personId)?.changedAt.getTime() !== changedAt.getTime(),
          ),
        );
        await appendAudit(tx, actor, ...persons.map((person, at) => this.registrationOf(person, checked[at], before)));
        return persons.length;
      }),
    );
    this.relay.nudge();
    return registered;
  }

  /** How persons are insured in a province; of the nation, wherever they are. Those unknown are left out. */
  async insurance(actor: Actor, province: string, personIds: readonly string[]): Promise<Insured[]> {
    if (province !== actor.region) throw new Rejection('NOT_PERMITTED');
    return this.database.transaction(actor, (tx) => insuranceOf(tx, personIds));
  }

  /** A hospital in any province reads the card of a person insured in any other, so the search is the nation's. */
  async find(actor: Actor, idNumber: string): Promise<InsuredPerson & { readonly maskedName: string }> {
    const number = normalisedIdNumber(idNumber);
    if (!isIdNumber(number)) throw new Rejection('ID_NUMBER_INVALID', { position: '1' });
    const person = await this.database.transaction(nationalActor('person-search'), async (tx) => {
      const found = await findPersonByIndex(tx, this.vault.idNumberIndex(number));
      if (!found) throw new Rejection('PERSON_UNKNOWN');
      await appendAudit(tx, actor, readingOf(found, shownFor(null, actor, found), null));
      return found;
    });
    return { ...person, maskedName: maskName(this.opened(person).name) };
  }

  /**
   * A person's record, masked but for what the purpose needs. Rejects with PERSON_UNKNOWN, also for a person whom the caller
   * has no part in, PURPOSE_NOT_PERMITTED or SUPERVISOR_REQUIRED.
   */
  async get(actor: Actor, personId: string, purpose: Purpose | null): Promise<ShownPerson> {
    const refusal = purpose && refusalOfPurpose(purpose, actor);
    if (refusal) throw new Rejection(refusal);
    const person = await this.database.transaction(readerOf(actor), async (tx) => {
      const found = await findSealedPerson(tx, personId);
      if (!found) throw new Rejection('PERSON_UNKNOWN');
      await appendAudit(tx, actor, readingOf(found, shownFor(purpose, actor, found), purpose));
      return found;
    });
    const shown = shownFor(purpose, actor, person);
    const { name, idNumber, phone, tags } = this.opened(person);
    return {
      ...person,
      name: shown.name === 'clear' ? name : maskName(name),
      idNumber: shown.idNumber === 'clear' ? idNumber : maskIdNumber(idNumber),
      phone: phone === null || shown.phone === 'clear' ? phone : maskPhone(phone),
      tags: shown.idNumber === 'clear' ? tags : [],
    };
  }

  /** Enough of a person to ask somebody whether it is him. */
  masked(person: SealedPerson): { readonly maskedName: string; readonly maskedIdNumber: string } {
    const { name, idNumber } = this.opened(person);
    return { maskedName: maskName(name), maskedIdNumber: maskIdNumber(idNumber) };
  }

  private sealed(province: string, { idNumber, name, phone, tags, ...person }: PersonEntry): NewPerson {
    const personal: PersonalData = { idNumber, name, phone, tags };
    const { sealed, keyVersion } = this.vault.seal(contextIn(PERSONAL_DATA, person.personId, province), personal);
    const idNumberIndex = this.vault.idNumberIndex(idNumber);
    return { ...person, province, idNumberIndex, personalSealed: sealed, keyVersion };
  }

  private registrationOf(
    { province, personId }: NewPerson,
    entry: PersonEntry | undefined,
    known: ReadonlyMap<string, SealedPerson>,
  ): AuditEntry {
    const before = known.get(personId);
    return {
      province,
      action: 'REGISTER_PERSON',
      objectType: 'person',
      objectId: personId,
      ...(before ? { before: this.factsOf(before, this.openedOrNull(before)) } : {}),
      ...(entry ? { after: this.factsOf(entry, entry) } : {}),
    };
  }

  /** What is personal is told by a keyed digest: a change of it shows, and what it is doesn't. */
  private factsOf(person: Omit<InsuredPerson, 'province'>, personal: PersonalData | null): AuditFacts {
    const { insuredRegion, insurance, personType, active } = person;
    const digest = personal && this.personalHash(personal);
    return { insuredRegion, insurance, personType, active, personalDigest: digest };
  }

  /** A row that can't be read any more must not keep its person from being entered anew. */
  private openedOrNull(person: SealedPerson): PersonalData | null {
    try {
      return this.opened(person);
    } catch (error) {
      if (error instanceof SealBroken || error instanceof MasterKeyMissing) return null;
      throw error;
    }
  }

  private opened(person: SealedPerson): PersonalData {
    return openPersonalData(this.vault, person);
  }

  /** Only a keyed hash of what is personal goes into the body that is hashed: a plain one gives way to trying all ID numbers. */
  private writeKey(province: string, requestId: string, entries: readonly PersonEntry[]): WriteKey {
    const body = entries.map(({ idNumber, name, phone, tags, ...person }) => ({
      ...person,
      personal: this.personalHash({ idNumber, name, phone, tags }),
    }));
    return { scope: province, region: province, key: requestId, body };
  }

  private personalHash({ idNumber, name, phone, tags }: PersonalData): string {
    return this.vault.bodyHash({ idNumber, name, phone, tags }).toString('hex');
  }
}

/** Rejects with ID_NUMBER_INVALID, REQUEST_MALFORMED or REGION_UNKNOWN, by the entry's place and never by what it says. */
function checkedEntry(province: string, entry: PersonEntry, index: number): PersonEntry {
  const idNumber = normalisedIdNumber(entry.idNumber);
  if (!isIdNumber(idNumber)) throw new Rejection('ID_NUMBER_INVALID', { position: String(index + 1) });
  const name = entry.name.trim();
  const malformed = (problem: string): Rejection =>
    new Rejection('REQUEST_MALFORMED', { problem: `persons.${index}.${problem}` });
  if (name === '' || Array.from(name).length > MAX_NAME || /\p{Cc}/u.test(name))
    throw malformed(`name must be 1 to ${MAX_NAME} characters`);
  if (entry.phone !== null && !isPhoneNumber(entry.phone)) throw malformed('phone is not a telephone number');
  const problemWithTags = problemOfTags(entry.tags);
  if (problemWithTags !== null) throw malformed(problemWithTags);
  if (!PERSON_TYPES_OF[entry.insurance].includes(entry.personType))
    throw malformed('personType does not go with its insurance');
  const known = findProvince(entry.insuredRegion) !== null && provinceOf(entry.insuredRegion) === province;
  if (!known) throw new Rejection('REGION_UNKNOWN', { region: entry.insuredRegion });
  return { ...entry, personId: entry.personId.toLowerCase(), idNumber, name };
}

/** In the chain of the person's own province, whoever read him. What was read is not repeated, only whether it was masked. */
function readingOf({ province, personId }: SealedPerson, shown: Shown, purpose: Purpose | null): AuditEntry {
  return { province, action: 'READ_PERSON', objectType: 'person', objectId: personId, purpose, after: shown };
}

/** A hospital sees persons of all provinces, one at a time and by their id; all others see whom row-level security shows them. */
function readerOf(actor: Actor): Actor {
  return actor.role === 'hospital' ? nationalActor('person-search') : actor;
}
