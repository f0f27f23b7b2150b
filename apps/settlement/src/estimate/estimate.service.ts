import { Inject, Injectable } from '@nestjs/common';
import {
  benefitLevelCodec,
  hospitalLevelCodec,
  required,
  ruleKindCodec,
  serviceActor,
  TARGETS,
  thaw,
  visitKindCodec,
  type Actor,
  type RpcClient,
} from '@yiditong/chassis';
import { provinceOf, Rejection } from '@yiditong/codes';
import type { benefitV1, filingV1 } from '@yiditong/contracts';
import { coverOfModelVisit, type FilingRule, type ModelCover } from '@yiditong/eligibility';
import { partsOf } from '../settlement/claim.codec.js';
import { BasketService } from './basket.service.js';
import type { Alternative, DividedBill, EstimateQuestion, EstimateResult } from './estimate-question.js';

const RULES_DEADLINE_MS = 3_000;
const BENEFIT_DEADLINE_MS = 5_000;

/** An alternative that the home province can be asked about. */
type Ready = { readonly cover: ModelCover; readonly bill: DividedBill; readonly claim: benefitV1.ModelClaim };

/**
 * 医保计算器: what a bill would come to in several places. Three questions to others, none of them about anybody, and no database. One
 * alternative's refusal is its own answer.
 */
@Injectable()
export class EstimateService {
  constructor(
    @Inject(TARGETS.filingRule.token) private readonly filing: RpcClient<filingV1.RuleServiceClient>,
    @Inject(TARGETS.modelClaims.token) private readonly benefit: RpcClient<benefitV1.EstimateServiceClient>,
    private readonly baskets: BasketService,
  ) {}

  /** As many results as alternatives, in the same order. Rejects as the home province does with the person, or with SERVICE_UNAVAILABLE. */
  async estimate(question: EstimateQuestion): Promise<EstimateResult[]> {
    const home = serviceActor('settlement', provinceOf(question.person.insuredRegion));
    const rules = await this.rules(home);
    const divide = this.dividing(question);
    const prepared = await Promise.all(
      question.alternatives.map((alternative) => this.prepare(question, alternative, rules, divide)),
    );
    const answers = await this.answersTo(question, prepared, home);
    let next = 0;
    return prepared.map((one): EstimateResult => {
      if (!('claim' in one)) return one;
      const { cover, bill } = one;
      const { basis, benefitLevel } = cover;
      return { basis, benefitLevel, bill, answer: required(answers[next++], 'answer') };
    });
  }

  private dividing(question: EstimateQuestion): (alternative: Alternative) => Promise<DividedBill> {
    const { bill } = question;
    if ('basket' in bill) return this.baskets.dividing(question, bill.basket);
    const whole = Promise.resolve({ split: bill.split, lines: [] });
    return () => whole;
  }

  private async prepare(
    { person, on }: EstimateQuestion,
    alternative: Alternative,
    rules: readonly FilingRule[],
    divide: (alternative: Alternative) => Promise<DividedBill>,
  ): Promise<Ready | EstimateResult> {
    const cover = coverOfModelVisit({ ...alternative, insuredRegion: person.insuredRegion, on }, rules);
    if (!cover.covered) {
      const answer = new Rejection(cover.reason, cover.params);
      return { basis: null, benefitLevel: null, bill: null, answer };
    }
    try {
      const bill = await divide(alternative);
      return { cover, bill, claim: claimOf(alternative, cover, bill, on) };
    } catch (error) {
      if (!(error instanceof Rejection) || error.reason === 'SERVICE_UNAVAILABLE') throw error;
      return { basis: cover.basis, benefitLevel: cover.benefitLevel, bill: null, answer: error };
    }
  }

  /** All in one call; none where nothing is left to ask. */
  private async answersTo(
    { person }: EstimateQuestion,
    prepared: readonly (Ready | EstimateResult)[],
    home: Actor,
  ): Promise<benefitV1.ModelAnswer[]> {
    const claims = prepared.flatMap((one) => ('claim' in one ? [one.claim] : []));
    if (claims.length === 0) return [];
    const { answers } = await this.benefit.call('estimateClaims', { person, claims }, home, BENEFIT_DEADLINE_MS);
    return answers;
  }

  private async rules(home: Actor): Promise<FilingRule[]> {
    const request = { kind: 'RULE_KIND_UNSPECIFIED' } as const;
    const { rules } = await this.filing.call('listRules', request, home, RULES_DEADLINE_MS);
    return rules.map(({ owner, kind, content, source, validFrom, validTo }) => ({
      owner,
      source,
      validFrom,
      validTo: validTo || null,
      content: { kind: ruleKindCodec.decode(kind), ...thaw<object>(content) } as FilingRule['content'],
    }));
  }
}

function claimOf(
  { treatingRegion, visitKind, hospitalLevel, diseaseCode, hospitalTags }: Alternative,
  { benefitLevel, basis }: ModelCover,
  { split, lines }: DividedBill,
  on: string,
): benefitV1.ModelClaim {
  return {
    treatingRegion,
    visitKind: visitKindCodec.encode(visitKind),
    hospitalLevel: hospitalLevelCodec.encode(hospitalLevel),
    benefitLevel: benefitLevelCodec.encode(benefitLevel),
    byHand: basis === null,
    diseaseCode: diseaseCode ?? '',
    endedOn: on,
    split,
    parts: partsOf(lines),
    hospitalTags: [...hospitalTags],
  };
}
