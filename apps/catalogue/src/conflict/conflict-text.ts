import { placeName, type ConflictKind, type HospitalLevel, type ItemClass, type Wording } from '@yiditong/codes';
import type { ConflictSubject, FindingOn } from './conflict.entity.js';

const CLASSES: Readonly<Record<ItemClass, string>> = { A: '甲类', B: '乙类', C: '丙类' };
const LEVELS: Readonly<Record<HospitalLevel, string>> = { PRIMARY: '一级及以下', SECONDARY: '二级', TERTIARY: '三级' };
const NAMED_AT_MOST = 5;

type About<Kind extends ConflictKind> = ConflictSubject & { readonly finding: FindingOn<Kind> };
type Texts = { readonly [Kind in ConflictKind]: (about: About<Kind>) => Wording };

const TEXTS: Texts = {
  ONE_TO_MANY: ({ institutionCode, itemCode, nationalCode, finding }) => {
    const codes = finding.codes.join('、');
    const codesEn = finding.codes.join(', ');
    // Only an owner's item has none: entries under one provincial code are named by the first of them.
    return institutionCode === '' && nationalCode !== ''
      ? {
          zh: `医保目录编码 ${itemCode} 下的国家编码 ${codes} 等级、比例、限价或限制不一致`,
          en: `the entries ${codesEn} under the provincial code ${itemCode} differ in class, share, cap or restriction`,
        }
      : {
          zh: `院内项目 ${itemCode} 对应多个国家编码：${codes}`,
          en: `the item ${itemCode} stands for several national codes: ${codesEn}`,
        };
  },
  ENDED_CODE_IN_USE: ({ itemCode, nationalCode, finding: { endedOn, isKnown, name } }) => {
    const since = endedOn === null ? '已停用' : `已于 ${endedOn} 截止`;
    const zh = isKnown ? `${nationalCode} ${since}` : `国家目录中没有 ${nationalCode}`;
    const en = isKnown
      ? `${nationalCode} ${endedOn === null ? 'was withdrawn' : `ended on ${endedOn}`}`
      : `the national catalogue has no ${nationalCode}`;
    return itemCode === ''
      ? { zh: `${zh}，目录仍收录「${name}」`, en: `${en}, and the catalogue still lists it` }
      : {
          zh: `${zh}，院内项目 ${itemCode}「${name}」仍对照到它`,
          en: `${en}, and the item ${itemCode} is mapped to it`,
        };
  },
  PRICE_ABOVE_CAP: ({ itemCode, finding: { name, priceMicroYuan, capMicroYuan, levels } }) => {
    const [price, cap] = [inYuan(priceMicroYuan), inYuan(capMicroYuan)];
    const of = levels === null ? '' : `${levels.map((level) => LEVELS[level]).join('、')}医院`;
    const ofEn = levels === null ? '' : ` for ${levels.join(' and ').toLowerCase()} hospitals`;
    return {
      zh: `院内项目 ${itemCode}「${name}」单价 ${price} 元，超过${of}限价 ${cap} 元`,
      en: `the item ${itemCode} costs ${price} yuan, above the cap of ${cap} yuan${ofEn}`,
    };
  },
  CLASS_DIFFERS: ({ nationalCode, finding: { own, usual, name, ...deviation } }) => {
    const those = inWords(deviation);
    return {
      zh: `${nationalCode}「${name}」本省为${CLASSES[own]}，${those.zh}为${CLASSES[usual]}`,
      en: `${nationalCode} is of class ${own} here and of class ${usual} in ${those.en}`,
    };
  },
  SHARE_DIFFERS: ({ nationalCode, finding: { ownBps, usualBps, name, ...deviation } }) => {
    const [those, own, usual] = [inWords(deviation), inPercent(ownBps), inPercent(usualBps)];
    return {
      zh: `${nationalCode}「${name}」本省先行自付 ${own}，${those.zh}为 ${usual}`,
      en: `${nationalCode} has a first self-pay of ${own} here and of ${usual} in ${those.en}`,
    };
  },
  NO_CHARGE_CATEGORY: ({ nationalCode, finding: { name, national } }) => ({
    zh: `${nationalCode}「${name}」缺少医疗收费项目类别，${national === null ? '国家目录也没有，按其他（14）归类' : `按国家目录的 ${national} 归类`}`,
    en: `${nationalCode} has no charge category, ${national === null ? 'nor does the nation give it one: it counts as 14, other' : `and counts as ${national} by the nation’s`}`,
  }),
  UNMAPPED_ITEM: ({ itemCode, finding: { name, state } }) => ({
    zh: `院内项目 ${itemCode}「${name}」尚未对照：${state === 'QUEUED' ? '待人工确认' : '未能对照'}`,
    en: `the item ${itemCode} isn’t mapped yet: ${state === 'QUEUED' ? 'a clerk has to say what it is' : 'nothing was near enough'}`,
  }),
};

/** What was found, in Chinese and English, with the day from which on it is so where that is yet to come. */
export function conflictText<Kind extends ConflictKind>(kind: Kind, about: About<Kind>): Wording {
  const text = TEXTS[kind](about);
  const { announcedFor } = about.finding;
  if (announcedFor === null) return text;
  return { zh: `自 ${announcedFor} 起：${text.zh}`, en: `from ${announcedFor} on: ${text.en}` };
}

/** An amount in yuan with what decimals it needs, two at least. */
function inYuan(microYuan: string): string {
  const digits = microYuan.padStart(7, '0');
  const decimals = digits.slice(-6).replace(/0+$/, '').padEnd(2, '0');
  return `${digits.slice(0, -6)}.${decimals}`;
}

function inPercent(bps: number): string {
  const digits = String(bps).padStart(3, '0');
  const decimals = digits.slice(-2).replace(/0+$/, '');
  return `${digits.slice(0, -2)}${decimals === '' ? '' : `.${decimals}`}%`;
}

/** Some provinces by name, and how many they are of how many. */
function inWords({ agreeing, others }: { readonly agreeing: readonly string[]; readonly others: number }): Wording {
  const names = agreeing.slice(0, NAMED_AT_MOST).map(placeName);
  const [zh, en] = [names.map((name) => name.zh).join('、'), names.map((name) => name.en).join(', ')];
  const more = agreeing.length > names.length;
  return {
    zh: `其他 ${others} 个省份中的 ${agreeing.length} 个（${zh}${more ? '等' : ''}）`,
    en: `${agreeing.length} of ${others} other provinces (${en}${more ? ' and others' : ''})`,
  };
}
