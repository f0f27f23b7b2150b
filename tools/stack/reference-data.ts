import { provinceOf } from '@yiditong/codes';
import { ApiClient } from '../demo/api-client.js';
import type { DemoPerson } from '../demo/generate.js';
import type { Sample } from '../demo/sample.js';
import type { StackDocument } from './stack.js';

const PERSONS_A_CALL = 500;

/** Enters the sample's institutions, catalogues, policies and persons through the public interface, each as its own bureau. */
export async function loadReferenceData(
  document: StackDocument,
  sample: Sample,
  persons: readonly DemoPerson[],
): Promise<void> {
  const api = new ApiClient(document.gateway);
  const asBureauOf = (region: string): string => document.tokens.bureau[provinceOf(region)] ?? '';
  for (const [province, institutions] of groupBy(sample.institutions, ({ region }) => provinceOf(region))) {
    await api.write('PUT', '/v1/institutions', { institutions }, asBureauOf(province), `institutions-${province}`);
  }
  for (const { province, effectiveFrom, entries } of sample.catalogues) {
    const published = entries.map(
      ({ nationalCode, name, itemClass, firstSelfPayBps, ceilingYuan, chargeCategory }) => ({
        nationalCode,
        name,
        itemClass,
        firstSelfPayBps,
        ceilingYuan,
        chargeCategory,
      }),
    );
    await api.write(
      'POST',
      '/v1/catalogues',
      { effectiveFrom, entries: published },
      asBureauOf(province),
      `catalogue-${province}-${effectiveFrom}`,
    );
  }
  for (const { region, insurance, documentJson } of sample.policies) {
    const policy = { document: JSON.parse(documentJson) as unknown };
    await api.write(
      'POST',
      `/v1/pooling-areas/${region}/policies`,
      policy,
      asBureauOf(region),
      `policy-${region}-${insurance}`,
    );
  }
  for (const [province, insured] of groupBy(persons, ({ insuredRegion }) => provinceOf(insuredRegion))) {
    for (let from = 0; from < insured.length; from += PERSONS_A_CALL) {
      const batch = insured.slice(from, from + PERSONS_A_CALL);
      await api.write(
        'PUT',
        '/v1/insured-persons',
        { persons: batch },
        asBureauOf(province),
        `persons-${province}-${from}`,
      );
    }
  }
}

function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) groups.set(keyOf(item), [...(groups.get(keyOf(item)) ?? []), item]);
  return groups;
}
