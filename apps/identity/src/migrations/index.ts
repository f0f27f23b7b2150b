import { Identity1763740800000 } from './1763740800000-identity.js';

/** In the order they run. */
export const migrations = [Identity1763740800000];
