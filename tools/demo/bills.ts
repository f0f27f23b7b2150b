import { provinceOf, type VisitKind } from '@yiditong/codes';
import { covers, FOUNDING_RULES } from '@yiditong/eligibility';
import {
  businessDateOf,
  daysBefore,
  instantOf,
  messageTimeOf,
  startOfDay,
  type DemoBillLine,
  type UndiagnosedBill,
} from './day.js';
import {
  chargeOf,
  drawChronicCharges,
  drawStayCharges,
  drawVisitCharges,
  offersOf,
  type ChargedItem,
  type Offer,
} from './lines.js';
import { drawInstitution, isDeemedFiled, type Network } from './network.js';
import type { Insured } from './persons.js';
import type { PlannedVisit, VisitRole } from './plan.js';
import type { Random } from './random.js';
import type { Sample, SampleInstitution } from './sample.js';

const SECOND = 1_000;
const MINUTE = 60_000;
const HOUR = 3_600_000;
const OPENING = 7.5 * HOUR;

/** Writes the bills of the planned visits: who, where, when, and for what. */
export function drawBills(
  sample: Sample,
  network: Network,
  insured: readonly Insured[],
  visits: readonly PlannedVisit[],
  nowMillis: number,
  random: Random,
): UndiagnosedBill[] {
  const patientOf = castPatients(insured, visits, random);
  const offers = offersOf(sample);
  const number = numberBills();
  return visits.map((visit) => {
    const patient = patientOf(visit);
    const institution = chooseInstitution(visit, patient, network, nowMillis, random);
    const offer = offers.get(provinceOf(institution.region));
    if (!offer) throw new Error(`the sample lacks a catalogue for ${institution.region}`);
    const times = drawTimes(visit.kind, nowMillis, random);
    const { diseaseCode, charges } = drawCharges(visit, offer, times, random);
    return {
      institutionCode: institution.institutionCode,
      messageId: number.message(institution, times.endedAt),
      // Sent after the settlement, whose message is not later than now.
      reverseWith: visit.reversed ? number.message(institution, nowMillis) : null,
      official: visit.role === 'OFFICIAL',
      body: {
        personId: patient.person.personId,
        insuredRegion: patient.person.insuredRegion,
        visitNumber: number.visit(institution, visit.kind, times.admittedAt),
        visitKind: visit.kind,
        emergency: visit.role === 'EMERGENCY',
        diseaseCode,
        admittedAt: instantOf(times.admittedAt),
        endedAt: instantOf(times.endedAt),
        totalFen: charges.reduce((sum, { amountFen }) => sum + amountFen, 0n).toString(),
        lines: charges.map((charge, index) => lineOf(charge, index, times, random)),
      },
    };
  });
}

/** Deals the patients round robin by role. Nobody in a bed has another ordinary bill that day, and the official patient has no other. */
function castPatients(
  insured: readonly Insured[],
  visits: readonly PlannedVisit[],
  random: Random,
): (visit: PlannedVisit) => Insured {
  const [official, ...others] = insured;
  if (!official) throw new RangeError('a day needs persons');
  const active = others.filter(({ person }) => person.active);
  const filed = random.shuffle(active.filter(({ filing }) => filing !== null));
  const stays = visits.filter(({ role, kind }) => role === 'ORDINARY' && kind === 'INPATIENT').length;
  const bedridden = Math.min(stays, Math.floor(filed.length / 2));
  const ambulant = filed.slice(bedridden);
  const unfiled = active.filter(({ filing }) => filing === null);
  const covered = ambulant.filter(({ chronicCovered }) => chronicCovered);

  const deal: Record<VisitRole, Partial<Record<VisitKind, () => Insured>> & { any: () => Insured }> = {
    OFFICIAL: { any: () => official },
    ORDINARY: {
      any: roundRobin(ambulant),
      INPATIENT: roundRobin(bedridden > 0 ? filed.slice(0, bedridden) : filed),
      CHRONIC: roundRobin(covered.length > 0 ? covered : filed.filter(({ chronicCovered }) => chronicCovered)),
    },
    EMERGENCY: { any: roundRobin(random.shuffle([...ambulant, ...unfiled])) },
    UNFILED: { any: roundRobin(unfiled) },
    INACTIVE: { any: roundRobin(others.filter(({ person, filing }) => !person.active && filing !== null)) },
    UNCOVERED: { any: roundRobin(filed.filter(({ chronicCovered }) => !chronicCovered)) },
  };
  return ({ role, kind }) => (deal[role][kind] ?? deal[role].any)();
}

