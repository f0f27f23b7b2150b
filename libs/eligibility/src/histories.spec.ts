import { isDeepStrictEqual } from 'node:util';
import {
  FILING_EVENTS,
  NATION,
  provinceOf,
  VISIT_KINDS,
  type BenefitLevel,
  type FilingCategory,
  type FilingEvent,
  type RuleKind,
} from '@yiditong/codes';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rankOf } from './categories.js';
import {
  covers,
  decideEligibility,
  FOUNDING_RULES,
  nextState,
  subjectOf,
  type Eligibility,
  type EntitlementVersion,
  type FilingRule,
  type FilingVersion,
  type InstitutionFact,
  type InsuranceFact,
  type Question,
  type RecordedFacts,
  type RuleContent,
} from './index.js';

const DAY = 86_400_000;
const FIRST_DAY = Date.UTC(2026, 0, 1) - 8 * 3_600_000;
const DAYS = 40;

/** Quarters of days from the first day; few enough that events, admissions and questions often meet at one instant. */
const instant = fc.nat({ max: DAYS * 4 }).map((quarter) => FIRST_DAY + quarter * (DAY / 4));
const dateOf = (at: number): string => new Date(at + 8 * 3_600_000).toISOString().slice(0, 10);
const afterDays = (days: number): string => dateOf(FIRST_DAY + days * DAY);

const HOME = '131000';
const places = [
  '131002',
  '130102',
  '130200',
  '139900',
  '110101',
  '310115',
  '310115',
  '310118',
  '320505',
  '320900',
  '460105',
  '469002',
];
const destinations = ['110000', '310000', '320500', '320900', '460000', '460100', '469002', '130100'];
const category = fc.constantFrom<FilingCategory>(
  'RETIREE_RESETTLED',
  'LONG_TERM_RESIDENT',
  'LONG_TERM_WORKER',
  'REFERRAL',
  'OTHER_TEMPORARY',
);
const insuredRegion = fc.constantFrom(HOME, HOME, HOME, HOME, HOME, '130200');
/** Mostly begun early and long enough to hold at most admissions. */
const period = fc
  .tuple(fc.oneof(fc.nat({ max: 3 }), fc.nat({ max: DAYS })), fc.option(fc.nat({ max: 2 * DAYS }), { nil: null }))
  .map(([first, days]) => ({
    validFrom: afterDays(first),
    validTo: days === null ? null : afterDays(first + days),
  }));

type Contents = Pick<FilingVersion, 'category' | 'insuredRegion' | 'destinationRegion' | 'owing'> & {
  readonly period: Pick<FilingVersion, 'validFrom' | 'validTo'>;
};
type Step = { readonly event: FilingEvent; readonly after: number; readonly to: Contents };

const contents: fc.Arbitrary<Contents> = fc.record({
  category,
  insuredRegion,
  destinationRegion: fc.constantFrom(...destinations),
  owing: fc.boolean(),
  period,
});
const step: fc.Arbitrary<Step> = fc.record({
  event: fc.constantFrom(...FILING_EVENTS),
  after: fc.nat({ max: 12 }),
  to: contents,
});

/** A life that obeys the table of states: what is not allowed next is left out, and every event is later than the one before. */
function lifeOf(
  filingId: string,
  first: { event: FilingEvent; at: number; with: Contents },
  steps: readonly Step[],
): FilingVersion[] {
  const { period: dates, ...rest } = first.with;
  const state = nextState(null, first.event);
  if (!state) return [];
  const versions: FilingVersion[] = [
    { filingId, version: 1, event: first.event, state, recordedAt: first.at, ...rest, ...dates },
  ];
  for (const { event, after, to } of steps) {
    const last = versions.at(-1);
    const next = last && nextState(last.state, event);
    if (!last || !next) continue;
    const changed = event === 'CHANGE' ? { destinationRegion: to.destinationRegion, validTo: to.period.validTo } : {};
    const owing = event === 'SUPPLY' ? false : last.owing;
    const recordedAt = last.recordedAt + (after + 1) * (DAY / 4);
    versions.push({ ...last, ...changed, owing, event, state: next, version: last.version + 1, recordedAt });
  }
  return versions;
}

