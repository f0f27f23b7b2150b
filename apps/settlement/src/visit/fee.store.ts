import { violatedConstraint, type Tx } from '@yiditong/chassis';
import { provinceOf, Rejection, type ItemClass, type LineRule } from '@yiditong/codes';
import { fen } from '@yiditong/money';
import type { Settlement } from '../settlement/settlement.entity.js';
import { leftToSettle } from './fee-netting.js';
import { lockVisit, updateVisitState, visitStep, type VisitKey } from './visit-row.store.js';
import type { Fee, Visit } from './visit.entity.js';

/** Rejects with FEE_SERIAL_TAKEN, should another upload have come between; the caller has looked before and says which. */
export async function insertFees(tx: Tx, visit: Visit, fees: readonly Fee[], addedBy: string): Promise<void> {
  const lines = fees.map(({ line }) => line);
  try {
    await tx.query(
      `INSERT INTO visit_fee (person_id, visit_id, institution_code, insured_province, treating_province, added_by, settled_by,
         fee_id, serial, refunds_serial, batch, disease_key, national_code, hospital_code, examining_institution_code, approved,
         quantity_e4, unit_price_micro_yuan, amount_fen, occurred_at, item_class, charge_category, catalogue_rule, catalogue_sequence,
         full_self_pay_fen, over_ceiling_fen, first_self_pay_fen, in_scope_fen)
       SELECT $1, $2, $3, $4, $5, $6, '{}', * FROM unnest($7::uuid[], $8::text[], $9::text[], $10::text[], $11::text[], $12::text[],
         $13::text[], $14::text[], $15::boolean[], $16::bigint[], $17::bigint[], $18::bigint[], $19::timestamptz[], $20::text[],
         $21::text[], $22::text[], $23::int[], $24::bigint[], $25::bigint[], $26::bigint[], $27::bigint[])`,
      [
        visit.personId,
        visit.visitId,
        visit.institutionCode,
        provinceOf(visit.insuredRegion),
        provinceOf(visit.treatingRegion),
        addedBy,
        fees.map((fee) => fee.feeId),
        fees.map((fee) => fee.serial),
        fees.map((fee) => fee.refundsSerial),
        fees.map((fee) => fee.batch),
        fees.map((fee) => fee.diseaseKey),
        lines.map((line) => line.nationalCode),
        lines.map((line) => line.hospitalCode),
        lines.map((line) => line.examiningInstitutionCode),
        lines.map((line) => line.approved),
        lines.map((line) => String(line.quantityE4)),
        lines.map((line) => String(line.unitPriceMicroYuan)),
        lines.map((line) => String(line.amountFen)),
        lines.map((line) => line.occurredAt),
        lines.map((line) => line.itemClass),
        lines.map((line) => line.chargeCategory),
        lines.map((line) => line.catalogueRule),
        lines.map((line) => line.catalogueSequence),
        lines.map((line) => String(line.split.fullSelfPayFen)),
        lines.map((line) => String(line.split.overCeilingFen)),
        lines.map((line) => String(line.split.firstSelfPayFen)),
        lines.map((line) => String(line.split.inScopeFen)),
      ],
    );
  } catch (error) {
    throw violatedConstraint(error) === 'visit_fee_serial' ? new Rejection('FEE_SERIAL_TAKEN', { index: '1' }) : error;
  }
}

const READ = `SELECT fee_id, serial, refunds_serial, batch, disease_key, national_code, hospital_code, examining_institution_code,
  approved, quantity_e4, unit_price_micro_yuan, amount_fen, occurred_at, item_class, charge_category, catalogue_rule, catalogue_sequence,
  full_self_pay_fen, over_ceiling_fen, first_self_pay_fen, in_scope_fen, settlement_id FROM visit_fee`;

/** All that stand, settled or not, in no order. A writer holds the visit. */
export async function standingFees(tx: Tx, { personId, visitId }: VisitKey): Promise<Fee[]> {
  const rows: FeeColumns[] = await tx.query(`${READ} WHERE person_id = $1 AND visit_id = $2 AND removed_by IS NULL`, [
    personId,
    visitId,
  ]);
  return rows.map(feeOf);
}

