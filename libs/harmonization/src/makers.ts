import { plainText } from './characters.js';
import { remembering } from './remembering.js';

/** How a maker's name in an owner's list stands to that of a product. */
export type MakerAgreement = 'EQUAL' | 'ABBREVIATED' | 'UNCERTAIN' | 'DIFFERENT' | 'UNSAID' | 'NEITHER';

type Maker = {
  /** The name without its legal form and leading place. */
  readonly name: string;
  /** Of that, what is no word of the trade. */
  readonly stem: string;
  readonly place: string;
  /** A place after the name, of a daughter company: 齐鲁制药(海南). */
  readonly branch: string;
  /** With its legal form, so that nothing was left out. */
  readonly full: boolean;
};

const PLACES = (
  '北京 天津 上海 重庆 河北 山西 辽宁 吉林 黑龙江 江苏 浙江 安徽 福建 江西 山东 河南 湖北 湖南 广东 海南 四川 贵州 云南 陕西 甘肃 青海 台湾 内蒙古 广西 西藏 宁夏 新疆 中国 ' +
  '石家庄 唐山 保定 邯郸 廊坊 承德 太原 大同 呼和浩特 赤峰 沈阳 大连 鞍山 本溪 丹东 锦州 长春 通化 延边 哈尔滨 齐齐哈尔 牡丹江 大庆 南京 无锡 徐州 常州 苏州 南通 连云港 淮安 扬州 泰州 镇江 盐城 ' +
  '杭州 宁波 温州 嘉兴 湖州 绍兴 金华 台州 合肥 芜湖 蚌埠 亳州 安庆 福州 厦门 泉州 漳州 南昌 九江 赣州 宜春 济南 青岛 淄博 烟台 潍坊 济宁 威海 临沂 菏泽 郑州 开封 洛阳 新乡 南阳 商丘 ' +
  '武汉 宜昌 襄阳 黄石 荆州 长沙 株洲 湘潭 岳阳 常德 广州 深圳 珠海 汕头 佛山 中山 东莞 惠州 江门 南宁 桂林 柳州 梧州 海口 成都 绵阳 自贡 泸州 乐山 贵阳 遵义 昆明 大理 西安 咸阳 宝鸡 兰州 天水 西宁 银川 乌鲁木齐'
).split(' ');
const PLACE = `(?:${PLACES.join('|')})`;
const LEADING = new RegExp(`^(${PLACE}(?:省|市|自治区)?(?:${PLACE}市?)?)(?=.{2})`, 'u');
const BRANCH = new RegExp(`\\((${PLACE})\\)`, 'gu');
const LEGAL = /(?:股份有限|有限责任|有限|股份)?(?:总)?公司$|集团(?=股份|有限|$)|厂$/gu;
const TRADE =
  /集团|控股|医疗器械|医疗科技|医疗用品|生物科技|生物工程|生物|科技|技术|药业|制药|医药|医疗|器械|化学|产业|实业|材料|总厂|厂|股份/gu;

/** Whether two names mean one maker. Not symmetric: the owner's may leave words out, the product's is in full. */
export function compareMakers(own: string, national: string): MakerAgreement {
  if (own.trim() === '' || national.trim() === '') return own.trim() === national.trim() ? 'NEITHER' : 'UNSAID';
  const [one, other] = [makerOf(own), makerOf(national)];
  if (one.name === other.name && one.branch === other.branch && one.place === other.place) return 'EQUAL';
  if (differ(one.place, other.place)) return 'DIFFERENT';
  if (one.branch !== other.branch)
    return one.full || one.branch !== '' ? 'DIFFERENT' : leavesOut(one, other) ? 'UNCERTAIN' : 'DIFFERENT';
  if (one.name === other.name) return 'ABBREVIATED';
  if (one.full) return one.stem === other.stem ? 'UNCERTAIN' : 'DIFFERENT';
  return leavesOut(one, other) ? 'ABBREVIATED' : 'DIFFERENT';
}

/** 石药欧意 of 石药集团欧意: the same first character, the others in the same order. */
function leavesOut(own: Maker, national: Maker): boolean {
  const [short, long] = [Array.from(own.stem), Array.from(national.stem)];
  if (short.length < 2 || short[0] !== long[0]) return false;
  let at = 0;
  for (const character of long) if (character === short[at]) at += 1;
  return at === short.length;
}

function differ(one: string, other: string): boolean {
  return one !== '' && other !== '' && !one.includes(other) && !other.includes(one);
}

const makers = remembering<Maker>(20_000);

function makerOf(text: string): Maker {
  return makers(text, () => takenApart(text));
}

function takenApart(text: string): Maker {
  const plain = plainText(text)
    .replace(/\s/gu, '')
    .replace(/[省市](?=.{2})/gu, '');
  const branch = [...plain.matchAll(BRANCH)].map(([, place]) => place ?? '').join('');
  const bare = plain
    .replace(/[^\p{L}\p{N}()]/gu, '')
    .replace(BRANCH, '')
    .replace(/[()]/gu, '');
  const full = /(?:公司|厂|研究所|研究院|医院)$/u.test(bare);
  const named = withoutLegalForm(bare);
  const place = LEADING.exec(named)?.[1] ?? '';
  const name = named.slice(place.length).replace(/集团/gu, '');
  const stem = name.replace(TRADE, '');
  return { name, stem: Array.from(stem).length >= 2 ? stem : name, place, branch, full };
}

function withoutLegalForm(name: string): string {
  for (let [before, now] = ['', name]; ; before = now, now = now.replace(LEGAL, ''))
    if (before === now || Array.from(now).length < 3) return Array.from(now).length < 2 ? name : now;
}
