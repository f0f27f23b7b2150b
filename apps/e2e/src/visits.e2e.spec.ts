import { generateDay, loadSample, type ApiAnswer } from '@yiditong/tools';
import { describe, expect, inject, it } from 'vitest';
import { HospitalDesk, newMessageId, type Problem, type Settled, type Visit as Patient } from './hospital-desk.js';
import { SHARED_DAY } from './stack.global.js';

const { document, now } = inject('stack');
const sample = loadSample();
const desk = new HospitalDesk(document, generateDay({ ...SHARED_DAY, sample, now }), sample);

type Opened = {
  readonly visitId: string;
  readonly state: string;
  readonly unsettledCount: number;
  readonly unsettledFen: string;
  readonly settlementIds: readonly string[];
};
type VisitSettled = Settled & { readonly visitKind: string; readonly diseaseCode: string | null };

/** A patient whose bill of the day is of a kind and has several lines; the day has some of each. */
async function patient(visitKind: string): Promise<Patient> {
  for (let n = 0; n < SHARED_DAY.bills; n++) {
    const found = await desk.admit(n);
    if (found.bill.visitKind === visitKind && found.bill.lines.length > 1) return found;
  }
  throw new Error(`the day has no ${visitKind}`);
}

async function send<T>(patientOf: Patient, path: string, body: object): Promise<ApiAnswer<T & Problem>> {
  return desk.api.once('POST', `/v1/visits${path}`, body, desk.token(patientOf.institutionCode));
}

async function must<T>(patientOf: Patient, path: string, body: object): Promise<T> {
  const named = { messageId: newMessageId(patientOf.institutionCode), ...body };
  const answer = await send<T>(patientOf, path, named);
  if (answer.status >= 300) throw new Error(`${path}: ${answer.status} ${answer.text}`);
  return answer.body;
}

function open(patientOf: Patient): Promise<Opened> {
  const { personId, insuredRegion, visitNumber, visitKind, emergency, diseaseCode, admittedAt } = patientOf.bill;
  return must<Opened>(patientOf, '', {
    personId,
    insuredRegion,
    visitNumber,
    visitKind,
    emergency,
    diseaseCode,
    admittedAt,
  });
}

/** The bill's lines as fees, in batches as told. */
function feesOf({ bill }: Patient, of: (index: number) => { batch?: string; diseaseCode?: string | null }): object[] {
  return bill.lines.map(({ lineNumber, nationalCode, quantity, unitPriceYuan, amountFen, occurredAt }, index) => ({
    serial: `F${lineNumber}`,
    nationalCode,
    quantity,
    unitPriceYuan,
    amountFen,
    occurredAt,
    ...of(index),
  }));
}

const read = (patientOf: Patient, { visitId }: Opened): Promise<Opened> =>
  desk.api.get<Opened>(`/v1/visits/${visitId}`, desk.token(patientOf.institutionCode));
const sumOf = (lines: readonly { readonly amountFen: string }[]): string =>
  String(lines.reduce((sum, { amountFen }) => sum + BigInt(amountFen), 0n));

describe('an outpatient visit', () => {
  it('is settled batch by batch, what was tried being what is settled', async () => {
    const one = await patient('OUTPATIENT');
    const { personId, lines, endedAt } = one.bill;
    const visit = await open(one);
    await must(one, `/${visit.visitId}/fees`, {
      personId,
      fees: feesOf(one, (index) => ({ batch: index === 0 ? 'A' : 'B' })),
    });
    const first = { personId, batch: 'A', endedAt, declaredTotalFen: sumOf(lines.slice(0, 1)) };
    const trial = await send<VisitSettled>(one, `/${visit.visitId}/trial`, first);
    const settled = await must<VisitSettled>(one, `/${visit.visitId}/settlements`, first);
    expect(trial.body).toMatchObject({ totalFen: settled.totalFen, fundTotalFen: settled.fundTotalFen });
    const rest = { personId, batch: 'B', endedAt, declaredTotalFen: sumOf(lines.slice(1)) };
    const wrong = await send(one, `/${visit.visitId}/settlements`, {
      ...rest,
      messageId: newMessageId(one.institutionCode),
      declaredTotalFen: '1',
    });
    expect([wrong.status, wrong.body.reason]).toEqual([422, 'BILL_TOTAL_MISMATCH']);
    await must(one, `/${visit.visitId}/settlements`, rest);
    expect(await read(one, visit)).toMatchObject({ state: 'SETTLED', unsettledCount: 0, unsettledFen: '0' });
  });
});