/** By serial, byte by byte, after one. */
export async function pageOfFees(
  tx: Tx,
  { personId, visitId }: VisitKey,
  after: string,
  limit: number,
): Promise<Fee[]> {
  const rows: FeeColumns[] = await tx.query(
    `${READ} WHERE person_id = $1 AND visit_id = $2 AND removed_by IS NULL AND serial COLLATE "C" > $3
     ORDER BY serial COLLATE "C" LIMIT $4`,
    [personId, visitId, after, limit],
  );
  return rows.map(feeOf);
}

export async function removeFees(
  tx: Tx,
  personId: string,
  feeIds: readonly string[],
  removedBy: string,
): Promise<void> {
  await tx.query(
    'UPDATE visit_fee SET removed_by = $3 WHERE person_id = $1 AND fee_id = ANY($2::uuid[]) AND settlement_id IS NULL',
    [personId, [...feeIds], removedBy],
  );
}

/** Throws where one of them is settled, or gone: the visit's lock was to prevent it. */
export async function settleFees(
  tx: Tx,
  personId: string,
  feeIds: readonly string[],
  settlementId: string,
): Promise<void> {
  const settled = await tx.query<unknown[]>(
    `WITH settled AS (
       UPDATE visit_fee SET settlement_id = $3, settled_by = array_append(array_remove(settled_by, $3), $3)
       WHERE person_id = $1 AND fee_id = ANY($2::uuid[]) AND settlement_id IS NULL AND removed_by IS NULL RETURNING 1)
     SELECT 1 FROM settled`,
    [personId, [...feeIds], settlementId],
  );
  if (settled.length !== feeIds.length) throw new Error('a fee was settled or taken out under the visit’s lock');
}

/** What a settlement took is unsettled again, and its visit open; in the transaction that makes it cancelled or reversed. */
export async function freeFees(tx: Tx, personId: string, settlementId: string): Promise<void> {
  const of = await visitOfFees(tx, personId, settlementId);
  if (!of) return;
  const { visit } = await lockVisit(tx, of);
  const freed = await tx.query<unknown[]>(
    `WITH freed AS (UPDATE visit_fee SET settlement_id = NULL WHERE person_id = $1 AND visit_id = $2 AND settlement_id = $3 RETURNING 1)
     SELECT 1 FROM freed`,
    [personId, of.visitId, settlementId],
  );
  if (freed.length > 0) await updateVisitState(tx, visit, visitStep(visit, 'FREE'));
}

/**
 * The cancellation of a settlement is undone: it has its fees again. Rejects with CANCELLATION_SUPERSEDED where one of them was settled
 * anew, taken out, or refunded meanwhile.
 */
export async function retakeFees(
  tx: Tx,
  { personId, settlementId, midStay }: Pick<Settlement, 'personId' | 'settlementId' | 'midStay'>,
): Promise<void> {
  const of = await visitOfFees(tx, personId, settlementId);
  if (!of) return;
  const { visit } = await lockVisit(tx, of);
  const rows: { fee_id: string; settlement_id: string | null; gone: boolean }[] = await tx.query(
    `SELECT fee_id, settlement_id, removed_by IS NOT NULL AS gone FROM visit_fee WHERE person_id = $1 AND settled_by @> ARRAY[$2::uuid]`,
    [personId, settlementId],
  );
  const open = rows.filter((row) => row.settlement_id !== settlementId);
  if (open.length === 0) return;
  if (open.some((row) => row.gone || row.settlement_id !== null)) throw new Rejection('CANCELLATION_SUPERSEDED');
  const taken = new Set(open.map((row) => row.fee_id));
  const fees = await standingFees(tx, visit);
  const serials = new Set(fees.filter(({ feeId }) => taken.has(feeId)).map(({ serial }) => serial));
  if (fees.some((fee) => serials.has(fee.refundsSerial) && !taken.has(fee.feeId)))
    throw new Rejection('CANCELLATION_SUPERSEDED');
  await settleFees(tx, personId, [...taken], settlementId);
  const isLeft = leftToSettle(fees.filter(({ feeId }) => !taken.has(feeId))).length > 0;
  const ends = !isLeft && (!midStay || (await isLastPartSettled(tx, of)));
  await updateVisitState(tx, visit, visitStep(visit, ends ? 'SETTLE_TO_END' : 'SETTLE'));
}

