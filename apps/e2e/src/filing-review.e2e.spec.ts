import { placeName, provinceOf } from '@yiditong/codes';
import { generateDay, loadSample } from '@yiditong/tools';
import { describe, expect, inject, it } from 'vitest';
import { FilingDesk, type Filed } from './filing-desk.js';
import { HospitalDesk, newMessageId } from './hospital-desk.js';
import { SHARED_DAY } from './stack.global.js';

const { document, issuers, now } = inject('stack');
const sample = loadSample();
const desk = new HospitalDesk(document, generateDay({ ...SHARED_DAY, sample, now }), sample);
const filings = new FilingDesk(desk, issuers.nation);

type Queue = { readonly filings: readonly Filed[]; readonly waiting: number; readonly nextAfter: string | null };
type History = {
  readonly versions: readonly { readonly event: string; readonly reason: string | null; readonly filing: Filed }[];
};
type Rule = { readonly ruleId: string; readonly owner: string; readonly content: object };

/** 广州, 成都, 郑州: one of them at least lies in neither province of a stay. */
const ELSEWHERE = ['440100', '510100', '410100'];

const certificate = (digit: string) => ({ kind: 'REFERRAL_CERTIFICATE', digest: digit.repeat(64) });

describe('a filing with papers', () => {
  it('waits in the queue, is returned with a reason, handed in again, accepted, and settles', async () => {
    const patient = await filings.newcomer();
    const { personId, insuredRegion, token, visit } = patient;
    const { destination, options } = await filings.options(patient, filings.regionOf(visit));
    const validFrom = visit.bill.admittedAt.slice(0, 10);
    const filed = await filings.write<Filed>(
      'POST',
      '/v1/filings',
      {
        personId,
        category: 'REFERRAL',
        destinationRegion: destination?.region,
        validFrom,
        validTo: options.find(({ category }) => category === 'REFERRAL')?.earliestValidTo,
        materials: [certificate('a')],
      },
      token,
    );
    expect(filed).toMatchObject({ state: 'SUBMITTED', reviewDueOn: expect.stringMatching(/^\d{4}-\d\d-\d\d$/) });
    expect(await desk.settle(visit)).toMatchObject({ status: 422, body: { reason: 'FILING_REQUIRED' } });

    const bureau = desk.bureauToken(insuredRegion);
    const waiting = async (): Promise<boolean> => {
      let after = '';
      for (;;) {
        const query = `insuredRegion=${insuredRegion}&limit=200${after}`;
        const page = await desk.api.get<Queue>(`/v1/filing-reviews?${query}`, bureau);
        if (page.filings.some(({ filingId }) => filingId === filed.filingId)) return true;
        if (page.nextAfter === null) return false;
        after = `&after=${encodeURIComponent(page.nextAfter)}`;
      }
    };
    expect(await waiting()).toBe(true);

    const path = `/v1/persons/${personId}/filings/${filed.filingId}`;
    const review = (decision: string, reason: string) =>
      filings.post<Filed>(`${path}/review`, { decision, reason }, bureau);
    expect(await review('RETURN', ' ')).toMatchObject({ status: 400, body: { reason: 'REQUEST_MALFORMED' } });
    expect((await review('RETURN', '转诊证明不清晰')).body).toMatchObject({ state: 'RETURNED', version: 2 });
    expect(await waiting()).toBe(false);

    const again = { materials: [certificate('b')] };
    expect((await filings.post<Filed>(`${path}/submission`, again, token)).body).toMatchObject({ state: 'SUBMITTED' });
    expect((await review('ACCEPT', '')).body).toMatchObject({ state: 'ACTIVE', version: 4 });
    expect(await review('ACCEPT', '')).toMatchObject({ status: 409, body: { reason: 'FILING_STATE_CONFLICT' } });

    const { versions } = await desk.api.get<History>(`${path}/history`, token);
    expect(versions.map(({ event, reason }) => [event, reason])).toEqual([
      ['SUBMIT', null],
      ['RETURN', '转诊证明不清晰'],
      ['SUBMIT', null],
      ['ACCEPT', null],
    ]);
    await desk.settled({ ...visit, messageId: newMessageId(visit.institutionCode) });
  });

  it('is reviewed by the insured place alone', async () => {
    const { insuredRegion, visit } = await filings.newcomer();
    const treating = desk.bureauToken(filings.regionOf(visit));
    expect(await filings.get(`/v1/filing-reviews?insuredRegion=${insuredRegion}`, treating)).toMatchObject({
      status: 403,
      body: { reason: 'NOT_PERMITTED' },
    });
  });
});

