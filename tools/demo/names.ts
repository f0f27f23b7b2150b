import type { Random } from './random.js';

/** The commonest surnames, so that many persons share one, and some of two characters. */
const SURNAMES =
  '王 李 张 刘 陈 杨 赵 黄 周 吴 徐 孙 胡 朱 高 林 何 郭 马 罗 梁 宋 郑 谢 韩 唐 冯 于 董 萧 欧阳 司马 诸葛 上官'.split(
    ' ',
  );
/** Characters that are read in names, but not together in many. */
const GIVEN = Array.from('澄砚棠聿禾珩岫蘅黎霁昭沅筠衡钰朔茗徽翊苓玥溪珏琰璟昀澜岚芷莘');
/** 新疆 and 西藏: a name and the father's, or a name alone. */
const PARTS =
  '阿依努尔 古丽娜孜 买合木提 吐尔洪 热依木 帕尔哈提 迪里夏提 阿不力孜 卓玛措 扎西顿珠 格桑旺姆 次仁罗布'.split(' ');

const TWO_GIVEN_BPS = 7_500;
const IN_PARTS_BPS = 5_000;
const HAS_PHONE_BPS = 8_500;

/** Nobody's name but by chance, for a person insured there. */
export function drawName(insuredRegion: string, random: Random): string {
  if (/^(65|54)/.test(insuredRegion) && random.happens(IN_PARTS_BPS))
    return `${random.pick(PARTS)}·${random.pick(PARTS)}`;
  const given = random.happens(TWO_GIVEN_BPS) ? random.several(GIVEN, 2).join('') : random.pick(GIVEN);
  return `${random.pick(SURNAMES)}${given}`;
}

/** In 154, a range that has been given to no operator, so nobody has the number. Not everybody has left one. */
export function drawPhone(random: Random): string | null {
  return random.happens(HAS_PHONE_BPS) ? `154${String(random.below(100_000_000)).padStart(8, '0')}` : null;
}
