import {
  areaOf,
  AUDIT_HEAD,
  AUDIT_RECORD,
  dayOf,
  describeTenancy,
  IDEMPOTENCY,
  INBOX,
  INSTANT,
  institutionOf,
  MIGRATIONS,
  updateOf,
  uuidOf,
} from '@yiditong/testing';
import { migrations } from './migrations/index.js';

describeTenancy({
  service: 'identity',
  migrations,
  tables: {
    institution_key: {
      tenancy: { provinces: ['province'], areas: ['region'], institution: 'institution_code' },
      grants: ['INSERT', 'SELECT', ...updateOf('revocation_reason', 'revoked_at')],
      row: (province, _, n) => ({
        province,
        institution_code: institutionOf(n),
        key_id: `key-${n}`,
        region: areaOf(province, n),
        public_key: String(n).padStart(130, '0'),
        valid_from: dayOf(n),
        valid_to: dayOf(n),
        registered_at: INSTANT,
      }),
      change: { revoked_at: INSTANT, revocation_reason: 'tried' },
    },
    admitted_message: {
      tenancy: { provinces: ['province'], wholeProvinces: true, institution: 'institution_code' },
      grants: ['DELETE', 'INSERT', 'SELECT'],
      row: (province, _, n) => ({
        province,
        institution_code: institutionOf(n),
        message_digest: `\\x${String(n).padStart(64, '0')}`,
        key_id: 'key',
        sent_at: INSTANT,
        forgotten_at: INSTANT,
      }),
      change: { key_id: 'changed' },
    },
    revocation: {
      tenancy: { provinces: ['region'], wholeProvinces: true },
      grants: ['INSERT', 'SELECT'],
      row: (province, _, n) => ({
        region: province,
        revocation_id: uuidOf(n),
        role: 'bureau',
        token_id: `token-${n}`,
        forgotten_at: INSTANT,
        reason: 'tried',
        revoked_at: INSTANT,
      }),
      change: { reason: 'changed' },
    },
    idempotency: IDEMPOTENCY,
    inbox: INBOX,
    audit_record: AUDIT_RECORD,
    audit_head: AUDIT_HEAD,
  },
  tenantless: { migrations: MIGRATIONS },
});
