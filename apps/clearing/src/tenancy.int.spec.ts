import { migrateQueues } from '@yiditong/chassis';
import {
  AUDIT_HEAD,
  AUDIT_RECORD,
  BYTES,
  dayOf,
  describeTenancy,
  IDEMPOTENCY,
  INBOX,
  OUTBOX,
  INSTANT,
  MIGRATIONS,
  PROPOSAL,
  updateOf,
  uuidOf,
} from '@yiditong/testing';
import { migrations } from './migrations/index.js';

const APPEND = ['INSERT', 'SELECT'];
const CHANGE = [...APPEND, 'UPDATE'];
/** Between provinces as wholes: no pooling area clears. */
const between = {
  provinces: ['insured_province', 'treating_province'],
  wholeProvinces: true,
  nationReadsMany: true,
};
const perMonth = { provinces: between.provinces, wholeProvinces: true };
/** A key is any text of seven characters. */
const monthOf = (n: number): string => String(n).padStart(7, '0');

describeTenancy({
  service: 'clearing',
  migrations,
  prepare: (database) => migrateQueues(database.ownerUrl, 'clearing_app'),
  tables: {
    obligation: {
      tenancy: between,
      grants: APPEND,
      row: (province, other, n) => ({
        treating_province: other,
        obligation_id: uuidOf(n),
        settlement_id: uuidOf(n),
        operation_id: uuidOf(n),
        kind: 'SETTLEMENT',
        insured_province: province,
        insurance: '310',
        visit_kind: 'OUTPATIENT',
        business_date: dayOf(0),
        cost_month: '2000-01',
        amount_fen: 1,
        leaf_hash: BYTES,
        leaf_digest: 1,
        leaf_index: n,
        recorded_at: INSTANT,
      }),
      change: { visit_kind: 'INPATIENT' },
    },
    posting: {
      tenancy: between,
      grants: APPEND,
      row: (province, other, n) => ({
        treating_province: other,
        obligation_id: uuidOf(n),
        fund: 'POOLING',
        insured_province: province,
        insurance: '310',
        business_date: dayOf(0),
        amount_fen: 1,
      }),
      change: { amount_fen: 2 },
    },
    position: {
      tenancy: between,
      grants: CHANGE,
      row: (province, other, n) => ({
        treating_province: other,
        business_date: dayOf(n),
        insured_province: province,
        insurance: '310',
        amount_fen: 1,
        obligation_count: 1,
        frontier: BYTES,
      }),
      change: { amount_fen: 2 },
    },
    fund_position: {
      tenancy: between,
      grants: CHANGE,
      row: (province, other, n) => ({
        treating_province: other,
        business_date: dayOf(n),
        insured_province: province,
        insurance: '310',
        fund: 'POOLING',
        amount_fen: 1,
      }),
      change: { amount_fen: 2 },
    },
    control_total: {
      tenancy: between,
      grants: APPEND,
      row: (province, other, n) => ({
        business_date: dayOf(n),
        insured_province: province,
        treating_province: other,
        insurance: '310',
        obligation_count: 1,
        amount_fen: 1,
        digest_sum: 1,
      }),
      change: { amount_fen: 2 },
    },
    net_position: {
      tenancy: { provinces: ['region'], wholeProvinces: true },
      grants: APPEND,
      row: (province, _, n) => ({
        business_date: dayOf(n),
        region: province,
        payable_fen: 0,
        receivable_fen: 0,
        net_fen: 0,
        payable_count: 0,
        receivable_count: 0,
      }),
      change: { payable_fen: 1, receivable_fen: 1 },
    },
    fund_net_position: {
      tenancy: { provinces: ['region'], wholeProvinces: true },
      grants: APPEND,
      row: (province, _, n) => ({
        business_date: dayOf(n),
        region: province,
        insurance: '310',
        fund: 'POOLING',
        payable_fen: 0,
        receivable_fen: 0,
      }),
      change: { payable_fen: 1 },
    },
    clearing_line: {
      tenancy: perMonth,
      grants: APPEND,
      row: (province, other, n) => ({
        treating_province: other,
        clearing_month: monthOf(n),
        insured_province: province,
        insurance: '310',
        fund: 'POOLING',
        cost_month: '2000-01',
        amount_fen: 1,
      }),
      change: { amount_fen: 2 },
    },
    clearing_count: {
      tenancy: perMonth,
      grants: APPEND,
      row: (province, other, n) => ({
        treating_province: other,
        clearing_month: monthOf(n),
        insured_province: province,
        insurance: '310',
        settlement_count: 1,
      }),
      change: { settlement_count: 2 },
    },
    clearing_confirmation: {
      tenancy: { provinces: ['region'], wholeProvinces: true },
      grants: APPEND,
      row: (province, _, n) => ({ region: province, clearing_month: monthOf(n), confirmed_at: INSTANT }),
      change: { confirmed_at: INSTANT },
    },
    clearing_notice: {
      tenancy: perMonth,
      grants: [...APPEND, ...updateOf('arrived_on', 'bank', 'bank_serial', 'paid_on')],
      row: (province, other, n) => ({
        treating_province: other,
        clearing_month: monthOf(n),
        insured_province: province,
        notice_id: uuidOf(n),
        is_return: false,
        amount_fen: 1,
      }),
      change: { bank: 'bank', bank_serial: '1', paid_on: dayOf(0) },
    },
    inbox: INBOX,
    outbox: OUTBOX,
    idempotency: IDEMPOTENCY,
    proposal: PROPOSAL,
    audit_record: AUDIT_RECORD,
    audit_head: AUDIT_HEAD,
  },
  tenantless: {
    migrations: MIGRATIONS,
    cycle: { why: 'the clearing day of all, with totals of the nation only', grants: CHANGE },
    clearing_month: { why: 'when each month was generated and noticed, which everybody may know', grants: CHANGE },
    chain_head: { why: 'the root of the last closed day, which everybody may know', grants: ['SELECT', 'UPDATE'] },
    'bullmq.*': { why: 'bells without anybody’s records', grants: ['DELETE', ...CHANGE, 'TRUNCATE', 'USAGE'] },
  },
});
