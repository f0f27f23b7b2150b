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
import { provinceOf, Rejection } from '@yiditong/codes';
import {
  agreementFor,
  covers,
  destinationFor,
  filingOptions,
  type FilingOption,
  type FilingRule,
} from '@yiditong/eligibility';
import { ActingService } from '../family/acting.service.js';
import { FactService } from '../fact/fact.service.js';
import { latestInsurance, type LatestInsurance } from '../fact/fact.store.js';
import type { FilingRow } from '../filing/filing.entity.js';
import { filingsOf } from '../filing/filing.store.js';
import { RuleService } from '../rule/rule.service.js';

/** 规程第九条: what is filed online is done within two working days. */
const REVIEW_DAYS = 2;

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
      const guide = guideOf(insurance, treatingPlace, await filingsOf(tx, [personId]), rules, this.days(wish));
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

  /** A hospital asks for itself. */
  private async placeOf({ institutionCode, destinationRegion }: Wish): Promise<string> {
    if (institutionCode === null && destinationRegion === null)
      throw new Rejection('REQUEST_MALFORMED', { problem: 'destination_region is missing' });
    if (institutionCode === null || destinationRegion !== null) return destinationRegion ?? '';
    const region = await this.facts.institutionRegion(institutionCode);
    if (region === null) throw new Rejection('INSTITUTION_UNKNOWN', { institution: institutionCode });
    return region;
  }

  private days({ admittedAt }: Wish): Days {
    const now = this.clock.now();
    if (admittedAt !== null && admittedAt > now)
      throw new Rejection('REQUEST_MALFORMED', { problem: 'admitted_at lies in the future' });
    return { today: businessDateOf(now), validFrom: businessDateOf(admittedAt ?? now) };
  }
}

type Days = { readonly today: string; readonly validFrom: string };

function guideOf(
  { insuredRegion, active }: LatestInsurance,
  treatingPlace: string,
  filings: readonly FilingRow[],
  rules: readonly FilingRule[],
  days: Days,
): FilingGuide {
  const destinationRegion = destinationFor(rules, days.validFrom, treatingPlace);
  const existing = filings.find((filing) => standsFor(filing, treatingPlace, rules, days)) ?? null;
  const common = {
    insuredRegion,
    destinationRegion,
    ...days,
    existing,
    reviewDueOn: workingDaysAfter(days.today, REVIEW_DAYS),
  };
  const obstacle = obstacleOf({ insuredRegion, active, treatingPlace, destinationRegion, existing, rules, days });
  // Under an agreement somebody who stays for long may file all the same.
  const options =
    obstacle === null || obstacle.reason === 'FILING_NOT_NEEDED'
      ? filingOptions({ insuredRegion, treatingPlace, ...days }, rules)
      : [];
  return { ...common, options, obstacle };
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
  if (existing) return new Rejection('FILING_OVERLAPS');
  const agreement = agreementFor(rules, days.validFrom, insuredRegion, treatingPlace);
  return agreement ? new Rejection('FILING_NOT_NEEDED', { agreement: agreement.name }) : null;
}

/** In force or under review for that place on the day. */
function standsFor(filing: FilingRow, place: string, rules: readonly FilingRule[], { validFrom }: Days): boolean {
  const stands = filing.state === 'ACTIVE' || filing.state === 'SUBMITTED';
  const inPeriod = filing.validFrom <= validFrom && (filing.validTo === null || validFrom <= filing.validTo);
  return stands && inPeriod && covers(rules, validFrom, filing.destinationRegion, place);
}
