import {
  contextIn,
  freeze,
  thaw,
  violatedConstraint,
  type SealContext,
  type SealedColumns,
  type SealedTable,
  type Tx,
} from '@yiditong/chassis';
import { FUNDS, provinceOf, Rejection, type Fund } from '@yiditong/codes';
import { fen, ZERO_FEN, type Fen } from '@yiditong/money';
import type { SealedSettlement, SettledLine, Settlement, SettlementState } from './settlement.entity.js';

/** Where diagnoses are sealed. The context of each is its settlement's key, in this order. */
export const DIAGNOSES: SealedTable = {
  table: 'settlement',
  column: 'diagnosis_sealed',
  key: ['person_id', 'settlement_id', 'insured_province', 'treating_province'],
};

export function diagnosisContext(
  of: Pick<Settlement, 'personId' | 'settlementId' | 'insuredRegion' | 'treatingRegion'>,
): SealContext {
  const provinces = [provinceOf(of.insuredRegion), provinceOf(of.treatingRegion)];
  return contextIn(DIAGNOSES, of.personId, of.settlementId, ...provinces);
}

const FUND_COLUMN: Record<Fund, string> = {
  POOLING: 'pooling_fen',
  LARGE_SUM: 'large_sum_fen',
  CRITICAL_ILLNESS: 'critical_illness_fen',
  CIVIL_SERVANT: 'civil_servant_fen',
  EMPLOYER_SUPPLEMENT: 'employer_supplement_fen',
  MEDICAL_AID: 'medical_aid_fen',
  OTHER: 'other_fund_fen',
};
const FUND_COLUMNS = FUNDS.map((fund) => FUND_COLUMN[fund]).join(', ');

/** Rejects with VISIT_ALREADY_SETTLED where the visit has a settlement that was not reversed. */
export async function insertSettlement(tx: Tx, settlement: Settlement, diagnosis: SealedColumns): Promise<void> {
  try {
    await tx.query(
      `INSERT INTO settlement (person_id, settlement_id, institution_code, message_id, visit_number, visit_kind,
         insured_region, insured_province, treating_region, treating_province, filing_category, benefit_level, eligibility_basis,
         filing_id, insurance, person_type, policy_id, explanation, business_date, settled_at, state, reversal_business_date,
         total_fen, full_self_pay_fen, over_ceiling_fen, first_self_pay_fen, in_scope_fen, deductible_fen,
         ${FUND_COLUMNS}, fund_total_fen, personal_fen, account_fen, mutual_aid_fen, cash_fen, diagnosis_sealed, key_version)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22,
         $23, $24, $25, $26, $27, $28, $29, $30, $31, $32, $33, $34, $35, $36, $37, $38, $39, $40, $41, $42)`,
      [...factsOf(settlement), ...amountsOf(settlement).map(String), diagnosis.sealed, diagnosis.keyVersion],
    );
  } catch (error) {
    throw violatedConstraint(error) === 'settlement_one_per_visit' ? new Rejection('VISIT_ALREADY_SETTLED') : error;
  }
}

function factsOf(settlement: Settlement): (string | null)[] {
  return [
    settlement.personId,
    settlement.settlementId,
    settlement.institutionCode,
    settlement.messageId,
    settlement.visitNumber,
    settlement.visitKind,
    settlement.insuredRegion,
    provinceOf(settlement.insuredRegion),
    settlement.treatingRegion,
    provinceOf(settlement.treatingRegion),
    settlement.filingCategory,
    settlement.benefitLevel,
    settlement.eligibilityBasis,
    settlement.filingId,
    settlement.insurance,
    settlement.personType,
    settlement.policyId,
    freeze(settlement.explanation),
    settlement.businessDate,
    settlement.settledAt,
    settlement.state,
    settlement.reversalBusinessDate,
  ];
}

