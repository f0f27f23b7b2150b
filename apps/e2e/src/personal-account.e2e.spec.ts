import { randomUUID } from 'node:crypto';
import { provinceOf } from '@yiditong/codes';
import { generateDay, loadSample, type ApiAnswer } from '@yiditong/tools';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { rowsOf } from './books.js';
import { ClearingDesk, owedIn } from './clearing-desk.js';
import { FilingDesk, newIdNumber } from './filing-desk.js';
import {
  againAsNewVisit,
  HospitalDesk,
  newMessageId,
  type Problem,
  type Settled,
  type Visit,
} from './hospital-desk.js';
import { SHARED_DAY } from './stack.global.js';
import { tokenFor } from './test-issuer.js';
import { until } from './until.js';

const { document, databases, issuers, now } = inject('stack');
const sample = loadSample();
const desk = new HospitalDesk(document, generateDay({ ...SHARED_DAY, sample, now }), sample);
const filings = new FilingDesk(desk, issuers.nation);
const clearing = new ClearingDesk(document);

/** 遵义, of which the sample has no policy: here accounts pay what is in scope and the first self-pay. */
const [AREA, PROVINCE] = ['520300', '520000'];
const [bureau, clerk] = [desk.bureauToken(PROVINCE), document.tokens.clerk.bureau[PROVINCE] ?? ''];
/** In 北京, where an emergency is taken as filed. */
const HOSPITAL = sample.institutions.find(({ region, networked }) => provinceOf(region) === '110000' && networked);
const CREDIT = { balanceFen: '40000', mutualAidFen: '6000' };

type Balances = { readonly balanceFen: string; readonly mutualAidFen: string };
type Explained = Settled & {
  readonly explanation: readonly {
    readonly rule: string;
    readonly resultFen: string;
    readonly textZh: string;
    readonly textEn: string;
  }[];
};

let personId: string;
let token: string;
let visit: Visit;

beforeAll(async () => {
  await publishPolicy();
  personId = randomUUID();
  await enterPerson();
  ({ token } = await filings.asPerson(personId, AREA));
  visit = emergency();
});

async function publishPolicy(): Promise<void> {
  const path = `/v1/pooling-areas/${AREA}/policies`;
  const { proposalId } = await filings.write<{ proposalId: string }>('POST', path, { document: policy() }, clerk);
  await filings.write(
    'POST',
    `${path}/proposals/${proposalId}/decision`,
    { decision: 'APPROVE', remark: '同意' },
    bureau,
  );
}

/** Three fifths of all that is in scope, and accounts for what they may of the rest. */
function policy(): object {
  const rule = {
    deductible: { basis: 'NONE', standard: '0' },
    bands: [{ upTo: null, ratio: '60%' }],
    bandsFrom: 'AFTER_DEDUCTIBLE',
  };
  return {
    region: AREA,
    insurance: 'EMPLOYEE',
    title: '个人账户测试待遇',
    source: '为端到端测试假定',
    trust: 'D',
    validFrom: '2024-01-01',
    validTo: null,
    visits: { INPATIENT: rule, OUTPATIENT: rule },
    adjustments: [],
    account: { pays: ['IN_SCOPE', 'FIRST_SELF_PAY'], mutualAid: true },
  };
}

async function enterPerson(): Promise<void> {
  const person = {
    personId,
    idNumber: newIdNumber(AREA),
    insuredRegion: AREA,
    insurance: 'EMPLOYEE',
    personType: 'ACTIVE',
    active: true,
    name: '账户测试',
    tags: ['公务员'],
  };
  await filings.write('PUT', '/v1/insured-persons', { persons: [person] }, bureau);
}

