import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { policyJsonSchema } from '@yiditong/adjudication';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { beforeAll, describe, expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');
const POLICIES = join(ROOT, 'tools/demo/data/policies');
const SHIPPED = readdirSync(POLICIES).filter((file) => file.endsWith('.json'));
/** What `$schema` says in a shipped policy. */
const SCHEMA_FROM_POLICIES = '../../../../docs/policy.schema.json';

type Json = { readonly [key: string]: unknown };
const readJson = (path: string): Json => JSON.parse(readFileSync(path, 'utf8')) as Json;
const shipped = (file: string): Json => readJson(join(POLICIES, file));

describe('the schema of policies', () => {
  let validate: ValidateFunction;
  beforeAll(() => {
    // A date is checked by the reader of policies: the schema’s own formats only tell editors.
    validate = new Ajv2020({
      strict: true,
      strictTypes: false,
      strictRequired: false,
      validateFormats: false,
      allErrors: false,
    }).compile(readJson(join(ROOT, 'docs/policy.schema.json')));
  });
  const problemsIn = (document: Json): unknown => (validate(document) ? [] : validate.errors);

  it.each(SHIPPED)('takes the shipped %s', (file) => expect(problemsIn(shipped(file))).toEqual([]));

  it('is where a shipped policy says that it is', () => {
    const named = SHIPPED.map((file) => shipped(file)['$schema']).filter((address) => address !== undefined);
    expect(named.filter((address) => address !== SCHEMA_FROM_POLICIES)).toEqual([]);
    expect(readJson(join(POLICIES, SCHEMA_FROM_POLICIES))).toEqual(policyJsonSchema());
  });

  it.each<[string, (policy: Json) => Json]>([
    ['an unknown field', (policy) => ({ ...policy, surprise: 1 })],
    ['no title', (policy) => ({ ...policy, title: undefined })],
    ['no source of its own', (policy) => ({ ...policy, source: undefined })],
    ['an amount that is a number', (policy) => ({ ...policy, poolingCap: { period: 'YEAR', on: 'FUND', most: 100 } })],
    ['an unknown insurance', (policy) => ({ ...policy, insurance: 'OTHER' })],
    ['a wrong ratio', (policy) => ({ ...policy, adjustments: [{ mode: 'POINTS_LESS', points: '10 points' }] })],
    ['a name for a place', (policy) => ({ ...policy, region: '西安' })],
    ['an example that expects nothing', (policy) => ({ ...policy, examples: [{ name: '一', claim: {}, expect: {} }] })],
  ])('refuses %s', (_, change) => {
    const policy = shipped(SHIPPED[0] ?? '');
    expect(problemsIn(policy)).toEqual([]);
    expect(problemsIn(change(policy))).not.toEqual([]);
  });
});
