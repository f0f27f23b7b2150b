import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { DATABASE_SERVICES, generateDay, loadReferenceData, loadSample } from '@yiditong/tools';
import type { TestProject } from 'vitest/node';
import { stackDirectory, startTestStack } from './own-stack.js';
import { createTestIssuer, trusted, type TestDocument, type TestIssuer } from './test-issuer.js';
import { startTraceCollector } from './trace-collector.js';

/** The size of the sample that the shared stack holds; specs make the same day again from it. */
export const SHARED_DAY = { persons: 60, bills: 80, seed: 7 } as const;

/** A hospital that has a token and a code of the right form, and that no bureau ever registered. */
export const UNREGISTERED = { institutionCode: 'H11010599999', region: '110105' } as const;

/** What the province's issuer may say. */
export const ISSUER_OF_PROVINCE = { roles: ['hospital', 'bureau'], provinces: ['110000'] } as const;

/** Specs go through everything that there is as fast as they can, from one address; what limits there are, has a stack of its own. */
const RATE_LIMITS = JSON.stringify(
  Object.fromEntries(
    ['insured', 'hospital', 'bureau', 'operator', 'anonymous', 'failed'].map((kind) => [kind, 1_000_000]),
  ),
);

/** What specs need of the stack that this run started. */
export type SharedStack = {
  readonly document: TestDocument;
  readonly now: string;
  readonly collector: string;
  readonly logs: string;
  /** The private key with which the gateway vouches for callers, so that specs can be anybody at a service's door. */
  readonly identityKey: string;
  /** PostgreSQL's files, and each service's database as the superuser sees it: what a thief of either would have. */
  readonly spoils: { readonly files: string; readonly databases: Readonly<Record<string, string>> };
  /** PostgreSQL as each service's own role. */
  readonly databases: Readonly<Record<string, string>>;
  /** Issuers that the gateway trusts: one for everything, and a province's for its own hospitals and bureaus only. */
  readonly issuers: Readonly<Record<'nation' | 'province', TestIssuer>>;
};

declare module 'vitest' {
  // vitest's own extension point is an interface.
  interface ProvidedContext {
    stack: SharedStack;
    /** The end-to-end specs of this run that the canary comes after. */
    before: readonly string[];
  }
}

/** One whole stack, as `npm run up` starts it, for all end-to-end specs that don't break it. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const directory = stackDirectory();
  const now = new Date().toISOString();
  const sample = loadSample();
  const day = generateDay({ ...SHARED_DAY, sample, now });
  const collector = await startTraceCollector();
  const [nation, province] = [await createTestIssuer('nation'), await createTestIssuer('province')];
  const stack = await startTestStack(nation, {
    directory,
    issuers: [trusted(province, ISSUER_OF_PROVINCE)],
    accounts: { institutions: [...sample.institutions, UNREGISTERED], persons: day.persons },
    environment: {
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.address,
      OTEL_BSP_SCHEDULE_DELAY: '500',
      OTEL_METRIC_EXPORT_INTERVAL: '500',
      RATE_LIMITS,
    },
  });
  await loadReferenceData(stack.document, sample, day);
  const services = ['filing', 'catalogue', 'benefit', 'settlement', 'clearing', 'identity'] as const;
  project.provide('stack', {
    document: stack.document,
    now,
    collector: collector.address,
    issuers: { nation, province },
    logs: join(directory, 'logs'),
    identityKey: stack.identity.privateJwk,
    spoils: {
      files: join(directory, 'postgres'),
      databases: Object.fromEntries(DATABASE_SERVICES.map((name) => [name, stack.databases.superuserUrl(name)])),
    },
    databases: Object.fromEntries(services.map((name) => [name, stack.databases.appUrl(name)])),
  });
  return async () => {
    await stack.stop();
    await collector.stop();
    rmSync(directory, { recursive: true, force: true });
  };
}