const lifeNamed = (filingId: string): fc.Arbitrary<FilingVersion[]> =>
  fc
    .tuple(
      fc.constantFrom<FilingEvent>('ACCEPT', 'ACCEPT', 'SUBMIT', 'DRAFT'),
      instant,
      contents,
      fc.array(step, { maxLength: 8 }),
    )
    .map(([event, at, given, steps]) => lifeOf(filingId, { event, at, with: given }, steps));

const times = fc.record({ changedAt: instant, recordedAt: instant });
const insurance: fc.Arbitrary<InsuranceFact> = fc
  .record({ insuredRegion, active: fc.constantFrom(true, true, true, false), times })
  .map(({ times: at, ...fact }) => ({ ...fact, ...at }));
const active: InsuranceFact = { insuredRegion: HOME, active: true, changedAt: 0, recordedAt: 0 };

const HOSPITAL = 'H31011500001';
const institution: fc.Arbitrary<InstitutionFact> = fc
  .record({ networked: fc.constantFrom(true, true, false), times })
  .map(({ networked, times: at }) => ({
    institutionCode: HOSPITAL,
    region: '310115',
    networked,
    visitKinds: VISIT_KINDS,
    diseaseClasses: ['M039'],
    ...at,
  }));
const networked: InstitutionFact = {
  institutionCode: HOSPITAL,
  region: '310115',
  networked: true,
  visitKinds: VISIT_KINDS,
  diseaseClasses: ['M039'],
  changedAt: 0,
  recordedAt: 0,
};
const entitlement: fc.Arbitrary<EntitlementVersion> = fc
  .record({ version: fc.integer({ min: 1, max: 4 }), recordedAt: instant, period })
  .map(({ period: dates, ...rest }) => ({
    ...rest,
    ...dates,
    entitlementId: 'e1',
    insuredRegion: HOME,
    diseaseCode: 'M03902',
  }));

const facts: fc.Arbitrary<RecordedFacts> = fc.record({
  filings: fc.tuple(lifeNamed('a'), lifeNamed('b'), lifeNamed('c'), lifeNamed('d')).map((lives) => lives.flat()),
  // Mostly one that holds throughout, so that the filings are reached.
  insurance: fc.oneof(
    { weight: 4, arbitrary: fc.constant([active]) },
    { weight: 1, arbitrary: fc.array(insurance, { maxLength: 3 }) },
  ),
  institution: fc.oneof(
    { weight: 4, arbitrary: fc.constant([networked]) },
    { weight: 1, arbitrary: fc.array(institution, { maxLength: 3 }) },
  ),
  // Versions of one entitlement are numbered once each.
  entitlements: fc.uniqueArray(entitlement, { maxLength: 3, selector: ({ version }) => version }),
});

const question: fc.Arbitrary<Question> = fc
  .record({
    treatingRegion: fc.constantFrom(...places),
    institutionCode: fc.constantFrom(null, HOSPITAL),
    visitKind: fc.constantFrom('INPATIENT', 'OUTPATIENT', 'CHRONIC'),
    diseaseCode: fc.constantFrom(null, 'M03900', 'M03900', 'M01600'),
    emergency: fc.constantFrom(false, false, true),
    admittedAt: instant,
    stay: fc.nat({ max: 120 }),
  })
  .map(({ stay, ...rest }) => ({
    ...rest,
    insuredRegion: HOME,
    admittedOn: dateOf(rest.admittedAt),
    asOf: rest.admittedAt + stay * (DAY / 4),
  }));

const decide = (asked: Question, recorded: RecordedFacts): Eligibility =>
  decideEligibility(asked, recorded, FOUNDING_RULES);
const RUNS = { numRuns: 1_500 };

