/** 院内目录编码: how long a code of a hospital's or a province's own may be. */
export const OWN_CODE_MAX = 60;

const NOTHING_SAID = { value: '' };

/**
 * A code of a hospital's or a province's own (院内目录编码), or what is wrong with it in Chinese and in English. It counts as it is written,
 * but for what is around it: wherever one is read it is read by this, or a list's code would never be that of a fee. Nothing takes
 * full-width characters for narrow ones: ① and 1 may be different items. Empty where nothing is said.
 */
export function ownCode(text: string): { readonly value: string } | { readonly problem: string } {
  if (text === '') return NOTHING_SAID;
  const value = text.trim();
  if (value.length > OWN_CODE_MAX)
    return { problem: `多于 ${OWN_CODE_MAX} 个字符 more than ${OWN_CODE_MAX} characters` };
  if (/\p{Cc}/u.test(value)) return { problem: '含有换行等控制字符 it holds line breaks or other control characters' };
  return { value };
}
