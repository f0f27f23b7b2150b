import {
  areaOf,
  AUDIT_HEAD,
  AUDIT_RECORD,
  BYTES,
  dayOf,
  describeTenancy,
  IDEMPOTENCY,
  INBOX,
  INSTANT,
  institutionOf,
  MIGRATED,
  MIGRATIONS,
  updateOf,
  uuidOf,
} from '@yiditong/testing';
import { migrations } from './migrations/index.js';

const APPEND = ['INSERT', 'SELECT'];
const LATER = '2026-03-02T02:00:00Z';
const personal = { provinces: ['province'], areas: ['insured_region'], person: 'person_id' };
const filed = { provinces: ['insured_province'], areas: ['insured_region'], person: 'person_id' };
const imported = { provinces: ['province'], wholeProvinces: true, areas: ['insured_region'] };
const notified = { provinces: ['province'], wholeProvinces: true };

const filingOf = (province: string, other: string, n: number) => ({
  person_id: uuidOf(n),
  filing_id: uuidOf(n),
  insured_province: province,
  insured_region: areaOf(province, n),
  category: 'REFERRAL',
  destination_region: areaOf(other, n),
  valid_from: dayOf(n),
  valid_to: dayOf(n),
  state: 'ACTIVE',
  version: 1,
  source: 'ONLINE',
  materials: '[]',
  pledged: false,
  owed: [],
  reason: '',
});
const entitlementOf = (province: string, n: number) => ({
  person_id: uuidOf(n),
  entitlement_id: uuidOf(n),
  province,
  insured_region: areaOf(province, n),
  valid_from: dayOf(n),
  valid_to: dayOf(n),
  version: 1,
  recorded_at: INSTANT,
});
const importOf = (province: string, n: number) => ({
  import_id: uuidOf(n),
  province,
  insured_region: areaOf(province, n),
});

