import { narrowTenancySql } from '@yiditong/chassis';
import { PROVINCES } from '@yiditong/codes';

/** Bulk imports, and what is told of changes. */
export const EXCHANGE_TABLES = `
  CREATE TABLE filing_import (
    import_id uuid NOT NULL,
    province char(6) NOT NULL,
    insured_region char(6) NOT NULL,
    state text NOT NULL,
    rows int NOT NULL DEFAULT 0,
    faulty_rows int NOT NULL DEFAULT 0,
    -- Of which upload the rows are; null until the first are there.
    upload_id uuid,
    -- Of how many rows the persons have been looked up.
    checked_rows int NOT NULL DEFAULT 0,
    -- The business date of the check that found no errors; null until one did.
    checked_on date,
    -- How often it was taken up without coming to rest since.
    rounds int NOT NULL DEFAULT 0,
    -- Which column stands where, as JSON; null until the first rows are there.
    header text,
    -- Who opened it and who has it applied in the background, as JSON of the actor.
    opened_by text NOT NULL,
    applied_by text,
    opened_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    -- When its rows became true, all at once.
    applied_at timestamptz,
    -- Work in the background waits for it from this instant on; null where none does. Whoever takes it moves that on for as long
    -- as he has, so that another takes it up if he is gone.
    due_at timestamptz,
    CONSTRAINT filing_import_pk PRIMARY KEY (import_id, province),
    CONSTRAINT filing_import_state CHECK (state IN ('OPEN', 'CHECKING', 'READY', 'FAULTY', 'APPLYING', 'APPLIED', 'DISCARDED')),
    CONSTRAINT filing_import_applied CHECK ((state = 'APPLIED') = (applied_at IS NOT NULL))
  );
  CREATE INDEX filing_import_due ON filing_import (due_at) WHERE due_at IS NOT NULL;

  CREATE TABLE filing_import_row (
    import_id uuid NOT NULL,
    row_number int NOT NULL,
    province char(6) NOT NULL,
    insured_region char(6) NOT NULL,
    person_id uuid NOT NULL,
    category text NOT NULL,
    destination_region char(6) NOT NULL,
    valid_from date NOT NULL,
    valid_to date,
    pledged boolean NOT NULL,
    material_kinds text[] NOT NULL,
    CONSTRAINT filing_import_row_pk PRIMARY KEY (import_id, row_number, province)
  );

  CREATE TABLE filing_import_error (
    import_id uuid NOT NULL,
    row_number int NOT NULL,
    province char(6) NOT NULL,
    insured_region char(6) NOT NULL,
    -- Such as F17, or empty for the row as a whole.
    cell text NOT NULL,
    column_name text NOT NULL,
    reason text NOT NULL,
    -- As JSON; never what a cell says.
    params text NOT NULL,
    CONSTRAINT filing_import_error_pk PRIMARY KEY (import_id, row_number, cell, reason, province)
  );

  CREATE TABLE filing_event_head (
    province char(6) NOT NULL,
    sequence bigint NOT NULL,
    CONSTRAINT filing_event_head_pk PRIMARY KEY (province)
  );
  INSERT INTO filing_event_head (province, sequence)
    SELECT unnest('{${PROVINCES.map(({ code }) => code).join(',')}}'::text[]), 0;

  -- In the order in which they became true: whoever has read up to one has missed none before it.
  CREATE TABLE filing_event (
    province char(6) NOT NULL,
    sequence bigint NOT NULL,
    event_id uuid NOT NULL,
    type text NOT NULL,
    person_id uuid,
    insured_region char(6) NOT NULL,
    content text NOT NULL,
    recorded_at timestamptz NOT NULL,
    CONSTRAINT filing_event_pk PRIMARY KEY (province, sequence)
  );
  CREATE INDEX filing_event_of_person ON filing_event (person_id, sequence);
  CREATE INDEX filing_event_by_id ON filing_event (province, event_id);

  CREATE TABLE webhook (
    province char(6) NOT NULL,
    webhook_id uuid NOT NULL,
    url text NOT NULL,
    created_at timestamptz NOT NULL,
    removed_at timestamptz,
    -- Up to here, deliveries have been made of events.
    sequence bigint NOT NULL,
    CONSTRAINT webhook_pk PRIMARY KEY (province, webhook_id)
  );

  CREATE TABLE webhook_delivery (
    province char(6) NOT NULL,
    webhook_id uuid NOT NULL,
    sequence bigint NOT NULL,
    state text NOT NULL,
    attempts int NOT NULL DEFAULT 0,
    next_attempt_at timestamptz NOT NULL,
    last_status int,
    last_problem text NOT NULL DEFAULT '',
    delivered_at timestamptz,
    CONSTRAINT webhook_delivery_pk PRIMARY KEY (province, webhook_id, sequence),
    CONSTRAINT webhook_delivery_state CHECK (state IN ('PENDING', 'DELIVERED', 'FAILED')),
    CONSTRAINT webhook_delivery_end CHECK ((state = 'DELIVERED') = (delivered_at IS NOT NULL))
  );
  CREATE INDEX webhook_delivery_due ON webhook_delivery (province, webhook_id, next_attempt_at) WHERE state = 'PENDING';
  CREATE INDEX webhook_delivery_failed ON webhook_delivery (province, webhook_id, sequence) WHERE state = 'FAILED';
  ${['filing_import', 'filing_import_row', 'filing_import_error']
    .map((table) =>
      narrowTenancySql(table, { provinces: ['province'], wholeProvinces: true, areas: ['insured_region'] }),
    )
    .join('')}
  ${narrowTenancySql('filing_event_head', { provinces: ['province'] })}
  ${narrowTenancySql('filing_event', { provinces: ['province'], areas: ['insured_region'], person: 'person_id' })}
  ${narrowTenancySql('webhook', { provinces: ['province'], wholeProvinces: true })}
  ${narrowTenancySql('webhook_delivery', { provinces: ['province'], wholeProvinces: true })}
  GRANT SELECT, INSERT, UPDATE (state, rows, faulty_rows, upload_id, checked_rows, checked_on, rounds, header, applied_by, updated_at,
    applied_at, due_at) ON filing_import TO filing_app;
  GRANT SELECT, INSERT, DELETE ON filing_import_row, filing_import_error TO filing_app;
  GRANT SELECT, UPDATE (sequence) ON filing_event_head TO filing_app;
  GRANT SELECT, INSERT ON filing_event TO filing_app;
  GRANT SELECT, INSERT, UPDATE (removed_at, sequence) ON webhook TO filing_app;
  GRANT SELECT, INSERT, UPDATE (state, attempts, next_attempt_at, last_status, last_problem, delivered_at) ON webhook_delivery TO filing_app;`;
