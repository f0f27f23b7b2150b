import { narrowTenancySql } from '@yiditong/chassis';
import { areaOf, INSTANT, uuidOf } from './sample-values.js';
import { isParty, MIGRATED, updateOf, type Row, type TenantTable } from './tenant-table.js';
import type { Actor } from '@yiditong/access';

const CHANGE = ['INSERT', 'SELECT', 'UPDATE'];
const never = (): boolean => false;

export const IDEMPOTENCY: TenantTable = {
  tenancy: { provinces: ['region'] },
  grants: CHANGE,
  row: (province, _, n) => ({ scope: uuidOf(n), region: province, key: `request-${n}`, body_hash: '\\x5e' }),
  change: { answer: 'changed' },
};

export const OUTBOX: TenantTable = {
  tenancy: { provinces: ['region'] },
  grants: ['DELETE', ...CHANGE],
  row: (province, _, n) => ({
    scope: uuidOf(n),
    id: uuidOf(n),
    region: province,
    topic: 't',
    payload: '1',
    traceparent: '',
  }),
  change: { refusals: 7 },
};

export const INBOX: TenantTable = {
  tenancy: { provinces: ['region'] },
  grants: ['INSERT', 'SELECT'],
  row: (province, _, n) => ({ scope: 's', message_id: uuidOf(n), region: province }),
  change: { received_at: INSTANT },
};

const ofProvince = { provinces: ['province'] };
const isWhole = ({ area, person, institution }: Actor): boolean => (area ?? person ?? institution) === undefined;
const isAgency = ({ person, institution }: Actor): boolean => (person ?? institution) === undefined;

/** Everybody's acts stand in the chain of their province, which only the province as a whole reads, and nobody changes. */
export const AUDIT_RECORD: TenantTable = {
  tenancy: ofProvince,
  reach: {
    SELECT: (actor, row) => isWhole(actor) && isParty(ofProvince, actor, row),
    UPDATE: never,
    DELETE: never,
  },
  policies: `
    CREATE POLICY append ON audit_record FOR INSERT
      WITH CHECK (current_setting('app.region', true) IN (province, '000000'));
    CREATE POLICY read ON audit_record FOR SELECT
      USING (current_setting('app.region', true) IN (province, '000000') AND current_setting('app.area', true) = ''
        AND current_setting('app.institution', true) = '' AND current_setting('app.person', true) = '')`,
  grants: ['INSERT', 'SELECT'],
  row: (province, _, n) => ({
    province,
    sequence: n + 1,
    recorded_at: INSTANT,
    actor: '{}',
    purpose: 'SYSTEM',
    action: 'TRY',
    object_type: 'row',
    object_id: uuidOf(n),
    trace_id: '',
    previous_hash: '5e',
    hash: '5e',
  }),
  change: { hash: 'changed' },
};

export const AUDIT_HEAD: TenantTable = {
  tenancy: ofProvince,
  grants: ['SELECT', ...updateOf('hash', 'sequence')],
  row: MIGRATED,
  change: { hash: 'changed' },
};

const ofArea = { provinces: ['province'], areas: ['area'] };
const isPending = ({ state }: Row): boolean => state === 'PENDING';

/** Of agencies, and decided once. */
export const PROPOSAL: TenantTable = {
  tenancy: ofArea,
  reach: {
    SELECT: (actor, row) => isAgency(actor) && isParty(ofArea, actor, row),
    INSERT: (actor, row) => isAgency(actor) && isParty(ofArea, actor, row) && isPending(row),
    UPDATE: (actor, row) => isAgency(actor) && isParty(ofArea, actor, row) && isPending(row),
    DELETE: never,
  },
  policies: `
    ${narrowTenancySql('proposal', ofArea)}
    CREATE POLICY agencies ON proposal AS RESTRICTIVE
      USING (current_setting('app.institution', true) = '' AND current_setting('app.person', true) = '');
    CREATE POLICY begins_pending ON proposal AS RESTRICTIVE FOR INSERT WITH CHECK (state = 'PENDING');
    CREATE POLICY decided_once ON proposal AS RESTRICTIVE FOR UPDATE USING (state = 'PENDING') WITH CHECK (state <> 'PENDING');
    CREATE POLICY kept ON proposal AS RESTRICTIVE FOR DELETE USING (false)`,
  grants: ['INSERT', 'SELECT', ...updateOf('decided_at', 'decider', 'outcome', 'remark', 'state')],
  row: (province, _, n) => ({
    scope: areaOf(province, n),
    id: uuidOf(n),
    province,
    area: areaOf(province, n),
    kind: 'TRY',
    summary: '{}',
    body: '{}',
    digest: '5e'.repeat(32),
    maker: 'maker',
    made_at: INSTANT,
    state: 'PENDING',
  }),
  change: { state: 'WITHDRAWN', decider: 'maker', decided_at: INSTANT, remark: 'tried' },
};

/** What a migrated database keeps of itself. */
export const MIGRATIONS = { why: 'which migrations ran', grants: [] };
