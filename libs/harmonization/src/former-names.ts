/** Names that drugs were known by before the present generic name, or that hospitals go on using for it. Whole core names only. */
const FORMER_NAMES: Readonly<Record<string, string>> = {
  扑热息痛: '对乙酰氨基酚',
  消炎痛: '吲哚美辛',
  心痛定: '硝苯地平',
  氟哌酸: '诺氟沙星',
  安定: '地西泮',
  鲁米那: '苯巴比妥',
  强的松: '泼尼松',
  强的松龙: '泼尼松龙',
  速尿: '呋塞米',
  双氢克尿噻: '氢氯噻嗪',
  安体舒通: '螺内酯',
  心得安: '普萘洛尔',
  心律平: '普罗帕酮',
  甲氰咪胍: '西咪替丁',
  灭滴灵: '甲硝唑',
  病毒唑: '利巴韦林',
  无环鸟苷: '阿昔洛韦',
  扑尔敏: '氯苯那敏',
  非那根: '异丙嗪',
  冬眠灵: '氯丙嗪',
  度冷丁: '哌替啶',
  胃复安: '甲氧氯普胺',
  止血敏: '酚磺乙胺',
  止血芳酸: '氨甲苯酸',
  阿斯匹林: '阿司匹林',
  埃索美拉唑: '艾司奥美拉唑',
  左旋甲状腺素: '左甲状腺素',
  左旋氧氟沙星: '左氧氟沙星',
  甲基强的松龙: '甲泼尼龙',
  立止血: '白眉蛇毒血凝酶',
};
const VITAMIN = /^(?:vit(?:amin)?|v)(?=[a-ek]\d{0,2}$)/u;

/** The present name of what a core name stands for. */
export function currentNameOf(core: string): string {
  return Object.hasOwn(FORMER_NAMES, core) ? (FORMER_NAMES[core] ?? core) : core.replace(VITAMIN, '维生素');
}
