import {
  AUDIT_HEAD,
  AUDIT_RECORD,
  dayOf,
  describeTenancy,
  IDEMPOTENCY,
  INSTANT,
  MIGRATIONS,
  PROPOSAL,
  uuidOf,
} from '@yiditong/testing';
import { migrations } from './migrations/index.js';

describeTenancy({
  service: 'catalogue',
  migrations,
  tables: {
    catalogue_version: {
      tenancy: { provinces: ['province'] },
      grants: ['INSERT', 'SELECT'],
      row: (province, _, n) => ({
        province,
        version_id: uuidOf(n),
        effective_from: dayOf(n),
        entry_count: 1,
        published_at: INSTANT,
        proposal_id: uuidOf(n),
        digest: '5e'.repeat(32),
      }),
      change: { entry_count: 2 },
    },
    catalogue_entry: {
      tenancy: { provinces: ['province'] },
      grants: ['INSERT', 'SELECT'],
      row: (province, _, n) => ({
        province,
        version_id: uuidOf(n),
        national_code: `X${n}`,
        name: 'entry',
        item_class: 'A',
        first_self_pay_bps: 0,
        charge_category: '01',
      }),
      change: { name: 'changed' },
    },
    idempotency: IDEMPOTENCY,
    proposal: PROPOSAL,
    audit_record: AUDIT_RECORD,
    audit_head: AUDIT_HEAD,
  },
  tenantless: { migrations: MIGRATIONS },
});
