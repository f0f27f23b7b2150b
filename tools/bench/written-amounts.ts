import type { Random } from '../demo/random.js';
import type { GeneratedItem } from './national-generator.js';

/** A strength as a hospital writes it: in another unit, the other way round, as a percentage; a model with other signs. */
export function strengthText(random: Random, { kind, traits }: GeneratedItem): string {
  const { strength } = traits;
  if (kind === 'CONSUMABLE') return modelText(random, strength);
  const [volume, mass] = strength.includes('ml:') ? strength.split(':') : [null, strength];
  const inUnits = strength.startsWith('10g:') ? (mass ?? '') : otherUnit(random, mass ?? '');
  if (volume === null || volume === undefined) return inUnits;
  const way = random.below(10);
  if (way < 5) return `${volume}:${inUnits}`;
  if (way < 8) return `${inUnits}:${volume}`;
  return `${inUnits}/${volume}`;
}

function otherUnit(random: Random, mass: string): string {
  if (mass.includes(':')) return random.happens(5_000) ? mass.replace(':', '/') : mass;
  const [, digits = '', unit = ''] = /^(\d+(?:\.\d+)?)(.*)$/u.exec(mass) ?? [];
  if (unit === '单位' || unit === '万单位')
    return `${digits}${unit.replace('单位', random.pick(['单位', 'u', 'U', 'IU']))}`;
  if (!random.happens(4_000)) return random.happens(1_500) ? mass.toUpperCase().replace('ΜG', 'ug') : mass;
  if (unit === 'g' && Number(digits) < 5) return `${thousandTimes(digits)}mg`;
  if (unit === 'mg' && Number(digits) >= 50) return `${thousandth(digits)}g`;
  if (unit === 'mg' && Number(digits) < 1) return `${thousandTimes(digits)}μg`;
  if (unit === 'μg') return random.happens(5_000) ? `${digits}ug` : `${thousandth(digits)}mg`;
  return mass;
}

/** Decimals as they are written, not as they are computed: 0.7 times a thousand is no 699.9999. */
function thousandTimes(digits: string): string {
  const [whole = '0', fraction = ''] = digits.split('.');
  const moved = `${whole}${fraction.slice(0, 3).padEnd(3, '0')}`.replace(/^0+(?=\d)/u, '');
  return fraction.length > 3 ? `${moved}.${fraction.slice(3)}` : moved;
}

function thousandth(digits: string): string {
  const [whole = '0', fraction = ''] = digits.split('.');
  const padded = whole.padStart(4, '0');
  const decimals = `${padded.slice(-3)}${fraction}`.replace(/0+$/u, '');
  const integer = padded.slice(0, -3).replace(/^0+(?=\d)/u, '');
  return decimals === '' ? integer : `${integer}.${decimals}`;
}

function modelText(random: Random, model: string): string {
  const sign = random.pick(['×', '*', 'x', '×']);
  const signed = model.replaceAll('×', sign);
  const trimmed = random.happens(2_000) ? signed.replaceAll(/(\d)\.0(?!\d)/gu, '$1') : signed;
  return random.happens(1_500) ? trimmed.replaceAll(/mm/gu, '') : trimmed;
}

const UNIT_OF_PACK = /^\d+(.)\/盒$/u;

/** A pack as it is written: as a count with its unit, as boards, or as a bare number. */
export function packText(random: Random, { pack, traits }: GeneratedItem): string {
  const unit = UNIT_OF_PACK.exec(pack)?.[1] ?? '';
  const count = traits.pack;
  const way = random.below(10);
  if (way < 5) return `${count}${unit}/盒`;
  if (way < 8) return `${count}${unit}`;
  if (way === 8 && count % 2 === 0 && count > 2) return `${count / 2}${unit}×2板`;
  return String(count);
}
