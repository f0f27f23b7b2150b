import type { Tx } from '@yiditong/chassis';
import { Rejection } from '@yiditong/codes';
import { latestInsurance } from '../fact/fact.store.js';

/**
 * The pooling area where a person is insured now, by what is recorded. Rejects with PERSON_UNKNOWN, INSURED_REGION_MISMATCH where
 * it is another than the one that is claimed (null: none is), or INSURANCE_INACTIVE.
 */
export async function insuredRegionOf(tx: Tx, personId: string, claimed: string | null): Promise<string> {
  const insurance = await latestInsurance(tx, personId);
  if (!insurance) throw new Rejection('PERSON_UNKNOWN');
  if (claimed !== null && insurance.insuredRegion !== claimed) throw new Rejection('INSURED_REGION_MISMATCH');
  if (!insurance.active) throw new Rejection('INSURANCE_INACTIVE');
  return insurance.insuredRegion;
}
