import {
  AUDIT_HEAD,
  AUDIT_RECORD,
  DemoTables1763740800000,
  describeTenancy,
  IDEMPOTENCY,
  INBOX,
  MIGRATIONS,
  OUTBOX,
  PROPOSAL,
} from '@yiditong/testing';

describeTenancy({
  service: 'chassis',
  migrations: [DemoTables1763740800000],
  tables: {
    demo: {
      tenancy: { provinces: ['province'] },
      grants: ['INSERT', 'SELECT', 'UPDATE'],
      row: (province, _, n) => ({ province, id: n, value: 1 }),
      change: { value: 2 },
    },
    idempotency: IDEMPOTENCY,
    outbox: OUTBOX,
    inbox: INBOX,
    proposal: PROPOSAL,
    audit_record: AUDIT_RECORD,
    audit_head: AUDIT_HEAD,
  },
  tenantless: { migrations: MIGRATIONS },
});
