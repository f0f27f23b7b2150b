import { CATEGORY_NAMES, MATERIAL_NAMES, placeName, PLEDGE } from '@yiditong/codes';
import { generateDay, loadSample } from '@yiditong/tools';
import { compactVerify, decodeProtectedHeader, importJWK, type JWK } from 'jose';
import { describe, expect, inject, it } from 'vitest';
import { FilingDesk, type Filed, type Newcomer } from './filing-desk.js';
import { HospitalDesk } from './hospital-desk.js';
import { SHARED_DAY } from './stack.global.js';

const { document, issuers, now } = inject('stack');
const sample = loadSample();
const filings = new FilingDesk(
  new HospitalDesk(document, generateDay({ ...SHARED_DAY, sample, now }), sample),
  issuers.nation,
);

type Receipt = { readonly token: string; readonly qr: { readonly content: string; readonly svg: string } };
type Verified = { readonly filingId: string; readonly state: string; readonly outdated: boolean };

const path = (personId: string, filingId: string): string => `/v1/persons/${personId}/filings/${filingId}`;

/** By pledge, as somebody who goes to live there. */
async function filedByPledge(newcomer: Newcomer, forPersonId?: string): Promise<Filed> {
  const { destination, validFrom } = await filings.options(newcomer, filings.regionOf(newcomer.visit));
  const body = {
    personId: newcomer.personId,
    ...(forPersonId === undefined ? {} : { forPersonId }),
    category: 'LONG_TERM_RESIDENT',
    destinationRegion: destination?.region,
    validFrom,
    pledged: true,
  };
  return filings.write('POST', '/v1/filings', body, newcomer.token);
}

