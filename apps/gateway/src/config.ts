import { readEnvironment, serviceEnvironment } from '@yiditong/chassis';
import { z } from 'zod';
import { issuerProblems, MODES, trustedIssuers } from './auth/issuers.js';
import { requestLimitsText } from './http/request-limits.js';

/** The gateway has no database. */
export const environment = readEnvironment(
  serviceEnvironment.omit({ DATABASE_URL: true, AUDIT_KEY: true, IDENTITY_PUBLIC_KEYS: true }).extend({
    /** What the gateway signs its word for a caller with: a private Ed25519 JWK with a `kid`. */
    IDENTITY_PRIVATE_KEY: z.string().min(2),
    /** Development takes issuers and keys that nobody vouches for. */
    YIDITONG_MODE: z.enum(MODES).default('production'),
    /** Whose tokens are accepted, as a JSON list. */
    AUTH_ISSUERS: trustedIssuers,
    /** How many requests a caller may send, as a JSON object; see docs/operations.md. */
    RATE_LIMITS: requestLimitsText,
    /** The proxies in front of the gateway that say where a request comes from: addresses and networks, with commas between. */
    TRUSTED_PROXIES: z.string().min(1).optional(),
  }),
);
export type GatewayEnvironment = typeof environment;

const problems = issuerProblems(environment.YIDITONG_MODE, environment.AUTH_ISSUERS);
if (problems.length > 0)
  throw new Error(`environment: AUTH_ISSUERS, in ${environment.YIDITONG_MODE} mode: ${problems.join('; ')}`);
