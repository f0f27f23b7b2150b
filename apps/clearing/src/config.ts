import { readEnvironment, serviceEnvironment, signingKeysText } from '@yiditong/chassis';
import { z } from 'zod';

export const environment = readEnvironment(
  serviceEnvironment.extend({
    /** When the nightly close begins, as a cron pattern with seconds in Asia/Shanghai. */
    NIGHTLY_CLOSE: z.string().default('0 5 0 * * *'),
    /** What the roots of closed cycles are signed with. */
    CLEARING_SIGNING_KEYS: signingKeysText,
  }),
);
