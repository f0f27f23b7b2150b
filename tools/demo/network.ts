import { provinceOf } from '@yiditong/codes';
import { agreementFor, destinationFor, FOUNDING_RULES } from '@yiditong/eligibility';
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

/** What a filing for care in a division names on a business date (art. 11): the whole municipality or 海南, else the prefecture. */
export function filingDestinationOf(region: string, on: string): string {
  const destination = destinationFor(FOUNDING_RULES, on, region);
  if (destination === null) throw new Error(`no filing can name a destination for the sample's division ${region}`);
  return destination;
}

/** Whether an agreement of two provinces deems care between them filed on a business date, so that nobody is refused for want of a filing. */
export function isDeemedFiled(insuredProvince: string, treatingProvince: string, on: string): boolean {
  return agreementFor(FOUNDING_RULES, on, insuredProvince, treatingProvince) !== null;
}
