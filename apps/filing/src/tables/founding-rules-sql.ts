import { freeze } from '@yiditong/chassis';
import { FOUNDING_RULES, subjectOf } from '@yiditong/eligibility';
import { v7 as uuidv7 } from 'uuid';

/** What is known when the service begins, as one statement and its values. */
export function foundingRulesSql(): [string, unknown[]] {
  const rules = FOUNDING_RULES.map(({ content, ...rule }) => ({
    ...rule,
    content: freeze(content),
    kind: content.kind,
    subject: subjectOf(content),
  }));
  return [
    `INSERT INTO filing_rule (rule_id, owner, kind, subject, content, source, valid_from, valid_to, recorded_at)
     SELECT *, now() FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::date[], $8::date[])`,
    [
      rules.map(() => uuidv7()),
      rules.map(({ owner }) => owner),
      rules.map(({ kind }) => kind),
      rules.map(({ subject }) => subject),
      rules.map(({ content }) => content),
      rules.map(({ source }) => source),
      rules.map(({ validFrom }) => validFrom),
      rules.map(({ validTo }) => validTo),
    ],
  ];
}
