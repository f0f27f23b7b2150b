import { provinceOf } from '@yiditong/codes';
import { ApiClient } from '../demo/api-client.js';
import type { DemoDay } from '../demo/generate.js';
import type { Sample } from '../demo/sample.js';
import type { StackDocument } from './stack.js';
import { publishNationalItems, uploadItemList } from './catalogue-files.js';
import { bearersOf, type Bearer } from './tokens.js';

const PERSONS_A_CALL = 500;

/**
 * Enters the sample's institutions, the nation's items, the provinces' catalogues, a hospital's own items, policies, persons and
 * their recognised diseases through the public interface, each as whose it is. What changes rules is proposed by a clerk and
 * approved by a supervisor, as for everybody.
 */
export async function loadReferenceData(
  document: StackDocument,
  sample: Sample,
  { persons, entitlements }: Pick<DemoDay, 'persons' | 'entitlements'>,
): Promise<void> {
  const api = new ApiClient(document.gateway);
  const { bureau, clerk, hospital, operator } = bearersOf(document);
  const asBureauOf = (region: string): Bearer => bureau[provinceOf(region)] ?? '';
  const clerkOf = (region: string): Bearer => clerk.bureau[provinceOf(region)] ?? '';
  const publish = async (path: string, region: string, content: unknown, key: string): Promise<void> => {
    const maker = clerkOf(region);
    const { proposalId } = await api.write<{ proposalId: string }>('POST', path, content, maker, key);
    const decision = { decision: 'APPROVE', remark: '示例数据 sample' };
    await api.write('POST', `${path}/proposals/${proposalId}/decision`, decision, asBureauOf(region), key);
  };
  for (const [province, institutions] of groupBy(sample.institutions, ({ region }) => provinceOf(region))) {
    await api.write('PUT', '/v1/institutions', { institutions }, asBureauOf(province), `institutions-${province}`);
  }
  await publishNationalItems(api, sample.nationalItems, { clerk: clerk.operator, supervisor: operator });
  for (const { province, effectiveFrom, entries } of sample.catalogues) {
    const proposed = entries.map(({ nationalCode, name, itemClass, firstSelfPayBps, ceilingYuan, chargeCategory }) => ({
      nationalCode,
      name,
      itemClass,
      firstSelfPayBps,
      ceilingYuan,
      chargeCategory,
    }));
    const key = `catalogue-${province}-${effectiveFrom}`;
    await publish('/v1/catalogues', province, { effectiveFrom, entries: proposed }, key);
  }
  for (const list of sample.itemLists) await uploadItemList(api, list, hospital[list.institutionCode] ?? '');
  for (const { region, insurance, documentJson } of sample.policies) {
    const policy = { document: JSON.parse(documentJson) as unknown };
    await publish(`/v1/pooling-areas/${region}/policies`, region, policy, `policy-${region}-${insurance}`);
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
  for (const { requestId, ...entitlement } of entitlements) {
    await api.write('POST', '/v1/entitlements', entitlement, clerkOf(entitlement.insuredRegion), requestId);
  }
}

function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) groups.set(keyOf(item), [...(groups.get(keyOf(item)) ?? []), item]);
  return groups;
}
