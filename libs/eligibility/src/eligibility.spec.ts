import {
  ELIGIBILITY_BASES,
  FILING_EVENTS,
  NATION,
  VISIT_KINDS,
  type BenefitLevel,
  type FilingCategory,
  type VisitKind,
} from '@yiditong/codes';
import { describe, expect, it } from 'vitest';
import { DECISION_TABLE, HISTORIES } from './decision-table.js';
import {
  decideEligibility,
  ELIGIBILITY_REASON_CODES,
  FOUNDING_RULES,
  nextState,
  type Eligibility,
  type EntitlementVersion,
  type FilingRule,
  type FilingVersion,
  type InstitutionFact,
  type Instant,
  type InsuranceFact,
  type Question,
  type RuleContent,
} from './index.js';

const CATEGORIES: Readonly<Record<string, FilingCategory>> = {
  RETIREE: 'RETIREE_RESETTLED',
  RESIDENT: 'LONG_TERM_RESIDENT',
  WORKER: 'LONG_TERM_WORKER',
  REFERRAL: 'REFERRAL',
  EMERGENCY: 'EMERGENCY',
  OTHER: 'OTHER_TEMPORARY',
};
const LEVELS: readonly BenefitLevel[] = ['LOCAL', 'REFERRAL', 'EMERGENCY', 'OTHER_TEMPORARY'];

type Stated = {
  filings: FilingVersion[];
  insurance: InsuranceFact[];
  institution: InstitutionFact[];
  entitlements: EntitlementVersion[];
  rules: FilingRule[];
};

/** Fails where a word is not one of those that may stand there, so that a slip in the table is no silent pass. */
function oneOf<T extends string>(words: readonly T[], word: string): T {
  const found = words.find((each) => each === word);
  if (found === undefined) throw new Error(`${word} is none of ${words.join(' ')}`);
  return found;
}

function instantOf(text: string): Instant {
  const instant = Date.parse(`${text}+08:00`);
  if (Number.isNaN(instant)) throw new Error(`no instant: ${text}`);
  return instant;
}

function periodOf(text: string): { validFrom: string; validTo: string | null } {
  const [validFrom = '', validTo = ''] = text.split('..');
  return { validFrom, validTo: validTo === '∞' ? null : validTo };
}

/** The words of a statement, with its times and its place taken out. */
type Words = { readonly words: readonly string[]; readonly at: Instant; readonly seen: Instant; readonly of: string };

function wordsOf(statement: string, insuredRegion: string): Words {
  const at = /(?:^| )@(\S+)/.exec(statement)?.[1];
  const seen = / seen@(\S+)/.exec(statement)?.[1] ?? at;
  const of = / of (\d{6})/.exec(statement)?.[1] ?? insuredRegion;
  const words = statement.replaceAll(/ (seen)?@\S+| of \d{6}/g, '').split(' ');
  return { words, at: instantOf(at ?? '2026-01-01T00:00'), seen: instantOf(seen ?? '2026-01-01T00:00'), of };
}

const EVENTS: Readonly<Record<string, string>> = { file: 'ACCEPT' };

function stateFiling({ words, at, of }: Words, stated: Stated): void {
  const [verb = '', filingId = ''] = (words[0] ?? '').split('#');
  const event = oneOf(FILING_EVENTS, EVENTS[verb] ?? verb.toUpperCase());
  const before = stated.filings.findLast((version) => version.filingId === filingId);
  const reached = nextState(before?.state ?? null, event);
  if (!reached) throw new Error(`${event} is not allowed on filing ${filingId}`);
  const [, first = '', destination = '', period = ''] = words;
  const given = { filingId, event, state: reached, recordedAt: at };
  if (!before) {
    const category = CATEGORIES[first];
    if (!category) throw new Error(`no category ${first}`);
    const place = { category, insuredRegion: of, destinationRegion: destination };
    stated.filings.push({ ...given, version: 1, ...place, ...periodOf(period), owing: words.includes('owing') });
    return;
  }
  stated.filings.push({
    ...before,
    ...given,
    version: before.version + 1,
    destinationRegion: /^\d{6}$/.test(first) ? first : before.destinationRegion,
    validTo: first.startsWith('..') ? first.slice(2) : before.validTo,
    owing: event === 'SUPPLY' ? false : before.owing,
  });
}

function stateRule(words: readonly string[], period: string, content: RuleContent, stated: Stated): void {
  stated.rules.push({ owner: NATION, source: words.join(' '), ...periodOf(period), content });
}

function state(statement: string, insuredRegion: string, stated: Stated): void {
  const sentence = wordsOf(statement, insuredRegion);
  const { words, at, seen, of } = sentence;
  const [verb = '', one = '', two = '', three = '', four = '', five = ''] = words;
  const list = (word: string): string[] => (word === '-' ? [] : word.split('+'));
  const times = { changedAt: at, recordedAt: seen };
  if (verb === 'insured') {
    stated.insurance.push({ insuredRegion: one, active: oneOf(['active', 'inactive'], two) === 'active', ...times });
  } else if (verb === 'hospital') {
    const networked = oneOf(['networked', 'cut'], two) === 'networked';
    const visitKinds = list(three).map((kind) => oneOf(VISIT_KINDS, kind));
    const place = { institutionCode: one, region: one.slice(1, 7), networked, visitKinds };
    stated.institution.push({ ...place, diseaseClasses: list(four), ...times });
  } else if (verb.startsWith('entitled#')) {
    const [entitlementId = '', version = ''] = verb.slice('entitled#'.length).split('.');
    const disease = { diseaseCode: one, insuredRegion: of, recordedAt: seen, ...periodOf(two) };
    stated.entitlements.push({ entitlementId, version: Number(version), ...disease });
  } else if (verb === 'whole') {
    stateRule(words, two, { kind: 'WHOLE_PROVINCE', region: one }, stated);
  } else if (verb === 'agreement') {
    const effect = oneOf(['DEEMED_FILED', 'EXEMPT'], three);
    const agreement = { name: one, parties: list(two), effect, benefitLevel: oneOf(LEVELS, four) };
    stateRule(words, five, { kind: 'AGREEMENT', ...agreement }, stated);
  } else {
    stateFiling(sentence, stated);
  }
}

