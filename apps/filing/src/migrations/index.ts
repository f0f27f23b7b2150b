import { Filings1763740800000 } from './1763740800000-filings.js';

/** In the order they run. */
export const migrations = [Filings1763740800000];
