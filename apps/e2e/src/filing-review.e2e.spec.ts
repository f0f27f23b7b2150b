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
type History = { readonly versions: readonly { readonly event: string; readonly reason: string | null }[] };

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