function amountsOf({ split, funds, ...settlement }: Settlement): Fen[] {
  const fundOf = (fund: Fund): Fen => funds.find((payment) => payment.fund === fund)?.amountFen ?? ZERO_FEN;
  return [
    settlement.totalFen,
    split.fullSelfPayFen,
    split.overCeilingFen,
    split.firstSelfPayFen,
    split.inScopeFen,
    settlement.deductibleFen,
    ...FUNDS.map(fundOf),
    settlement.fundTotalFen,
    settlement.personalFen,
    settlement.accountFen,
    settlement.mutualAidFen,
    settlement.cashFen,
  ];
}

export async function insertLines(tx: Tx, settlement: Settlement, lines: readonly SettledLine[]): Promise<void> {
  await tx.query(
    `INSERT INTO settlement_line (person_id, settlement_id, insured_province, treating_province, line_number, national_code, quantity_e4,
       unit_price_micro_yuan, amount_fen, item_class, charge_category, full_self_pay_fen, over_ceiling_fen, first_self_pay_fen, in_scope_fen, occurred_at,
       hospital_code, approved, catalogue_rule, catalogue_sequence)
     SELECT $1, $2, $3, $4, * FROM unnest($5::int[], $6::text[], $7::bigint[], $8::bigint[], $9::bigint[], $10::text[], $11::text[],
       $12::bigint[], $13::bigint[], $14::bigint[], $15::bigint[], $16::timestamptz[], $17::text[], $18::boolean[], $19::text[], $20::int[])`,
    [
      settlement.personId,
      settlement.settlementId,
      provinceOf(settlement.insuredRegion),
      provinceOf(settlement.treatingRegion),
      lines.map((line) => line.lineNumber),
      lines.map((line) => line.nationalCode),
      lines.map((line) => String(line.quantityE4)),
      lines.map((line) => String(line.unitPriceMicroYuan)),
      lines.map((line) => String(line.amountFen)),
      lines.map((line) => line.itemClass),
      lines.map((line) => line.chargeCategory),
      lines.map((line) => String(line.split.fullSelfPayFen)),
      lines.map((line) => String(line.split.overCeilingFen)),
      lines.map((line) => String(line.split.firstSelfPayFen)),
      lines.map((line) => String(line.split.inScopeFen)),
      lines.map((line) => line.occurredAt),
      lines.map((line) => line.hospitalCode),
      lines.map((line) => line.approved),
      lines.map((line) => line.catalogueRule),
      lines.map((line) => line.catalogueSequence),
    ],
  );
}

const COLUMNS = `person_id, settlement_id, institution_code, message_id, visit_number, visit_kind, insured_region, treating_region,
  filing_category, benefit_level, eligibility_basis, filing_id, insurance, person_type, total_fen, full_self_pay_fen, over_ceiling_fen,
  first_self_pay_fen, in_scope_fen, deductible_fen, ${FUND_COLUMNS}, fund_total_fen, personal_fen, account_fen, mutual_aid_fen, cash_fen,
  policy_id, explanation, to_char(business_date, 'YYYY-MM-DD') AS business_date, settled_at, state,
  to_char(reversal_business_date, 'YYYY-MM-DD') AS reversal_business_date`;
const READ = `SELECT ${COLUMNS} FROM settlement`;

export async function findSettlement(tx: Tx, settlementId: string): Promise<Settlement | null> {
  return firstOf(await tx.query(`${READ} WHERE settlement_id = $1`, [settlementId]));
}

/** With the diagnosis, for who may see it. */
export async function findSealedSettlement(tx: Tx, settlementId: string): Promise<SealedSettlement | null> {
  const rows: (SettlementColumns & { diagnosis_sealed: Buffer })[] = await tx.query(
    `SELECT ${COLUMNS}, diagnosis_sealed FROM settlement WHERE settlement_id = $1`,
    [settlementId],
  );
  const [row] = rows;
  return row ? { settlement: settlementOf(row), diagnosisSealed: row.diagnosis_sealed } : null;
}

