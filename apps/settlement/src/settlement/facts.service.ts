import { Inject, Injectable } from '@nestjs/common';
import { sumSplits, type FeeSplit } from '@yiditong/adjudication';
import {
  benefitLevelCodec,
  decodeRejection,
  decodeSplit,
  encodeInstant,
  filingCategoryCodec,
  hospitalLevelCodec,
  insuranceCodec,
  itemClassCodec,
  lineRuleCodec,
  personTypeCodec,
  required,
  serviceActor,
  TARGETS,
  visitKindCodec,
  type RpcClient,
} from '@yiditong/chassis';
import {
  ELIGIBILITY_BASES,
  provinceOf,
  Rejection,
  type BenefitLevel,
  type EligibilityBasis,
  type FilingCategory,
} from '@yiditong/codes';
import type { benefitV1, catalogueV1, filingV1 } from '@yiditong/contracts';
import type { Institution } from '../institution/institution.entity.js';
import { decodeAdjudication, type Decided } from './adjudication.codec.js';
import type { Bill } from './bill-rules.js';
import type { SettledLine } from './settlement.entity.js';

const SERVICE = 'settlement';
/** Well inside the gateway's own deadline, so that this side still has time to say what happened. */
const FACT_DEADLINE_MS = 3_000;
const HOME_DEADLINE_MS = 5_000;

/** What is known of a bill before anybody decides who pays. */
export type Facts = {
  readonly filingCategory: FilingCategory;
  readonly benefitLevel: BenefitLevel;
  readonly eligibilityBasis: EligibilityBasis;
  readonly filingId: string | null;
  readonly lines: readonly SettledLine[];
  readonly split: FeeSplit;
};

/** The three questions that settling a bill asks of others. No transaction is open here. */
@Injectable()
export class FactsService {
  constructor(
    @Inject(TARGETS.eligibility.token) private readonly filing: RpcClient<filingV1.EligibilityServiceClient>,
    @Inject(TARGETS.catalogue.token) private readonly catalogue: RpcClient<catalogueV1.CatalogueServiceClient>,
    @Inject(TARGETS.homeProvince.token) private readonly homeProvince: RpcClient<benefitV1.HomeProvinceServiceClient>,
  ) {}

  /** Asks filing and catalogue side by side. Rejects with their reasons. */
  async gather(bill: Bill, institution: Institution): Promise<Facts> {
    const [eligibility, lines] = await Promise.all([
      this.eligibility(bill, institution),
      this.classify(bill, institution),
    ]);
    return { ...eligibility, lines, split: sumSplits(lines.map((line) => line.split)) };
  }

  /** What the home province would decide; it books nothing. Rejects with its reason, or HOME_ANSWER_UNUSABLE. */
  async trial(claim: benefitV1.Claim): Promise<Decided> {
    const { adjudication } = await this.homeProvince.call('trial', { claim }, homeActor(claim), HOME_DEADLINE_MS);
    return decodeAdjudication(adjudication, claim);
  }

  /**
   * Rejects with the home province's reason, SERVICE_UNAVAILABLE where its answer is not known, or HOME_ANSWER_UNUSABLE where it
   * doesn't add up: then the home province may have booked it.
   */
  async adjudicate(claim: benefitV1.Claim): Promise<Decided> {
    const { answers } = await this.homeProvince.call(
      'adjudicate',
      { claims: [claim] },
      homeActor(claim),
      HOME_DEADLINE_MS,
    );
    const [answer] = answers;
    const isRefusal = answers.length === 1 && answer?.adjudication === undefined;
    if (isRefusal && answer?.rejection) throw decodeRejection(answer.rejection);
    // A refusal with an adjudication beside it may have been booked, and is no answer either.
    return decodeAdjudication(answers.length === 1 && !answer?.rejection ? answer?.adjudication : undefined, claim);
  }

  /** Undoes an adjudication, or bars its id. Idempotent. */
  async reverse(identity: benefitV1.ReverseRequest): Promise<void> {
    await this.homeProvince.call('reverse', identity, homeActor(identity), HOME_DEADLINE_MS);
  }

  /** Two-way benefit at home (通知二(五)) is settled inside the province, whatever filing says of it. */
  private async eligibility(bill: Bill, institution: Institution): Promise<Omit<Facts, 'lines' | 'split'>> {
    if (provinceOf(bill.insuredRegion) === institution.province) throw new Rejection('NOT_CROSS_PROVINCE');
    const check: filingV1.EligibilityCheck = {
      personId: bill.personId,
      insuredRegion: bill.insuredRegion,
      treatingRegion: institution.region,
      visitKind: visitKindCodec.encode(bill.visitKind),
      emergency: bill.emergency,
      admittedAt: encodeInstant(bill.admittedAt),
      institutionCode: institution.institutionCode,
      diseaseCode: bill.diseaseCode,
      asOf: undefined,
    };
    const { answers } = await this.filing.call(
      'checkEligibility',
      { checks: [check] },
      homeActor(bill),
      FACT_DEADLINE_MS,
    );
    const [answer] = answers;
    if (answer?.rejection) throw decodeRejection(answer.rejection);
    const decision = required(answer?.decision, 'decision');
    return {
      filingCategory: filingCategoryCodec.decode(decision.category),
      benefitLevel: benefitLevelCodec.decode(decision.benefitLevel),
      eligibilityBasis: required(
        ELIGIBILITY_BASES.find((basis) => basis === decision.basis),
        'basis',
      ),
      filingId: decision.filingId || null,
    };
  }

  private async classify(bill: Bill, institution: Institution): Promise<SettledLine[]> {
    const { province, institutionCode, level } = institution;
    const lines = bill.lines.map((line) => ({ ...line, occurredAt: encodeInstant(line.occurredAt) }));
    const answer = await this.catalogue.call(
      'classifyLines',
      {
        province,
        lines,
        // The hospital's word, which the home province must confirm before it counts; without one, only what fits everybody does.
        insurance: insuranceCodec.encodeOptional(bill.insuredAs?.insurance ?? null),
        personType: personTypeCodec.encodeOptional(bill.insuredAs?.personType ?? null),
        hospitalLevel: hospitalLevelCodec.encode(level),
        visitKind: visitKindCodec.encode(bill.visitKind),
        institutionCode,
      },
      serviceActor(SERVICE, province),
      FACT_DEADLINE_MS,
    );
    const classified = new Map(answer.lines.map((line) => [line.lineNumber, line]));
    return bill.lines.map((line) => {
      const found = required(classified.get(line.lineNumber), 'classified line');
      return {
        ...line,
        nationalCode: line.nationalCode || found.nationalCode,
        itemClass: itemClassCodec.decode(found.itemClass),
        chargeCategory: found.chargeCategory,
        catalogueRule: lineRuleCodec.decode(found.rule),
        catalogueSequence: found.versionSequence,
        split: decodeSplit(found.split),
      };
    });
  }
}

function homeActor(of: { readonly insuredRegion: string }): ReturnType<typeof serviceActor> {
  return serviceActor(SERVICE, provinceOf(of.insuredRegion));
}
