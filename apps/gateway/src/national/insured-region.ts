import { MalformedRequest } from '../http/request-pipe.js';
import type { Envelope } from './envelope.js';

/** 参保地 of the person whom a message is about. Rejects with REQUEST_MALFORMED where the envelope says none. */
export function insuredRegionOf({ insuplc_admdvs: region }: Envelope): string {
  if (region === undefined || region === null || region === '')
    throw new MalformedRequest([{ path: 'insuplc_admdvs', message: 'is missing' }]);
  return region;
}