describe('a person', () => {
  it('asks what to file, files by pledge, and gets a receipt: three calls', async () => {
    const newcomer = await filings.newcomer();
    const found = await filings.options(newcomer, filings.regionOf(newcomer.visit));
    expect(found.obstacle).toBeNull();
    expect(found.options.map(({ category }) => category)).toContain('LONG_TERM_RESIDENT');
    expect(found).toMatchObject({ pledge: PLEDGE });
    const filed = await filedByPledge(newcomer);
    expect(filed).toMatchObject({
      state: 'ACTIVE',
      stateName: { zh: '有效', en: 'In force' },
      version: 1,
      validTo: null,
      categoryName: CATEGORY_NAMES.LONG_TERM_RESIDENT,
      insuredPlace: placeName(newcomer.insuredRegion),
      destinationPlace: placeName(filed.destinationRegion),
      owed: ['RESIDENCE_PROOF'],
      owedNames: [MATERIAL_NAMES.RESIDENCE_PROOF],
    });
    const { body: receipt } = await filings.get<Receipt>(
      `${path(newcomer.personId, filed.filingId)}/receipt`,
      newcomer.token,
    );
    expect(receipt.qr).toEqual({ content: receipt.token, svg: expect.stringMatching(/^<svg /) });
    expect(receipt.token).not.toContain(newcomer.personId);
  });

  it('asks whether he is covered without knowing the code of his insured place', async () => {
    const newcomer = await filings.newcomer();
    const { filingId } = await filedByPledge(newcomer);
    const { personId, visit, token } = newcomer;
    const question = {
      personId,
      institutionCode: visit.institutionCode,
      visitKind: visit.bill.visitKind,
      admittedAt: new Date().toISOString(),
    };
    expect(await filings.post('/v1/eligibility-decisions', question, token)).toMatchObject({
      status: 200,
      body: { covered: true, filingId, categoryName: CATEGORY_NAMES.LONG_TERM_RESIDENT },
    });
  });

  it('shows a receipt that a hospital verifies by asking, and anybody by the published key', async () => {
    const newcomer = await filings.newcomer();
    const { filingId } = await filedByPledge(newcomer);
    const receiptPath = `${path(newcomer.personId, filingId)}/receipt`;
    const { token } = await filings.desk.api.get<Receipt>(receiptPath, newcomer.token);
    const hospital = filings.desk.token(newcomer.visit.institutionCode);
    const verify = async (said: string) =>
      filings.post<Verified>('/v1/filing-receipts/verification', { token: said }, hospital);
    expect((await verify(token)).body).toMatchObject({
      filingId,
      state: 'ACTIVE',
      outdated: false,
      insuredPlace: placeName(newcomer.insuredRegion),
    });

    const { keys } = await filings.desk.api.get<{ keys: JWK[] }>('/v1/signing-keys', hospital);
    const key = keys.find(({ kid }) => kid === decodeProtectedHeader(token).kid);
    await expect(compactVerify(token, await importJWK(key ?? {}, 'EdDSA'))).resolves.toBeDefined();
    expect(Object.keys(key ?? {})).not.toContain('d');

    const [header = '', payload = '', signature = ''] = token.split('.');
    const forged = Buffer.from(Buffer.from(payload, 'base64url').toString().replace('"v":1', '"v":2'));
    expect(await verify([header, forged.toString('base64url'), signature].join('.'))).toMatchObject({
      status: 422,
      body: { reason: 'RECEIPT_INVALID' },
    });

    const material = { kind: 'RESIDENCE_PROOF', digest: 'a'.repeat(64) };
    const supplied = await filings.write<Filed>(
      'POST',
      `${path(newcomer.personId, filingId)}/materials`,
      { materials: [material] },
      newcomer.token,
    );
    expect(supplied).toMatchObject({ state: 'ACTIVE', version: 2, owed: [] });
    expect((await verify(token)).body).toMatchObject({ state: 'ACTIVE', outdated: true });
  });

  it('gets the receipt as a page that loads nothing and runs nothing', async () => {
    const newcomer = await filings.newcomer();
    const { filingId } = await filedByPledge(newcomer);
    const answer = await fetch(`${document.gateway}${path(newcomer.personId, filingId)}/receipt.html?lang=zh`, {
      headers: { authorization: `Bearer ${newcomer.token}` },
    });
    const page = await answer.text();
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    expect(answer.headers.get('content-security-policy')).toMatch(/^default-src 'none';.*style-src 'sha256-[\w+/=]+'$/);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect([page.includes('备案回执'), page.includes(newcomer.personId)]).toEqual([true, false]);
  });
});

describe('a family member', () => {
  it('files for a person who lets him, as long as he is let', async () => {
    const [agent, member] = [await filings.newcomer(), await filings.newcomer()];
    const body = {
      personId: agent.personId,
      forPersonId: member.personId,
      category: 'OTHER_TEMPORARY',
      destinationRegion: (await filings.options(member, filings.regionOf(member.visit))).destination?.region,
      validFrom: now.slice(0, 10),
      validTo: '2099-12-31',
    };
    const refusal = { status: 403, body: { reason: 'FAMILY_ACCESS_MISSING' } };
    expect(await filings.post('/v1/filings', body, agent.token)).toMatchObject(refusal);

    const grants = `/v1/persons/${member.personId}/family-access`;
    const grant = { agentPersonId: agent.personId, relation: 'CHILD' };
    const { accessId } = await filings.write<{ accessId: string }>('POST', grants, grant, member.token);
    const filed = await filings.write<Filed>('POST', '/v1/filings', body, agent.token);
    expect(filed).toMatchObject({ personId: member.personId, state: 'ACTIVE' });
    const listed = `/v1/persons/${agent.personId}/filings?forPersonId=${member.personId}`;
    expect((await filings.get<{ filings: Filed[] }>(listed, agent.token)).body.filings).toHaveLength(1);

    await filings.write('POST', `${grants}/${accessId}/revocation`, undefined, member.token);
    expect(await filings.get(listed, agent.token)).toMatchObject(refusal);
  });
});
