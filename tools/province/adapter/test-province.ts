import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { problemOf, readPolicy, type Policy } from '@yiditong/adjudication';
import { INSURANCES, PERSON_TYPES } from '@yiditong/codes';
import { z } from 'zod';
import { ROOT } from '../../stack/paths.js';

/** A person of the test environment, as the province knows him: nobody real, and without anything personal. */
const testPerson = z.strictObject({
  personId: z.uuid(),
  insuredRegion: z.string().regex(/^\d{6}$/),
  insurance: z.enum(INSURANCES),
  personType: z.enum(PERSON_TYPES),
  active: z.boolean(),
  tags: z.array(z.string().min(1)).default([]),
  note: z.string().optional(),
});

const document = z.strictObject({
  note: z.string().optional(),
  /** Files of policies, from the repository's root, each with the id under which it is answered. */
  policies: z.array(z.strictObject({ policyId: z.uuid(), file: z.string() })).min(1),
  persons: z.array(testPerson).min(1),
});

export type TestPerson = z.infer<typeof testPerson>;

/** Who is insured, and by which rules. */
export type TestProvince = {
  readonly person: (personId: string) => TestPerson | null;
  /** The policy in force on a business date. */
  readonly policy: (of: TestPerson, onDate: string) => Policy | null;
};

export const SHIPPED_PROVINCE = join(ROOT, 'tools', 'province', 'adapter', 'test-province.json');

/** Throws what is wrong with the files. */
export function loadTestProvince(file = SHIPPED_PROVINCE): TestProvince {
  const { persons, policies: files } = document.parse(JSON.parse(readFileSync(file, 'utf8')));
  const policies = files.map(({ policyId, file: at }) => loadPolicy(policyId, at));
  return {
    person: (personId) => persons.find((person) => person.personId === personId) ?? null,
    policy: ({ insuredRegion, insurance }, onDate) =>
      policies.find(
        (policy) =>
          policy.region === insuredRegion &&
          policy.insurance === insurance &&
          policy.validFrom <= onDate &&
          (policy.validTo === null || onDate <= policy.validTo),
      ) ?? null,
  };
}

function loadPolicy(policyId: string, file: string): Policy {
  const reading = readPolicy(JSON.parse(readFileSync(join(ROOT, file), 'utf8')));
  const problem = 'problem' in reading ? reading.problem : problemOf(reading.policy);
  if ('problem' in reading || problem !== null) throw new Error(`${file}: ${problem}`);
  return { policyId, ...reading.policy };
}
