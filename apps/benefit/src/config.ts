import { personalDataEnvironment, readEnvironment, serviceEnvironment } from '@yiditong/chassis';
import { z } from 'zod';

export const environment = readEnvironment(
  serviceEnvironment.extend({
    ...personalDataEnvironment.shape,
    /** How long an e-credential may be shown: long enough for a counter, too short to be worth photographing. At most five minutes. */
    E_CREDENTIAL_SECONDS: z.coerce.number().int().min(1).max(300).default(60),
  }),
);
