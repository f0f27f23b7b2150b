import { randomInt, randomUUID } from 'node:crypto';
import type { Sample } from '@yiditong/tools';
import { againAsNewVisit, type HospitalDesk, type Settled, type Visit } from './hospital-desk.js';

/** A visit that a hospital has opened, of a patient whose bill its fees are taken from. */
export type Opened = { readonly patient: Visit; readonly visitId: string };
/** A bill that was settled, and the id of the message that withdrew it, where one did. */
export type Billed = { readonly patient: Visit; readonly settlementId: string; readonly withdrawnBy: string };

/** What bad requests are tried on: patients of each kind, and what became of their visits before. All message ids are of yesterday. */
export type StandingRecords = {
  readonly clinic: Visit;
  readonly stay: Visit;
  readonly chronic: Visit;
  readonly settled: Billed;
  readonly cancelled: Billed;
  readonly reversed: Billed;
  /** With all fees of its bill in batch A, as `F` and the line's number. */
  readonly openClinic: Opened & { readonly feesBy: string; readonly openedBy: string };
  /** With all fees of its bill, and nobody discharged. */
  readonly openStay: Opened;
  /** With the fees of its disease in batch A, and one of none in batch B. */
  readonly openChronic: Opened;
  readonly cancelledVisit: Opened;
  readonly settledVisit: Opened;
};

const YESTERDAY_MS = Date.now() - 24 * 3_600_000;
const SHANGHAI_OFFSET_MS = 8 * 3_600_000;
let sequence = randomInt(5_000);

/** A message id that nobody has used, of this very time yesterday. */
export function messageOfYesterday(institutionCode: string): string {
  const time = new Date(YESTERDAY_MS + SHANGHAI_OFFSET_MS).toISOString().slice(0, 19).replace(/[-T:]/g, '');
  sequence += 1;
  return `${institutionCode}${time}${String(sequence).padStart(4, '0')}`;
}

/** The fees of a patient's bill, as REST takes them. */
export function feesOf({ bill }: Visit, more: object) {
  return bill.lines.map(({ lineNumber, ...line }) => ({ serial: `F${lineNumber}`, ...line, ...more }));
}

/** A number that is written into JSON just so: JavaScript itself hasn't 2^53 + 1, and writes 1e2 as 100. */
export function writtenNumber(digits: string): object {
  return (JSON as unknown as { rawJSON: (text: string) => object }).rawJSON(digits);
}

/** A request with one field changed, or left out where the value is undefined. The path has field names and places in lists. */
export function changed<T>(request: T, path: string, value: unknown): T {
  return path === '' ? (value as T) : (changedAt(request, path.split('.'), value) as T);
}

function changedAt(of: unknown, [key, ...rest]: readonly string[], value: unknown): unknown {
  if (key === undefined) return value;
  if (Array.isArray(of)) return of.map((one, index) => (String(index) === key ? changedAt(one, rest, value) : one));
  const fields = of as Readonly<Record<string, unknown>>;
  return { ...fields, [key]: changedAt(fields[key], rest, value) };
}

/** The bureau takes an institution off the network; what comes back lets it in again. */
export async function suspend(
  desk: HospitalDesk,
  sample: Sample,
  institutionCode: string,
): Promise<() => Promise<void>> {
  const own = sample.institutions.find((one) => one.institutionCode === institutionCode);
  if (!own) throw new Error(`the sample has no ${institutionCode}`);
  const enter = async (networked: boolean): Promise<void> => {
    const institutions = [{ ...own, networked }];
    await desk.api.write('PUT', '/v1/institutions', { institutions }, desk.bureauToken(own.region), randomUUID());
  };
  await enter(false);
  return () => enter(true);
}

