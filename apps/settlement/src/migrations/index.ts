import { Settlements1763740800000 } from './1763740800000-settlements.js';
import { Visits1763740800001 } from './1763740800001-visits.js';
import { Routing1763740800002 } from './1763740800002-routing.js';
import { HospitalLedger1763740800003 } from './1763740800003-hospital-ledger.js';

/** In the order they run. */
export const migrations = [
  Settlements1763740800000,
  Visits1763740800001,
  Routing1763740800002,
  HospitalLedger1763740800003,
];
