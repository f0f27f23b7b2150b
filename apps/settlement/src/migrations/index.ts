import { Settlements1763740800000 } from './1763740800000-settlements.js';

/** In the order they run. */
export const migrations = [Settlements1763740800000];
