import {
  addMonths,
  idNumberCheck,
  LONG_TERM_CATEGORIES,
  provinceOf,
  type FilingCategory,
  type PersonType,
} from '@yiditong/codes';
import { MATERIALS } from '@yiditong/eligibility';
import { businessDateOf, daysBefore, startOfDay, type DemoFiling, type NamelessPerson } from './day.js';
import { isOfTheDay } from './day-policies.js';
import { drawUuid, type Random } from './random.js';
import type { Sample, SamplePolicy } from './sample.js';
import { drawInstitution, filingDestinationOf, isDeemedFiled, type Network } from './network.js';

/** A person as the bills need to know them. */
export type Insured = {
  readonly person: NamelessPerson;
  readonly filing: DemoFiling | null;
  /** Whether the insured place's policy pays chronic-disease visits at all. */
  readonly chronicCovered: boolean;
};

/** What is fixed beforehand about a person, so that small samples hold every situation too. */
type Part = {
  readonly official?: true;
  readonly unfiled?: true;
  readonly chronicUncovered?: true;
  readonly inactive?: true;
};

/** The first persons play fixed parts; the official one comes first. */
const FIRST_PARTS: readonly Part[] = [
  { official: true },
  { unfiled: true },
  { chronicUncovered: true },
  { inactive: true },
];

/** Below this number one inactive person in a hundred would be none. */
const INACTIVE_FROM_PERSONS = 100;
const FILED_BPS = 9_300;
const INACTIVE_BPS = 100;

/** The places of the case that the National Healthcare Security Administration published in 2022. */
const OFFICIAL_INSURED_REGION = '131000';
const OFFICIAL_TREATING_REGION = '110000';

/** Draws so many insured persons and the filings that most of them have. */
export function drawPersons(
  sample: Sample,
  network: Network,
  count: number,
  nowMillis: number,
  random: Random,
): Insured[] {
  const idNumbers = new Set<string>();
  return Array.from({ length: count }, (_, index) => {
    const part = partOf(index, count, random);
    const policy = drawPolicy(sample, part, random);
    let person = drawPerson(policy, part, nowMillis, random);
    while (idNumbers.has(person.idNumber)) person = drawPerson(policy, part, nowMillis, random);
    idNumbers.add(person.idNumber);
    const filing = part.unfiled ? null : drawFiling(person, part, network, nowMillis, random);
    return { person, filing, chronicCovered: policy.visitKinds.includes('CHRONIC') };
  });
}

function partOf(index: number, count: number, random: Random): Part {
  const first = FIRST_PARTS[index];
  const inactiveOccurs = count >= INACTIVE_FROM_PERSONS;
  if (first) return first.inactive && !inactiveOccurs ? {} : first;
  if (inactiveOccurs && random.happens(INACTIVE_BPS)) return { inactive: true };
  return random.happens(FILED_BPS) ? {} : { unfiled: true };
}

function drawPolicy(sample: Sample, part: Part, random: Random): SamplePolicy {
  if (part.official) {
    const official = sample.policies.find(
      ({ region, insurance }) => region === OFFICIAL_INSURED_REGION && insurance === 'EMPLOYEE',
    );
    if (!official) throw new Error('the sample lacks the policy of the official case');
    return official;
  }
  const open = sample.policies.filter(
    (policy) => isOfTheDay(policy) && !(part.chronicUncovered && policy.visitKinds.includes('CHRONIC')),
  );
  const inProvince = (province: string): SamplePolicy[] => open.filter(({ region }) => provinceOf(region) === province);
  const provinces = sample.flows.insured.filter(({ province }) => inProvince(province).length > 0);
  return random.pick(inProvince(random.pickWeighted(provinces, ({ weight }) => weight).province));
}

function drawPerson(policy: SamplePolicy, part: Part, nowMillis: number, random: Random): NamelessPerson {
  const personType = part.official ? 'RETIREE' : drawPersonType(policy, random);
  return {
    personId: drawUuid(random, nowMillis),
    idNumber: drawIdNumber(policy.region, personType, nowMillis, random),
    insuredRegion: policy.region,
    insurance: policy.insurance,
    personType,
    active: !part.inactive,
  };
}

function drawPersonType(policy: SamplePolicy, random: Random): PersonType {
  if (policy.insurance === 'EMPLOYEE') return random.happens(4_500) ? 'RETIREE' : 'ACTIVE';
  return random.happens(1_500) ? 'MINOR' : 'RESIDENT';
}

