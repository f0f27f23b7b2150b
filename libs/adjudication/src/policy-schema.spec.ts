import { describe, expect, it } from 'vitest';
import { policyJsonSchema } from './index.js';
import type { Json } from './spec-policies.js';

describe('docs/policy.schema.json', () => {
  // `vitest run --project unit libs/adjudication/src/policy-schema.spec.ts -u` writes it anew.
  it('is what the reader of policies makes of itself', () =>
    expect(`${JSON.stringify(policyJsonSchema(), null, 2)}\n`).toMatchFileSnapshot('../../../docs/policy.schema.json'));

  it('explains every field in English with the Chinese term', () => {
    const { properties, $defs } = policyJsonSchema() as { properties: Json; $defs: Json };
    const explained = Object.entries({ ...properties, ...$defs }).filter(([name]) => !/^(\$schema|note)$/.test(name));
    expect(explained.length).toBeGreaterThan(20);
    for (const [name, field] of explained)
      expect((field as { description?: string }).description, name).toMatch(/\p{Script=Han}/u);
  });
});
