/**
 * What is shown of personal data to those who may not see it (GB/T 35273-2020, 7.2: what is displayed is de-identified
 * first). Total: whatever the text, and however short, no more shows than said here.
 */

/** 复姓. A name of three characters is taken as a single surname: 欧阳明 may be 欧 with the given name 阳明. */
const COMPOUND_SURNAMES =
  '欧阳 司马 上官 诸葛 东方 皇甫 尉迟 公孙 慕容 令狐 宇文 长孙 司徒 夏侯 轩辕 端木 百里 呼延 东郭 南宫'.split(' ');
const COMPOUND_FROM_LENGTH = 4;

const HAN = /^\p{Script=Han}+$/u;
const BETWEEN_PARTS = /\s*[·•・‧.]\s*/u;

/**
 * The surname, and a star for each further character: 张*, 张**, 欧阳**. A name of several parts (阿依古丽·买买提) and one in
 * other letters have no surname in front: their first character, and stars that don't tell the length. A single character
 * would be the whole name.
 */
export function maskName(name: string): string {
  const characters = Array.from(name.trim());
  const [first = '', ...others] = characters;
  if (others.length === 0) return '*'.repeat(characters.length);
  if (!HAN.test(characters.join(''))) return maskForeignName(name.trim(), first);
  const compound =
    characters.length >= COMPOUND_FROM_LENGTH && COMPOUND_SURNAMES.includes(`${first}${others[0] ?? ''}`);
  const shown = compound ? 2 : 1;
  return characters.slice(0, shown).join('') + '*'.repeat(characters.length - shown);
}

function maskForeignName(name: string, first: string): string {
  const parts = name.split(BETWEEN_PARTS).filter((part) => part !== '');
  if (Array.from(name).length <= 2 || !/^\p{L}$/u.test(first)) return '**';
  return `${first}**${'·**'.repeat(Math.max(0, parts.length - 1))}`;
}

/**
 * The first and the last character only, 1****************X, as government and payment applications show it. The customary
 * 6 + 4 hides nothing but the date of birth; with the last four shown, whoever knows where and when somebody was born (and
 * colleagues do) has the number: the three digits of the sequence are the only ones that can't be looked up.
 */
export function maskIdNumber(idNumber: string): string {
  const text = idNumber.trim();
  if (!/^\d{17}[\dXx]$/.test(text)) return '*'.repeat(text === '' ? 0 : 18);
  return `${text.slice(0, 1)}${'*'.repeat(16)}${text.slice(-1)}`;
}

/** 138****1234, the customary form for a mobile number. Of any other, a landline among them, nothing: they are short and few in a place. */
export function maskPhone(phone: string): string {
  const text = phone.trim();
  if (!/^1\d{10}$/.test(text)) return '*'.repeat(text === '' ? 0 : 11);
  return `${text.slice(0, 3)}****${text.slice(-4)}`;
}

export const MASKED = '***';

/**
 * Nothing of a diagnosis: health is sensitive as a whole (个人信息保护法 art. 28), and the first letter of an ICD-10 code is a
 * diagnosis already: C a cancer, F a mental disorder. Nor how many there are, or whether there is one.
 */
export function maskedDiagnoses(): { readonly code: string; readonly name: string }[] {
  return [{ code: MASKED, name: MASKED }];
}
