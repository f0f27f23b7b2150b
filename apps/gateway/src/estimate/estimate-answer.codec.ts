import {
  benefitLevelCodec,
  decodeFunds,
  decodeRejection,
  decodeSplit,
  itemClassCodec,
  required,
} from '@yiditong/chassis';
import { CATEGORY_NAMES, LINE_RULES, placeName, sentence } from '@yiditong/codes';
import type { benefitV1, commonV1, settlementV1 } from '@yiditong/contracts';
import { fen } from '@yiditong/money';
import { CLASS_NAMES, LEVEL_NAMES, LINE_RULE_NAMES, VISIT_NAMES } from '../catalogue/catalogue-names.js';
import { compare, type Compared, type Comparison } from './comparison.js';
import {
  BASES,
  type EstimateAnswer,
  type Estimated,
  type EstimatedPolicy,
  type EstimatedResult,
} from './estimate-answer.dto.js';
import { assumptionsOf, FUND_NAMES, trustName, unsaidWords } from './estimate-words.js';
import type { EstimateBody } from './estimate.dto.js';

/** The answer with everything named, and its alternatives compared. */
export function decodeEstimate(
  { answers }: settlementV1.EstimateResponse,
  body: EstimateBody,
  onDate: string,
): EstimateAnswer {
  const alternatives = body.alternatives.map((asked, index) =>
    decodeAlternative(required(answers[index], 'answer'), asked),
  );
  const someByHand = alternatives.some((one) => one.filingCategory === null && !one.direct);
  return {
    onDate,
    insuredPlace: placeName(body.home.insuredRegion),
    assumptions: assumptionsOf(body, someByHand),
    alternatives,
    comparison: comparisonText(compare(alternatives.map((one, index) => comparedOf(one, body.alternatives[index])))),
  };
}

function decodeAlternative(wire: settlementV1.EstimateAnswer, asked: EstimateBody['alternatives'][number]): Estimated {
  const { treatingRegion, hospitalLevel, visitKind, filingCategory } = asked;
  const rejection = wire.rejection ? decodeRejection(wire.rejection) : null;
  return {
    treatingRegion,
    treatingPlace: placeName(treatingRegion),
    hospitalLevel,
    hospitalLevelName: LEVEL_NAMES[hospitalLevel],
    visitKind,
    visitKindName: VISIT_NAMES[visitKind],
    filingCategory,
    filingCategoryName: filingCategory && CATEGORY_NAMES[filingCategory],
    direct: wire.direct,
    basis: BASES.find((basis) => basis === wire.basis) ?? null,
    benefitLevel: benefitLevelCodec.decodeOptional(wire.benefitLevel),
    result: wire.adjudication ? decodeResult(wire.adjudication, wire) : null,
    refusal: rejection && {
      reason: rejection.reason,
      messages: {
        zh: sentence(rejection.reason, 'zh', rejection.params),
        en: sentence(rejection.reason, 'en', rejection.params),
      },
    },
    policy: wire.policy ? decodePolicy(wire.policy) : null,
    notApplied: unsaidWords(wire.notSaid),
  };
}

function decodeResult(
  wire: benefitV1.Adjudication,
  { direct, lines }: Pick<settlementV1.EstimateAnswer, 'direct' | 'lines'>,
): EstimatedResult {
  return {
    totalFen: String(wire.totalFen),
    split: splitText(wire.split),
    deductibleFen: String(wire.deductibleFen),
    funds: decodeFunds(wire.funds).map(({ fund, amountFen }) => ({
      fund,
      fundName: FUND_NAMES[fund],
      amountFen: String(amountFen),
    })),
    fundTotalFen: String(wire.fundTotalFen),
    personalFen: String(wire.personalFen),
    cashAtCounterFen: String(direct ? wire.cashFen : wire.totalFen),
    expectedBackFen: String(direct ? 0n : wire.fundTotalFen),
    lines: lines.map(decodeLine),
    why: wire.explanation.map(({ rule, source, baseFen, rate, resultFen, textZh, textEn }) => ({
      rule,
      source,
      baseFen: String(baseFen),
      rate,
      resultFen: String(resultFen),
      text: { zh: textZh, en: textEn },
    })),
  };
}

function decodeLine({ nationalCode, itemClass: wire, rule: name, split: parts }: settlementV1.BasketLineAnswer) {
  const itemClass = itemClassCodec.decode(wire);
  const rule = required(
    LINE_RULES.find((known) => known === name),
    'rule',
  );
  return {
    nationalCode,
    itemClass,
    itemClassName: CLASS_NAMES[itemClass],
    rule,
    ruleName: LINE_RULE_NAMES[rule],
    split: splitText(parts),
  };
}

function decodePolicy(wire: benefitV1.PolicyVersion): EstimatedPolicy {
  const { policyId, title, source, trust, validFrom, validTo } = wire;
  return { policyId, title, source, trust, trustName: trustName(trust), validFrom, validTo: validTo || null };
}

function splitText(wire: commonV1.FeeSplit | undefined): EstimatedResult['split'] {
  const { fullSelfPayFen, overCeilingFen, firstSelfPayFen, inScopeFen } = decodeSplit(wire);
  return {
    fullSelfPayFen: String(fullSelfPayFen),
    overCeilingFen: String(overCeilingFen),
    firstSelfPayFen: String(firstSelfPayFen),
    inScopeFen: String(inScopeFen),
  };
}

/** An answer has the one or the other. */
const NOTHING_SAID = { reason: 'INTERNAL_FAULT', messages: { zh: '', en: '' } };

function comparedOf(one: Estimated, asked: EstimateBody['alternatives'][number] | undefined): Compared {
  const { filingCategory: category, direct, result: found, refusal } = one;
  const visit = [
    one.treatingRegion,
    one.hospitalLevel,
    one.visitKind,
    asked?.diseaseCode,
    ...(asked?.hospitalTags ?? []),
  ];
  return {
    visit: visit.join(' '),
    category,
    direct,
    outcome: found
      ? { personalFen: fen(BigInt(found.personalFen)), counterFen: fen(BigInt(found.cashAtCounterFen)) }
      : (refusal ?? NOTHING_SAID),
  };
}

function comparisonText({ cheapest, differences, filingFirst }: Comparison): EstimateAnswer['comparison'] {
  return {
    cheapest,
    differences: differences.map(({ toFirstFen, toCheapestFen }) => ({
      toFirstFen: toFirstFen === null ? null : String(toFirstFen),
      toCheapestFen: toCheapestFen === null ? null : String(toCheapestFen),
    })),
    filingFirst: filingFirst.map(({ unfiled, filed, savesFen, text }) => ({
      unfiled,
      filed,
      savesFen: savesFen === null ? null : String(savesFen),
      text,
    })),
  };
}
