import type { Agreement } from './amounts.js';

const ACIDS = [
  '盐酸',
  '硫酸氢',
  '硫酸',
  '磷酸',
  '醋酸',
  '乙酸',
  '枸橼酸',
  '柠檬酸',
  '马来酸',
  '富马酸',
  '重酒石酸',
  '酒石酸',
  '苯磺酸',
  '甲磺酸',
  '甲苯磺酸',
  '琥珀酸',
  '氢溴酸',
  '乳酸',
  '草酸',
  '苹果酸',
  '硝酸',
  '双羟萘酸',
  '葡萄糖酸',
  '丙酸',
  '糠酸',
  '戊酸',
  '苯甲酸',
  '门冬氨酸',
  '二盐酸',
  '单硝酸',
];
const METALS = ['二钠', '钠', '钾', '钙', '镁', '锌'];
const ENDINGS = [
  '盐酸盐',
  '硫酸盐',
  '马来酸盐',
  '富马酸盐',
  '酒石酸盐',
  '甲磺酸盐',
  '苯磺酸盐',
  '枸橼酸盐',
  '氨丁三醇',
  '赖氨酸',
];

/** The same acid by another name. */
const SAME: Readonly<Record<string, string>> = { 乙酸: '醋酸', 柠檬酸: '枸橼酸', 二盐酸: '盐酸', 二钠: '钠' };

/** What is only a compound with its metal: taking the metal off would leave no drug. */
const INORGANIC =
  /(?:化|溴|碘|氢氧|钾|钠|钙|镁|二磷酸)$|^(?:复方)?(?:碳酸|碳酸氢|硫酸|硫代硫酸|磷酸|磷酸二氢|磷酸氢二?|硝酸|枸橼酸|柠檬酸|葡萄糖酸|乳酸|醋酸|亚硒酸|硼酸|甘油磷酸|.{1,2}氨酸)$/u;
/** 硝酸甘油, 乳酸菌素, 硫酸镁: the acid is no salt of something, but part of what it is. */
const WHOLE =
  /^(?:硝酸(?:甘油|异山梨|银|咪康)|单硝酸|乳酸(?:菌|钠)|硫酸(?:镁|锌|钡|亚铁|铝)|磷酸(?:铝|钠|氢|二氢|川芎|肌酸)|枸橼酸(?:钠|铋|钾|铁)|醋酸(?:钠|钾|钙)|葡萄糖酸|门冬氨酸|苯甲酸|丙酸|戊酸|糠酸|乳酸$)/u;

export type Salted = { readonly base: string; readonly salt: string };

/** A substance without its salt, and the salts in the order of their names; 氯化钠 and 硫酸镁 stay as they are. */
export function withoutSalt(name: string): Salted {
  const salts: string[] = [];
  let base = name;
  const acid = longest(ACIDS.filter((prefix) => base.startsWith(prefix)));
  if (acid !== '' && !WHOLE.test(base) && Array.from(base).length - acid.length >= 2) {
    salts.push(SAME[acid] ?? acid);
    base = base.slice(acid.length);
  }
  const ending = longest([...ENDINGS, ...METALS].filter((suffix) => base.endsWith(suffix)));
  const before = base.slice(0, base.length - ending.length);
  if (ending !== '' && Array.from(before).length >= 2 && !INORGANIC.test(before)) {
    const salt = ending.endsWith('酸盐') ? ending.slice(0, -1) : ending;
    salts.push(SAME[salt] ?? salt);
    base = before;
    const inner = longest(['磷酸', '琥珀酸', '硫酸', '磺酸'].filter((suffix) => base.endsWith(suffix)));
    if (
      inner !== '' &&
      Array.from(base).length - inner.length >= 2 &&
      !/^(?:甲|苯|牛)?$/u.test(base.slice(0, -inner.length))
    ) {
      salts.push(inner);
      base = base.slice(0, base.length - inner.length);
    }
  }
  return { base, salt: salts.toSorted().join('+') };
}

function longest(found: readonly string[]): string {
  return found.reduce((best, one) => (one.length > best.length ? one : best), '');
}

/** Two salts of one base; where one says none, it may mean any. */
export function compareSalts(one: string, other: string): Agreement {
  if (one === other) return one === '' ? 'NEITHER' : 'EQUAL';
  return one === '' || other === '' ? 'UNSAID' : 'DIFFERENT';
}
