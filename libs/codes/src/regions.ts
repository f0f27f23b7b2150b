/** A clearing party: one of 31 provinces or 新疆生产建设兵团. */
export type Province = {
  /** Six digits ending in 0000. */
  readonly code: string;
  readonly nameZh: string;
  readonly nameEn: string;
};

function province(code: string, nameZh: string, nameEn: string): Province {
  return { code, nameZh, nameEn };
}

/** GB/T 2260 province codes as the medical-insurance divisions use them, and 660000 for the Corps. */
export const PROVINCES: readonly Province[] = [
  province('110000', '北京', 'Beijing'),
  province('120000', '天津', 'Tianjin'),
  province('130000', '河北', 'Hebei'),
  province('140000', '山西', 'Shanxi'),
  province('150000', '内蒙古', 'Inner Mongolia'),
  province('210000', '辽宁', 'Liaoning'),
  province('220000', '吉林', 'Jilin'),
  province('230000', '黑龙江', 'Heilongjiang'),
  province('310000', '上海', 'Shanghai'),
  province('320000', '江苏', 'Jiangsu'),
  province('330000', '浙江', 'Zhejiang'),
  province('340000', '安徽', 'Anhui'),
  province('350000', '福建', 'Fujian'),
  province('360000', '江西', 'Jiangxi'),
  province('370000', '山东', 'Shandong'),
  province('410000', '河南', 'Henan'),
  province('420000', '湖北', 'Hubei'),
  province('430000', '湖南', 'Hunan'),
  province('440000', '广东', 'Guangdong'),
  province('450000', '广西', 'Guangxi'),
  province('460000', '海南', 'Hainan'),
  province('500000', '重庆', 'Chongqing'),
  province('510000', '四川', 'Sichuan'),
  province('520000', '贵州', 'Guizhou'),
  province('530000', '云南', 'Yunnan'),
  province('540000', '西藏', 'Tibet'),
  province('610000', '陕西', 'Shaanxi'),
  province('620000', '甘肃', 'Gansu'),
  province('630000', '青海', 'Qinghai'),
  province('640000', '宁夏', 'Ningxia'),
  province('650000', '新疆', 'Xinjiang'),
  province('660000', '新疆生产建设兵团', 'Xinjiang Production and Construction Corps'),
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

/** Whether a division contains a place, by their codes alone; what a filing opens depends on rules besides. */
export function destinationCovers(destination: string, treatingRegion: string): boolean {
  if (destination === treatingRegion) return true;
  if (destination.endsWith('0000')) return destination.slice(0, 2) === treatingRegion.slice(0, 2);
  if (destination.endsWith('00')) return destination.slice(0, 4) === treatingRegion.slice(0, 4);
  return false;
}
