import { narrowTenancySql, tenancySql } from '@yiditong/chassis';

const OF_OWNER = ['item_list', 'item_list_row', 'item_list_error', 'item_mapping'];

/** Own items of institutions and provinces, what they are in the nation's catalogue, and what doesn't fit. An empty institution is the province itself. */
export const HARMONIZATION_TABLES = `
  CREATE TABLE item_list (
    province char(6) NOT NULL,
    institution_code text NOT NULL,
    list_id uuid NOT NULL,
    effective_from date NOT NULL,
    state text NOT NULL,
    rows int NOT NULL DEFAULT 0,
    faulty_rows int NOT NULL DEFAULT 0,
    mapped int NOT NULL DEFAULT 0,
    queued int NOT NULL DEFAULT 0,
    refused int NOT NULL DEFAULT 0,
    unchanged int NOT NULL DEFAULT 0,
    upload_id uuid,
    header jsonb,
    opened_by text NOT NULL,
    opened_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    rounds int NOT NULL DEFAULT 0,
    due_at timestamptz,
    CONSTRAINT item_list_pk PRIMARY KEY (province, institution_code, list_id),
    CONSTRAINT item_list_state CHECK (state IN ('OPEN', 'MATCHING', 'MATCHED', 'FAULTY', 'DISCARDED'))
  );
  CREATE INDEX item_list_due ON item_list (due_at) WHERE due_at IS NOT NULL;
  CREATE TABLE item_list_row (
    province char(6) NOT NULL,
    institution_code text NOT NULL,
    list_id uuid NOT NULL,
    row_number int NOT NULL,
    item_code text NOT NULL,
    -- The item as its owner calls it, as JSON of its type in the code.
    item jsonb NOT NULL,
    state text NOT NULL,
    national_code text,
    -- What was proposed, best first, with its evidence.
    candidates jsonb NOT NULL DEFAULT '[]',
    decided_by text,
    decided_at timestamptz,
    remark text NOT NULL DEFAULT '',
    -- It claims another national item than a row of the same code does, or than what it is mapped to: what a scan looks at.
    contested boolean NOT NULL DEFAULT false,
    CONSTRAINT item_list_row_pk PRIMARY KEY (province, institution_code, list_id, row_number),
    CONSTRAINT item_list_row_state
      CHECK (state IN ('WAITING', 'MAPPED', 'QUEUED', 'REFUSED', 'CONFIRMED', 'NONE', 'UNCHANGED'))
  );
  CREATE INDEX item_list_row_by_state ON item_list_row (province, institution_code, list_id, state, row_number);
  CREATE INDEX item_list_row_by_code ON item_list_row (province, institution_code, list_id, item_code);
  CREATE INDEX item_list_row_contested ON item_list_row (province, institution_code) WHERE contested;
  CREATE TABLE item_list_error (
    province char(6) NOT NULL,
    institution_code text NOT NULL,
    list_id uuid NOT NULL,
    row_number int NOT NULL,
    cell text NOT NULL,
    column_name text NOT NULL,
    reason text NOT NULL,
    params text NOT NULL,
    CONSTRAINT item_list_error_pk PRIMARY KEY (province, institution_code, list_id, row_number, cell, reason)
  );
  -- What an item is, from a day on. Of two rows for a day the one recorded later counts; none is ever changed or removed.
  CREATE TABLE item_mapping (
    province char(6) NOT NULL,
    institution_code text NOT NULL,
    item_code text NOT NULL,
    effective_from date NOT NULL,
    -- Counts an item's mappings from 1.
    revision int NOT NULL,
    item_name text NOT NULL,
    -- What its owner charges, millionths of a yuan; null where unknown.
    price_micro_yuan bigint,
    -- Null: to nothing.
    national_code text,
    decider_kind text NOT NULL,
    decided_by text NOT NULL,
    decided_at timestamptz NOT NULL,
    score_bps int NOT NULL,
    evidence jsonb NOT NULL,
    remark text NOT NULL,
    list_id uuid,
    -- Of the item as the list described it; null where a clerk said it without a list.
    item_digest char(64),
    CONSTRAINT item_mapping_pk PRIMARY KEY (province, institution_code, item_code, revision),
    CONSTRAINT item_mapping_decider CHECK (decider_kind IN ('RULE', 'CLERK'))
  );
  CREATE INDEX item_mapping_by_national ON item_mapping (province, national_code);
  CREATE TABLE catalogue_conflict (
    province char(6) NOT NULL,
    conflict_id uuid NOT NULL,
    kind text NOT NULL,
    state text NOT NULL,
    institution_code text NOT NULL,
    item_code text NOT NULL,
    national_code text NOT NULL,
    -- What was found, as JSON; never a person's.
    finding jsonb NOT NULL,
    found_at timestamptz NOT NULL,
    last_seen_at timestamptz NOT NULL,
    owner text,
    resolution text NOT NULL DEFAULT '',
    resolved_by text,
    resolved_at timestamptz,
    CONSTRAINT catalogue_conflict_pk PRIMARY KEY (province, conflict_id),
    CONSTRAINT catalogue_conflict_state CHECK (state IN ('OPEN', 'ASSIGNED', 'ACCEPTED', 'CORRECTED', 'GONE'))
  );
  -- One at a time about one thing: what was accepted stays so for as long as it is found.
  CREATE UNIQUE INDEX catalogue_conflict_subject ON catalogue_conflict (province, kind, institution_code, item_code, national_code)
    WHERE state IN ('OPEN', 'ASSIGNED', 'ACCEPTED', 'CORRECTED');
  -- When a province's conflicts are looked for next. It stands here so that a scan which a publication asked for survives a crash.
  CREATE TABLE conflict_scan (
    province char(6) NOT NULL,
    due_at timestamptz NOT NULL,
    -- Asked for, and not finished since.
    is_awaited boolean NOT NULL DEFAULT true,
    -- What the last one that was finished came to.
    found int NOT NULL DEFAULT 0,
    gone int NOT NULL DEFAULT 0,
    CONSTRAINT conflict_scan_pk PRIMARY KEY (province)
  );
  CREATE INDEX conflict_scan_due ON conflict_scan (due_at);
  ${OF_OWNER.map((table) => narrowTenancySql(table, { provinces: ['province'], institution: 'institution_code' })).join('\n')}
  ${narrowTenancySql('catalogue_conflict', { provinces: ['province'], institution: 'institution_code' })}
  ${tenancySql('conflict_scan', 'province')}
  GRANT SELECT, INSERT, UPDATE ON item_list, item_list_row, catalogue_conflict, conflict_scan TO catalogue_app;
  GRANT DELETE ON item_list_row TO catalogue_app;
  GRANT SELECT, INSERT, DELETE ON item_list_error TO catalogue_app;
  GRANT SELECT, INSERT ON item_mapping TO catalogue_app;`;
