import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { BILL_RULES, DEDUCTIBLE_RULES, LAYER_RULES, policyJsonSchema } from '@yiditong/adjudication';
import { describe, expect, it } from 'vitest';

const DOCUMENT = readFileSync(join(import.meta.dirname, '../../docs/policy-format.md'), 'utf8');

/** The names in the first column of the table that begins with these words. */
function namesIn(head: string): string[] {
  const [, table = ''] = DOCUMENT.split(`\n| ${head}`);
  const rows = table.split('\n\n')[0]?.split('\n').slice(2) ?? [];
  return rows.flatMap((row) => [...(row.split('|')[1] ?? '').matchAll(/`([^`]+)`/g)].map(([, name = '']) => name));
}

type Schema = { readonly properties?: Readonly<Record<string, Schema>>; readonly items?: Schema };
const REMARKS = ['note', 'source'];

describe('docs/policy-format.md teaches', () => {
  it('each field of a claim, and no other', () => {
    const schema: Schema = policyJsonSchema();
    const claim = schema.properties?.['examples']?.items?.properties?.['claim']?.properties ?? {};
    const fields = Object.keys(claim).filter((name) => !REMARKS.includes(name));
    expect(namesIn('in `claim`').toSorted()).toEqual(fields.toSorted());
  });

  it('each rule of an explanation’s lines, and no other', () => {
    const ofFunds = Object.entries(LAYER_RULES).map(([fund, rules]) =>
      ['FUND', ...Object.values(rules).map((rule) => rule.replace(fund, 'FUND'))].toSorted(),
    );
    expect(new Set(ofFunds.map((rules) => rules.join())).size).toBe(1);
    const rules = [...BILL_RULES, ...DEDUCTIBLE_RULES, ...(ofFunds[0] ?? [])];
    expect(namesIn('`rule` of a line').toSorted()).toEqual(rules.toSorted());
  });
});
