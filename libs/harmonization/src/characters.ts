/** Digits that are written in other ways: Roman ones in any script, Chinese ones. */
const ROMAN: Readonly<Record<string, string>> = {
  i: '1',
  ii: '2',
  iii: '3',
  iv: '4',
  v: '5',
  vi: '6',
  vii: '7',
  viii: '8',
  ix: '9',
  x: '10',
};
const CHINESE_DIGITS = '零一二三四五六七八九';

/**
 * One spelling for what looks the same: compatibility forms (full width, ㎎, Ⅱ) taken apart, lower case, one kind of bracket,
 * multiplication sign, colon and letter mu. Marks that say nothing (▲★) become spaces.
 */
export function plainText(text: string): string {
  return (
    text
      // A Roman numeral of its own character is known for what it is before it becomes letters.
      .replace(/[\u2160-\u2169\u2170-\u2179]/gu, (numeral) => ROMAN[numeral.normalize('NFKC').toLowerCase()] ?? '')
      .normalize('NFKC')
      .toLowerCase()
      .replace(/[【〔［[{〈<《「『]/gu, '(')
      .replace(/[】〕］\]}〉>》」』]/gu, ')')
      .replace(/[×✕✖＊*]/gu, '×')
      .replace(/[：∶﹕]/gu, ':')
      .replace(/[µ]/gu, 'μ')
      .replace(/[▲△▼★☆●○■□◆◇※#＃^~～_|$@!！?？"'“”‘’`]/gu, ' ')
      .replace(/\s+/gu, ' ')
      .trim()
  );
}

/** Roman numerals in plain letters as digits, where no letter stands beside them: II级 as 2级, but not the vi of vitamin. */
export function withRomanAsDigits(text: string): string {
  return text
    .replace(/(?<![a-z0-9])(viii|vii|iii|ii|iv|vi|ix)(?![a-z0-9])/gu, (numeral) => ROMAN[numeral] ?? numeral)
    .replace(/(?<![a-z0-9])(i|v)(?=[级型度期类号])/gu, (numeral) => ROMAN[numeral] ?? numeral)
    .replace(/(?<=[-(])(i)(?![a-z0-9])/gu, '1');
}

/** Chinese numbers up to 99 as digits: 二级 as 2级, 十二导联 as 12导联. */
export function withChineseDigits(text: string): string {
  return text
    .replace(/两(?=[人侧个])/gu, '2')
    .replace(
      /([一二三四五六七八九])?十([一二三四五六七八九])?/gu,
      (_, tens: string | undefined, ones: string | undefined) => {
        const value = (tens === undefined ? 1 : CHINESE_DIGITS.indexOf(tens)) * 10;
        return String(value + (ones === undefined ? 0 : CHINESE_DIGITS.indexOf(ones)));
      },
    )
    .replace(/[零一二三四五六七八九]/gu, (digit) => String(CHINESE_DIGITS.indexOf(digit)));
}

/** Letters and digits alone; a point inside a number stays as one. */
export function lettersAndDigits(text: string): string {
  return text.replace(/(?<=\d)\.(?=\d)/gu, 'p').replace(/[^\p{L}\p{N}]/gu, '');
}

/** A text outside its brackets, and what stood in each pair, outermost only. An unclosed bracket ends with the text. */
export function takeApart(text: string): { readonly outside: string; readonly inside: readonly string[] } {
  let outside = '';
  const inside: string[] = [];
  let depth = 0;
  let part = '';
  for (const character of text) {
    if (character === '(') depth += 1;
    if (depth === 0) outside += character === ')' ? ' ' : character;
    else if (character !== '(' && character !== ')') part += character;
    if (character === ')' && depth > 0) depth -= 1;
    if (depth === 0 && part !== '') {
      inside.push(part.trim());
      part = '';
      outside += ' ';
    }
  }
  if (part !== '') inside.push(part.trim());
  return { outside: outside.replace(/\s+/gu, ' ').trim(), inside };
}
