import { accumulatorEntries, addDeltas, negateDeltas, type Accumulators, type YearPart } from '@yiditong/adjudication';
import { freeze, groupBy, thaw, type Tx } from '@yiditong/chassis';
import type { Insurance } from '@yiditong/codes';

/** Whose totals: of one person and insurance in one province. */
export type TotalsOwner = { readonly personId: string; readonly province: string; readonly insurance: Insurance };

/** BOOKED and REVERSED by the settlement's own id, CANCELLED and REINSTATED by a cancellation's: each once. */
export type Direction = 'BOOKED' | 'REVERSED' | 'CANCELLED' | 'REINSTATED';

export function isAdding(direction: Direction): boolean {
  return direction === 'BOOKED' || direction === 'REINSTATED';
}

/** A booking, its taking back, or its booking again where that was undone. */
export type Booking = TotalsOwner & {
  readonly settlementId: string;
  readonly direction: Direction;
  /** The id by which it came: the settlement's, or a cancellation's. */
  readonly operationId: string;
  readonly years: readonly Pick<YearPart, 'benefitYear' | 'deltas'>[];
  readonly bookedAt: Date;
};

/** The totals that a booking changed, before and after it. */
export type ChangedTotals = {
  readonly benefitYear: number;
  readonly before: Accumulators;
  readonly after: Accumulators;
};

/** To be called under the person's row lock, or where a moment's reading is enough. */
export async function accumulatorsOf(
  tx: Tx,
  personId: string,
  benefitYears: readonly number[],
  insurance: Insurance,
): Promise<ReadonlyMap<number, Accumulators>> {
  const rows: { benefitYear: number; kind: string; value: string }[] = await tx.query(
    `SELECT benefit_year AS "benefitYear", kind, value FROM accumulator
     WHERE person_id = $1 AND benefit_year = ANY($2::int[]) AND insurance = $3 AND value <> 0 ORDER BY kind`,
    [personId, benefitYears, insurance],
  );
  return new Map(
    benefitYears.map((year): [number, Accumulators] => {
      const ofYear = rows.filter(({ benefitYear }) => benefitYear === year);
      return [year, Object.fromEntries(ofYear.map(({ kind, value }) => [kind, BigInt(value)]))];
    }),
  );
}

/** A person's totals of a benefit year in one of the insurances that he had in it. */
export type InsuranceTotals = { readonly insurance: Insurance; readonly accumulators: Accumulators };

/** By insurance, those that come to something. */
export async function totalsNow(
  tx: Tx,
  { personId, province }: Pick<TotalsOwner, 'personId' | 'province'>,
  benefitYear: number,
): Promise<InsuranceTotals[]> {
  const rows: { insurance: Insurance; kind: string; value: string }[] = await tx.query(
    `SELECT insurance, kind, value FROM accumulator
     WHERE person_id = $1 AND province = $2 AND benefit_year = $3 AND value <> 0 ORDER BY insurance, kind`,
    [personId, province, benefitYear],
  );
  return [...groupBy(rows, ({ insurance }) => insurance)].map(([insurance, totals]) => ({
    insurance,
    accumulators: Object.fromEntries(totals.map(({ kind, value }) => [kind, BigInt(value)])),
  }));
}

/** The totals as they stood: the sum of what was booked and taken back until then, that instant included. */
export async function totalsAsOf(
  tx: Tx,
  { personId, province }: Pick<TotalsOwner, 'personId' | 'province'>,
  benefitYear: number,
  asOf: Date,
): Promise<InsuranceTotals[]> {
  const rows: { insurance: Insurance; deltas: string }[] = await tx.query(
    `SELECT insurance, deltas FROM accumulator_entry
     WHERE person_id = $1 AND province = $2 AND benefit_year = $3 AND booked_at <= $4 ORDER BY insurance`,
    [personId, province, benefitYear, asOf],
  );
  return [...groupBy(rows, ({ insurance }) => insurance)]
    .map(([insurance, entries]) => ({
      insurance,
      accumulators: entries.map(({ deltas }) => thaw<Accumulators>(deltas)).reduce(addDeltas, {}),
    }))
    .filter(({ accumulators }) => accumulatorEntries(accumulators).length > 0);
}

/**
 * The instant of the person's next booking: now, but later than the last one, so that bookings have an order and what stood at an
 * instant stays what stood then. To be called under the person's row lock.
 */
export async function nextBookingInstant(tx: Tx, personId: string, now: Date): Promise<Date> {
  const rows: { last: Date | null }[] = await tx.query(
    'SELECT max(booked_at) AS last FROM accumulator_entry WHERE person_id = $1',
    [personId],
  );
  const last = rows[0]?.last ?? null;
  return last === null || last < now ? now : new Date(last.getTime() + 1);
}

/**
 * Adds a booking's deltas to the totals of its years and to the journal, or takes them back. To be called under the person's row lock.
 * A total below zero violates a constraint and undoes everything.
 */
export async function book(tx: Tx, booking: Booking): Promise<ChangedTotals[]> {
  const changed: ChangedTotals[] = [];
  for (const { benefitYear, deltas: booked } of booking.years) {
    const deltas = isAdding(booking.direction) ? booked : negateDeltas(booked);
    await appendEntry(tx, booking, benefitYear, deltas);
    const after = await addToTotals(tx, booking, benefitYear, deltas);
    changed.push({ benefitYear, before: addDeltas(after, negateDeltas(deltas)), after });
  }
  return changed;
}

async function appendEntry(tx: Tx, booking: Booking, benefitYear: number, deltas: Accumulators): Promise<void> {
  const { personId, settlementId, direction, operationId, province, insurance, bookedAt } = booking;
  await tx.query(
    `INSERT INTO accumulator_entry (person_id, settlement_id, direction, operation_id, benefit_year, province, insurance, deltas, booked_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
    [personId, settlementId, direction, operationId, benefitYear, province, insurance, freeze(deltas), bookedAt],
  );
}

/** Answers those totals that it changed. */
async function addToTotals(
  tx: Tx,
  { personId, province, insurance }: TotalsOwner,
  benefitYear: number,
  deltas: Accumulators,
): Promise<Accumulators> {
  const kinds = accumulatorEntries(deltas);
  if (kinds.length === 0) return {};
  await tx.query(
    `INSERT INTO accumulator (person_id, benefit_year, insurance, kind, province, value)
     SELECT $1, $2, $3, kind, $4, 0 FROM unnest($5::text[]) AS kind ON CONFLICT DO NOTHING`,
    [personId, benefitYear, insurance, province, kinds.map(([kind]) => kind)],
  );
  const [rows]: [{ kind: string; value: string }[]] = await tx.query(
    `UPDATE accumulator SET value = accumulator.value + delta.value
     FROM unnest($4::text[], $5::bigint[]) AS delta(kind, value)
     WHERE accumulator.person_id = $1 AND accumulator.benefit_year = $2 AND accumulator.insurance = $3 AND accumulator.kind = delta.kind
     RETURNING accumulator.kind, accumulator.value`,
    [personId, benefitYear, insurance, kinds.map(([kind]) => kind), kinds.map(([, value]) => String(value))],
  );
  return Object.fromEntries(rows.map((row) => [row.kind, BigInt(row.value)]));
}
