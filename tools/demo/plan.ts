import { VISIT_KINDS, type VisitKind } from '@yiditong/codes';
import type { Random } from './random.js';
import type { SampleFlows } from './sample.js';

/** Why a bill stands in the day. All but UNFILED, INACTIVE and UNCOVERED are expected to settle. */
export type VisitRole = 'OFFICIAL' | 'ORDINARY' | 'EMERGENCY' | 'UNFILED' | 'INACTIVE' | 'UNCOVERED';

export type PlannedVisit = { readonly role: VisitRole; readonly kind: VisitKind; readonly reversed: boolean };

const SMALLEST_DAY = 6;
const UNFILED_BPS = 200;
const EMERGENCY_BPS = 600;
const REVERSED_BPS = 150;
/** A few in a thousand, from the sizes on where one is not out of proportion. */
const RARE_BPS = 30;
const INACTIVE_FROM_PERSONS = 100;
const UNCOVERED_FROM_BILLS = 200;

/** Sets the day's mix by quota, so that every situation occurs at every size, and draws the order. The official case comes first. */
export function planVisits(bills: number, persons: number, flows: SampleFlows, random: Random): PlannedVisit[] {
  if (bills < SMALLEST_DAY || persons < SMALLEST_DAY)
    throw new RangeError(`a day needs ${SMALLEST_DAY} persons and bills at least`);
  const { inpatient, chronic } = kindQuotas(bills, flows);
  const unfiled = atLeastOne(bills, UNFILED_BPS);
  const emergency = atLeastOne(bills, EMERGENCY_BPS);
  const inactive = persons >= INACTIVE_FROM_PERSONS ? atLeastOne(bills, RARE_BPS) : 0;
  const uncovered = bills >= UNCOVERED_FROM_BILLS ? atLeastOne(bills, RARE_BPS) : 0;
  const ordinary = bills - 1 - unfiled - emergency - inactive - uncovered;

  // Chronic visits are the official, the uncovered, and ordinary ones; the rest shares out the stays.
  const ordinaryChronic = Math.max(0, Math.min(ordinary, chronic - 1 - uncovered));
  const others = random.shuffle([
    ...times(unfiled, 'UNFILED'),
    ...times(emergency, 'EMERGENCY'),
    ...times(inactive, 'INACTIVE'),
    ...times(ordinary - ordinaryChronic, 'ORDINARY'),
  ]);
  const planned: Omit<PlannedVisit, 'reversed'>[] = random.shuffle([
    ...times(uncovered, 'UNCOVERED').map((role) => ({ role, kind: 'CHRONIC' as const })),
    ...times(ordinaryChronic, 'ORDINARY').map((role) => ({ role, kind: 'CHRONIC' as const })),
    ...others.map((role, index) => ({
      role,
      kind: index < inpatient ? ('INPATIENT' as const) : ('OUTPATIENT' as const),
    })),
  ]);

  let toReverse = atLeastOne(bills, REVERSED_BPS);
  const visits = planned.map((visit) => {
    const reversed = visit.role === 'ORDINARY' && toReverse > 0;
    if (reversed) toReverse -= 1;
    return { ...visit, reversed };
  });
  return [{ role: 'OFFICIAL', kind: 'CHRONIC', reversed: false }, ...random.shuffle(visits)];
}

function kindQuotas(bills: number, flows: SampleFlows): { inpatient: number; chronic: number } {
  const [inpatient = 0, outpatient = 0, chronic = 0] = VISIT_KINDS.map(
    (kind) => flows.visits.find((visit) => visit.kind === kind)?.settlements ?? 0,
  );
  const all = inpatient + outpatient + chronic;
  return { inpatient: Math.ceil((bills * inpatient) / all), chronic: Math.max(1, Math.round((bills * chronic) / all)) };
}

function atLeastOne(bills: number, bps: number): number {
  return Math.max(1, Math.round((bills * bps) / 10_000));
}

function times(count: number, role: VisitRole): VisitRole[] {
  return Array.from({ length: count }, () => role);
}
