import { Injectable } from '@nestjs/common';
import {
  appendAudit,
  businessDateOf,
  Clock,
  Database,
  serviceActor,
  workingDaysAfter,
  type Actor,
} from '@yiditong/chassis';
import { provinceOf, Rejection, type FilingState } from '@yiditong/codes';
import {
  agreementFor,
  covers,
  destinationFor,
  filingOptions,
  holds,
  windowsOf,
  type FilingOption,
  type FilingRule,
  type FilingVersion,
} from '@yiditong/eligibility';
import { ActingService } from '../family/acting.service.js';
import { FactService } from '../fact/fact.service.js';
import { latestInsurance, type LatestInsurance } from '../fact/fact.store.js';
import type { FilingRow } from '../filing/filing.entity.js';
import { REVIEW_DAYS } from '../filing/handing-in.js';
import { filingsOf } from '../filing/filing.store.js';
import { RuleService } from '../rule/rule.service.js';
import { readFacts } from './eligibility.store.js';

/** Who wants to be treated where. */
export type Wish = {
  readonly personId: string;
  readonly forPersonId: string;
  /** Null where it is looked up: a person needn't know the code of his own place. */
  readonly insuredRegion: string | null;
  readonly institutionCode: string | null;
  readonly destinationRegion: string | null;
  /** Of a stay that has begun, else null. */
  readonly admittedAt: Date | null;
};

/** What somebody can do about it. */
export type FilingGuide = {
  readonly insuredRegion: string;
  readonly destinationRegion: string | null;
  readonly validFrom: string;
  readonly options: readonly FilingOption[];
  /** Why nothing has to be filed, or can't be. */
  readonly obstacle: Rejection | null;
  readonly existing: FilingRow | null;
  readonly reviewDueOn: string;
  readonly today: string;
};

/** Tells a person, or a hospital at the bedside, what can be filed, with what, and when it holds. */
@Injectable()
export class OptionsService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly rules: RuleService,
    private readonly facts: FactService,
    private readonly acting: ActingService,
  ) {}

  /** Rejects with PERSON_UNKNOWN, INSURED_REGION_MISMATCH, INSTITUTION_UNKNOWN, FAMILY_ACCESS_MISSING or REQUEST_MALFORMED. */
  async guide(actor: Actor, wish: Wish): Promise<FilingGuide> {
    const { personId, tenant } = await this.acting.of(actor, {
      personId: wish.personId,
      forPersonId: wish.forPersonId,
      insuredRegion: wish.insuredRegion ?? '',
    });
    const province = wish.insuredRegion === null ? tenant.region : provinceOf(wish.insuredRegion);
    const rules = await this.rules.all();
    await this.facts.learnInsurance(province, [personId]);
    const treatingPlace = await this.placeOf(wish);
    return this.database.transaction(serviceActor('filing', province), async (tx) => {
      const insurance = await latestInsurance(tx, personId);
      if (!insurance) throw new Rejection('PERSON_UNKNOWN');
      if (wish.insuredRegion !== null && insurance.insuredRegion !== wish.insuredRegion)
        throw new Rejection('INSURED_REGION_MISMATCH');
      const { filings: versions } = await readFacts(tx, [personId], []);
      const filed = { filings: await filingsOf(tx, [personId]), versions };
      const guide = guideOf(insurance, treatingPlace, filed, rules, this.days(wish));
      await appendAudit(tx, actor, {
        province,
        action: 'READ_FILING_OPTIONS',
        objectType: 'person',
        objectId: personId,
        after: { destinationRegion: guide.destinationRegion, institutionCode: wish.institutionCode },
      });
      return guide;
    });
  }

  /** A hospital asks for itself, and for no other place. */
  private async placeOf({ institutionCode, destinationRegion }: Wish): Promise<string> {
    if (institutionCode === null) {
      if (destinationRegion !== null) return destinationRegion;
      throw new Rejection('REQUEST_MALFORMED', { problem: 'destination_region is missing' });
    }
    const region = await this.facts.institutionRegion(institutionCode);
    if (region === null) throw new Rejection('INSTITUTION_UNKNOWN', { institution: institutionCode });
    return region;
  }

  private days({ admittedAt }: Wish): Days {
    const now = this.clock.now();
    if (admittedAt !== null && admittedAt > now)
      throw new Rejection('REQUEST_MALFORMED', { problem: 'admitted_at lies in the future' });
    const admitted = admittedAt ?? now;
    return { now, today: businessDateOf(now), admittedAt: admitted.getTime(), validFrom: businessDateOf(admitted) };
  }
}