function roundRobin<T>(values: readonly T[]): () => T {
  let turn = 0;
  return () => {
    if (values.length === 0) throw new RangeError('too few persons for this many bills');
    const value = values[turn % values.length] as T;
    turn += 1;
    return value;
  };
}

function chooseInstitution(
  { role, kind }: PlannedVisit,
  { person, filing }: Insured,
  network: Network,
  nowMillis: number,
  random: Random,
): SampleInstitution {
  const home = provinceOf(person.insuredRegion);
  const today = businessDateOf(nowMillis);
  const unannounced = role === 'EMERGENCY' || role === 'UNFILED';
  const gradeSuits = ({ level }: SampleInstitution): boolean =>
    role === 'OFFICIAL' ? level === 'TERTIARY' : kind !== 'INPATIENT' || level !== 'PRIMARY';
  const filedFor = ({ region }: SampleInstitution): boolean =>
    filing !== null && covers(FOUNDING_RULES, today, filing.destinationRegion, region);
  return drawInstitution(
    network,
    {
      // Where care is deemed filed neither an emergency nor a missing filing would show.
      province: (code) => code !== home && !(unannounced && isDeemedFiled(home, code, today)),
      institution: (institution) => gradeSuits(institution) && filedFor(institution) !== unannounced,
    },
    random,
  );
}

type Times = { readonly admittedAt: number; readonly endedAt: number; readonly days: number };

/** Every visit ends on the business day of now, in opening hours where that day has had any. */
function drawTimes(kind: VisitKind, nowMillis: number, random: Random): Times {
  const dayStart = startOfDay(businessDateOf(nowMillis));
  const opening = nowMillis - dayStart > OPENING ? dayStart + OPENING : dayStart;
  const endedAt = opening + SECOND * random.between(0, Math.floor((nowMillis - opening) / SECOND));
  if (kind !== 'INPATIENT')
    return { admittedAt: Math.max(dayStart, endedAt - MINUTE * random.between(15, 150)), endedAt, days: 1 };
  const days = random.between(3, 14);
  return { admittedAt: daysBefore(dayStart, days) + 8 * HOUR + SECOND * random.below(12 * 3_600), endedAt, days };
}

function drawCharges(
  visit: PlannedVisit,
  offer: Offer,
  times: Times,
  random: Random,
): { diseaseCode: string | null; charges: readonly ChargedItem[] } {
  if (visit.role === 'OFFICIAL') return { diseaseCode: 'M01600', charges: officialCharges() };
  switch (visit.kind) {
    case 'INPATIENT':
      return { diseaseCode: null, charges: drawStayCharges(offer, times.days, random) };
    case 'OUTPATIENT':
      return { diseaseCode: null, charges: drawVisitCharges(offer, visit.role === 'EMERGENCY', random) };
    case 'CHRONIC':
      return drawChronicCharges(offer, random);
  }
}

/** 阿卡波糖片 32.52 and 瑞格列奈片 31.77 yuan, as the Administration's example of 2022 has them. */
function officialCharges(): ChargedItem[] {
  return [chargeOf('XA10BFA901A001010190001', 1n, 32_520_000n), chargeOf('XA10BXR902A001010190002', 1n, 31_770_000n)];
}

function lineOf(charge: ChargedItem, index: number, { admittedAt, endedAt }: Times, random: Random): DemoBillLine {
  const occurredAt = admittedAt + SECOND * random.between(0, Math.floor((endedAt - admittedAt) / SECOND));
  return {
    lineNumber: index + 1,
    ...charge,
    amountFen: charge.amountFen.toString(),
    occurredAt: instantOf(occurredAt),
  };
}

const VISIT_PREFIXES: Record<VisitKind, string> = { INPATIENT: 'ZY', OUTPATIENT: 'MZ', CHRONIC: 'MT' };

/** Numbers messages within their second and visits within their institution, so that none occurs twice. */
function numberBills(): {
  message: (institution: SampleInstitution, epochMillis: number) => string;
  visit: (institution: SampleInstitution, kind: VisitKind, epochMillis: number) => string;
} {
  const issued = new Map<string, number>();
  const nextOf = (series: string, digits: number): string => {
    const count = (issued.get(series) ?? 0) + 1;
    issued.set(series, count);
    return String(count).padStart(digits, '0');
  };
  return {
    message: ({ institutionCode }, epochMillis) => {
      const series = `${institutionCode}${messageTimeOf(epochMillis)}`;
      return series + nextOf(series, 4);
    },
    visit: ({ institutionCode }, kind, epochMillis) =>
      `${VISIT_PREFIXES[kind]}${businessDateOf(epochMillis).replaceAll('-', '')}${nextOf(institutionCode, 6)}`,
  };
}
