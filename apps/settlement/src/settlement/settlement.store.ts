import {
  contextIn,
  freeze,
  thaw,
  type SealContext,
  type SealedColumns,
  type SealedTable,
  type Tx,
} from '@yiditong/chassis';
import { FUNDS, provinceOf, Rejection, type Fund } from '@yiditong/codes';
import { fen, ZERO_FEN, type Fen } from '@yiditong/money';
import { lockVisitOf } from '../visit/fee.store.js';
import type { SealedSettlement, SettledLine, Settlement } from './settlement.entity.js';
import { isPlaceTaken } from './visit-place.store.js';

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

const INSERTED: readonly string[] = [
  'person_id',
  'settlement_id',
  'institution_code',
  'message_id',
  'visit_number',
  'visit_kind',
  'part_key',
  'stay_part',
  'mid_stay',
  'continues_stay',
  'visit_id',
  'admitted_at',
  'ended_at',
  'emergency',
  'trauma',
  'insured_region',
  'insured_province',
  'treating_region',
  'treating_province',
  'filing_category',
  'benefit_level',
  'eligibility_basis',
  'filing_id',
  'insurance',
  'person_type',
  'insurance_billed',
  'use_account',
  'policy_id',
  'explanation',
  'details',
  'pooling_ratio_e4',
  'business_date',
  'settled_at',
  'state',
  'remainder_of',
  'total_fen',
  'full_self_pay_fen',
  'over_ceiling_fen',
  'first_self_pay_fen',
  'in_scope_fen',
  'deductible_fen',
  ...FUNDS.map((fund) => FUND_COLUMN[fund]),
  'fund_total_fen',
  'personal_fen',
  'account_fen',
  'mutual_aid_fen',
  'cash_fen',
  'hospital_part_fen',
  'account_balance_fen',
  'diagnosis_sealed',
  'key_version',
];
const INSERTED_COLUMNS = INSERTED.join(', ');
const INSERTED_PLACES = INSERTED.map((_, index) => `$${index + 1}`).join(', ');

/** Rejects with VISIT_ALREADY_SETTLED where the visit has a settlement that was not reversed. */
export async function insertSettlement(tx: Tx, settlement: Settlement, diagnosis: SealedColumns): Promise<void> {
  const row: Record<string, unknown> = { ...factsOf(settlement), ...amountsOf(settlement), ...sealedIn(diagnosis) };
  try {
    await tx.query(
      `INSERT INTO settlement (${INSERTED_COLUMNS}) VALUES (${INSERTED_PLACES})`,
      INSERTED.map((column) => row[column]),
    );
  } catch (error) {
    throw isPlaceTaken(error) ? new Rejection('VISIT_ALREADY_SETTLED') : error;
  }
}

function factsOf(settlement: Settlement): Record<string, unknown> {
  return {
    person_id: settlement.personId,
    settlement_id: settlement.settlementId,
    institution_code: settlement.institutionCode,
    message_id: settlement.messageId,
    visit_number: settlement.visitNumber,
    visit_kind: settlement.visitKind,
    part_key: settlement.partKey,
    stay_part: settlement.stayPart,
    mid_stay: settlement.midStay,
    continues_stay: settlement.continuesStay,
    visit_id: settlement.visitId,
    admitted_at: settlement.admittedAt,
    ended_at: settlement.endedAt,
    emergency: settlement.emergency,
    trauma: settlement.trauma,
    insured_region: settlement.insuredRegion,
    insured_province: provinceOf(settlement.insuredRegion),
    treating_region: settlement.treatingRegion,
    treating_province: provinceOf(settlement.treatingRegion),
    filing_category: settlement.filingCategory,
    benefit_level: settlement.benefitLevel,
    eligibility_basis: settlement.eligibilityBasis,
    filing_id: settlement.filingId,
    insurance: settlement.insurance,
    person_type: settlement.personType,
    insurance_billed: settlement.insuranceBilled,
    use_account: settlement.useAccount,
    policy_id: settlement.policyId,
    explanation: freeze(settlement.explanation),
    details: freeze(settlement.details),
    pooling_ratio_e4: settlement.poolingRatioE4,
    business_date: settlement.businessDate,
    settled_at: settlement.settledAt,
    state: settlement.state,
    remainder_of: settlement.remainderOf,
  };
}

function amountsOf({ split, funds, ...settlement }: Settlement): Record<string, string | null> {
  const fundOf = (fund: Fund): Fen => funds.find((payment) => payment.fund === fund)?.amountFen ?? ZERO_FEN;
  return {
    total_fen: String(settlement.totalFen),
    full_self_pay_fen: String(split.fullSelfPayFen),
    over_ceiling_fen: String(split.overCeilingFen),
    first_self_pay_fen: String(split.firstSelfPayFen),
    in_scope_fen: String(split.inScopeFen),
    deductible_fen: String(settlement.deductibleFen),
    ...Object.fromEntries(FUNDS.map((fund) => [FUND_COLUMN[fund], String(fundOf(fund))])),
    fund_total_fen: String(settlement.fundTotalFen),
    personal_fen: String(settlement.personalFen),
    account_fen: String(settlement.accountFen),
    mutual_aid_fen: String(settlement.mutualAidFen),
    cash_fen: String(settlement.cashFen),
    hospital_part_fen: String(settlement.hospitalPartFen),
    account_balance_fen: settlement.accountBalanceFen === null ? null : String(settlement.accountBalanceFen),
  };
}

function sealedIn({ sealed, keyVersion }: SealedColumns): Record<string, unknown> {
  return { diagnosis_sealed: sealed, key_version: keyVersion };
}

