import { DIVISIONS } from './divisions.js';
import { findProvince, PROVINCES } from './regions.js';

/** A place that has a name of its own here: a province, a prefecture, or a county that the province administers itself. */
export type Place = {
  /** Six digits. */
  readonly code: string;
  readonly nameZh: string;
  readonly nameEn: string;
  readonly kind: 'PROVINCE' | 'MUNICIPALITY' | 'PREFECTURE' | 'COUNTY';
};

export type PlaceName = { readonly zh: string; readonly en: string };

const CORPS = '660000';
const MUNICIPALITIES: ReadonlySet<string> = new Set(['110000', '120000', '310000', '500000']);
const AUTONOMOUS_REGIONS: ReadonlySet<string> = new Set(['150000', '450000', '540000', '640000', '650000']);

function division(province: string, line: string): Place {
  const [digits = '', nameZh = '', ...english] = line.split(' ');
  const code = province.slice(0, 2) + digits;
  return { code, nameZh, nameEn: english.join(' '), kind: code.endsWith('00') ? 'PREFECTURE' : 'COUNTY' };
}

const BY_PROVINCE: ReadonlyMap<string, readonly Place[]> = new Map(
  DIVISIONS.map(([province, lines]) => [province, lines.split(', ').map((line) => division(province, line))]),
);

const BY_CODE: ReadonlyMap<string, Place> = new Map(
  [
    ...PROVINCES.map(({ code, nameZh, nameEn }): Place => ({
      code,
      nameZh,
      nameEn,
      kind: MUNICIPALITIES.has(code) ? 'MUNICIPALITY' : 'PROVINCE',
    })),
    ...[...BY_PROVINCE.values()].flat(),
  ].map((place) => [place.code, place]),
);

/** The place of exactly this code; null for districts, counties inside a prefecture, and agencies' own codes. */
export function findPlace(code: string): Place | null {
  return BY_CODE.get(code) ?? null;
}

/** What lies directly below a province, in the order of the codes: none for municipalities and the Corps. */
export function placesOf(province: string): readonly Place[] {
  return BY_PROVINCE.get(province) ?? [];
}

/** The prefecture of the provincial capital (省会、首府), which every province numbers first; null for municipalities and the Corps. */
export function capitalOf(province: string): string | null {
  return placesOf(province)[0]?.code ?? null;
}

function provincialLevel(province: Place): PlaceName {
  const ending = AUTONOMOUS_REGIONS.has(province.code) ? '自治区本级' : '省本级';
  const zh = province.code === CORPS ? '本级' : province.kind === 'MUNICIPALITY' ? '市本级' : ending;
  return { zh: province.nameZh + zh, en: `${province.nameEn}, provincial level` };
}

/**
 * What to call a division: its own name, else that of the nearest place which contains it (a district's and a city agency's prefecture),
 * and 省本级 for the agency of the province itself (xx9900). A code of no province is its own name.
 */
export function placeName(region: string): PlaceName {
  const province = findPlace(findProvince(region)?.code ?? '');
  if (!province) return { zh: region, en: region };
  if (region.endsWith('9900')) return provincialLevel(province);
  const place = findPlace(region) ?? findPlace(`${region.slice(0, 4)}00`) ?? province;
  return { zh: place.nameZh, en: place.nameEn };
}