describe('a chronic visit', () => {
  it('settles its disease by itself, and a fee of none as an ordinary visit or not at all', async () => {
    const one = await patient('CHRONIC');
    const { personId, endedAt, diseaseCode, lines } = one.bill;
    const visit = await open(one);
    const [line] = lines;
    const fees = [
      ...feesOf(one, () => ({ batch: 'A', diseaseCode: diseaseCode ?? null })),
      { ...feesOf(one, () => ({ batch: 'B' }))[0], serial: 'unrelated' },
    ];
    await must(one, `/${visit.visitId}/fees`, { personId, fees });
    const all = { personId, endedAt, declaredTotalFen: sumOf([...lines, ...(line ? [line] : [])]) };
    const mixed = await send(one, `/${visit.visitId}/settlements`, {
      ...all,
      messageId: newMessageId(one.institutionCode),
    });
    expect([mixed.status, mixed.body.reason]).toEqual([422, 'VISIT_DISEASES_MIXED']);
    const settled = await must<VisitSettled>(one, `/${visit.visitId}/settlements`, {
      personId,
      endedAt,
      diseaseCode,
      declaredTotalFen: sumOf(lines),
    });
    expect(settled).toMatchObject({ visitKind: 'CHRONIC', diseaseCode });
    const unrelated = await send<VisitSettled>(one, `/${visit.visitId}/trial`, {
      personId,
      endedAt,
      unrelated: true,
      declaredTotalFen: sumOf(line ? [line] : []),
    });
    // Where filing or the policy has no ordinary outpatient care, the hospital is told why, and the fee stays unsettled.
    expect(unrelated.body.visitKind ?? unrelated.body.messages.zh).toMatch(/^OUTPATIENT$|\p{Script=Han}/u);
    expect(await read(one, visit)).toMatchObject({ unsettledCount: 1, settlementIds: [settled.settlementId] });
  });
});

describe('a stay', () => {
  it('is settled in part, and to the end with its discharge', async () => {
    const one = await patient('INPATIENT');
    const { personId, lines, endedAt } = one.bill;
    const visit = await open(one);
    const fees = feesOf(one, () => ({}));
    const [first] = lines;
    if (!first) throw new Error('a stay without fees');
    // The rest arises at the discharge, after the part that is settled before.
    const rest = fees.slice(1).map((fee) => ({ ...fee, occurredAt: endedAt }));
    await must(one, `/${visit.visitId}/fees`, { personId, fees: [fees[0], ...rest] });
    const part = { personId, midStay: true, endedAt: first.occurredAt, declaredTotalFen: first.amountFen };
    await must(one, `/${visit.visitId}/settlements`, part);
    expect(await read(one, visit)).toMatchObject({ state: 'OPEN', unsettledCount: rest.length });
    const end = { personId, declaredTotalFen: sumOf(lines.slice(1)) };
    const early = await send(one, `/${visit.visitId}/settlements`, {
      ...end,
      messageId: newMessageId(one.institutionCode),
    });
    expect([early.status, early.body.reason]).toEqual([422, 'VISIT_NOT_DISCHARGED']);
    await must(one, `/${visit.visitId}/changes`, { personId, endedAt });
    await must(one, `/${visit.visitId}/settlements`, end);
    expect(await read(one, visit)).toMatchObject({ state: 'SETTLED', unsettledCount: 0 });
  });
});