const AGES: Record<PersonType, readonly [youngest: number, oldest: number]> = {
  ACTIVE: [20, 54],
  RETIREE: [60, 88],
  RESIDENT: [18, 90],
  MINOR: [0, 17],
};

/** The pooling area's own code is never the division of a real person's number, so no number drawn belongs to anyone. */
function drawIdNumber(region: string, personType: PersonType, nowMillis: number, random: Random): string {
  const [youngest, oldest] = AGES[personType];
  const lastBirthday = addMonths(businessDateOf(nowMillis), -12 * random.between(youngest, oldest));
  const birthDate = businessDateOf(daysBefore(startOfDay(lastBirthday), random.below(365)));
  const first17 = `${region}${birthDate.replaceAll('-', '')}${String(random.between(1, 999)).padStart(3, '0')}`;
  return first17 + idNumberCheck(first17);
}

type CategoryWeight = readonly [category: FilingCategory, weight: number];

/** Emergency care is deemed filed and is never registered. */
const CATEGORY_WEIGHTS: Record<PersonType, readonly CategoryWeight[]> = {
  RETIREE: [
    ['RETIREE_RESETTLED', 45],
    ['LONG_TERM_RESIDENT', 15],
    ['REFERRAL', 24],
    ['OTHER_TEMPORARY', 16],
  ],
  ACTIVE: [
    ['LONG_TERM_WORKER', 45],
    ['LONG_TERM_RESIDENT', 8],
    ['REFERRAL', 28],
    ['OTHER_TEMPORARY', 19],
  ],
  RESIDENT: [
    ['LONG_TERM_WORKER', 18],
    ['LONG_TERM_RESIDENT', 27],
    ['REFERRAL', 32],
    ['OTHER_TEMPORARY', 23],
  ],
  MINOR: [
    ['LONG_TERM_RESIDENT', 45],
    ['REFERRAL', 37],
    ['OTHER_TEMPORARY', 18],
  ],
};

function drawFiling(
  person: NamelessPerson,
  part: Part,
  network: Network,
  nowMillis: number,
  random: Random,
): DemoFiling {
  const category = part.official
    ? 'RETIREE_RESETTLED'
    : random.pickWeighted(CATEGORY_WEIGHTS[person.personType], ([, weight]) => weight)[0];
  const home = provinceOf(person.insuredRegion);
  const today = businessDateOf(nowMillis);
  // Who goes for a while to where care counts as filed has nothing to file.
  const needless = (code: string): boolean =>
    !LONG_TERM_CATEGORIES.includes(category) && isDeemedFiled(home, code, today);
  const elsewhere = { province: (code: string): boolean => code !== home && !needless(code), institution: () => true };
  return {
    requestId: drawUuid(random, nowMillis),
    personId: person.personId,
    insuredRegion: person.insuredRegion,
    category,
    destinationRegion: part.official
      ? OFFICIAL_TREATING_REGION
      : filingDestinationOf(drawInstitution(network, elsewhere, random).region, today),
    ...drawPeriod(category, today, random),
    ...drawPapers(category, random),
  };
}

/**
 * Begun a month ago at least, before any stay that ends today, and less than a year ago, as a filing entered today must; a temporary
 * filing lasts more than six months and still runs.
 */
function drawPeriod(
  category: FilingCategory,
  today: string,
  random: Random,
): { validFrom: string; validTo: string | null } {
  if (LONG_TERM_CATEGORIES.includes(category))
    return { validFrom: addMonths(today, -random.between(1, 11)), validTo: null };
  const months = random.pick([7, 12]);
  const validFrom = addMonths(today, -random.between(1, months - 2));
  return { validFrom, validTo: addMonths(validFrom, months) };
}

/** Two in three who may sign the pledge do; the others hand in a paper and wait for its review. */
function drawPapers(category: FilingCategory, random: Random): Pick<DemoFiling, 'pledged' | 'materials'> {
  const { anyOf, pledgePossible } = MATERIALS[category];
  const [kind] = anyOf;
  const pledged = pledgePossible && random.happens(6_667);
  if (kind === undefined || pledged) return { pledged, materials: [] };
  const digest = Array.from({ length: 8 }, () => random.next().toString(16).padStart(8, '0')).join('');
  return { pledged: false, materials: [{ kind, digest }] };
}
