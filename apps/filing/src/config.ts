import { personalDataEnvironment, readEnvironment, serviceEnvironment } from '@yiditong/chassis';
import { z } from 'zod';
import { signingKeysText } from '@yiditong/chassis';
import { MODES } from './notification/webhook-url.js';

export const environment = readEnvironment(
  serviceEnvironment.extend({
    ...personalDataEnvironment.shape,
    /** What receipts and notifications are signed with: a JSON list of private Ed25519 JWKs, each with a `kid`. The first signs. */
    FILING_SIGNING_KEYS: signingKeysText,
    /** Development sends notifications over plain HTTP and to this machine too. */
    YIDITONG_MODE: z.enum(MODES).default('production'),
  }),
);
