import type { OptionsAnswer } from './eligibility.dto.js';
import type { Sentence } from './reason-sentences.js';

type Option = OptionsAnswer['options'][number];

type Existing = NonNullable<OptionsAnswer['existing']>;

const SOMEWHERE: Sentence = { zh: '该地', en: 'this place' };

/**
 * What the patient or the hospital does now, so that the stay can be settled directly: at the bedside, before discharge settlement
 * (通知二(四)). The first sentence that fits: why nothing can or has to be filed, what becomes of a filing that is there, what to file.
 */
export function guidanceOf(found: OptionsAnswer): Sentence {
  return sayObstacle(found) ?? sayExisting(found) ?? sayOptions(found);
}

/**
 * Also where something could be filed all the same, as under an agreement: at the bedside it need not be. What a filing that is
 * there stands in the way of, is said of that filing.
 */
function sayObstacle({ obstacle, existing }: OptionsAnswer): Sentence | null {
  if (obstacle === null || (existing !== null && obstacle.reason === 'FILING_OVERLAPS')) return null;
  return { zh: obstacle.zh, en: obstacle.en };
}

function sayExisting(found: OptionsAnswer): Sentence | null {
  const { existing, options, validFrom, destination } = found;
  if (!existing) return null;
  const place = destination ?? SOMEWHERE;
  const beginsTooLate = validFrom !== null && existing.validFrom > validFrom;
  switch (existing.state) {
    case 'ACTIVE':
      if (options.length > 0) return sayTooLate(existing, found);
      // The admission may be too long ago for any filing.
      return beginsTooLate ? null : sayCovered(place);
    case 'SUBMITTED':
      return beginsTooLate ? sayTooLate(existing, found) : sayUnderReview(existing, place);
    case 'DRAFT':
    case 'RETURNED':
      // Handed in now, it would still begin after the admission: then another is filed.
      return beginsTooLate ? null : sayUnfinished(existing, place);
    case 'REJECTED':
    case 'CANCELLED':
    case 'EXPIRED':
    case 'INVALIDATED':
      return null;
  }
}

function sayCovered({ zh, en }: Sentence): Sentence {
  return {
    zh: `患者已有到${zh}的有效备案，无需再办，出院时直接结算。`,
    en: `The patient has a filing for ${en} in force. Nothing has to be done; settle directly at discharge.`,
  };
}

/** It stands for the place and is of no use to the stay; as long as it does, no other can be filed. */
function sayTooLate({ lockedUntil }: Existing, found: OptionsAnswer): Sentence {
  const { zh, en } = found.destination ?? SOMEWHERE;
  const anew = sayWays(found);
  const [lockZh, lockEn] = lockedUntil
    ? [
        `该备案在 ${lockedUntil}（含）前限制取消，在此之前请联系参保地经办机构。`,
        ` It is locked in until ${lockedUntil} inclusive; before that is over, ask the insured place’s agency.`,
      ]
    : ['', ''];
  return {
    zh: `患者到${zh}的现有备案在入院之后才生效或变更到本地，不能用于本次住院。请患者、亲属或参保地经办机构取消该备案，再自入院日重新办理${anew.zh}${lockZh}`,
    en: `The patient’s filing for ${en} began, or was changed to this place, after the admission and doesn’t cover this stay. The patient, a family member or the insured place’s agency cancels it and files anew from the day of admission${anew.en}${lockEn}`,
  };
}

function sayUnderReview({ reviewDueOn }: Existing, { zh, en }: Sentence): Sentence {
  const [byZh, byEn] = reviewDueOn ? [`最迟 ${reviewDueOn} `, ` by ${reviewDueOn}`] : ['', ''];
  return {
    zh: `到${zh}的备案正由参保地审核，${byZh}办结。请待审核通过后再办理出院结算。`,
    en: `The filing for ${en} is under review by the insured place, which decides${byEn}. Settle the discharge after it is accepted.`,
  };
}

function sayUnfinished({ state }: Existing, { zh, en }: Sentence): Sentence {
  const [wasZh, wasEn] = state === 'DRAFT' ? ['尚未提交', 'a draft'] : ['已退回补正', 'returned by the insured place'];
  return {
    zh: `患者到${zh}的备案${wasZh}。请患者或亲属在出院结算前补齐并提交。`,
    en: `The patient’s filing for ${en} is ${wasEn}. The patient or a family member completes it and hands it in before discharge settlement.`,
  };
}

function sayOptions(found: OptionsAnswer): Sentence {
  const place = found.destination ?? SOMEWHERE;
  if (found.options.length === 0)
    return {
      zh: `患者不能办理到${place.zh}的备案。请自费结算，凭票据回参保地咨询报销。`,
      en: `The patient can’t file for ${place.en}. He pays, and asks the insured place about a claim.`,
    };
  const { zh, en } = sayWays(found);
  return {
    zh: `请患者、亲属或医院在出院结算前办理到${place.zh}的备案${zh}`,
    en: `The patient, a family member or the hospital files for ${place.en} before discharge settlement${en}`,
  };
}

/** From which day, and in which ways; ends a sentence. */
function sayWays({ options, validFrom, reviewDueOn }: OptionsAnswer): Sentence {
  const ways = [
    way(options, ({ immediate }) => immediate, '无需材料、即时生效', 'at once and without papers'),
    way(
      options,
      ({ immediate, pledgePossible }) => !immediate && pledgePossible,
      '签署个人承诺书、即时生效',
      'at once with a signed pledge',
    ),
    way(
      options,
      ({ immediate, pledgePossible }) => !immediate && !pledgePossible,
      reviewDueOn ? `提交材料、最迟 ${reviewDueOn} 审核` : '提交材料、由参保地审核',
      `with papers, reviewed${reviewDueOn ? ` by ${reviewDueOn}` : ''}`,
    ),
  ].filter((one) => one !== null);
  const [fromZh, fromEn] = validFrom ? [`，起始日期填 ${validFrom}`, `, valid from ${validFrom}`] : ['', ''];
  return {
    zh: `${fromZh}。${ways.length > 0 ? `可选：${ways.map(({ zh }) => zh).join('；')}。` : ''}办妥后即可直接结算。`,
    en: `${fromEn}.${ways.length > 0 ? ` Possible: ${ways.map(({ en }) => en).join('; ')}.` : ''} Then settle directly.`,
  };
}

function way(
  options: readonly Option[],
  fits: (option: Option) => boolean,
  howZh: string,
  howEn: string,
): Sentence | null {
  const names = options.filter(fits).map(({ categoryName }) => categoryName);
  if (names.length === 0) return null;
  return {
    zh: `${names.map(({ zh }) => zh).join('、')}（${howZh}）`,
    en: `${names.map(({ en }) => en).join(', ')} (${howEn})`,
  };
}
