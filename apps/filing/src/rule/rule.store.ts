import { freeze, thaw, violatedConstraint, type Tx } from '@yiditong/chassis';
import { Rejection } from '@yiditong/codes';
import { subjectOf, type RuleContent } from '@yiditong/eligibility';
import type { FilingRuleRow } from './rule.entity.js';

const COLUMNS = `rule_id AS "ruleId", owner, content, source, to_char(valid_from, 'YYYY-MM-DD') AS "validFrom",
  to_char(valid_to, 'YYYY-MM-DD') AS "validTo", recorded_at AS "recordedAt"`;

type StoredRule = Omit<FilingRuleRow, 'content'> & { readonly content: string };

/** Those that the actor may see, in the order in which they took effect. */
export async function allRules(tx: Tx): Promise<FilingRuleRow[]> {
  const rows: StoredRule[] = await tx.query(
    `SELECT ${COLUMNS} FROM filing_rule ORDER BY kind, subject, valid_from, rule_id`,
  );
  return rows.map(ruleOf);
}

/** Locked, because what is read is changed next. */
export async function lockRule(tx: Tx, owner: string, ruleId: string): Promise<FilingRuleRow | null> {
  const rows: StoredRule[] = await tx.query(
    `SELECT ${COLUMNS} FROM filing_rule WHERE rule_id = $1 AND owner = $2 FOR UPDATE`,
    [ruleId, owner],
  );
  const [row] = rows;
  return row ? ruleOf(row) : null;
}

/** Rejects with FILING_RULE_OVERLAPS where a rule about the same is in force in the period. */
export async function insertRule(tx: Tx, rule: FilingRuleRow): Promise<void> {
  const { ruleId, owner, content, source, validFrom, validTo, recordedAt } = rule;
  await tx
    .query(
      `INSERT INTO filing_rule (rule_id, owner, kind, subject, content, source, valid_from, valid_to, recorded_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
      [ruleId, owner, content.kind, subjectOf(content), freeze(content), source, validFrom, validTo, recordedAt],
    )
    .catch((error: unknown) => {
      throw violatedConstraint(error) === 'filing_rule_no_overlap' ? new Rejection('FILING_RULE_OVERLAPS') : error;
    });
}

export async function endRule(tx: Tx, { owner, ruleId }: FilingRuleRow, validTo: string): Promise<void> {
  await tx.query('UPDATE filing_rule SET valid_to = $3 WHERE rule_id = $1 AND owner = $2', [ruleId, owner, validTo]);
}

function ruleOf({ content, ...row }: StoredRule): FilingRuleRow {
  return { ...row, content: thaw<RuleContent>(content) };
}