/** Has a patient of each kind treated, and settles, cancels and reverses. */
export async function prepareRecords(desk: HospitalDesk): Promise<StandingRecords> {
  const [clinic, stay, chronic] = [
    await patientOf(desk, 'OUTPATIENT'),
    await patientOf(desk, 'INPATIENT'),
    await patientOf(desk, 'CHRONIC'),
  ];
  const settled = await settle(desk, clinic);
  const cancelled = await settle(desk, clinic);
  const reversed = await settle(desk, clinic);
  const [cancelledBy, reversedBy] = [yesterdayOf(clinic), yesterdayOf(clinic)];
  const withdrawal = { messageId: cancelledBy, reason: '患者要求退费' };
  await must(desk, clinic, `/v1/settlements/${cancelled.settlementId}/cancellation`, withdrawal);
  const reversal = { messageId: reversedBy, originalMessageId: reversed.patient.messageId };
  await must(desk, clinic, '/v1/settlements/reversals', reversal);
  return {
    clinic,
    stay,
    chronic,
    settled,
    cancelled: { ...cancelled, withdrawnBy: cancelledBy },
    reversed: { ...reversed, withdrawnBy: reversedBy },
    openClinic: await withFees(desk, await open(desk, clinic), feesOf(clinic, { batch: 'A' })),
    openStay: await withFees(desk, await open(desk, stay), feesOf(stay, {})),
    openChronic: await withFees(desk, await open(desk, chronic), chronicFees(chronic)),
    cancelledVisit: await cancelVisit(desk, await open(desk, clinic)),
    settledVisit: await settleVisit(desk, await withFees(desk, await open(desk, stay), feesOf(stay, {}))),
  };
}

/** A patient of a kind whose bill has several lines. */
async function patientOf(desk: HospitalDesk, visitKind: string): Promise<Visit> {
  const many = desk.day.bills.length;
  for (let n = 0; n < many; n++) {
    const found = await desk.admit(n);
    if (found.bill.visitKind === visitKind && !found.bill.emergency && found.bill.lines.length > 1) return found;
  }
  throw new Error(`the day has no ${visitKind} of several lines`);
}

async function settle(desk: HospitalDesk, template: Visit): Promise<Billed> {
  const patient = { ...againAsNewVisit(template), messageId: yesterdayOf(template) };
  const { settlementId } = await desk.settled(patient);
  return { patient, settlementId, withdrawnBy: '' };
}

async function open(desk: HospitalDesk, template: Visit): Promise<Opened & { readonly openedBy: string }> {
  const patient = againAsNewVisit(template);
  const openedBy = yesterdayOf(patient);
  const opening = { ...openingOf(patient), messageId: openedBy };
  const { visitId } = await must<{ visitId: string }>(desk, patient, '/v1/visits', opening);
  return { patient, visitId, openedBy };
}

type Told =
  | 'personId'
  | 'insuredRegion'
  | 'visitNumber'
  | 'visitKind'
  | 'emergency'
  | 'diseaseCode'
  | 'diagnoses'
  | 'admittedAt';

/** What 挂号 or 入院 says of a patient, but for the message id. */
export function openingOf({ bill }: Visit): Pick<Visit['bill'], Told> {
  const { personId, insuredRegion, visitNumber, visitKind, emergency, diseaseCode, diagnoses, admittedAt } = bill;
  return { personId, insuredRegion, visitNumber, visitKind, emergency, diseaseCode, diagnoses, admittedAt };
}

async function withFees<O extends Opened>(desk: HospitalDesk, opened: O, fees: readonly object[]) {
  const { patient, visitId } = opened;
  const feesBy = yesterdayOf(patient);
  const body = { messageId: feesBy, personId: patient.bill.personId, fees };
  await must(desk, patient, `/v1/visits/${visitId}/fees`, body);
  return { ...opened, feesBy };
}

function chronicFees(patient: Visit): object[] {
  const [first] = feesOf(patient, { batch: 'B' });
  return [...feesOf(patient, { batch: 'A', diseaseCode: patient.bill.diseaseCode }), { ...first, serial: 'unrelated' }];
}

async function cancelVisit(desk: HospitalDesk, opened: Opened): Promise<Opened> {
  const { patient, visitId } = opened;
  const body = { messageId: yesterdayOf(patient), personId: patient.bill.personId };
  await must(desk, patient, `/v1/visits/${visitId}/cancellation`, body);
  return opened;
}

async function settleVisit(desk: HospitalDesk, opened: Opened): Promise<Opened> {
  const { patient, visitId } = opened;
  const { personId, endedAt, totalFen: declaredTotalFen } = patient.bill;
  const body = { messageId: yesterdayOf(patient), personId, endedAt, declaredTotalFen };
  await must<Settled>(desk, patient, `/v1/visits/${visitId}/settlements`, body);
  return opened;
}

const yesterdayOf = ({ institutionCode }: Visit): string => messageOfYesterday(institutionCode);

async function must<T>(desk: HospitalDesk, { institutionCode }: Visit, path: string, body: object): Promise<T> {
  const answer = await desk.api.once<T>('POST', path, body, desk.token(institutionCode));
  if (answer.status >= 300) throw new Error(`${path}: ${answer.status} ${answer.text}`);
  return answer.body;
}
