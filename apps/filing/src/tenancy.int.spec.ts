import {
  areaOf,
  AUDIT_HEAD,
  AUDIT_RECORD,
  dayOf,
  describeTenancy,
  IDEMPOTENCY,
  INSTANT,
  MIGRATIONS,
  uuidOf,
} from '@yiditong/testing';
import { migrations } from './migrations/index.js';

describeTenancy({
  service: 'filing',
  migrations,
  tables: {
    filing: {
      tenancy: { provinces: ['insured_province'], areas: ['insured_region'], person: 'person_id' },
      // Where somebody goes is told by the eligibility that settlement asks for, not by the filing.
      mentions: ['destination_region'],
      grants: ['INSERT', 'SELECT'],
      row: (province, other, n) => ({
        person_id: uuidOf(n),
        filing_id: uuidOf(n),
        insured_province: province,
        insured_region: areaOf(province, n),
        category: 'REFERRAL',
        destination_region: areaOf(other, n),
        valid_from: dayOf(n),
        valid_to: dayOf(n),
        created_at: INSTANT,
      }),
      change: { created_at: '2026-03-02T02:00:00Z' },
    },
    idempotency: IDEMPOTENCY,
    audit_record: AUDIT_RECORD,
    audit_head: AUDIT_HEAD,
  },
  tenantless: { migrations: MIGRATIONS },
});