/** Now, and when the stay began that is filed for; both as instants and as business dates. */
type Days = {
  readonly now: Date;
  readonly today: string;
  readonly admittedAt: number;
  readonly validFrom: string;
};
type Filed = { readonly filings: readonly FilingRow[]; readonly versions: readonly FilingVersion[] };

function guideOf(
  { insuredRegion, active }: LatestInsurance,
  treatingPlace: string,
  filed: Filed,
  rules: readonly FilingRule[],
  days: Days,
): FilingGuide {
  const { today, validFrom } = days;
  const destinationRegion = destinationFor(rules, validFrom, treatingPlace);
  const { existing, covering } = standing(filed, treatingPlace, rules, days);
  const obstacle = obstacleOf({ insuredRegion, active, treatingPlace, destinationRegion, existing, rules, days });
  // Under an agreement somebody who stays for long may file all the same, and what doesn't cover the stay can be replaced.
  const possible =
    obstacle === null || obstacle.reason === 'FILING_NOT_NEEDED' || (existing?.state === 'ACTIVE' && !covering);
  const options = possible ? filingOptions({ insuredRegion, treatingPlace, validFrom, today }, rules) : [];
  const reviewDueOn = workingDaysAfter(today, REVIEW_DAYS);
  return { insuredRegion, destinationRegion, validFrom, today, existing, reviewDueOn, options, obstacle };
}

type Circumstances = {
  readonly insuredRegion: string;
  readonly active: boolean;
  readonly treatingPlace: string;
  readonly destinationRegion: string | null;
  readonly existing: FilingRow | null;
  readonly rules: readonly FilingRule[];
  readonly days: Days;
};

function obstacleOf(of: Circumstances): Rejection | null {
  const { insuredRegion, active, treatingPlace, destinationRegion, existing, rules, days } = of;
  if (!active) return new Rejection('INSURANCE_INACTIVE');
  if (provinceOf(treatingPlace) === provinceOf(insuredRegion)) return new Rejection('FILING_SAME_PROVINCE');
  if (destinationRegion === null) return new Rejection('FILING_DESTINATION_INVALID', { region: treatingPlace });
  if (existing && STANDING.includes(existing.state)) return new Rejection('FILING_OVERLAPS');
  const agreement = agreementFor(rules, days.validFrom, insuredRegion, treatingPlace);
  return agreement ? new Rejection('FILING_NOT_NEEDED', { agreement: agreement.name }) : null;
}

/** In whose way another filing for the place would stand. */
const STANDING: readonly FilingState[] = ['ACTIVE', 'SUBMITTED'];
/** Most important to whoever asks first; what is over is of no use to him. */
const OF_USE: readonly FilingState[] = [...STANDING, 'RETURNED', 'DRAFT'];

/** The filing that says most about care at the place, and whether it covers a stay that began then. */
function standing(
  { filings, versions }: Filed,
  place: string,
  rules: readonly FilingRule[],
  { now, admittedAt, validFrom }: Days,
): { readonly existing: FilingRow | null; readonly covering: boolean } {
  const held = windowsOf(versions, now.getTime()).filter(
    (window) =>
      holds(window, { admittedAt, admittedOn: validFrom }) && covers(rules, validFrom, window.destinationRegion, place),
  );
  const covering = filings.find(
    ({ filingId, state }) => state === 'ACTIVE' && held.some((window) => window.filingId === filingId),
  );
  if (covering) return { existing: covering, covering: true };
  const forPlace = filings.filter(
    ({ validTo, destinationRegion }) =>
      (validTo === null || validFrom <= validTo) && covers(rules, validFrom, destinationRegion, place),
  );
  const existing = OF_USE.map((state) => forPlace.find((filing) => filing.state === state)).find(Boolean);
  return { existing: existing ?? null, covering: false };
}
