import { readEnvironment, serviceEnvironment } from '@yiditong/chassis';
import { z } from 'zod';

/** The blind index is keyed, so that a stolen table can't be searched by trying all ID numbers. */
export const environment = readEnvironment(
  serviceEnvironment.extend({ ID_INDEX_KEY: z.string().regex(/^[0-9a-f]{64}$/, '32 bytes in hexadecimal') }),
);