export async function insertLines(tx: Tx, settlement: Settlement, lines: readonly SettledLine[]): Promise<void> {
  await tx.query(
    `INSERT INTO settlement_line (person_id, settlement_id, insured_province, treating_province, line_number, national_code, quantity_e4,
       unit_price_micro_yuan, amount_fen, item_class, charge_category, full_self_pay_fen, over_ceiling_fen, first_self_pay_fen, in_scope_fen, occurred_at,
       hospital_code, approved, catalogue_rule, catalogue_sequence, examining_institution_code, fee_serial)
     SELECT $1, $2, $3, $4, * FROM unnest($5::int[], $6::text[], $7::bigint[], $8::bigint[], $9::bigint[], $10::text[], $11::text[],
       $12::bigint[], $13::bigint[], $14::bigint[], $15::bigint[], $16::timestamptz[], $17::text[], $18::boolean[], $19::text[], $20::int[], $21::text[], $22::text[])`,
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
      lines.map((line) => line.examiningInstitutionCode),
      lines.map((line) => line.feeSerial ?? ''),
    ],
  );
}

const COLUMNS = `person_id, settlement_id, institution_code, message_id, visit_number, visit_kind, insured_region, treating_region,
  filing_category, benefit_level, eligibility_basis, filing_id, insurance, person_type, total_fen, full_self_pay_fen, over_ceiling_fen,
  first_self_pay_fen, in_scope_fen, deductible_fen, ${FUND_COLUMNS}, fund_total_fen, personal_fen, account_fen, mutual_aid_fen, cash_fen,
  policy_id, explanation, to_char(business_date, 'YYYY-MM-DD') AS business_date, settled_at, state,
  to_char(reversal_business_date, 'YYYY-MM-DD') AS reversal_business_date, part_key, stay_part, mid_stay, continues_stay, visit_id, admitted_at, ended_at,
  emergency, trauma, hospital_part_fen, account_balance_fen, pooling_ratio_e4, details, remainder_of, cancellation_id,
  cancellation_message_id, to_char(cancellation_business_date, 'YYYY-MM-DD') AS cancellation_business_date, cancelled_at,
  later_settlement_ids, insurance_billed, use_account,
  reinstatement_id, reinstated_at`;
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

/** With the visit that its fees are of, which is locked before. */
export async function lockSettlement(tx: Tx, personId: string, settlementId: string): Promise<Settlement | null> {
  await lockVisitOf(tx, personId, settlementId);
  return firstOf(
    await tx.query(`${READ} WHERE person_id = $1 AND settlement_id = $2 FOR UPDATE`, [personId, settlementId]),
  );
}

/** Settled, cancelled or reversed in the cycle, in id order, after an id. */
export async function settlementsOfCycle(
  tx: Tx,
  businessDate: string,
  after: string | null,
  limit: number,
): Promise<Settlement[]> {
  const rows: SettlementColumns[] = await tx.query(
    `${READ} WHERE (business_date = $1 OR reversal_business_date = $1 OR cancellation_business_date = $1)
       AND ($2::uuid IS NULL OR settlement_id > $2) ORDER BY settlement_id LIMIT $3`,
    [businessDate, after, limit],
  );
  return rows.map(settlementOf);
}

type SettlementColumns = Record<string, string> & {
  settled_at: Date;
  admitted_at: Date;
  ended_at: Date;
  cancelled_at: Date | null;
  reinstatement_id: string | null;
  reinstated_at: Date | null;
  insurance_billed: boolean;
  use_account: boolean;
  emergency: boolean;
  trauma: boolean;
  mid_stay: boolean;
  continues_stay: boolean;
  stay_part: number;
  pooling_ratio_e4: number;
  filing_id: string | null;
  visit_id: string | null;
  remainder_of: string | null;
  account_balance_fen: string | null;
  reversal_business_date: string | null;
  cancellation_id: string | null;
  cancellation_message_id: string | null;
  cancellation_business_date: string | null;
  later_settlement_ids: string[] | null;
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
    partKey: row['part_key'],
    stayPart: row.stay_part,
    midStay: row.mid_stay,
    continuesStay: row.continues_stay,
    visitId: row.visit_id,
    admittedAt: row.admitted_at.toISOString(),
    endedAt: row.ended_at.toISOString(),
    emergency: row.emergency,
    trauma: row.trauma,
    insuredRegion: row['insured_region'],
    treatingRegion: row['treating_region'],
    filingCategory: row['filing_category'],
    benefitLevel: row['benefit_level'],
    eligibilityBasis: row['eligibility_basis'],
    filingId: row.filing_id,
    insurance: row['insurance'],
    personType: row['person_type'],
    insuranceBilled: row.insurance_billed,
    useAccount: row.use_account,
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
    hospitalPartFen: amount('hospital_part_fen'),
    accountBalanceFen: row.account_balance_fen === null ? null : amount('account_balance_fen'),
    poolingRatioE4: row.pooling_ratio_e4,
    details: thaw(row['details'] ?? '[]'),
    policyId: row['policy_id'],
    explanation: thaw(row['explanation'] ?? '[]'),
    businessDate: row['business_date'],
    settledAt: row.settled_at.toISOString(),
    state: row['state'],
    reversalBusinessDate: row.reversal_business_date,
    remainderOf: row.remainder_of,
    cancellationId: row.cancellation_id,
    cancellationMessageId: row.cancellation_message_id,
    cancellationBusinessDate: row.cancellation_business_date,
    cancelledAt: row.cancelled_at?.toISOString() ?? null,
    laterSettlementIds: row.later_settlement_ids ?? [],
    reinstatementId: row.reinstatement_id,
    reinstatedAt: row.reinstated_at?.toISOString() ?? null,
  } as Settlement;
}
