import type { ItemKind } from '@yiditong/codes';
import type { Feature } from './item.js';

/** Changes whenever the same two items might get another score or another decision. */
export const RULES_VERSION = 'match-1';

/** From here on a candidate is mapped to without a clerk, if nothing else is near. */
export const MAP_BPS = 8_600;
/** Below it the best candidate isn't worth a clerk's look. */
export const QUEUE_BPS = 3_000;
/** So far ahead of the next a candidate has to be, or a clerk says which. */
export const MARGIN_BPS = 500;
/** Something that weighs so much against a candidate is for a clerk, whatever else speaks for it. */
export const OBJECTION_BPS = -1_000;

/** What full agreement in each of them adds; 10000 in sum. What a kind doesn't have is in its name's share. */
export type Weights = Readonly<Record<'NAME' | 'FORM' | 'STRENGTH' | 'PACK' | 'MANUFACTURER' | 'PRICE', number>>;

const DRUG: Weights = { NAME: 5_000, FORM: 800, STRENGTH: 1_500, PACK: 700, MANUFACTURER: 2_000, PRICE: 0 };
/** 饮片、服务项目: the name is the item. */
const NAMED: Weights = { NAME: 9_300, FORM: 0, STRENGTH: 0, PACK: 300, MANUFACTURER: 0, PRICE: 400 };

export const WEIGHTS: Readonly<Record<ItemKind, Weights>> = {
  WESTERN_DRUG: DRUG,
  PATENT_MEDICINE: DRUG,
  HOSPITAL_PREPARATION: DRUG,
  HERBAL_PIECES: NAMED,
  SERVICE: NAMED,
  CONSUMABLE: { NAME: 4_000, FORM: 0, STRENGTH: 3_000, PACK: 500, MANUFACTURER: 2_500, PRICE: 0 },
};

/** What a contradiction takes off. A different pack is a different code, but hospitals also split packs. */
export const AGAINST: Readonly<Partial<Record<Feature, number>>> = {
  FORM: -2_500,
  STRENGTH: -3_000,
  PACK: -2_000,
  MANUFACTURER: -2_500,
  APPROVAL: -2_500,
  CODE: -1_500,
  PRICE: -1_200,
};
