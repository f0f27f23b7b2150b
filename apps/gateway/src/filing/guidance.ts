import { CATEGORY_NAMES } from '@yiditong/codes';
import type { OptionsAnswer } from './eligibility.dto.js';
import type { Sentence } from './reason-sentences.js';

type Option = OptionsAnswer['options'][number];

const IN_FORCE: ReadonlySet<string> = new Set(['ACTIVE']);
const UNFINISHED: ReadonlySet<string> = new Set(['DRAFT', 'RETURNED']);

/**
 * What the patient or the hospital does now, so that the stay can be settled directly: at the bedside, before discharge settlement
 * (通知二(四)). The first sentence that fits: nothing to do, a filing to bring to its end, why nothing can be filed, what to file.
 */
export function guidanceOf(found: OptionsAnswer): Sentence {
  return sayExisting(found) ?? sayObstacle(found) ?? sayOptions(found);
}

function sayExisting({ existing, destination }: OptionsAnswer): Sentence | null {
  if (!existing) return null;
  const { zh, en } = destination ?? { zh: '该地', en: 'this place' };
  if (IN_FORCE.has(existing.state))
    return {
      zh: `患者已有到${zh}的有效备案，无需再办，出院时直接结算。`,
      en: `The patient has a filing for ${en} in force. Nothing has to be done; settle directly at discharge.`,
    };
  if (existing.state === 'SUBMITTED') {
    const [byZh, byEn] = existing.reviewDueOn
      ? [`最迟 ${existing.reviewDueOn} `, ` by ${existing.reviewDueOn}`]
      : ['', ''];
    return {
      zh: `到${zh}的备案正由参保地审核，${byZh}办结。请待审核通过后再办理出院结算。`,
      en: `The filing for ${en} is under review by the insured place, which decides${byEn}. Settle the discharge after it is accepted.`,
    };
  }
  if (!UNFINISHED.has(existing.state)) return null;
  return {
    zh: `患者到${zh}的备案尚未提交或已退回补正。请患者在出院结算前补齐并提交。`,
    en: `The patient’s filing for ${en} is a draft or was returned. The patient completes it and hands it in before discharge settlement.`,
  };
}

/** Also where something could be filed all the same, as under an agreement: at the bedside it need not be. */
function sayObstacle({ obstacle }: OptionsAnswer): Sentence | null {
  return obstacle && { zh: obstacle.zh, en: obstacle.en };
}

function sayOptions({ options, destination, validFrom, reviewDueOn }: OptionsAnswer): Sentence {
  const place = destination ?? { zh: '本地', en: 'this place' };
  if (options.length === 0)
    return {
      zh: `患者不能办理到${place.zh}的备案。请自费结算，凭票据回参保地咨询报销。`,
      en: `The patient can’t file for ${place.en}. He pays, and asks the insured place about a claim.`,
    };
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
    zh: `请患者、亲属或医院在出院结算前办理到${place.zh}的备案${fromZh}。可选：${ways.map(({ zh }) => zh).join('；')}。办妥后即可直接结算。`,
    en: `The patient, a family member or the hospital files for ${place.en} before discharge settlement${fromEn}. Possible: ${ways.map(({ en }) => en).join('; ')}. Then settle directly.`,
  };
}

function way(
  options: readonly Option[],
  fits: (option: Option) => boolean,
  howZh: string,
  howEn: string,
): Sentence | null {
  const names = options.filter(fits).map(({ category }) => CATEGORY_NAMES[category]);
  if (names.length === 0) return null;
  return {
    zh: `${names.map(({ zh }) => zh).join('、')}（${howZh}）`,
    en: `${names.map(({ en }) => en).join(', ')} (${howEn})`,
  };
}
