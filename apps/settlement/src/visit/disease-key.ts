import type { PersonalDataVault } from '@yiditong/chassis';
import type { Visit, VisitDiagnosed } from './visit.entity.js';

/**
 * What stands for a chronic disease in a fee's row: a keyed hash, made with the visit's id, so that nobody who reads rows finds out
 * which visits share one. Empty for none.
 */
export function diseaseKeyOf(
  vault: PersonalDataVault,
  { visitId }: Pick<Visit, 'visitId'>,
  diseaseCode: string,
): string {
  return diseaseCode === '' ? '' : vault.bodyHash({ visitId, diseaseCode }).toString('hex');
}

/** The codes that a visit has sealed, by what stands for them in its fees. */
export function diseasesByKey(
  vault: PersonalDataVault,
  visit: Pick<Visit, 'visitId'>,
  { diseaseCode, feeDiseases }: VisitDiagnosed,
): Map<string, string> {
  const codes = [diseaseCode, ...feeDiseases].filter((code) => code !== '');
  return new Map(codes.map((code) => [diseaseKeyOf(vault, visit, code), code]));
}
