import { z } from 'zod';

const address = z.string().regex(/^[\w.-]+:\d{1,5}$/, 'host:port');
const peers = z.object({
  FILING_ADDRESS: address.optional(),
  CATALOGUE_ADDRESS: address.optional(),
  BENEFIT_ADDRESS: address.optional(),
  SETTLEMENT_ADDRESS: address.optional(),
  CLEARING_ADDRESS: address.optional(),
});

type Peers = z.infer<typeof peers>;

/** What every service reads from its environment. */
export const serviceEnvironment = peers.extend({
  /** Where this service listens. */
  LISTEN_ADDRESS: address,
  /** PostgreSQL, as the service's own role, which owns nothing. */
  DATABASE_URL: z.url(),
  /** Redis or Redis Cluster for BullMQ; without it BullMQ runs on the service's PostgreSQL. */
  REDIS_URL: z.url().optional(),
  LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error']).default('info'),
});
export type ServiceEnvironment = z.infer<typeof serviceEnvironment>;

/** Reads and checks the environment at start; a process with a wrong one ends before it serves. */
export function readEnvironment<T>(schema: z.ZodType<T>): T {
  const result = schema.safeParse(process.env);
  if (result.success) return result.data;
  throw new Error(
    `environment: ${result.error.issues.map((issue) => `${issue.path.join('.')} ${issue.message}`).join('; ')}`,
  );
}

/** The address of a peer that this service can't work without. */
export function peerAddress(environment: Peers, name: keyof Peers): string {
  const found = environment[name];
  if (found === undefined) throw new Error(`environment: ${name} is not set`);
  return found;
}
