import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { generateDay, loadReferenceData, loadSample, startStack, type Stack } from '@yiditong/tools';
import type { TestProject } from 'vitest/node';
import { stackDirectory } from './own-stack.js';
import { startTraceCollector } from './trace-collector.js';

/** The size of the sample that the shared stack holds; specs make the same day again from it. */
export const SHARED_DAY = { persons: 60, bills: 80, seed: 7 } as const;

/** A hospital that has a token and a code of the right form, and that no bureau ever registered. */
export const UNREGISTERED = { institutionCode: 'H11010599999', region: '110105' } as const;

/** What specs need of the stack that this run started. */
export type SharedStack = {
  readonly document: Stack['document'];
  readonly now: string;
  readonly collector: string;
  readonly logs: string;
  /** PostgreSQL as each service's own role. */
  readonly databases: Readonly<Record<string, string>>;
  /** Tokens that the right issuer signed and that must open nothing. */
  readonly useless: Readonly<Record<'expired' | 'service' | 'roleless', string>>;
};

declare module 'vitest' {
  // vitest's own extension point is an interface.
  interface ProvidedContext {
    stack: SharedStack;
  }
}

/** One whole stack, as `npm run up` starts it, for all end-to-end specs that don't break it. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const directory = stackDirectory();
  const now = new Date().toISOString();
  const sample = loadSample();
  const { persons } = generateDay({ ...SHARED_DAY, sample, now });
  const collector = await startTraceCollector();
  const stack = await startStack({
    directory,
    accounts: { institutions: [...sample.institutions, UNREGISTERED], persons },
    environment: { OTEL_EXPORTER_OTLP_ENDPOINT: collector.address, OTEL_BSP_SCHEDULE_DELAY: '500' },
  });
  await loadReferenceData(stack.document, sample, persons);
  const services = ['filing', 'catalogue', 'benefit', 'settlement', 'clearing'] as const;
  const nation = { role: 'operator', region: '000000' } as const;
  project.provide('stack', {
    document: stack.document,
    now,
    collector: collector.address,
    logs: join(directory, 'logs'),
    databases: Object.fromEntries(services.map((name) => [name, stack.databases.appUrl(name)])),
    useless: {
      expired: await stack.issuer.sign('operator', nation, '1 hour ago'),
      service: await stack.issuer.sign('settlement', { ...nation, role: 'service' }),
      roleless: await stack.issuer.sign('operator', { ...nation, role: 'emperor' as 'operator' }),
    },
  });
  return async () => {
    await stack.stop();
    await collector.stop();
    rmSync(directory, { recursive: true, force: true });
  };
}
