import { Benefits1763740800000 } from './1763740800000-benefits.js';

/** In the order they run. */
export const migrations = [Benefits1763740800000];
