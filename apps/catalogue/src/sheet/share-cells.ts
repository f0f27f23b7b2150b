import {
  HOSPITAL_LEVELS,
  INSURANCES,
  PERSON_TYPES,
  type Insurance,
  type PersonType,
  type PriceCap,
  type SelfPayShare,
} from '@yiditong/codes';
import { readLevel, readYuan, type Read } from './cells.js';

const PERCENT = /^(.*?)[\s:]*(\d{1,3})(?:\.(\d{1,2}))?\s*%$/;
const CAP = /^(.*?)[\s:]*(¥?[\d,.]+\s*元?)$/;
const BPS_DIGITS = 2;
const WHOLE_BPS = 10_000;
const SHARE_FORM = '应形如 10%; 居民 15%; 职工退休 5%';
const CAP_FORM = '应形如 50; 三级 60; 二级 45';

type Persons = Pick<SelfPayShare, 'insurance' | 'personType'>;

/** Whom a share is for. The longer words first, since some begin like others. */
const WORDS: readonly (readonly [word: string, Partial<Persons>])[] = [
  ['职工医保', { insurance: 'EMPLOYEE' }],
  ['居民医保', { insurance: 'RESIDENT' }],
  ['成年居民', { personType: 'RESIDENT' }],
  ['学生儿童', { personType: 'MINOR' }],
  ['未成年人', { personType: 'MINOR' }],
  ['未成年', { personType: 'MINOR' }],
  ['职工', { insurance: 'EMPLOYEE' }],
  ['居民', { insurance: 'RESIDENT' }],
  ['在职', { personType: 'ACTIVE' }],
  ['退休', { personType: 'RETIREE' }],
  ['成人', { personType: 'RESIDENT' }],
  ...INSURANCES.map((insurance): [string, Partial<Persons>] => [insurance, { insurance }]),
  ...PERSON_TYPES.filter((personType) => personType !== 'RESIDENT').map((personType): [string, Partial<Persons>] => [
    personType,
    { personType },
  ]),
];

/**
 * Shares as a cell has them: "10%; 居民 15%; 职工退休 5%", each for everybody or for an insurance, a person type or both. A percentage
 * has at most two decimals. Whether they go with the item's class is another matter.
 */
export function readShares(text: string): Read<readonly SelfPayShare[]> {
  const shares: SelfPayShare[] = [];
  for (const part of partsOf(text)) {
    if (part === '0') {
      shares.push({ insurance: null, personType: null, bps: 0 });
      continue;
    }
    const [, words, whole, decimals = ''] = PERCENT.exec(part) ?? [];
    if (words === undefined || whole === undefined)
      return { problem: `每项须以百分数结尾，${SHARE_FORM} each part must end with a percentage, as in 10%; 居民 15%` };
    const persons = personsOf(words);
    if (persons === null)
      return {
        problem: `人群只能是职工、居民、在职、退休、成人、未成年，${SHARE_FORM} it names persons that there are not`,
      };
    const bps = Number(whole + decimals.padEnd(BPS_DIGITS, '0'));
    if (bps > WHOLE_BPS) return { problem: '比例不能超过 100% a share is above 100%' };
    shares.push({ ...persons, bps });
  }
  return { value: orderedShares(shares) };
}

/** Caps as a cell has them: "50; 三级 60; 二级 45", in yuan a unit, for every level or for one. */
export function readCaps(text: string): Read<readonly PriceCap[]> {
  const caps: PriceCap[] = [];
  for (const part of partsOf(text)) {
    const [, words, amount] = CAP.exec(part) ?? [];
    const micro = readYuan(amount ?? '');
    if (words === undefined || 'problem' in micro)
      return {
        problem: `每项须以金额（元）结尾，${CAP_FORM} each part must end with an amount in yuan, as in 50; 三级 60`,
      };
    const level = words.trim() === '' ? { value: null } : readLevel(words.trim());
    if ('problem' in level)
      return { problem: `医院等级只能是一级、二级、三级，${CAP_FORM} it names a level that there is not` };
    caps.push({ hospitalLevel: level.value, microYuan: micro.value });
  }
  return { value: orderedCaps(caps) };
}

/** By whom they are for, so that the same shares are equal however they were written. */
export function orderedShares(shares: readonly SelfPayShare[]): SelfPayShare[] {
  const place = ({ insurance, personType }: SelfPayShare): number =>
    (insurance === null ? 0 : INSURANCES.indexOf(insurance) + 1) * (PERSON_TYPES.length + 1) +
    (personType === null ? 0 : PERSON_TYPES.indexOf(personType) + 1);
  return shares
    .map(({ insurance, personType, bps }) => ({ insurance, personType, bps }))
    .sort((one, other) => place(one) - place(other));
}

export function orderedCaps(caps: readonly PriceCap[]): PriceCap[] {
  const place = ({ hospitalLevel }: PriceCap): number =>
    hospitalLevel === null ? -1 : HOSPITAL_LEVELS.indexOf(hospitalLevel);
  return caps
    .map(({ hospitalLevel, microYuan }) => ({ hospitalLevel, microYuan }))
    .sort((one, other) => place(one) - place(other));
}

function partsOf(text: string): string[] {
  return text
    .split(/[;\n]/)
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

/** At most one insurance and one person type; null where there is anything else. */
function personsOf(words: string): Persons | null {
  let [left, insurance, personType] = [words.toUpperCase(), null as Insurance | null, null as PersonType | null];
  while ((left = left.replace(/^[\s、:/]+/, '')) !== '') {
    const found = WORDS.find(([word]) => left.startsWith(word));
    if (!found) return null;
    const [word, said] = found;
    if ((said.insurance && insurance) || (said.personType && personType)) return null;
    insurance = said.insurance ?? insurance;
    personType = said.personType ?? personType;
    left = left.slice(word.length);
  }
  return { insurance, personType };
}
