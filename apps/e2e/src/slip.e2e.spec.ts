import { generateDay, loadSample } from '@yiditong/tools';
import { extractText, getDocumentProxy } from 'unpdf';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { HospitalDesk, type Settled, type Visit } from './hospital-desk.js';
import { SHARED_DAY } from './stack.global.js';

const { document, now } = inject('stack');
const sample = loadSample();
const desk = new HospitalDesk(document, generateDay({ ...SHARED_DAY, sample, now }), sample);

type Amount = { readonly key: string; readonly amountFen: string };
type Slip = {
  readonly title: string;
  readonly state: { readonly code: string; readonly void: boolean };
  readonly head: readonly { readonly key: string; readonly value: string }[];
  readonly categories: readonly Readonly<Record<string, string>>[];
  readonly split: readonly Amount[];
  readonly totals: readonly Amount[];
  readonly lines: readonly { readonly lineNumber: number; readonly amountFen: string }[] | null;
};

let visit: Visit;
let settled: Settled;
beforeAll(async () => {
  visit = await desk.admit(58);
  settled = await desk.settled(visit);
});

async function slipFor(token: string, query = ''): Promise<Slip> {
  return desk.api.get<Slip>(`/v1/settlements/${settled.settlementId}/slip${query}`, token);
}

async function textFor(token: string, settlementId = settled.settlementId): Promise<string> {
  const path = `${document.gateway}/v1/settlements/${settlementId}/slip.pdf`;
  const answer = await fetch(path, { headers: { authorization: `Bearer ${token}` } });
  expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'application/pdf']);
  const { text } = await extractText(await getDocumentProxy(new Uint8Array(await answer.arrayBuffer())), {
    mergePages: true,
  });
  return text.replaceAll(/\s+/g, ' ');
}

const yuan = (amountFen: string): string => amountFen.padStart(3, '0').replace(/(\d\d)$/, '.$1');
const sumOf = (amounts: readonly (string | undefined)[]): bigint =>
  amounts.reduce((sum, amount) => sum + BigInt(amount ?? '0'), 0n);

describe('the slip of a settlement', () => {
  it('adds up: by category, by class, by the four parts, and by who pays', async () => {
    const { categories, split, totals } = await slipFor(desk.token(visit.institutionCode));
    const total = BigInt(settled.totalFen);
    expect(categories).toHaveLength(14);
    expect(sumOf(categories.map(({ amountFen }) => amountFen))).toBe(total);
    for (const { amountFen, classAFen, classBFen, selfPayFen, otherFen } of categories)
      expect(sumOf([classAFen, classBFen, selfPayFen, otherFen])).toBe(BigInt(amountFen ?? '-1'));
    expect(sumOf(split.map(({ amountFen }) => amountFen))).toBe(total);
    const paid = totals.filter(({ key }) => ['fundTotal', 'personal', 'hospitalPart'].includes(key));
    expect(sumOf(paid.map(({ amountFen }) => amountFen))).toBe(total);
  });

  it('names the hospital as the directory does', async () => {
    const { head } = await slipFor(desk.token(visit.institutionCode));
    const institution = sample.institutions.find(({ institutionCode }) => institutionCode === visit.institutionCode);
    expect(head.find(({ key }) => key === 'institution')?.value).toBe(
      `${institution?.name ?? ''} ${visit.institutionCode}`,
    );
  });

  it.each<[string, () => string]>([
    ['the patient', () => desk.insuredToken(visit.bill.personId)],
    ['the hospital', () => desk.token(visit.institutionCode)],
    ['the bureau of the insured place', () => desk.bureauToken(settled.insuredRegion)],
    ['the bureau of the treating place', () => desk.bureauToken(settled.treatingRegion)],
  ])('is there for %s, with the same amounts, to read and to print', async (_, tokenOf) => {
    const [slip, hospitals] = [await slipFor(tokenOf()), await slipFor(desk.token(visit.institutionCode))];
    expect(slip.totals).toEqual(hospitals.totals);
    const text = await textFor(tokenOf());
    expect(text.replaceAll(',', '')).toContain(`合计 ${yuan(settled.totalFen)}`);
    expect(text).toContain(slip.title);
  });

  it('is printed for many at once, one after the other', async () => {
    const token = desk.token(visit.institutionCode);
    const texts = await Promise.all(Array.from({ length: 8 }, () => textFor(token)));
    expect(new Set(texts).size).toBe(1);
  });

  it('lists the lines that were sent to whoever asks', async () => {
    const { lines } = await slipFor(desk.token(visit.institutionCode), '?lines=true');
    expect(lines?.map(({ lineNumber, amountFen }) => [lineNumber, amountFen])).toEqual(
      visit.bill.lines.map(({ lineNumber, amountFen }) => [lineNumber, amountFen]),
    );
  });

  it('is void once the settlement is reversed, and says so on paper', async () => {
    const other = await desk.admit(59);
    const { settlementId } = await desk.settled(other);
    const token = desk.token(other.institutionCode);
    expect(await textFor(token, settlementId)).not.toContain('作 废');
    expect((await desk.reverse(other)).status).toBe(200);
    const slip = await desk.api.get<Slip>(`/v1/settlements/${settlementId}/slip`, token);
    expect(slip.state).toMatchObject({ code: 'REVERSED', void: true });
    const text = await textFor(token, settlementId);
    expect([text.includes('作 废'), text.includes('已冲正 · 作废')]).toEqual([true, true]);
  });

  it('shows a diagnosis to the hospital only', async () => {
    const diagnosed = await desk.admit(60);
    const diagnoses = [{ code: 'I10.x00x002', name: '高血压病2级' }];
    const { settlementId } = await desk.settled({
      ...diagnosed,
      bill: { ...diagnosed.bill, diagnoses },
    });
    const path = `/v1/settlements/${settlementId}/slip`;
    const shown = async (token: string): Promise<boolean> =>
      JSON.stringify(await desk.api.get<Slip>(path, token)).includes('I10');
    expect(await shown(desk.token(diagnosed.institutionCode))).toBe(true);
    expect(await shown(desk.insuredToken(diagnosed.bill.personId))).toBe(false);
    expect(await shown(desk.bureauToken(diagnosed.bill.insuredRegion))).toBe(false);
  });
});
