import { personalDataEnvironment, readEnvironment, serviceEnvironment } from '@yiditong/chassis';
import { z } from 'zod';

export const environment = readEnvironment(
  serviceEnvironment.extend({
    ...personalDataEnvironment.shape,
    /** How long a message may stay without an outcome before it is declared not settled. At most five minutes (invariant B5). */
    IN_DOUBT_SECONDS: z.coerce.number().int().min(1).max(300).default(60),
  }),
);
