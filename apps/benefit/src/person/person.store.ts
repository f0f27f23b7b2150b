import type { Tx } from '@yiditong/chassis';
import type { InsuredPerson, NewPerson } from './person.entity.js';

const COLUMNS =
  'person_id AS "personId", province, insured_region AS "insuredRegion", insurance, person_type AS "personType", active';

/** Enters persons or updates them. In id order, so that two uploads wait for each other instead of deadlocking. */
export async function upsertPersons(tx: Tx, persons: readonly NewPerson[], updatedAt: Date): Promise<void> {
  const sorted = [...persons].sort((a, b) => (a.personId < b.personId ? -1 : 1));
  await tx.query(
    `INSERT INTO insured_person (person_id, province, insured_region, insurance, person_type, active, id_number_index, birth_date, updated_at)
     SELECT person_id, province, insured_region, insurance, person_type, active, decode(id_number_index, 'hex'), birth_date, $9
     FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::boolean[], $7::text[], $8::date[])
       AS entry(person_id, province, insured_region, insurance, person_type, active, id_number_index, birth_date)
     ON CONFLICT (person_id, province) DO UPDATE SET
       insured_region = excluded.insured_region, insurance = excluded.insurance, person_type = excluded.person_type,
       active = excluded.active, id_number_index = excluded.id_number_index, birth_date = excluded.birth_date, updated_at = excluded.updated_at`,
    [
      sorted.map((person) => person.personId),
      sorted.map((person) => person.province),
      sorted.map((person) => person.insuredRegion),
      sorted.map((person) => person.insurance),
      sorted.map((person) => person.personType),
      sorted.map((person) => person.active),
      sorted.map((person) => person.idNumberIndex.toString('hex')),
      sorted.map((person) => person.birthDate),
      updatedAt,
    ],
  );
}

export async function findPerson(tx: Tx, personId: string): Promise<InsuredPerson | null> {
  const rows: InsuredPerson[] = await tx.query(`SELECT ${COLUMNS} FROM insured_person WHERE person_id = $1`, [
    personId,
  ]);
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

export async function findPersonByIndex(tx: Tx, idNumberIndex: Buffer): Promise<InsuredPerson | null> {
  const rows: InsuredPerson[] = await tx.query(
    `SELECT ${COLUMNS} FROM insured_person WHERE id_number_index = $1 ORDER BY active DESC, updated_at DESC LIMIT 1`,
    [idNumberIndex],
  );
  return rows[0] ?? null;
}
