import { randomUUID } from 'node:crypto';
import { provinceOf } from '@yiditong/codes';
import { generateDay, loadSample } from '@yiditong/tools';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { rowsOf } from './books.js';
import { CatalogueDesk } from './catalogue-desk.js';
import { againAsNewVisit, HospitalDesk, type Settled, type Visit } from './hospital-desk.js';
import { SHARED_DAY } from './stack.global.js';

const { document, databases, now } = inject('stack');
const sample = loadSample();
const desk = new HospitalDesk(document, generateDay({ ...SHARED_DAY, sample, now }), sample);
const catalogues = new CatalogueDesk(document.gateway);

/** Earlier than any fee of the sample, which a mapping may be that is the item's first. */
const MAPPED_FROM = '2022-01-01';
/** Codes that no other run has given away. */
const run = randomUUID().slice(0, 8);
const ownCodeOf = (nationalCode: string): string => `院内-${nationalCode}-${run}`;

type Split = Readonly<Record<'fullSelfPayFen' | 'overCeilingFen' | 'firstSelfPayFen' | 'inScopeFen', string>>;
type Divided = Settled & { readonly split: Split };
type Line = Visit['bill']['lines'][number];

/** The same bill come again, its lines said otherwise. */
function saidAs(visit: Visit, say: (line: Line) => object): Visit {
  const { bill } = visit;
  return againAsNewVisit({ ...visit, bill: { ...bill, lines: bill.lines.map((line) => ({ ...line, ...say(line) })) } });
}

function byOwnCode(visit: Visit, approved = false): Visit {
  return saidAs(visit, ({ nationalCode }) => ({
    nationalCode: '',
    hospitalItemCode: ownCodeOf(nationalCode),
    approved,
  }));
}

async function dividedAs(visit: Visit): Promise<Pick<Divided, 'split' | 'fundTotalFen' | 'personalFen'>> {
  const answer = await desk.trial(visit);
  if (answer.status !== 200) throw new Error(`no trial: ${answer.status} ${answer.text}`);
  const { split, fundTotalFen, personalFen } = answer.body as Divided;
  return { split, fundTotalFen, personalFen };
}

/** A patient's visit with the fees that the treating province lists, of which there is one at least. */
async function admitListed(): Promise<Visit> {
  for (let n = 0; n < SHARED_DAY.bills; n++) {
    const visit = await desk.admit(n);
    const place = sample.institutions.find(({ institutionCode }) => institutionCode === visit.institutionCode);
    const province = provinceOf(place?.region ?? '');
    const entries = sample.catalogues.find((catalogue) => catalogue.province === province)?.entries ?? [];
    const listed = new Set(entries.map(({ nationalCode }) => nationalCode));
    const lines = visit.bill.lines.filter(({ nationalCode }) => listed.has(nationalCode));
    const totalFen = String(lines.reduce((sum, { amountFen }) => sum + BigInt(amountFen), 0n));
    if (lines.length > 1) return { ...visit, bill: { ...visit.bill, lines, totalFen } };
  }
  throw new Error('the day has no bill of listed items');
}

let visit: Visit;
beforeAll(async () => {
  visit = await admitListed();
  const token = desk.token(visit.institutionCode);
  for (const nationalCode of new Set(visit.bill.lines.map((line) => line.nationalCode))) {
    const itemCode = ownCodeOf(nationalCode);
    const revision = { itemCode, nationalCode, effectiveFrom: MAPPED_FROM, remark: '首次对照' };
    await catalogues.write('/v1/item-mappings/revisions', revision, token);
  }
});

describe('a bill that names its items by the hospital’s own codes only', () => {
  it('is divided and settled as by the national codes that they are mapped to', async () => {
    const named = await dividedAs(visit);
    expect(named.split).not.toMatchObject({ fullSelfPayFen: visit.bill.totalFen });
    expect(await dividedAs(byOwnCode(visit))).toEqual(named);
    expect(await desk.settled(byOwnCode(visit))).toMatchObject(named);
  });

  it('is kept with both codes of each line, the hospital’s approval, and the rule and the version of the catalogue that split it', async () => {
    const { settlementId } = await desk.settled(byOwnCode(visit, true));
    const rows = await rowsOf(
      databases['settlement'] ?? '',
      `SELECT line_number, national_code, hospital_code, approved, catalogue_rule, catalogue_sequence > 0 AS has_version
       FROM settlement_line WHERE settlement_id = $1 ORDER BY line_number`,
      [settlementId],
    );
    expect(rows).toEqual(
      visit.bill.lines.map(({ lineNumber, nationalCode }) => ({
        line_number: lineNumber,
        national_code: nationalCode,
        hospital_code: ownCodeOf(nationalCode),
        approved: true,
        catalogue_rule: expect.stringMatching(/^(ENTRY|CLASS_C)$/) as string,
        has_version: true,
      })),
    );
  });

  it('is the patient’s own expense where they were never mapped', async () => {
    const unmapped = saidAs(visit, () => ({ nationalCode: '', hospitalItemCode: `新-${run}` }));
    expect(await dividedAs(unmapped)).toMatchObject({
      split: { fullSelfPayFen: visit.bill.totalFen, inScopeFen: '0' },
      fundTotalFen: '0',
      personalFen: visit.bill.totalFen,
    });
  });

  it('goes by the national code where a line names both', async () => {
    const both = saidAs(visit, () => ({ hospitalItemCode: `新-${run}`, approved: true }));
    expect(await dividedAs(both)).toEqual(await dividedAs(visit));
  });
});

describe('a bill that names how the patient is insured', () => {
  const named = (of: Visit, insuredAs: object): Visit => againAsNewVisit({ ...of, bill: { ...of.bill, ...insuredAs } });

  it('is refused with nothing booked where the home province says otherwise, and settles as it says', async () => {
    const patient = desk.day.persons.find(({ personId }) => personId === visit.bill.personId);
    if (!patient) throw new Error('the patient is nobody of the day');
    const { insurance, personType } = patient;
    const other =
      insurance === 'EMPLOYEE'
        ? { insurance: 'RESIDENT', personType: 'RESIDENT' }
        : { insurance: 'EMPLOYEE', personType: 'ACTIVE' };
    const wrong = named(visit, other);
    const before = await desk.accumulators(visit);
    const refusal = { status: 422, body: { reason: 'BILL_INSURED_DIFFERS' } };
    expect(await desk.trial(wrong)).toMatchObject(refusal);
    for (let time = 0; time < 2; time++) expect(await desk.settle(wrong)).toMatchObject(refusal);
    expect((await desk.outcome(wrong)).body).toMatchObject({
      state: 'REFUSED',
      settlementId: null,
      refusal: { reason: 'BILL_INSURED_DIFFERS' },
    });
    expect(await desk.accumulators(visit)).toEqual(before);

    const right = { insurance, personType };
    expect(await desk.settled(named(visit, right))).toMatchObject(right);
  });
});
