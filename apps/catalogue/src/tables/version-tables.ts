import { tenancySql } from '@yiditong/chassis';

/**
 * Published catalogues and what becomes one. A version is what it changes: an entry's row stands from its version on until a later
 * version of the same catalogue has another, so that a version of 100,000 entries which changes ten writes ten. Nothing is ever
 * changed or removed. The nation's catalogue is that of 000000.
 */
export const VERSION_TABLES = `
  CREATE TABLE catalogue_version (
    province char(6) NOT NULL,
    version_id uuid NOT NULL,
    -- Counts a catalogue's versions from 1; a later one is never in force earlier.
    sequence int NOT NULL,
    effective_from date NOT NULL,
    -- All that is in force from it on, and of that what it added or changed, and what it withdrew.
    entry_count int NOT NULL,
    added int NOT NULL,
    changed int NOT NULL,
    withdrawn int NOT NULL,
    origin text NOT NULL,
    -- The draft, or the version that it restores; null for a proposal in one message.
    origin_id uuid,
    published_at timestamptz NOT NULL,
    proposal_id uuid NOT NULL,
    digest char(64) NOT NULL,
    CONSTRAINT catalogue_version_pk PRIMARY KEY (province, version_id),
    CONSTRAINT catalogue_version_sequence UNIQUE (province, sequence),
    CONSTRAINT catalogue_version_proposal UNIQUE (province, proposal_id),
    CONSTRAINT catalogue_version_origin CHECK (origin IN ('MESSAGE', 'DRAFT', 'ROLLBACK'))
  );
  CREATE TABLE catalogue_entry (
    province char(6) NOT NULL,
    national_code text NOT NULL,
    -- Of the version that says this, and its date.
    sequence int NOT NULL,
    effective_from date NOT NULL,
    -- That version took it out; the rest is as it was before.
    withdrawn boolean NOT NULL,
    kind text NOT NULL,
    provincial_code text NOT NULL,
    name text NOT NULL,
    item_class text NOT NULL,
    -- Null where none is given, which is a conflict.
    charge_category char(2),
    -- JSON: [{"insurance": null, "personType": null, "bps": 1000}], [{"hospitalLevel": null, "microYuan": "50000000"}].
    shares jsonb NOT NULL,
    caps jsonb NOT NULL,
    over_cap_rule text,
    restriction jsonb,
    -- Last business date, or null until withdrawn.
    ends_on date,
    CONSTRAINT catalogue_entry_pk PRIMARY KEY (province, national_code, sequence),
    CONSTRAINT catalogue_entry_version FOREIGN KEY (province, sequence) REFERENCES catalogue_version (province, sequence),
    CONSTRAINT catalogue_entry_class CHECK (item_class IN ('A', 'B', 'C')),
    CONSTRAINT catalogue_entry_over_cap CHECK (over_cap_rule IN ('EXCESS', 'WHOLE') AND (over_cap_rule IS NULL) = (caps = '[]'))
  );
  CREATE INDEX catalogue_entry_changes ON catalogue_entry (province, sequence, national_code);
  CREATE TABLE national_item (
    province char(6) NOT NULL,
    national_code text NOT NULL,
    sequence int NOT NULL,
    effective_from date NOT NULL,
    withdrawn boolean NOT NULL,
    kind text NOT NULL,
    name text NOT NULL,
    dosage_form text NOT NULL,
    specification text NOT NULL,
    pack text NOT NULL,
    unit text NOT NULL,
    manufacturer text NOT NULL,
    approval_number text NOT NULL,
    charge_category char(2),
    reference_price_micro_yuan bigint,
    origin text NOT NULL,
    ends_on date,
    -- What is left of the name for comparing, by which items are found; see national_name.
    core_name text NOT NULL,
    CONSTRAINT national_item_pk PRIMARY KEY (province, national_code, sequence),
    CONSTRAINT national_item_version FOREIGN KEY (province, sequence) REFERENCES catalogue_version (province, sequence),
    CONSTRAINT national_item_nation CHECK (province = '000000'),
    CONSTRAINT national_item_origin CHECK (origin IN ('PUBLISHED', 'SYNTHETIC'))
  );
  CREATE INDEX national_item_changes ON national_item (province, sequence, national_code);
  CREATE INDEX national_item_by_name ON national_item (province, kind, core_name);
  CREATE INDEX national_item_by_approval ON national_item (province, approval_number) WHERE approval_number <> '';
  CREATE INDEX national_item_by_prefix ON national_item (province, national_code text_pattern_ops);
  -- Each name once, however many products bear it: what trigrams are compared with. The key spells every character in ASCII, since
  -- pg_trgm takes only letters and digits, and in the C locale Chinese characters are neither.
  -- Without row-level security: the names are everybody's, and behind a policy PostgreSQL lets no likeness near an index, since an
  -- operator of an extension might leak what the policy hides.
  CREATE TABLE national_name (
    province char(6) NOT NULL,
    kind text NOT NULL,
    core_name text NOT NULL,
    name_key text NOT NULL,
    CONSTRAINT national_name_pk PRIMARY KEY (province, kind, core_name),
    CONSTRAINT national_name_nation CHECK (province = '000000')
  );
  CREATE INDEX national_name_trigrams ON national_name USING gin (name_key gin_trgm_ops);

  CREATE TABLE catalogue_draft (
    province char(6) NOT NULL,
    draft_id uuid NOT NULL,
    form text NOT NULL,
    effective_from date NOT NULL,
    state text NOT NULL,
    rows int NOT NULL DEFAULT 0,
    faulty_rows int NOT NULL DEFAULT 0,
    warnings int NOT NULL DEFAULT 0,
    checked_rows int NOT NULL DEFAULT 0,
    -- Of which upload the rows are; null until the first are there.
    upload_id uuid,
    -- Which column stands where; null until the first rows are there.
    header jsonb,
    -- The catalogue's last version when it was checked, or 0; published against a later one it would say something else.
    checked_against int,
    -- What it changes against that, as JSON, and the SHA-256 of its rows; null until it was checked without errors.
    change jsonb,
    rows_digest char(64),
    opened_by text NOT NULL,
    opened_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    proposal_id uuid,
    -- How often it was taken up without coming to rest since.
    rounds int NOT NULL DEFAULT 0,
    -- Work in the background waits for it from this instant on; null where none does.
    due_at timestamptz,
    CONSTRAINT catalogue_draft_pk PRIMARY KEY (province, draft_id),
    CONSTRAINT catalogue_draft_form CHECK (form IN ('WHOLE', 'CHANGES')),
    CONSTRAINT catalogue_draft_state
      CHECK (state IN ('OPEN', 'CHECKING', 'READY', 'FAULTY', 'SUBMITTED', 'PUBLISHED', 'DISCARDED'))
  );
  CREATE INDEX catalogue_draft_due ON catalogue_draft (due_at) WHERE due_at IS NOT NULL;
  CREATE TABLE catalogue_draft_row (
    province char(6) NOT NULL,
    draft_id uuid NOT NULL,
    row_number int NOT NULL,
    national_code text NOT NULL,
    withdrawn boolean NOT NULL,
    -- An entry, or a national item, as JSON of its type in the code; null where it is withdrawn.
    content jsonb,
    CONSTRAINT catalogue_draft_row_pk PRIMARY KEY (province, draft_id, row_number)
  );
  CREATE INDEX catalogue_draft_row_by_code ON catalogue_draft_row (province, draft_id, national_code);
  CREATE TABLE catalogue_draft_finding (
    province char(6) NOT NULL,
    draft_id uuid NOT NULL,
    row_number int NOT NULL,
    -- Such as F17, or empty for the row as a whole.
    cell text NOT NULL,
    column_name text NOT NULL,
    warning boolean NOT NULL,
    reason text NOT NULL,
    -- As JSON; never what a cell says.
    params text NOT NULL,
    CONSTRAINT catalogue_draft_finding_pk PRIMARY KEY (province, draft_id, row_number, cell, reason)
  );
  ${[
    'catalogue_version',
    'catalogue_entry',
    'national_item',
    'catalogue_draft',
    'catalogue_draft_row',
    'catalogue_draft_finding',
  ]
    .map((table) => tenancySql(table, 'province'))
    .join('\n')}
  GRANT SELECT, INSERT ON catalogue_version, catalogue_entry, national_item, national_name TO catalogue_app;
  GRANT SELECT, INSERT, UPDATE ON catalogue_draft TO catalogue_app;
  GRANT SELECT, INSERT, DELETE ON catalogue_draft_row, catalogue_draft_finding TO catalogue_app;`;
