import { randomUUID } from 'node:crypto';
import { loadSample } from '@yiditong/tools';
import supertest from 'supertest';
import { beforeAll, describe, expect, inject, it } from 'vitest';

const { document } = inject('stack');
const { bureau, clerk } = document.tokens;
const gateway = supertest(document.gateway);
const sample = loadSample();

/** 西安 employees: the sample's policy is open-ended, so a year before it is free. */
const XIAN = '610100';
const PROVINCE = '610000';

type Published = {
  readonly policyId: string;
  readonly region: string;
  readonly insurance: string;
  readonly validFrom: string;
};
type Effect = Readonly<Record<'fundBeforeFen' | 'fundAfterFen', string | null>> & { readonly [key: string]: unknown };
type Change = {
  readonly standingPolicyId: string | null;
  readonly parts: readonly string[];
  readonly effects: readonly Effect[];
};

async function read<T>(path: string): Promise<T> {
  return (await gateway.get(path).expect(200)).body as T;
}

describe('published policies', () => {
  const shipped = sample.policies.find(({ region, insurance }) => region === XIAN && insurance === 'EMPLOYEE');
  const documentOf = JSON.parse(shipped?.documentJson ?? '{}') as { readonly validFrom: string };
  let current: Published;
  beforeAll(async () => {
    const { policies } = await read<{ policies: Published[] }>(
      `/v1/policies?region=${XIAN}&onDate=${documentOf.validFrom}`,
    );
    [current] = policies.filter(({ insurance }) => insurance === 'EMPLOYEE') as [Published];
  });

  it('are listed for anybody, each once over all pages', async () => {
    const found: string[] = [];
    for (let after = ''; ;) {
      const page = await read<{ policies: Published[]; nextAfter: string | null }>(`/v1/policies?limit=20${after}`);
      found.push(...page.policies.map(({ policyId }) => policyId));
      if (page.nextAfter === null) break;
      after = `&after=${page.nextAfter}`;
    }
    expect(found.length).toBeGreaterThanOrEqual(sample.policies.length);
    expect(new Set(found).size).toBe(found.length);
    expect(found).toContain(current.policyId);
    expect(current).toMatchObject({
      region: XIAN,
      area: { zh: expect.stringContaining('西安') as string },
      insuranceName: { zh: '职工' },
      trust: 'C',
    });
  });

  it('are read by anybody with the document that was proposed', async () =>
    expect(await read(`/v1/policies/${current.policyId}`)).toEqual({ ...current, document: documentOf }));

  it('that nobody published are not found', async () => {
    const { body } = await gateway.get(`/v1/policies/${randomUUID()}`).expect(404);
    expect(body).toMatchObject({ reason: 'POLICY_VERSION_NOT_FOUND' });
    await gateway.get(`/v1/policies/${current.policyId}/comparison?with=${randomUUID()}`).expect(404);
  });

  it.each(['region=000001', 'onDate=2026-02-30', 'limit=501', 'limit=0', 'after=1', 'surprise=1'])(
    'are not listed by ?%s',
    async (query) => {
      const { body } = await gateway.get(`/v1/policies?${query}`).expect(400);
      expect(body).toMatchObject({ reason: 'REQUEST_MALFORMED' });
    },
  );

  it('show whom the next one would touch, before it is approved and after', async () => {
    const first = { ...documentOf, validFrom: '2019-01-01', validTo: '2019-12-31', examples: [] };
    const adjustments = [{ when: { personTypes: ['RETIREE'] }, mode: 'POINTS_MORE', points: '2%' }];
    const second = { ...first, validFrom: '2020-01-01', validTo: '2020-12-31', adjustments };
    const old = await publish(first);
    const proposalId = await propose(second);
    const { change } = (
      await gateway
        .get(`/v1/pooling-areas/${XIAN}/policies/proposals/${proposalId}`)
        .set('authorization', `Bearer ${bureau[PROVINCE]}`)
        .expect(200)
    ).body as { change: Change };
    expect(change.standingPolicyId).toBe(old);
    expect(change.parts).toEqual(['adjustments', 'validFrom', 'validTo']);
    expect(change.effects[0]).toMatchObject({
      visitKindName: { zh: expect.any(String) as string, en: expect.any(String) as string },
      benefitLevelName: { zh: expect.any(String) as string, en: expect.any(String) as string },
    });
    const published = await decide(proposalId);
    expect(await read<Change>(`/v1/policies/${published}/comparison?with=${old}`)).toEqual(change);
    const back = await read<Change>(`/v1/policies/${old}/comparison?with=${published}`);
    expect(back.effects.map(({ fundBeforeFen }) => fundBeforeFen)).toEqual(
      change.effects.map(({ fundAfterFen }) => fundAfterFen),
    );
  });

  it('have a schema that anybody may fetch', async () => {
    const answer = await gateway.get('/v1/policies/schema').buffer(true).expect(200);
    expect(answer.headers['content-type']).toMatch(/^application\/schema\+json/);
    const schema = JSON.parse(answer.text) as { $schema: string; required: string[] };
    expect(schema.$schema).toBe('https://json-schema.org/draft/2020-12/schema');
    expect(schema.required).toContain('visits');
  });

  async function propose(policy: object): Promise<string> {
    const { body } = await gateway
      .post(`/v1/pooling-areas/${XIAN}/policies`)
      .set('authorization', `Bearer ${clerk.bureau[PROVINCE]}`)
      .set('idempotency-key', randomUUID())
      .send({ document: policy })
      .expect(202);
    return (body as { proposalId: string }).proposalId;
  }

  async function decide(proposalId: string): Promise<string> {
    const { body } = await gateway
      .post(`/v1/pooling-areas/${XIAN}/policies/proposals/${proposalId}/decision`)
      .set('authorization', `Bearer ${bureau[PROVINCE]}`)
      .send({ decision: 'APPROVE', remark: '同意' })
      .expect(200);
    return (body as { policyId: string }).policyId;
  }

  async function publish(policy: object): Promise<string> {
    return decide(await propose(policy));
  }
});
