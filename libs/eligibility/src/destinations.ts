import { destinationCovers, findPlace, findProvince } from '@yiditong/codes';
import { isInForce, type FilingRule } from './rules.js';

const CORPS = '660000';

/**
 * Whether a filing that begins on a business date may name this destination (规程第十一条): the whole of a province by rule,
 * a prefecture, 省本级 that is linked with the capital, or a county that the province administers itself. The Corps' divisions are
 * not listed anywhere, so every prefecture code of the Corps passes. Takes any text.
 */
export function isFilingDestination(rules: readonly FilingRule[], on: string, region: string): boolean {
  const province = findProvince(region);
  if (!province) return false;
  if (region === province.code) return isWholeDestination(rules, on, region);
  const kind = findPlace(region)?.kind;
  if (kind === 'PREFECTURE' || kind === 'COUNTY') return true;
  if (province.code === CORPS && region.endsWith('00')) return true;
  return linkedPlacesOf(rules, on, region).length > 0;
}

/**
 * Whether a filing to a destination opens a place on a business date (规程第十一条, 医保发〔2024〕21号): the place itself and what
 * lies in it, and what lies in a place that is linked with it. A whole province opens only while its rule is in force.
 */
export function covers(rules: readonly FilingRule[], on: string, destination: string, place: string): boolean {
  if (destination === place) return true;
  // A filing of another province is by far the most frequent, and no rule joins two provinces.
  if (destination.slice(0, 2) !== place.slice(0, 2)) return false;
  if (destination.endsWith('0000')) return isWholeDestination(rules, on, destination);
  if (destinationCovers(destination, place)) return true;
  return linkedPlacesOf(rules, on, destination).some((linked) => destinationCovers(linked, place));
}

/**
 * The destination that a filing for care at a place names: the whole province where a rule says so, else the prefecture (or linked
 * 省本级), else the county that the province administers itself; null where no filing can name one.
 */
export function destinationFor(rules: readonly FilingRule[], on: string, place: string): string | null {
  const province = findProvince(place);
  if (!province) return null;
  if (isWholeDestination(rules, on, province.code)) return province.code;
  if (place === province.code) return null;
  const prefecture = `${place.slice(0, 4)}00`;
  if (isFilingDestination(rules, on, prefecture)) return prefecture;
  return isFilingDestination(rules, on, place) ? place : null;
}

function isWholeDestination(rules: readonly FilingRule[], on: string, province: string): boolean {
  return rules.some(
    (rule) => rule.content.kind === 'WHOLE_PROVINCE' && rule.content.region === province && isInForce(rule, on),
  );
}

/** The other sides of the links in force that name the place. */
function linkedPlacesOf(rules: readonly FilingRule[], on: string, place: string): string[] {
  return rules.flatMap((rule) => {
    if (rule.content.kind !== 'LINKED_PLACES' || !rule.content.regions.includes(place) || !isInForce(rule, on))
      return [];
    return rule.content.regions.filter((region) => region !== place);
  });
}