/** Rules that such questions turn on, founding ones and others. */
const VARIED: readonly FilingRule[] = [
  ...FOUNDING_RULES.filter(({ content }) =>
    ['110000', '310000', '460000', 'M039', '京津冀'].includes(subjectOf(content)),
  ),
  addedRule({ kind: 'WHOLE_PROVINCE', region: '320000' }),
  addedRule({ kind: 'LINKED_PLACES', regions: ['320500', '320900'] }),
  addedRule({ kind: 'LINKED_PLACES', regions: ['460100', '469002'] }),
  addedRule({
    kind: 'AGREEMENT',
    name: '冀沪',
    parties: ['130000', '310000'],
    effect: 'DEEMED_FILED',
    benefitLevel: 'REFERRAL',
  }),
];

function addedRule(content: RuleContent): FilingRule {
  return { owner: NATION, source: 'a test', validFrom: '2025-01-01', validTo: null, content };
}

/** Only what was recorded by an instant. */
function knownAt(recorded: RecordedFacts, asOf: number): RecordedFacts {
  const isKnown = (fact: { readonly recordedAt: number }): boolean => fact.recordedAt <= asOf;
  return {
    filings: recorded.filings.filter(isKnown),
    insurance: recorded.insurance.filter(isKnown),
    institution: recorded.institution?.filter(isKnown) ?? null,
    entitlements: recorded.entitlements.filter(isKnown),
  };
}

const shuffled = <T>(list: readonly T[]): fc.Arbitrary<T[]> =>
  fc.shuffledSubarray([...list], { minLength: list.length, maxLength: list.length });

