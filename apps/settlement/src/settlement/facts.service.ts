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
import type { catalogueV1, filingV1 } from '@yiditong/contracts';
import type { Institution } from '../institution/institution.entity.js';
import type { Bill } from './bill-rules.js';
import type { SettledLine } from './settlement.entity.js';

const SERVICE = 'settlement';
/** Well inside the gateway's own deadline, so that this side still has time to say what happened. */
const FACT_DEADLINE_MS = 3_000;

/** What is known of a bill before anybody decides who pays. */
export type Facts = {
  readonly filingCategory: FilingCategory;
  readonly benefitLevel: BenefitLevel;
  readonly eligibilityBasis: EligibilityBasis;
  readonly filingId: string | null;
  readonly lines: readonly SettledLine[];
  readonly split: FeeSplit;
};

/** What filing is asked of a bill, and of an admission before there is one. */
export type CheckedBill = Pick<
  Bill,
  'personId' | 'insuredRegion' | 'visitKind' | 'emergency' | 'admittedAt' | 'diseaseCode'
>;
/** What the catalogue is asked of a bill, and of fees before there is one. */
export type DividedBill = Pick<Bill, 'lines' | 'insuredAs' | 'visitKind'>;

/** What settling a bill asks of filing and of the catalogue. No transaction is open here. */
@Injectable()
export class FactsService {
  constructor(
    @Inject(TARGETS.eligibility.token) private readonly filing: RpcClient<filingV1.EligibilityServiceClient>,
    @Inject(TARGETS.catalogue.token) private readonly catalogue: RpcClient<catalogueV1.CatalogueServiceClient>,
  ) {}

  /** Asks filing and catalogue side by side. Rejects with their reasons. */
  async gather(bill: Bill, institution: Institution): Promise<Facts> {
    const [eligibility, classified] = await Promise.all([
      this.eligibility(bill, institution),
      this.classified(bill, institution),
    ]);
    return { ...eligibility, ...classified };
  }

  /** The lines alone, each by the catalogue of its own day: what remains of a refund keeps the filing that it was settled under. */
  async classified(bill: DividedBill, institution: Institution): Promise<Pick<Facts, 'lines' | 'split'>> {
    const lines = await this.classify(bill, institution);
    return { lines, split: sumSplits(lines.map((line) => line.split)) };
  }

  /** Two-way benefit at home (通知二(五)) is settled inside the province, whatever filing says of it. */
  async eligibility(bill: CheckedBill, institution: Institution): Promise<Omit<Facts, 'lines' | 'split'>> {
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
      serviceActor(SERVICE, provinceOf(bill.insuredRegion)),
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

  private async classify(bill: DividedBill, institution: Institution): Promise<SettledLine[]> {
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
