import { readEnvironment, serviceEnvironment } from '@yiditong/chassis';
import { z } from 'zod';

/** The gateway has no database. Tokens are verified against a JWKS, given inline or by address. */
export const environment = readEnvironment(
  serviceEnvironment.omit({ DATABASE_URL: true }).extend({
    AUTH_ISSUER: z.string().min(1),
    AUTH_AUDIENCE: z.string().min(1),
    AUTH_JWKS: z.string().min(1).optional(),
    AUTH_JWKS_URL: z.url().optional(),
  }),
);
export type GatewayEnvironment = typeof environment;