describe('over random histories', () => {
  it('what is recorded later never changes a decision as of an earlier instant', () => {
    fc.assert(
      fc.property(question, facts, (asked, recorded) => {
        expect(decide(asked, recorded)).toEqual(decide(asked, knownAt(recorded, asked.asOf)));
      }),
      RUNS,
    );
  });

  it('the order in which facts are given does not matter', () => {
    const withAnother = facts.chain((recorded) =>
      fc
        .record({
          filings: shuffled(recorded.filings),
          insurance: shuffled(recorded.insurance),
          institution: shuffled(recorded.institution ?? []),
          entitlements: shuffled(recorded.entitlements),
        })
        .map((another) => [recorded, another] as const),
    );
    fc.assert(
      fc.property(question, withAnother, (asked, [recorded, another]) => {
        expect(decide(asked, another)).toEqual(decide(asked, recorded));
      }),
      RUNS,
    );
  });

  it('nor does it where two records are of one instant and came at one', () => {
    const inactive = { ...active, active: false };
    const cut = { ...networked, networked: false };
    const asked = fc.sample(question, { numRuns: 100, seed: 4 });
    const none = { filings: [], entitlements: [] };
    for (const each of asked) {
      const one = { ...none, insurance: [active, inactive], institution: [networked, cut] };
      const other = { ...none, insurance: [inactive, active], institution: [cut, networked] };
      const onlyOne = { ...one, insurance: [active] };
      const onlyOther = { ...other, insurance: [active] };
      expect([decide(each, one), decide(each, onlyOne)]).toEqual([decide(each, other), decide(each, onlyOther)]);
    }
  });

  it('a decision rests on a version in force that was recorded by then, of the person’s insured place, and opens the place', () => {
    fc.assert(
      fc.property(question, facts, (asked, recorded) => {
        const decision = decide(asked, recorded);
        if (!decision.covered || decision.filingId === null) return;
        const { filingId, filingVersion, basis } = decision;
        const version = recorded.filings.find((each) => each.filingId === filingId && each.version === filingVersion);
        if (!version) throw new Error('the version is none of those given');
        const { destinationRegion, validFrom, validTo } = version;
        expect(version).toMatchObject({ state: 'ACTIVE', insuredRegion: HOME });
        expect(version.recordedAt).toBeLessThanOrEqual(asked.asOf);
        expect(validFrom <= asked.admittedOn && (validTo === null || asked.admittedOn <= validTo)).toBe(true);
        const opens = covers(FOUNDING_RULES, asked.admittedOn, destinationRegion, asked.treatingRegion);
        const returned = covers(FOUNDING_RULES, asked.admittedOn, HOME, asked.treatingRegion);
        expect(basis === 'TWO_WAY_AT_HOME' ? returned : opens).toBe(true);
      }),
      RUNS,
    );
  });

  it('ending a filing never touches a stay that began before', () => {
    const ending = fc.constantFrom<FilingEvent>('CANCEL', 'INVALIDATE', 'EXPIRE');
    fc.assert(
      fc.property(question, facts, ending, fc.nat({ max: 20 }), (asked, recorded, event, after) => {
        const lasts = recorded.filings.filter(
          ({ filingId, version }) =>
            !recorded.filings.some((each) => each.filingId === filingId && each.version > version),
        );
        const ended = lasts.flatMap((last): FilingVersion[] => {
          const state = nextState(last.state, event);
          const recordedAt = Math.max(last.recordedAt, asked.admittedAt) + (after + 1) * 1000;
          return state && last.state === 'ACTIVE'
            ? [{ ...last, event, state, version: last.version + 1, recordedAt }]
            : [];
        });
        const whole = (decision: Eligibility): unknown =>
          decision.covered ? { ...decision, reasonCode: null, article: null } : decision;
        const later = { ...asked, asOf: Math.max(asked.asOf, ...ended.map(({ recordedAt }) => recordedAt)) };
        const withEnds = { ...recorded, filings: [...recorded.filings, ...ended] };
        expect(whole(decide(later, withEnds))).toEqual(whole(decide(later, recorded)));
      }),
      RUNS,
    );
  });

  it('one more filing never lowers the benefit', () => {
    const rank = (decision: Eligibility): number => (decision.covered ? rankOf(decision.benefitLevel) : 9);
    fc.assert(
      fc.property(question, facts, lifeNamed('z'), (asked, recorded, more) => {
        const after = decide(asked, { ...recorded, filings: [...recorded.filings, ...more] });
        expect(rank(after)).toBeLessThanOrEqual(rank(decide(asked, recorded)));
      }),
      RUNS,
    );
  });

  it('a rule that begins or ends after the day that is asked about changes nothing', () => {
    const changing = new Set<RuleKind>();
    fc.assert(
      fc.property(question, facts, fc.constantFrom(...VARIED), fc.nat({ max: 5 }), (asked, recorded, rule, days) => {
        const others = FOUNDING_RULES.filter((each) => each !== rule);
        const decideBy = (...varied: FilingRule[]): Eligibility =>
          decideEligibility(asked, recorded, [...others, ...varied]);
        const [without, within] = [decideBy(), decideBy(rule)];
        if (!isDeepStrictEqual(without, within)) changing.add(rule.content.kind);
        const later = { ...rule, validFrom: dateOf(asked.asOf + (days + 1) * DAY) };
        const ending = { ...rule, validTo: dateOf(asked.asOf + days * DAY) };
        expect(decideBy(later)).toEqual(without);
        expect(decideBy(ending)).toEqual(within);
      }),
      { numRuns: 2_000, seed: 4 },
    );
    expect([...changing].toSorted()).toEqual(['AGREEMENT', 'LINKED_PLACES', 'OPENED_DISEASE', 'WHOLE_PROVINCE']);
  });

  it('reach every outcome that a filing can have, so that the properties above are about something', () => {
    const seen = new Set<string>();
    const levels = new Set<BenefitLevel>();
    fc.assert(
      fc.property(question, facts, (asked, recorded) => {
        const decision = decide(asked, recorded);
        seen.add(decision.covered ? decision.reasonCode : decision.reason);
        if (decision.covered) levels.add(decision.benefitLevel);
        const home = provinceOf(asked.treatingRegion) === provinceOf(HOME);
        expect(home && decision.covered && decision.basis !== 'TWO_WAY_AT_HOME').toBe(false);
      }),
      { numRuns: 6_000, seed: 4 },
    );
    const wanted = [
      'FILED',
      'LATE_FILING',
      'ADMITTED_IN_WINDOW',
      'ONWARD_REFERRAL',
      'AGREEMENT',
      'EMERGENCY',
      'TWO_WAY_AT_HOME',
    ];
    expect(wanted.filter((code) => !seen.has(code))).toEqual([]);
    expect(levels.size).toBe(4);
  });
});