describe('a filing in force', () => {
  it('is changed to another place, and its history says what it was before and why', async () => {
    const newcomer = await filings.newcomer();
    const { personId, insuredRegion, token, visit } = newcomer;
    const { destination, options, validFrom } = await filings.options(newcomer, filings.regionOf(visit));
    const before = destination?.region ?? '';
    const taken = [insuredRegion, before].map(provinceOf);
    const after = ELSEWHERE.find((place) => !taken.includes(provinceOf(place))) ?? '';
    const { filingId } = await filings.write<Filed>(
      'POST',
      '/v1/filings',
      {
        personId,
        category: 'OTHER_TEMPORARY',
        destinationRegion: before,
        validFrom,
        validTo: options.find(({ category }) => category === 'OTHER_TEMPORARY')?.earliestValidTo,
      },
      token,
    );

    const path = `/v1/persons/${personId}/filings/${filingId}`;
    const change = { destinationRegion: after, reason: '改去他处就医' };
    expect(await filings.post<Filed>(`${path}/change`, change, token)).toMatchObject({
      status: 200,
      body: { state: 'ACTIVE', version: 2, destinationRegion: after, destinationPlace: placeName(after) },
    });
    const { versions } = await desk.api.get<History>(`${path}/history`, token);
    expect(versions.map(({ event, reason, filing }) => [event, reason, filing.destinationRegion])).toEqual([
      ['ACCEPT', null, before],
      ['CHANGE', '改去他处就医', after],
    ]);
  });
});

describe('a bureau', () => {
  it('recognises a disease, and the person reads what it is called and that it is opened', async () => {
    const { personId, insuredRegion, token } = await filings.newcomer();
    const recognised = { personId, insuredRegion, diseaseCode: 'M01600', validFrom: now.slice(0, 10) };
    await filings.write('POST', '/v1/entitlements', recognised, desk.bureauToken(insuredRegion));
    const { body } = await filings.get(`/v1/persons/${personId}/entitlements`, token);
    expect(body).toMatchObject({ entitlements: [{ diseaseCode: 'M01600', diseaseNameZh: '糖尿病', opened: true }] });
  });

  it('publishes a policy of its province for later, never for a day that has come', async () => {
    const policy = {
      kind: 'PROVINCE_POLICY',
      content: { lockInMonths: 3, temporaryMonths: 6 },
      source: '试行办法',
      validFrom: '2090-01-01',
      validTo: '2090-12-31',
    };
    const supervisor = desk.bureauToken('130000');
    const { ruleId } = await filings.write<Rule>('POST', '/v1/filing-rules', policy, supervisor);
    const { rules } = await desk.api.get<{ rules: Rule[] }>('/v1/filing-rules?kind=PROVINCE_POLICY', supervisor);
    expect(rules.find((rule) => rule.ruleId === ruleId)).toMatchObject({ owner: '130000', content: policy.content });
    const past = { ...policy, validFrom: '2020-01-01', validTo: '2020-12-31' };
    expect(await filings.post('/v1/filing-rules', past, supervisor)).toMatchObject({
      status: 400,
      body: { reason: 'FILING_RULE_INVALID' },
    });
  });
});
