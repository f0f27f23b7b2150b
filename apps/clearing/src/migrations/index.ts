import { Clearing1763740800000 } from './1763740800000-clearing.js';

/** In the order they run. */
export const migrations = [Clearing1763740800000];
