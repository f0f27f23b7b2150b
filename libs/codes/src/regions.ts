/** A clearing party: one of 31 provinces or 新疆生产建设兵团. */
export type Province = {
  /** Six digits ending in 0000. */
  readonly code: string;
  readonly nameZh: string;
  readonly nameEn: string;
  /** A filing may name the whole of it: municipalities, and places pooled at that level (art. 11). */
  readonly wholeDestination: boolean;
};

const whole = true;
const byPrefecture = false;

function province(code: string, nameZh: string, nameEn: string, wholeDestination: boolean): Province {
  return { code, nameZh, nameEn, wholeDestination };
}

/** GB/T 2260 province codes as the medical-insurance divisions use them, and 660000 for the Corps. */
export const PROVINCES: readonly Province[] = [
  province('110000', '北京', 'Beijing', whole),
  province('120000', '天津', 'Tianjin', whole),
  province('130000', '河北', 'Hebei', byPrefecture),
  province('140000', '山西', 'Shanxi', byPrefecture),
  province('150000', '内蒙古', 'Inner Mongolia', byPrefecture),
  province('210000', '辽宁', 'Liaoning', byPrefecture),
  province('220000', '吉林', 'Jilin', byPrefecture),
  province('230000', '黑龙江', 'Heilongjiang', byPrefecture),
  province('310000', '上海', 'Shanghai', whole),
  province('320000', '江苏', 'Jiangsu', byPrefecture),
  province('330000', '浙江', 'Zhejiang', byPrefecture),
  province('340000', '安徽', 'Anhui', byPrefecture),
  province('350000', '福建', 'Fujian', byPrefecture),
  province('360000', '江西', 'Jiangxi', byPrefecture),
  province('370000', '山东', 'Shandong', byPrefecture),
  province('410000', '河南', 'Henan', byPrefecture),
  province('420000', '湖北', 'Hubei', byPrefecture),
  province('430000', '湖南', 'Hunan', byPrefecture),
  province('440000', '广东', 'Guangdong', byPrefecture),
  province('450000', '广西', 'Guangxi', byPrefecture),
  province('460000', '海南', 'Hainan', whole),
  province('500000', '重庆', 'Chongqing', whole),
  province('510000', '四川', 'Sichuan', byPrefecture),
  province('520000', '贵州', 'Guizhou', byPrefecture),
  province('530000', '云南', 'Yunnan', byPrefecture),
  province('540000', '西藏', 'Tibet', whole),
  province('610000', '陕西', 'Shaanxi', byPrefecture),
  province('620000', '甘肃', 'Gansu', byPrefecture),
  province('630000', '青海', 'Qinghai', byPrefecture),
  province('640000', '宁夏', 'Ningxia', byPrefecture),
  province('650000', '新疆', 'Xinjiang', byPrefecture),
  province('660000', '新疆生产建设兵团', 'Xinjiang Production and Construction Corps', whole),
];

/** The whole country, as the tenant of the clearinghouse itself. */
export const NATION = '000000';

const BY_PREFIX = new Map(PROVINCES.map((p) => [p.code.slice(0, 2), p]));

/** The province that a division belongs to, or null where the code is not a division of one. */
export function findProvince(region: string): Province | null {
  return /^\d{6}$/.test(region) ? (BY_PREFIX.get(region.slice(0, 2)) ?? null) : null;
}

/** The province code of a division that was checked before; fails on any other text. */
export function provinceOf(region: string): string {
  const found = findProvince(region);
  if (!found) throw new RangeError('not a division code');
  return found.code;
}

/**
 * Whether a filing may name this destination (art. 11): a prefecture, or the whole of a municipality,
 * of 海南, of 西藏 or of the Corps.
 */
export function isFilingDestination(region: string): boolean {
  const found = findProvince(region);
  if (!found || !region.endsWith('00')) return false;
  return region.endsWith('0000') ? found.wholeDestination : true;
}

/** Whether a filing's destination contains the place of treatment. */
export function destinationCovers(destination: string, treatingRegion: string): boolean {
  if (destination === treatingRegion) return true;
  if (destination.endsWith('0000')) return destination.slice(0, 2) === treatingRegion.slice(0, 2);
  if (destination.endsWith('00')) return destination.slice(0, 4) === treatingRegion.slice(0, 4);
  return false;
}
