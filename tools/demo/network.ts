import { findProvince, provinceOf } from '@yiditong/codes';
import type { Random } from './random.js';
import type { Sample, SampleInstitution } from './sample.js';

/** The institutions that settle directly, grouped by province, with the weight that patients go there. */
export type Network = readonly ProvinceNetwork[];
export type ProvinceNetwork = {
  readonly province: string;
  readonly weight: number;
  readonly institutions: readonly SampleInstitution[];
};

export function networkOf(sample: Sample): Network {
  return sample.flows.treating.map(({ province, weight }) => ({
    province,
    weight,
    institutions: sample.institutions.filter(({ region, networked }) => networked && provinceOf(region) === province),
  }));
}

export type Suits = {
  readonly province: (code: string) => boolean;
  readonly institution: (institution: SampleInstitution) => boolean;
};

/** One institution that suits, in a province that suits; the province is drawn by weight. */
export function drawInstitution(network: Network, suits: Suits, random: Random): SampleInstitution {
  const open = network
    .filter(({ province }) => suits.province(province))
    .map(({ weight, institutions }) => ({ weight, institutions: institutions.filter(suits.institution) }))
    .filter(({ institutions }) => institutions.length > 0);
  if (open.length === 0) throw new Error('no institution of the sample suits');
  return random.pick(random.pickWeighted(open, ({ weight }) => weight).institutions);
}

/** What a filing for care in a division names (art. 11): the whole municipality or 海南, else the prefecture. */
export function filingDestinationOf(region: string): string {
  return findProvince(region)?.wholeDestination ? provinceOf(region) : `${region.slice(0, 4)}00`;
}

const DEEMED_FILED_AMONG = ['110000', '120000', '130000'];

/** Whether 京津冀 deems care between two provinces filed, so that nobody is refused for want of a filing. */
export function isDeemedFiled(insuredProvince: string, treatingProvince: string): boolean {
  return [insuredProvince, treatingProvince].every((province) => DEEMED_FILED_AMONG.includes(province));
}