/** 1,000.00 of class A; 200.00 of class B, of which 8 % are paid first; 50.00 of what no catalogue lists. */
function emergency(): Visit {
  const endedAt = new Date(Date.parse(now) - 60_000).toISOString();
  const lines = [
    { nationalCode: '001102000040000', unitPriceYuan: '1000', amountFen: '100000' },
    { nationalCode: '002206000090000', unitPriceYuan: '200', amountFen: '20000' },
    { nationalCode: '002105000010000', unitPriceYuan: '50', amountFen: '5000' },
  ].map((item, index) => ({ ...item, lineNumber: index + 1, quantity: '1', occurredAt: endedAt }));
  return againAsNewVisit({
    institutionCode: HOSPITAL?.institutionCode ?? '',
    bill: {
      personId,
      insuredRegion: AREA,
      visitNumber: '',
      visitKind: 'OUTPATIENT',
      emergency: true,
      diseaseCode: null,
      diagnoses: [],
      admittedAt: endedAt,
      endedAt,
      useAccount: true,
      totalFen: '125000',
      lines,
    },
  });
}

/** The same bill of a person who doesn't want accounts to pay. */
function inCash({ bill }: Visit): Visit['bill'] {
  return { ...bill, useAccount: false };
}

const balances = (of = token): Promise<ApiAnswer<Balances & Problem>> =>
  filings.get(`/v1/persons/${personId}/account`, of);

type Entry = { readonly entryId: string; readonly personId: string; readonly kind: string; readonly amountFen: string };
const entry = (amountFen: string, kind = 'OWN', of = personId): Entry => ({
  entryId: randomUUID(),
  personId: of,
  kind,
  amountFen,
});
const post = (entries: readonly Entry[], by = bureau): Promise<ApiAnswer<{ posted: number } & Problem>> =>
  filings.post('/v1/account-entries', { entries }, by);

/** What the insured province owes 北京 in the cycle, once clearing has all that its settlements sum up to. */
async function owed(date: string): Promise<bigint> {
  const isOurs = (payer: string, payee: string): boolean =>
    provinceOf(payer) === PROVINCE && provinceOf(payee) === '110000';
  const look = async (): Promise<readonly [told: bigint, counted: bigint]> => {
    const { positions } = (await clearing.bilateralPositions(date)).body;
    const pair = positions.find(({ payer, payee }) => isOurs(payer, payee));
    const listed = (await clearing.settlements(date)).filter((one) => isOurs(one.insuredRegion, one.treatingRegion));
    return [BigInt(pair?.grossFen ?? '0'), listed.reduce((sum, one) => sum + owedIn(one, date), 0n)];
  };
  const [told] = await until(look, ([of, sum]) => of === sum);
  return told;
}

describe('a personal account', () => {
  it('is empty until the bureau credits it, once for each entry', async () => {
    expect((await balances()).body).toEqual({ balanceFen: '0', mutualAidFen: '0' });
    const entries = [entry(CREDIT.balanceFen), entry(CREDIT.mutualAidFen, 'MUTUAL_AID')];
    const posted = await post(entries);
    expect([posted.status, posted.body]).toEqual([201, { posted: 2 }]);
    expect((await post(entries)).body).toEqual({ posted: 0 });
    expect((await balances()).body).toEqual(CREDIT);
    expect((await balances(bureau)).body).toEqual(CREDIT);
  });

  it('is credited and debited as a whole or not at all, and never below nothing', async () => {
    const overdrawn = await post([entry('100'), entry('-40101')]);
    expect(overdrawn.body.reason).toBe('ACCOUNT_INSUFFICIENT');
    const stranger = await post([entry('100'), entry('100', 'OWN', randomUUID())]);
    expect([stranger.status, stranger.body.reason]).toEqual([404, 'PERSON_UNKNOWN']);
    expect((await balances()).body).toEqual(CREDIT);
  });

  it('is nobody’s to credit but the province’s own bureau, and nobody’s to see but the person’s and hers', async () => {
    const abroad = desk.bureauToken('110000');
    expect((await post([entry('100')], abroad)).body.reason).toBe('PERSON_UNKNOWN');
    const area = { subject: 'bureau-520300', role: 'bureau', region: PROVINCE, area: AREA, rank: 'supervisor' };
    const byArea = await post([entry('100')], await tokenFor(issuers.nation, area));
    expect([byArea.status, byArea.body.reason]).toEqual([403, 'NOT_PERMITTED']);
    expect((await balances(abroad)).body.reason).toBe('PERSON_UNKNOWN');
    expect((await balances()).body).toEqual(CREDIT);
  });
});

