import { Catalogues1763740800000 } from './1763740800000-catalogues.js';

/** In the order they run. */
export const migrations = [Catalogues1763740800000];