describeTenancy({
  service: 'filing',
  migrations,
  tables: {
    filing: {
      tenancy: filed,
      // Where somebody goes, and the hospital that filed for him, see what eligibility tells them, not the filing.
      mentions: ['destination_region', 'institution_code'],
      grants: [...APPEND, 'UPDATE'],
      row: (province, other, n) => ({ ...filingOf(province, other, n), created_at: INSTANT, updated_at: INSTANT }),
      change: { reason: 'changed' },
    },
    filing_version: {
      tenancy: filed,
      mentions: ['destination_region', 'institution_code'],
      grants: APPEND,
      row: (province, other, n) => ({
        ...filingOf(province, other, n),
        event: 'SUBMIT',
        actor_role: 'insured',
        actor_subject: 'app',
        recorded_at: INSTANT,
      }),
      change: { reason: 'changed' },
    },
    family_access: {
      tenancy: { provinces: ['province', 'agent_province'], wholeProvinces: true, person: 'person_id' },
      // Who acts for another does so as that one; for whom he may, the service finds out for him.
      mentions: ['agent_person_id'],
      grants: [...APPEND, ...updateOf('revoked_at')],
      row: (province, other, n) => ({
        person_id: uuidOf(n),
        access_id: uuidOf(n),
        province,
        agent_person_id: uuidOf(n + 10_000),
        agent_province: other,
        relation: 'SPOUSE',
        granted_at: INSTANT,
      }),
      change: { revoked_at: LATER },
    },
    entitlement: {
      tenancy: personal,
      grants: [...APPEND, ...updateOf('disease_sealed', 'key_version', 'recorded_at', 'valid_to', 'version')],
      row: (province, _, n) => ({
        ...entitlementOf(province, n),
        disease_sealed: BYTES,
        key_version: 1,
        class_index: BYTES,
      }),
      change: { recorded_at: LATER },
    },
    entitlement_version: {
      tenancy: personal,
      grants: APPEND,
      row: (province, _, n) => ({ ...entitlementOf(province, n), reason: '' }),
      change: { reason: 'changed' },
    },
    entitlement_application: {
      tenancy: personal,
      // The hospital that applied is told by its message, and sees nothing here.
      mentions: ['institution_code'],
      grants: [
        ...APPEND,
        ...updateOf('entitlement_id', 'finding_sealed', 'key_version', 'reason', 'state', 'updated_at', 'version'),
      ],
      row: (province, _, n) => ({
        person_id: uuidOf(n),
        application_id: uuidOf(n),
        province,
        insured_region: areaOf(province, n),
        institution_code: institutionOf(n),
        identified_by: institutionOf(n),
        identified_on: dayOf(n),
        finding_sealed: BYTES,
        key_version: 1,
        class_index: BYTES,
        valid_from: dayOf(n),
        valid_to: dayOf(n),
        state: 'SUBMITTED',
        version: 1,
        reason: '',
        entitlement_id: null,
        created_at: INSTANT,
        updated_at: INSTANT,
      }),
      change: { reason: 'changed' },
    },
    insurance_fact: {
      tenancy: { provinces: ['province'], person: 'person_id' },
      // Where a person is insured now is the last of all his facts, whichever pooling area asks.
      mentions: ['insured_region'],
      grants: APPEND,
      row: (province, _, n) => ({
        person_id: uuidOf(n),
        province,
        changed_at: `${dayOf(n)}T02:00:00Z`,
        insured_region: areaOf(province, n),
        active: true,
        recorded_at: INSTANT,
      }),
      change: { active: false },
    },
    filing_rule: {
      tenancy: { provinces: ['owner'] },
      grants: [...APPEND, ...updateOf('valid_to')],
      row: (province, _, n) => ({
        rule_id: uuidOf(n),
        owner: province,
        kind: 'PROVINCE_POLICY',
        subject: `policy ${n}`,
        content: '{}',
        source: 'tried',
        valid_from: dayOf(n),
        recorded_at: INSTANT,
      }),
      change: { valid_to: '2999-12-31' },
    },
    filing_import: {
      tenancy: imported,
      grants: [
        ...APPEND,
        ...updateOf('applied_at', 'applied_by', 'checked_on', 'checked_rows', 'due_at', 'faulty_rows', 'header'),
        ...updateOf('rounds', 'rows', 'state', 'updated_at', 'upload_id'),
      ],
      row: (province, _, n) => ({
        ...importOf(province, n),
        state: 'OPEN',
        opened_by: '{}',
        opened_at: INSTANT,
        updated_at: INSTANT,
      }),
      change: { rows: 7 },
    },
    filing_import_row: {
      tenancy: imported,
      mentions: ['destination_region', 'person_id'],
      grants: ['DELETE', ...APPEND],
      row: (province, other, n) => ({
        ...importOf(province, n),
        row_number: 2,
        person_id: uuidOf(n),
        category: 'REFERRAL',
        destination_region: areaOf(other, n),
        valid_from: dayOf(n),
        pledged: false,
        material_kinds: [],
      }),
      change: { pledged: true },
    },
    filing_import_error: {
      tenancy: imported,
      grants: ['DELETE', ...APPEND],
      row: (province, _, n) => ({
        ...importOf(province, n),
        row_number: 2,
        cell: 'A2',
        column_name: 'person',
        reason: 'IMPORT_CELL_INVALID',
        params: '{}',
      }),
      change: { params: '[]' },
    },
    filing_event_head: {
      tenancy: { provinces: ['province'] },
      grants: ['SELECT', ...updateOf('sequence')],
      row: MIGRATED,
      change: { sequence: 7 },
    },
    filing_event: {
      tenancy: personal,
      grants: APPEND,
      row: (province, _, n) => ({
        province,
        sequence: n + 1,
        event_id: uuidOf(n),
        type: 'filing.submit',
        person_id: uuidOf(n),
        insured_region: areaOf(province, n),
        content: '{}',
        recorded_at: INSTANT,
      }),
      change: { content: '[]' },
    },
    webhook: {
      tenancy: notified,
      grants: [...APPEND, ...updateOf('removed_at', 'sequence')],
      row: (province, _, n) => ({
        province,
        webhook_id: uuidOf(n),
        url: 'https://example.org/',
        created_at: INSTANT,
        sequence: 0,
      }),
      change: { sequence: 7 },
    },
    webhook_delivery: {
      tenancy: notified,
      grants: [
        ...APPEND,
        ...updateOf('attempts', 'delivered_at', 'last_problem', 'last_status', 'next_attempt_at', 'state'),
      ],
      row: (province, _, n) => ({
        province,
        webhook_id: uuidOf(n),
        sequence: n + 1,
        state: 'PENDING',
        attempts: 0,
        next_attempt_at: INSTANT,
        last_problem: '',
      }),
      change: { attempts: 7 },
    },
    idempotency: IDEMPOTENCY,
    inbox: INBOX,
    audit_record: AUDIT_RECORD,
    audit_head: AUDIT_HEAD,
  },
  tenantless: {
    migrations: MIGRATIONS,
    institution_fact: {
      why: 'the directory of networked institutions is public, and decisions of every province need that of all others',
      mentions: ['institution_code', 'region'],
      grants: APPEND,
    },
  },
});