describe('a bill that accounts may pay for', () => {
  let settled: Explained;

  it('is tried without touching them', async () => {
    const trial = await desk.trial(visit);
    expect([trial.status, trial.body]).toMatchObject([200, { accountFen: '40000', mutualAidFen: '6000' }]);
    expect((await balances()).body).toEqual(CREDIT);
  });

  it('is paid by the fund, the own account, relatives’ and cash, in this order and to the fen', async () => {
    settled = (await desk.settled(visit)) as Explained;
    expect(settled).toMatchObject({
      totalFen: '125000',
      split: { fullSelfPayFen: '5000', overCeilingFen: '0', firstSelfPayFen: '1600', inScopeFen: '118400' },
      fundTotalFen: '71040',
      personalFen: '53960',
      accountFen: '40000',
      mutualAidFen: '6000',
      cashFen: '7960',
    });
    expect((await balances()).body).toEqual({ balanceFen: '0', mutualAidFen: '0' });
  });

  it('is explained in both languages, accounts too', () => {
    const byRule = new Map(settled.explanation.map((step) => [step.rule, step]));
    expect([byRule.get('ACCOUNT')?.resultFen, byRule.get('MUTUAL_AID')?.resultFen]).toEqual(['40000', '6000']);
    for (const { textZh, textEn } of settled.explanation) {
      expect(textZh).toMatch(/\p{Script=Han}/u);
      expect(textEn).toMatch(/^[^\p{Script=Han}]*[A-Za-z][^\p{Script=Han}]*$/u);
    }
  });

  it('is owed by the insured province but for the cash, in its books and in its position', async () => {
    const postings = await until(
      () =>
        rowsOf(
          databases['clearing'] ?? '',
          `SELECT p.fund, p.amount_fen::text AS amount FROM posting p JOIN obligation o USING (treating_province, obligation_id)
           WHERE o.settlement_id = $1 ORDER BY p.fund`,
          [settled.settlementId],
        ),
      (rows) => rows.length > 0,
    );
    expect(postings).toEqual([
      { fund: 'PERSONAL_ACCOUNT', amount: '46000' },
      { fund: 'POOLING', amount: '71040' },
    ]);
    expect(await owed(settled.businessDate)).toBeGreaterThanOrEqual(117_040n);
  });

  it('settles without them where the person doesn’t want it, or they are empty', async () => {
    const empty = (await desk.settled(againAsNewVisit(visit))) as Explained;
    expect([empty.accountFen, empty.mutualAidFen, empty.cashFen]).toEqual(['0', '0', empty.personalFen]);
    await post([entry('100')]);
    const unwanted = (await desk.settled(againAsNewVisit({ ...visit, bill: inCash(visit) }))) as Explained;
    expect([unwanted.accountFen, unwanted.cashFen]).toEqual(['0', unwanted.personalFen]);
    expect((await balances()).body).toEqual({ balanceFen: '100', mutualAidFen: '0' });
  });

  it('gives each account back what it paid when it is reversed, and the province what it owed', async () => {
    // The cycle that is open now may be a later one, in which nothing but the reversal counts.
    const open = (await desk.settled(againAsNewVisit({ ...visit, bill: inCash(visit) }))).businessDate;
    const owedBefore = await owed(open);
    const reversal = await desk.reverse(visit, newMessageId(visit.institutionCode));
    expect(reversal.body.outcome).toBe('REVERSED');
    expect((await balances()).body).toEqual({ balanceFen: '40100', mutualAidFen: '6000' });
    const { reversalBusinessDate } = (await desk.read(visit, settled.settlementId)).body;
    expect(await owed(reversalBusinessDate ?? '')).toBeLessThan(owedBefore);
    const obligations = await rowsOf(
      databases['settlement'] ?? '',
      'SELECT kind, amount_fen::text AS amount FROM obligation WHERE settlement_id = $1 ORDER BY amount_fen DESC',
      [settled.settlementId],
    );
    expect(obligations).toEqual([
      { kind: 'SETTLEMENT', amount: '117040' },
      { kind: 'REVERSAL', amount: '-117040' },
    ]);
  });
});
