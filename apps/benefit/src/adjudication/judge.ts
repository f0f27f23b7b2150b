import {
  adjudicateStay,
  benefitYearOf,
  benefitYearsOf,
  dependsOnPerson,
  explain,
  fundProcess,
  poolingRatioE4,
  type Account,
  type Accumulators,
  type Claim,
  type Policy,
  type StayAdjudication,
} from '@yiditong/adjudication';
import type { PersonalDataVault, Tx } from '@yiditong/chassis';
import { provinceOf, Rejection } from '@yiditong/codes';
import { accountOf } from '../account/account.store.js';
import { circumstancesOn, openPersonalData, type PersonalCircumstances } from '../person/personal-data.js';
import type { InsuredPerson } from '../person/person.entity.js';
import { findSealedPerson } from '../person/person.store.js';
import { policyInForce } from '../policy/policy.store.js';
import { accumulatorsOf } from './accumulator.store.js';
import type { RecordedAdjudication } from './adjudication.entity.js';
import type { PresentedClaim } from './claim.codec.js';

const NO_TOTALS: Accumulators = {};

/**
 * Gathers the person's policy, totals and accounts and applies the rules. Writes nothing. Rejects with PERSON_UNKNOWN,
 * INSURED_REGION_MISMATCH, INSURANCE_INACTIVE, POLICY_NOT_FOUND or what the rules say.
 */
export async function judge(
  tx: Tx,
  vault: PersonalDataVault,
  claim: PresentedClaim,
  person: InsuredPerson | null,
): Promise<RecordedAdjudication> {
  if (!person) throw new Rejection('PERSON_UNKNOWN');
  if (person.insuredRegion !== claim.insuredRegion) throw new Rejection('INSURED_REGION_MISMATCH');
  if (!person.active) throw new Rejection('INSURANCE_INACTIVE');
  const policy = await policyInForce(tx, person.insuredRegion, person.insurance, claim.endedOn);
  if (!policy) throw new Rejection('POLICY_NOT_FOUND', { region: person.insuredRegion });

  const personal = dependsOnPerson(policy) ? await circumstancesOf(tx, vault, claim) : UNASKED;
  const account = claim.useAccount ? await accountOf(tx, claim.personId) : null;
  const years = benefitYearsOf(claim, policy.benefitYear);
  const totals = await accumulatorsOf(tx, claim.personId, years, person.insurance);
  const presented = claimOf(claim, person, personal, account);
  const outcome = adjudicateStay(presented, policy, (year) => totals.get(year) ?? NO_TOTALS);
  if (!outcome.ok) throw new Rejection(outcome.reason);
  return recorded(outcome.adjudication, claim, person, policy);
}

const UNASKED: PersonalCircumstances = { age: null, personTags: [] };

/** Opened only where a rule asks, and kept nowhere: what is frozen and logged has neither birth date nor tags. */
async function circumstancesOf(
  tx: Tx,
  vault: PersonalDataVault,
  { personId, endedOn }: PresentedClaim,
): Promise<PersonalCircumstances> {
  const person = await findSealedPerson(tx, personId);
  if (!person) throw new Rejection('PERSON_UNKNOWN');
  return circumstancesOn(openPersonalData(vault, person), endedOn);
}

/** The bill as the policy sees it. */
function claimOf(
  presented: PresentedClaim,
  { personType, insuredRegion }: InsuredPerson,
  personal: PersonalCircumstances,
  account: Account | null,
): Claim {
  const { settlementId: _settlement, personId: _person, treatingRegion, useAccount: _use, ...bill } = presented;
  const isHomeProvince = provinceOf(treatingRegion) === provinceOf(insuredRegion);
  return {
    ...bill,
    ...personal,
    personType,
    settledBy: 'DIRECT',
    place: isHomeProvince ? 'HOME_PROVINCE' : 'OTHER_PROVINCE',
    account,
  };
}

function recorded(
  { steps, funds, ...decided }: StayAdjudication,
  { settlementId, endedOn }: PresentedClaim,
  { insurance, personType }: InsuredPerson,
  { policyId, benefitYear }: Policy,
): RecordedAdjudication {
  return {
    ...decided,
    settlementId,
    insurance,
    personType,
    policyId,
    // A discharge on the first day of a year may leave nothing in it.
    benefitYear: decided.years.at(-1)?.benefitYear ?? benefitYearOf(benefitYear, endedOn),
    funds: funds.map((paid) => ({ ...paid, process: fundProcess(steps, paid.fund) })),
    poolingRatioE4: poolingRatioE4({ ...decided, funds }),
    explanation: explain(steps),
  };
}
