import { generateDay, loadSample } from '@yiditong/tools';
import { describe, expect, inject, it } from 'vitest';
import { FilingDesk, type Filed, type Newcomer, type Options } from './filing-desk.js';
import { HospitalDesk, newMessageId } from './hospital-desk.js';
import { SHARED_DAY } from './stack.global.js';

const { document, issuers, now } = inject('stack');
const sample = loadSample();
const desk = new HospitalDesk(document, generateDay({ ...SHARED_DAY, sample, now }), sample);
const filings = new FilingDesk(desk, issuers.nation);

type Decision = { readonly covered: boolean; readonly reasonCode: string; readonly asOf: string };
type Guidance = Options & { readonly guidance: { readonly zh: string; readonly en: string } };

async function decisionOn({ personId, insuredRegion, visit }: Newcomer, asOf?: string): Promise<Decision> {
  const question = {
    personId,
    insuredRegion,
    institutionCode: visit.institutionCode,
    visitKind: visit.bill.visitKind,
    admittedAt: visit.bill.admittedAt,
    ...(asOf === undefined ? {} : { asOf }),
  };
  const answer = await filings.post<Decision>('/v1/eligibility-decisions', question, desk.token(visit.institutionCode));
  expect(answer.status).toBe(200);
  return answer.body;
}

describe('at the bedside', () => {
  it('a patient without a filing is guided, filed for and settled, and what was decided before stays decided', async () => {
    const patient = await filings.newcomer();
    const { personId, insuredRegion, visit } = patient;
    const { institutionCode } = visit;
    expect(await desk.settle(visit)).toMatchObject({ status: 422, body: { reason: 'FILING_REQUIRED' } });
    const before = await decisionOn(patient);
    expect(before).toMatchObject({ covered: false, reasonCode: 'FILING_REQUIRED' });

    const asked = { personId, insuredRegion, institutionCode, admittedAt: visit.bill.admittedAt };
    const { body } = await filings.post<Guidance>('/v1/filing-guidance', asked, desk.token(institutionCode));
    const option = body.options.find(({ immediate }) => immediate);
    expect(option?.category).toBe('OTHER_TEMPORARY');
    expect(body.guidance.zh).toMatch(/出院结算前办理到.*其他跨省临时外出就医人员（无需材料、即时生效）/);

    const filed = await filings.write<Filed>(
      'POST',
      '/v1/filings',
      {
        personId,
        insuredRegion,
        institutionCode,
        category: 'OTHER_TEMPORARY',
        destinationRegion: body.destination?.region,
        validFrom: body.validFrom,
        validTo: option?.earliestValidTo,
        reason: '出院结算前补办',
      },
      desk.token(institutionCode),
    );
    expect(filed).toMatchObject({ state: 'ACTIVE', category: 'OTHER_TEMPORARY' });
    await desk.settled({ ...visit, messageId: newMessageId(institutionCode) });

    expect(await decisionOn(patient)).toMatchObject({ covered: true, reasonCode: 'LATE_FILING' });
    expect(await decisionOn(patient, before.asOf)).toEqual(before);
  });

  it('a hospital says why it files for somebody, and files in its own name only', async () => {
    const { personId, insuredRegion, visit } = await filings.newcomer();
    const body = {
      personId,
      insuredRegion,
      institutionCode: visit.institutionCode,
      category: 'OTHER_TEMPORARY',
      destinationRegion: filings.regionOf(visit),
      validFrom: now.slice(0, 10),
      validTo: '2099-12-31',
    };
    const token = desk.token(visit.institutionCode);
    expect(await filings.post('/v1/filings', body, token)).toMatchObject({ status: 400 });
    const other = { ...body, institutionCode: desk.otherHospital(visit, false), reason: '补办' };
    expect(await filings.post('/v1/filings', other, token)).toMatchObject({
      status: 403,
      body: { reason: 'NOT_PERMITTED' },
    });
  });
});
