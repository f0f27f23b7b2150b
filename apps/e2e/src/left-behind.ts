import { rmSync } from 'node:fs';
import { FOUNDING_RULES } from '@yiditong/eligibility';
import type { DemoDay, Sample } from '@yiditong/tools';
import { findInFiles } from './spoils.js';

/** Names that are shorter stand in too many other words. */
const SHORTEST_NAME = 3;

/**
 * What may stand in clear in no file of a stack that had this day, and whose it is. A diagnosis whose name the reference
 * data use as well says nothing of anybody.
 */
export function personalDataOf(
  { persons, bills }: Pick<DemoDay, 'persons' | 'bills'>,
  sample: Sample,
): ReadonlyMap<string, string> {
  // The rules of filing name the diseases that are opened across provinces.
  const reference = JSON.stringify([sample, FOUNDING_RULES]);
  const sought = new Map<string, string>();
  for (const [index, { idNumber, name, phone }] of persons.entries()) {
    sought.set(idNumber, `the ID number of person ${index}`);
    if (name.length >= SHORTEST_NAME) sought.set(name, `the name of person ${index}`);
    if (phone !== null) sought.set(phone, `the phone of person ${index}`);
  }
  for (const { code, name } of bills.flatMap(({ body }) => body.diagnoses))
    if (!reference.includes(name)) sought.set(name, `the name of diagnosis ${code}`);
  return sought;
}

/**
 * Looks through every file of a directory, its servers being stopped, and removes it. Throws where something of a person stands
 * in clear, without saying it again, and where `known` isn't found, so that a search that finds nothing can't pass.
 */
export function searchAndRemove(directory: string, known: string, personalData: ReadonlyMap<string, string>): void {
  const finds = findInFiles(directory, [known, ...personalData.keys()]);
  rmSync(directory, { recursive: true, force: true });
  const leaks = finds.filter(({ what }) => what !== known);
  if (leaks.length > 0) {
    const lines = leaks.map(({ where, what }) => `${where}: ${personalData.get(what)}`);
    throw new Error(`personal data were left in clear:\n${lines.join('\n')}`);
  }
  if (finds.length === 0) throw new Error('the search did not even find what is known to be there');
}
