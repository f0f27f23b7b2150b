import { z } from 'zod';

const address = z.string().regex(/^[\w.-]+:\d{1,5}$/, 'host:port');
const file = z.string().min(1);
const peers = z.object({
  FILING_ADDRESS: address.optional(),
  CATALOGUE_ADDRESS: address.optional(),
  BENEFIT_ADDRESS: address.optional(),
  SETTLEMENT_ADDRESS: address.optional(),
  CLEARING_ADDRESS: address.optional(),
  IDENTITY_ADDRESS: address.optional(),
});

type Peers = z.infer<typeof peers>;

/** What every service reads from its environment. */
export const serviceEnvironment = peers.extend({
  /** Where this service listens. */
  LISTEN_ADDRESS: address,
  /** Files in PEM: the authority of all services' certificates, the own certificate, its key. Services have no plaintext mode. */
  TLS_CA: file,
  TLS_CERTIFICATE: file,
  TLS_KEY: file,
  /** PostgreSQL, as the service's own role, which owns nothing. */
  DATABASE_URL: z.url(),
  /** What audit records are linked with, of this service alone. Without it nobody can make a chain anew; it never changes. */
  AUDIT_KEY: z.string().regex(/^[0-9a-f]{64}$/, '32 bytes in hexadecimal'),
  /** The keys that the gateway's word for a caller is checked with, as a JWKS. */
  IDENTITY_PUBLIC_KEYS: z.string().min(2),
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
