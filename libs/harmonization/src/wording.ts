import { ITEM_KIND_NAMES, type Wording } from '@yiditong/codes';
import type { Evidence, Feature, NationalItem, OwnItem } from './item.js';

type Field = 'dosageForm' | 'specification' | 'pack' | 'manufacturer' | 'approvalNumber' | 'unit';

const SUBJECTS: Readonly<Partial<Record<Feature, Wording & { readonly field: Field }>>> = {
  FORM: { zh: '剂型', en: 'Dosage form', field: 'dosageForm' },
  STRENGTH: { zh: '规格', en: 'Strength or model', field: 'specification' },
  PACK: { zh: '包装或单位', en: 'Pack or unit', field: 'pack' },
  MANUFACTURER: { zh: '企业', en: 'Manufacturer', field: 'manufacturer' },
  APPROVAL: { zh: '批准文号', en: 'Approval number', field: 'approvalNumber' },
};

const FINDINGS: Readonly<Record<string, Wording>> = {
  EQUAL: { zh: '一致', en: 'agrees' },
  PARTIAL: { zh: '部分一致', en: 'agrees in part' },
  DIFFERENT: { zh: '不一致', en: 'differs' },
  UNSAID: { zh: '一方未给出，未比较', en: 'is missing on one side, not compared' },
  NEITHER: { zh: '双方均无', en: 'is given by neither' },
  ABBREVIATED: { zh: '为其简称', en: 'is a short form of it' },
  UNCERTAIN: { zh: '可能是同一集团的另一家', en: 'may be another company of the group' },
};

const NAMES: Readonly<Record<string, Wording>> = {
  EQUAL: { zh: '名称规范化后相同', en: 'The names are the same once normalised' },
  REORDERED: { zh: '名称用字相同、次序不同', en: 'The names have the same characters in another order' },
  STRANGE: { zh: '名称几乎没有相同之处', en: 'The names have little in common' },
  OTHER_SALT: { zh: '盐基不同', en: 'The salts differ' },
  SALT_UNSAID: { zh: '一方未写明盐基', en: 'One side doesn’t say the salt' },
  OTHER_MAKE: { zh: '括号内说明不同', en: 'What stands in brackets differs' },
  SURCHARGE: { zh: '一方是加收项目', en: 'One of them is a surcharge' },
  OPPOSITE: { zh: '限定词互斥', en: 'Their qualifiers exclude each other' },
  NUMBERS: { zh: '名称中的数字不同', en: 'The numbers in the names differ' },
};

const CODES: Readonly<Record<string, Wording>> = {
  EQUAL: { zh: '自报国家编码与该项目相同', en: 'The claimed national code is this item’s' },
  DIFFERENT: { zh: '自报国家编码是另一项目', en: 'The claimed national code is another item’s' },
  SAME_PRODUCT: {
    zh: '自报编码不完整，与该项目只差包装或企业段',
    en: 'The claimed code is cut off and is this item’s but for pack or maker',
  },
  SAME_NAME: { zh: '自报编码不完整，与该项目名称段相同', en: 'The claimed code is cut off and names the same' },
};

const PRICES: Readonly<Record<string, Wording>> = {
  EQUAL: { zh: '单价与参考价相近', en: 'The price is near the reference price' },
  PARTIAL: { zh: '单价与参考价相差三倍以上', en: 'The price is off the reference price by more than three times' },
  DIFFERENT: { zh: '单价与参考价相差十倍以上', en: 'The price is off the reference price by more than ten times' },
  UNSAID: { zh: '价格无从比较', en: 'There is no price to compare' },
};

const NOTHING: Wording = { zh: '', en: '' };

/** A reason in Chinese and English, with what was compared. */
export function wordingOf(
  feature: Feature,
  finding: string,
  weightBps: number,
  own: OwnItem,
  national: NationalItem,
): Evidence {
  const { zh, en } = sentence(feature, finding, own, national);
  return { feature, weightBps, zh, en };
}

function sentence(feature: Feature, finding: string, own: OwnItem, national: NationalItem): Wording {
  if (feature === 'TRIGRAM') {
    const percent = `${Math.floor(Number(finding) / 100)}%`;
    return { zh: `名称相似度 ${percent}`, en: `The names are alike by ${percent}` };
  }
  if (finding === 'OTHER_KIND') return otherKind(own, national);
  if (feature === 'NAME') return NAMES[finding] ?? NOTHING;
  if (feature === 'CODE' || feature === 'STRUCTURE') return CODES[finding] ?? NOTHING;
  if (feature === 'PRICE') return PRICES[finding] ?? NOTHING;
  const subject = SUBJECTS[feature];
  if (!subject) return NOTHING;
  const { zh, en } = FINDINGS[finding] ?? NOTHING;
  const [one, other] = [own[subject.field], national[subject.field]];
  const compared = one === '' || other === '' ? NOTHING : { zh: `：${one} ／ ${other}`, en: `: ${one} / ${other}` };
  return { zh: `${subject.zh}${zh}${compared.zh}`, en: `${subject.en} ${en}${compared.en}` };
}

function otherKind(own: OwnItem, national: NationalItem): Wording {
  const name = own.kind === null ? NOTHING : ITEM_KIND_NAMES[own.kind];
  const other = ITEM_KIND_NAMES[national.kind];
  return { zh: `目录类别不同：${name.zh} ／ ${other.zh}`, en: `Another kind: ${name.en} / ${other.en}` };
}
