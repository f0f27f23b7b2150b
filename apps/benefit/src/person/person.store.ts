import type { SealedTable, Tx } from '@yiditong/chassis';
import type { Insured, InsuredPerson, NewPerson, SealedPerson } from './person.entity.js';

/** Where personal data is sealed. The context of each value is its row's key, in this order. */
export const PERSONAL_DATA: SealedTable = {
  table: 'insured_person',
  column: 'personal_sealed',
  key: ['person_id', 'province'],
};

const COLUMNS =
  'person_id AS "personId", province, insured_region AS "insuredRegion", insurance, person_type AS "personType", active';
const SEALED_COLUMNS = `${COLUMNS}, personal_sealed AS "personalSealed"`;

const INSURED = `person_id AS "personId", province, insured_region AS "insuredRegion", active, insurance_changed_at AS "changedAt"`;

/**
 * Enters persons or updates them, and answers how each is insured since when: a change of the division or of being insured begins
 * after the last one, whatever the clock says. In id order, so that two uploads wait for each other instead of deadlocking.
 */
export async function upsertPersons(tx: Tx, persons: readonly NewPerson[], updatedAt: Date): Promise<Insured[]> {
  const sorted = [...persons].sort((a, b) => (a.personId < b.personId ? -1 : 1));
  return tx.query(
    `INSERT INTO insured_person (person_id, province, insured_region, insurance, person_type, active, id_number_index,
       personal_sealed, key_version, updated_at, insurance_changed_at)
     SELECT *, $10::timestamptz, $10 FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::boolean[], $7::bytea[], $8::bytea[], $9::int[])
     ON CONFLICT (person_id, province) DO UPDATE SET
       insured_region = excluded.insured_region, insurance = excluded.insurance, person_type = excluded.person_type,
       active = excluded.active, id_number_index = excluded.id_number_index, personal_sealed = excluded.personal_sealed,
       key_version = excluded.key_version, updated_at = excluded.updated_at,
       insurance_changed_at = CASE
         WHEN (insured_person.insured_region, insured_person.active) = (excluded.insured_region, excluded.active)
           THEN insured_person.insurance_changed_at
         ELSE greatest(excluded.insurance_changed_at, insured_person.insurance_changed_at + interval '1 millisecond')
       END
     RETURNING ${INSURED}`,
    [
      sorted.map((person) => person.personId),
      sorted.map((person) => person.province),
      sorted.map((person) => person.insuredRegion),
      sorted.map((person) => person.insurance),
      sorted.map((person) => person.personType),
      sorted.map((person) => person.active),
      sorted.map((person) => person.idNumberIndex),
      sorted.map((person) => person.personalSealed),
      sorted.map((person) => person.keyVersion),
      updatedAt,
    ],
  );
}

/** How those of the persons are insured that the actor may see. The nation sees a person in every province that has him. */
export async function insuranceOf(tx: Tx, personIds: readonly string[]): Promise<Insured[]> {
  return tx.query(
    `SELECT ${INSURED} FROM insured_person WHERE person_id = ANY($1::uuid[]) ORDER BY person_id, province`,
    [personIds],
  );
}

/** Of a person who moved a national reader sees both records: the one counts where he is insured. */
const WHERE_INSURED = 'ORDER BY active DESC, entered_at, province LIMIT 1';

export async function findPerson(tx: Tx, personId: string): Promise<InsuredPerson | null> {
  const rows: InsuredPerson[] = await tx.query(
    `SELECT ${COLUMNS} FROM insured_person WHERE person_id = $1 ${WHERE_INSURED}`,
    [personId],
  );
  return rows[0] ?? null;
}

/** Locks the person's row: everything that changes his accumulators goes through here first. */
export async function lockPerson(tx: Tx, personId: string): Promise<InsuredPerson | null> {
  const rows: InsuredPerson[] = await tx.query(
    `SELECT ${COLUMNS} FROM insured_person WHERE person_id = $1 FOR UPDATE`,
    [personId],
  );
  return rows[0] ?? null;
}

/** Lets nobody change his accumulators while they are read: what was being booked is booked, and what comes is booked later. */
export async function holdPerson(tx: Tx, personId: string): Promise<InsuredPerson | null> {
  const rows: InsuredPerson[] = await tx.query(
    `SELECT ${COLUMNS} FROM insured_person WHERE person_id = $1 ${WHERE_INSURED} FOR SHARE`,
    [personId],
  );
  return rows[0] ?? null;
}

/** Locks those of the persons that are known, by id. In id order, as they are entered. */
export async function lockPersons(
  tx: Tx,
  persons: readonly Pick<InsuredPerson, 'personId'>[],
): Promise<ReadonlyMap<string, SealedPerson & Insured>> {
  const rows: (SealedPerson & Insured)[] = await tx.query(
    `SELECT ${SEALED_COLUMNS}, insurance_changed_at AS "changedAt" FROM insured_person
     WHERE person_id = ANY($1::uuid[]) ORDER BY person_id FOR UPDATE`,
    [persons.map(({ personId }) => personId)],
  );
  return new Map(rows.map((row) => [row.personId, row]));
}

/**
 * With what is sealed. Where the nation looks and two provinces have the person, the one where he is insured now; where he is in
 * both, the one that entered him first, so that no province can put its own entry in place of another's.
 */
export async function findSealedPerson(tx: Tx, personId: string): Promise<SealedPerson | null> {
  const rows: SealedPerson[] = await tx.query(
    `SELECT ${SEALED_COLUMNS} FROM insured_person WHERE person_id = $1 ${WHERE_INSURED}`,
    [personId],
  );
  return rows[0] ?? null;
}

export async function findPersonByIndex(tx: Tx, idNumberIndex: Buffer): Promise<SealedPerson | null> {
  const rows: SealedPerson[] = await tx.query(
    `SELECT ${SEALED_COLUMNS} FROM insured_person WHERE id_number_index = $1 ${WHERE_INSURED}`,
    [idNumberIndex],
  );
  return rows[0] ?? null;
}
