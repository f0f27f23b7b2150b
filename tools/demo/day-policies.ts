import type { Insurance } from '@yiditong/codes';
import type { SamplePolicy } from './sample.js';

/**
 * The areas whose insured persons the demonstration's day has. Every policy of the sample is published, but a day drawn from more of them
 * would be another day: each figure that the README and the specs know would move.
 */
const AREAS_OF_THE_DAY: Readonly<Record<Insurance, ReadonlySet<string>>> = {
  EMPLOYEE: areas(
    '110000 130100 131000 320100 330300 360100 360700 370200 430100 440300 441300 511600 610100 610200 610500 653200',
  ),
  RESIDENT: areas('131000 140100 220200 230100 340100 410100 420100 610100 610500'),
};

/** Whether persons of the day are insured under a policy. */
export function isOfTheDay({ region, insurance }: Pick<SamplePolicy, 'region' | 'insurance'>): boolean {
  return AREAS_OF_THE_DAY[insurance].has(region);
}

function areas(regions: string): ReadonlySet<string> {
  return new Set(regions.split(' '));
}