/** A stay is over with its last part, whichever of its parts stands again later. */
export async function isLastPartSettled(tx: Tx, { personId, visitId }: VisitKey): Promise<boolean> {
  const rows: unknown[] = await tx.query(
    `SELECT 1 FROM settlement WHERE person_id = $1 AND visit_id = $2 AND NOT mid_stay AND state IN ('SETTLED', 'CANCELLING', 'RESTORING', 'REINSTATING')`,
    [personId, visitId],
  );
  return rows.length > 0;
}

/** From one settlement to another, as they are. */
export async function moveFees(
  tx: Tx,
  personId: string,
  fromSettlementId: string,
  toSettlementId: string,
): Promise<void> {
  const of = await visitOfFees(tx, personId, fromSettlementId);
  if (!of) return;
  await lockVisit(tx, of);
  await tx.query(
    `UPDATE visit_fee SET settlement_id = $4, settled_by = array_append(array_remove(settled_by, $4), $4)
     WHERE person_id = $1 AND visit_id = $2 AND settlement_id = $3`,
    [personId, of.visitId, fromSettlementId, toSettlementId],
  );
}

/** Locks the visit that a settlement's fees are of, which comes before the settlement and the cycle; nothing where it is of none. */
export async function lockVisitOf(tx: Tx, personId: string, settlementId: string): Promise<void> {
  const of = await visitOfFees(tx, personId, settlementId);
  if (of) await lockVisit(tx, of);
}

/** The visit that a settlement's fees are of; null where it is of none. */
export async function visitOfFees(tx: Tx, personId: string, settlementId: string): Promise<VisitKey | null> {
  const rows: VisitKey[] = await tx.query(
    `SELECT person_id AS "personId", visit_id AS "visitId" FROM visit_fee
     WHERE person_id = $1 AND settled_by @> ARRAY[$2::uuid] LIMIT 1`,
    [personId, settlementId],
  );
  return rows[0] ?? null;
}

/** The settlements that a visit's fees are part of now, oldest first: their ids are in the order of time. */
export async function settlementsOfVisit(tx: Tx, { personId, visitId }: VisitKey): Promise<string[]> {
  const rows: { settlement_id: string }[] = await tx.query(
    `SELECT DISTINCT settlement_id FROM visit_fee WHERE person_id = $1 AND visit_id = $2 AND settlement_id IS NOT NULL
     ORDER BY settlement_id`,
    [personId, visitId],
  );
  return rows.map((row) => row.settlement_id);
}

type FeeColumns = {
  readonly fee_id: string;
  readonly serial: string;
  readonly refunds_serial: string;
  readonly batch: string;
  readonly disease_key: string;
  readonly national_code: string;
  readonly hospital_code: string;
  readonly examining_institution_code: string;
  readonly approved: boolean;
  readonly quantity_e4: string;
  readonly unit_price_micro_yuan: string;
  readonly amount_fen: string;
  readonly occurred_at: Date;
  readonly item_class: ItemClass;
  readonly charge_category: string;
  readonly catalogue_rule: LineRule;
  readonly catalogue_sequence: number;
  readonly full_self_pay_fen: string;
  readonly over_ceiling_fen: string;
  readonly first_self_pay_fen: string;
  readonly in_scope_fen: string;
  readonly settlement_id: string | null;
};

function feeOf(row: FeeColumns): Fee {
  return {
    feeId: row.fee_id,
    serial: row.serial,
    refundsSerial: row.refunds_serial,
    batch: row.batch,
    diseaseKey: row.disease_key,
    settlementId: row.settlement_id,
    line: {
      nationalCode: row.national_code,
      hospitalCode: row.hospital_code,
      examiningInstitutionCode: row.examining_institution_code,
      approved: row.approved,
      quantityE4: BigInt(row.quantity_e4),
      unitPriceMicroYuan: BigInt(row.unit_price_micro_yuan),
      amountFen: fen(BigInt(row.amount_fen)),
      occurredAt: row.occurred_at,
      itemClass: row.item_class,
      chargeCategory: row.charge_category,
      catalogueRule: row.catalogue_rule,
      catalogueSequence: row.catalogue_sequence,
      split: {
        fullSelfPayFen: fen(BigInt(row.full_self_pay_fen)),
        overCeilingFen: fen(BigInt(row.over_ceiling_fen)),
        firstSelfPayFen: fen(BigInt(row.first_self_pay_fen)),
        inScopeFen: fen(BigInt(row.in_scope_fen)),
      },
    },
  };
}
