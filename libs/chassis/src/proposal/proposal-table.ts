import { narrowTenancySql } from '../database.js';

/** Of agencies only: a hospital or an insured person sees no proposal, whatever province it is of. */
const AGENCIES = ['app.institution', 'app.person'].map((name) => `current_setting('${name}', true) = ''`).join(' AND ');

/**
 * For a service's first migration. A proposal begins pending, is decided once by somebody other than its maker (or withdrawn by
 * the maker), and then stays as it is for ever: the policies and checks say so to every statement, the owner's own
 * included. The scope is the distribution key, such as a province or a pooling area.
 */
export const PROPOSAL_TABLE = `
  CREATE TABLE proposal (
    scope text NOT NULL,
    id uuid NOT NULL,
    province char(6) NOT NULL,
    area char(6) NOT NULL,
    kind text NOT NULL,
    summary text NOT NULL,
    body text NOT NULL,
    digest char(64) NOT NULL,
    maker text NOT NULL,
    made_at timestamptz NOT NULL,
    state text NOT NULL,
    decider text,
    decided_at timestamptz,
    remark text,
    outcome text,
    CONSTRAINT proposal_pk PRIMARY KEY (scope, id, province),
    CONSTRAINT proposal_state CHECK (
      (state = 'PENDING' AND decider IS NULL AND decided_at IS NULL AND remark IS NULL AND outcome IS NULL)
      OR (state IN ('APPROVED', 'REJECTED', 'WITHDRAWN') AND decider IS NOT NULL AND decided_at IS NOT NULL
        AND remark IS NOT NULL AND (state = 'APPROVED') = (outcome IS NOT NULL))),
    CONSTRAINT proposal_maker_is_not_checker CHECK (state NOT IN ('APPROVED', 'REJECTED') OR decider <> maker),
    CONSTRAINT proposal_withdrawn_by_maker CHECK (state <> 'WITHDRAWN' OR decider = maker)
  );
  ${narrowTenancySql('proposal', { provinces: ['province'], areas: ['area'] })}
  CREATE POLICY agencies ON proposal AS RESTRICTIVE USING (${AGENCIES});
  CREATE POLICY begins_pending ON proposal AS RESTRICTIVE FOR INSERT WITH CHECK (state = 'PENDING');
  CREATE POLICY decided_once ON proposal AS RESTRICTIVE FOR UPDATE USING (state = 'PENDING') WITH CHECK (state <> 'PENDING');
  CREATE POLICY kept ON proposal AS RESTRICTIVE FOR DELETE USING (false);
  REVOKE DELETE, TRUNCATE ON proposal FROM CURRENT_USER;`;

/** What a service's role may do: propose, read and decide. What was proposed, by whom and when it can't change. */
export function proposalGrants(role: string): string {
  return `
    GRANT SELECT, INSERT ON proposal TO ${role};
    GRANT UPDATE (state, decider, decided_at, remark, outcome) ON proposal TO ${role};`;
}