const lines = (text: string): string[] => text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
const histories = new Map(
  lines(HISTORIES).map((line) => {
    const [name = '', ...meaning] = line.split('=');
    return [name.trim(), meaning.join('=').trim()] as const;
  }),
);

function statedBy(facts: string, insuredRegion: string): Stated {
  const stated: Stated = { filings: [], insurance: [], institution: [], entitlements: [], rules: [...FOUNDING_RULES] };
  const statements = facts.split(';').map((each) => each.trim());
  for (const statement of statements.filter((each) => each !== '' && each !== 'unknown')) {
    state(histories.get(statement) ?? statement, insuredRegion, stated);
  }
  if (stated.insurance.length === 0 && !statements.includes('unknown'))
    state(`insured ${insuredRegion} active @2020-01-01T00:00`, insuredRegion, stated);
  return stated;
}

const NOW = '2026-06-30T10:00';

function questionOf(places: string, visit: string, admitted: string, asOf: string): Question {
  const [insuredRegion = '', treatingRegion = ''] = places.split(' → ');
  const [kind = '', ...words] = visit.split(' ').filter((word) => word !== '');
  const visitKind: VisitKind = oneOf(VISIT_KINDS, kind);
  const at = words.indexOf('at');
  const admission = admitted === '.' ? NOW : admitted;
  return {
    insuredRegion,
    treatingRegion,
    visitKind,
    institutionCode: at === -1 ? null : (words[at + 1] ?? null),
    diseaseCode: words.find((word) => /^[A-GI-Z]\d|^I\d/.test(word)) ?? null,
    emergency: words.includes('emergency'),
    admittedAt: instantOf(admission),
    admittedOn: admission.slice(0, 10),
    asOf: instantOf(asOf === '.' ? admission : asOf),
  };
}

function textOf(decision: Eligibility): string {
  if (!decision.covered) return `✗ ${decision.reason} ${decision.article}`;
  const { benefitLevel, category, basis, filingId, filingVersion, reasonCode, article } = decision;
  const short = Object.keys(CATEGORIES).find((name) => CATEGORIES[name] === category) ?? category;
  const filing = filingId === null ? '' : `#${filingId}.${filingVersion}`;
  return `${benefitLevel} ${short} ${basis}${filing} ${reasonCode} ${article}`;
}

const cases = lines(DECISION_TABLE)
  .slice(1)
  .map((line) => {
    const cells = line.split('|').map((cell) => cell.trim());
    if (cells.length !== 7) throw new Error(`not seven cells: ${line}`);
    const [title = '', places = '', visit = '', admitted = '', asOf = '', facts = '', expected = ''] = cells;
    return { title, question: questionOf(places, visit, admitted, asOf), facts, expected };
  });

const decided = cases.map(({ question, facts }) => {
  const { rules, ...recorded } = statedBy(facts, question.insuredRegion);
  return decideEligibility(question, recorded, rules);
});

describe('the decision table', () => {
  it.each(cases.map((each, index) => ({ ...each, decision: decided[index] })))('$title', ({ decision, expected }) =>
    expect(decision && textOf(decision)).toBe(expected),
  );

  it('shows every basis, every reason code and every refusal', () => {
    const covered = decided.flatMap((decision) => (decision.covered ? [decision] : []));
    const refused = decided.flatMap((decision) => (decision.covered ? [] : [decision.reason]));
    expect(new Set(covered.map(({ basis }) => basis))).toEqual(new Set(ELIGIBILITY_BASES));
    expect(new Set(covered.map(({ reasonCode }) => reasonCode))).toEqual(new Set(ELIGIBILITY_REASON_CODES));
    expect([...new Set(refused)].toSorted()).toEqual([
      'DISEASE_CODE_INVALID',
      'DISEASE_NOT_OPENED',
      'ENTITLEMENT_REQUIRED',
      'FILING_MATERIALS_OWED',
      'FILING_REQUIRED',
      'INSTITUTION_NOT_NETWORKED',
      'INSTITUTION_SERVICE_NOT_NETWORKED',
      'INSTITUTION_UNKNOWN',
      'INSURANCE_INACTIVE',
      'INSURED_REGION_MISMATCH',
      'NOT_CROSS_PROVINCE',
      'PERSON_UNKNOWN',
    ]);
  });

  it('names the institution where it is the reason', () => {
    const named = decided.filter((decision) => !decision.covered && decision.reason.startsWith('INSTITUTION'));
    const params = new Set(named.map((decision) => (decision.covered ? '' : JSON.stringify(decision.params))));
    expect(params).toEqual(new Set(['{"institution":"H31011500001"}', '{"institution":"H31011500002"}']));
  });
});
