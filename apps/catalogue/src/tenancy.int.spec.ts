import { PROVINCES } from '@yiditong/codes';
import {
  AUDIT_HEAD,
  AUDIT_RECORD,
  dayOf,
  describeTenancy,
  IDEMPOTENCY,
  INSTANT,
  institutionOf,
  MIGRATED,
  MIGRATIONS,
  PROPOSAL,
  queryAs,
  uuidOf,
} from '@yiditong/testing';
import { migrations } from './migrations/index.js';

const APPEND = ['INSERT', 'SELECT'];
const ofProvince = { provinces: ['province'] };
/** A hospital's own, and of its province's bureau. */
const ofOwner = { provinces: ['province'], institution: 'institution_code' };

const versionOf = (province: string, n: number) => ({ province, sequence: n + 1, effective_from: dayOf(n) });
const draftOf = (province: string, n: number) => ({ province, draft_id: uuidOf(n) });
const listOf = (province: string, n: number) => ({
  province,
  institution_code: institutionOf(n),
  list_id: uuidOf(n),
});

describeTenancy({
  service: 'catalogue',
  migrations,
  // National items are the nation's alone, and an entry stands under a version of its own province. Here, every province tries to have
  // what others have. What a province has one row of at most is there once for each.
  prepare: async ({ superuserUrl }) => {
    await queryAs(
      superuserUrl,
      `ALTER TABLE national_item DROP CONSTRAINT national_item_nation, DROP CONSTRAINT national_item_version;
       ALTER TABLE catalogue_entry DROP CONSTRAINT catalogue_entry_version`,
    );
    for (const { code } of PROVINCES)
      await queryAs(superuserUrl, 'INSERT INTO conflict_scan (province, due_at) VALUES ($1, $2)', [code, INSTANT]);
  },
  tables: {
    catalogue_version: {
      tenancy: ofProvince,
      grants: APPEND,
      row: (province, _, n) => ({
        ...versionOf(province, n),
        version_id: uuidOf(n),
        entry_count: 1,
        added: 1,
        changed: 0,
        withdrawn: 0,
        origin: 'MESSAGE',
        published_at: INSTANT,
        proposal_id: uuidOf(n),
        digest: '5e'.repeat(32),
      }),
      change: { entry_count: 2 },
    },
    catalogue_entry: {
      tenancy: ofProvince,
      grants: APPEND,
      row: (province, _, n) => ({
        ...versionOf(province, n),
        national_code: `X${n}`,
        withdrawn: false,
        kind: 'WESTERN_DRUG',
        provincial_code: `X${n}`,
        name: 'entry',
        item_class: 'A',
        shares: [],
        caps: [],
      }),
      change: { name: 'changed' },
    },
    national_item: {
      tenancy: ofProvince,
      grants: APPEND,
      row: (province, _, n) => ({
        ...versionOf(province, n),
        national_code: `X${n}`,
        withdrawn: false,
        kind: 'WESTERN_DRUG',
        name: 'item',
        dosage_form: '',
        specification: '',
        pack: '',
        unit: '',
        manufacturer: '',
        approval_number: '',
        origin: 'SYNTHETIC',
        core_name: 'item',
      }),
      change: { name: 'changed' },
    },
    catalogue_draft: {
      tenancy: ofProvince,
      grants: [...APPEND, 'UPDATE'],
      row: (province, _, n) => ({
        ...draftOf(province, n),
        form: 'WHOLE',
        effective_from: dayOf(n),
        state: 'OPEN',
        opened_by: 'tried',
        opened_at: INSTANT,
        updated_at: INSTANT,
      }),
      change: { rows: 7 },
    },
    catalogue_draft_row: {
      tenancy: ofProvince,
      grants: ['DELETE', ...APPEND],
      row: (province, _, n) => ({
        ...draftOf(province, n),
        row_number: 2,
        national_code: 'X1',
        withdrawn: true,
      }),
      change: { withdrawn: false },
    },
    catalogue_draft_finding: {
      tenancy: ofProvince,
      grants: ['DELETE', ...APPEND],
      row: (province, _, n) => ({
        ...draftOf(province, n),
        row_number: 2,
        cell: 'A2',
        column_name: 'national_code',
        warning: false,
        reason: 'ROW_VALUE_MISSING',
        params: '{}',
      }),
      change: { params: '[]' },
    },
    item_list: {
      tenancy: ofOwner,
      grants: [...APPEND, 'UPDATE'],
      row: (province, _, n) => ({
        ...listOf(province, n),
        effective_from: dayOf(n),
        state: 'OPEN',
        opened_by: 'tried',
        opened_at: INSTANT,
        updated_at: INSTANT,
      }),
      change: { rows: 7 },
    },
    item_list_row: {
      tenancy: ofOwner,
      grants: ['DELETE', ...APPEND, 'UPDATE'],
      row: (province, _, n) => ({
        ...listOf(province, n),
        row_number: 2,
        item_code: `YP${n}`,
        item: {},
        state: 'WAITING',
      }),
      change: { remark: 'changed' },
    },
    item_list_error: {
      tenancy: ofOwner,
      grants: ['DELETE', ...APPEND],
      row: (province, _, n) => ({
        ...listOf(province, n),
        row_number: 2,
        cell: 'A2',
        column_name: 'item_code',
        reason: 'ROW_VALUE_MISSING',
        params: '{}',
      }),
      change: { params: '[]' },
    },
    item_mapping: {
      tenancy: ofOwner,
      grants: APPEND,
      row: (province, _, n) => ({
        province,
        institution_code: institutionOf(n),
        item_code: `YP${n}`,
        effective_from: dayOf(n),
        revision: 1,
        item_name: 'item',
        item_digest: '5e'.repeat(32),
        decider_kind: 'CLERK',
        decided_by: 'tried',
        decided_at: INSTANT,
        score_bps: 0,
        evidence: [],
        remark: '',
      }),
      change: { remark: 'changed' },
    },
    catalogue_conflict: {
      tenancy: ofOwner,
      grants: [...APPEND, 'UPDATE'],
      row: (province, _, n) => ({
        province,
        conflict_id: uuidOf(n),
        kind: 'PRICE_ABOVE_CAP',
        state: 'OPEN',
        institution_code: institutionOf(n),
        item_code: `YP${n}`,
        national_code: 'X1',
        finding: {},
        found_at: INSTANT,
        last_seen_at: INSTANT,
      }),
      change: { resolution: 'changed' },
    },
    conflict_scan: {
      tenancy: ofProvince,
      grants: [...APPEND, 'UPDATE'],
      row: MIGRATED,
      change: { due_at: '2026-03-02T02:00:00Z' },
    },
    idempotency: IDEMPOTENCY,
    proposal: PROPOSAL,
    audit_record: AUDIT_RECORD,
    audit_head: AUDIT_HEAD,
  },
  tenantless: {
    migrations: MIGRATIONS,
    national_name: {
      why: 'the names of the nation’s items are everybody’s, and no index of likeness is used behind a policy',
      mentions: ['province'],
      grants: APPEND,
    },
  },
});
