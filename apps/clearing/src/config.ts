import { readEnvironment, serviceEnvironment } from '@yiditong/chassis';
import { z } from 'zod';

export const environment = readEnvironment(
  serviceEnvironment.extend({
    /** When the nightly close begins, as a cron pattern with seconds in Asia/Shanghai. */
    NIGHTLY_CLOSE: z.string().default('0 5 0 * * *'),
  }),
);
