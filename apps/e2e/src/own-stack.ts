import { chmodSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generateDay, loadReferenceData, loadSample, startStack, type Stack } from '@yiditong/tools';
import { HospitalDesk } from './hospital-desk.js';
import { personalDataOf, searchAndRemove } from './left-behind.js';
import { createTestIssuer, tokensOf, trustedThroughout, type TestDocument, type TestIssuer } from './test-issuer.js';

export type TestStack = Stack & { readonly document: TestDocument };
export type OwnStack = TestStack & { readonly desk: HospitalDesk };

type OwnStackOptions = {
  readonly persons: number;
  readonly bills: number;
  readonly seed: number;
  readonly environment?: Readonly<Record<string, string>>;
  /** Who gets a certificate beside the services. */
  readonly certified?: readonly string[];
};

/** Every stack has a log of this service's and a database of its name. */
export const IN_EVERY_STACK = 'settlement';

/**
 * A stack that a spec may break, with its sample loaded. Its `stop` leaves nothing behind, and throws where a person of the
 * sample could have been read in a log or in PostgreSQL's files: faults are when things are written that nobody thought of.
 */
export async function startOwnStack({ environment, certified = [], ...size }: OwnStackOptions): Promise<OwnStack> {
  const directory = stackDirectory();
  const sample = loadSample();
  const day = generateDay({ ...size, sample, now: new Date().toISOString() });
  const { persons } = day;
  const { institutions } = sample;
  const stack = await startTestStack(await createTestIssuer('own'), {
    directory,
    accounts: { institutions, persons },
    certified,
    ...(environment === undefined ? {} : { environment }),
  });
  await loadReferenceData(stack.document, sample, day);
  const stop = async (): Promise<void> => {
    await stack.stop();
    searchAndRemove(directory, IN_EVERY_STACK, personalDataOf(day, sample));
  };
  return { ...stack, stop, desk: new HospitalDesk(stack.document, day, sample) };
}

/** A stack that trusts the issuer beside the development issuer, and the tokens of it for all accounts. */
export async function startTestStack(
  issuer: TestIssuer,
  options: Parameters<typeof startStack>[0],
): Promise<TestStack> {
  const issuers = [...(options.issuers ?? []), trustedThroughout(issuer)];
  const stack = await startStack({ ...options, issuers });
  return { ...stack, document: { ...stack.document, tokens: await tokensOf(issuer, stack.accounts) } };
}

/** A directory that PostgreSQL's user may enter, so that the data lie in it and go with it. */
export function stackDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'yiditong-e2e-'));
  chmodSync(directory, 0o755);
  return directory;
}