export async function lockSettlement(tx: Tx, personId: string, settlementId: string): Promise<Settlement | null> {
  return firstOf(
    await tx.query(`${READ} WHERE person_id = $1 AND settlement_id = $2 FOR UPDATE`, [personId, settlementId]),
  );
}

/** Whether the visit has a settlement that was not reversed. A courtesy before routing; the unique index is the rule. */
export async function visitIsSettled(
  tx: Tx,
  visit: Pick<Settlement, 'personId' | 'institutionCode' | 'visitNumber' | 'visitKind'>,
): Promise<boolean> {
  const rows: unknown[] = await tx.query(
    `SELECT 1 FROM settlement WHERE person_id = $1 AND institution_code = $2 AND visit_number = $3 AND visit_kind = $4 AND state = 'SETTLED'`,
    [visit.personId, visit.institutionCode, visit.visitNumber, visit.visitKind],
  );
  return rows.length > 0;
}

export async function updateState(
  tx: Tx,
  of: { readonly personId: string; readonly settlementId: string },
  state: SettlementState,
  reversalBusinessDate: string | null,
): Promise<void> {
  await tx.query(
    'UPDATE settlement SET state = $3, reversal_business_date = $4 WHERE person_id = $1 AND settlement_id = $2',
    [of.personId, of.settlementId, state, reversalBusinessDate],
  );
}

/** Settled or reversed in the cycle, in id order, after an id. */
export async function settlementsOfCycle(
  tx: Tx,
  businessDate: string,
  after: string | null,
  limit: number,
): Promise<Settlement[]> {
  const rows: SettlementColumns[] = await tx.query(
    `${READ} WHERE (business_date = $1 OR reversal_business_date = $1) AND ($2::uuid IS NULL OR settlement_id > $2) ORDER BY settlement_id LIMIT $3`,
    [businessDate, after, limit],
  );
  return rows.map(settlementOf);
}

type SettlementColumns = Record<string, string> & {
  settled_at: Date;
  filing_id: string | null;
  reversal_business_date: string | null;
};

function firstOf(rows: SettlementColumns[]): Settlement | null {
  return rows[0] ? settlementOf(rows[0]) : null;
}

function settlementOf(row: SettlementColumns): Settlement {
  const amount = (column: string): Fen => fen(BigInt(row[column] ?? '0'));
  const funds = FUNDS.map((fund) => ({ fund, amountFen: amount(FUND_COLUMN[fund]) })).filter(
    ({ amountFen }) => amountFen > 0n,
  );
  return {
    personId: row['person_id'],
    settlementId: row['settlement_id'],
    institutionCode: row['institution_code'],
    messageId: row['message_id'],
    visitNumber: row['visit_number'],
    visitKind: row['visit_kind'],
    insuredRegion: row['insured_region'],
    treatingRegion: row['treating_region'],
    filingCategory: row['filing_category'],
    benefitLevel: row['benefit_level'],
    eligibilityBasis: row['eligibility_basis'],
    filingId: row.filing_id,
    insurance: row['insurance'],
    personType: row['person_type'],
    totalFen: amount('total_fen'),
    split: {
      fullSelfPayFen: amount('full_self_pay_fen'),
      overCeilingFen: amount('over_ceiling_fen'),
      firstSelfPayFen: amount('first_self_pay_fen'),
      inScopeFen: amount('in_scope_fen'),
    },
    deductibleFen: amount('deductible_fen'),
    funds,
    fundTotalFen: amount('fund_total_fen'),
    personalFen: amount('personal_fen'),
    accountFen: amount('account_fen'),
    mutualAidFen: amount('mutual_aid_fen'),
    cashFen: amount('cash_fen'),
    policyId: row['policy_id'],
    explanation: thaw(row['explanation'] ?? '[]'),
    businessDate: row['business_date'],
    settledAt: row.settled_at.toISOString(),
    state: row['state'],
    reversalBusinessDate: row.reversal_business_date,
  } as Settlement;
}
