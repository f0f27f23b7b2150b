import { readEnvironment, serviceEnvironment } from '@yiditong/chassis';
import { z } from 'zod';

/** No setting may let a message be older: admitted messages are remembered for longer than this, whatever the setting was then. */
export const MOST_AGE_SECONDS = 900;

export const environment = readEnvironment(
  serviceEnvironment.extend({
    /** How old a signed message may be when it is admitted. */
    MESSAGE_MAX_AGE_SECONDS: z.coerce.number().int().min(1).max(MOST_AGE_SECONDS).default(300),
    /** How far ahead its sender's clock may be. */
    MESSAGE_MAX_AHEAD_SECONDS: z.coerce.number().int().min(0).max(300).default(60),
    /** No token that is accepted lives longer, clocks that differ included: a revocation is kept at hand for as long. */
    TOKEN_MAX_LIFE_SECONDS: z.coerce.number().int().min(60).max(604_800).default(90_000),
  }),
);
