import { randomUUID } from 'node:crypto';
import { refusalOf, type Access, type Actor } from '@yiditong/access';
import { generateDay, loadSample } from '@yiditong/tools';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { quietBooks, type Books } from './books.js';
import { cast, isHomeOf, isPartyTo, partiesOf, type Parties } from './cast.js';
import { HospitalDesk, newMessageId, type Problem } from './hospital-desk.js';
import { SHARED_DAY } from './stack.global.js';
import { tokenFor } from './test-issuer.js';

const { document, databases, issuers, now } = inject('stack');
const sample = loadSample();
const desk = new HospitalDesk(document, generateDay({ ...SHARED_DAY, sample, now }), sample);

type Operation = { readonly method: string; readonly path: string; readonly access: Access | 'public' };
type OpenApi = {
  readonly paths: Readonly<Record<string, Readonly<Record<string, { readonly 'x-access'?: Access | 'public' }>>>>;
};

const operations = await readOperations();
const guarded = operations.filter((one): one is Operation & { readonly access: Access } => one.access !== 'public');

const visit = await desk.admit(37);
const treatingRegion = sample.institutions.find((one) => one.institutionCode === visit.institutionCode)?.region ?? '';
const parties = partiesOf(visit, treatingRegion);
const players = await Promise.all(
  cast(parties, desk, visit).map(async (player) => ({
    ...player,
    token: await tokenFor(issuers.nation, player.actor),
  })),
);

/** What the document says of access; one that says nothing counts as declared for nobody, and fails. */
async function readOperations(): Promise<Operation[]> {
  const openApi = (await (await fetch(`${document.gateway}/openapi.json`)).json()) as OpenApi;
  return Object.entries(openApi.paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => ({
      method: method.toUpperCase(),
      path,
      access: operation['x-access'] ?? {},
    })),
  );
}

/** What stands in an address: the tenant, or something that is not there, so that nothing happens to it. */
function placeholders(side: Readonly<Record<string, string>>): Record<string, string> {
  return {
    filingId: randomUUID(),
    accessId: randomUUID(),
    entitlementId: randomUUID(),
    applicationId: randomUUID(),
    ruleId: randomUUID(),
    importId: randomUUID(),
    draftId: randomUUID(),
    listId: randomUUID(),
    conflictId: randomUUID(),
    versionId: randomUUID(),
    rowNumber: '2',
    nationalCode: '001102000010000',
    webhookId: randomUUID(),
    deliveryId: randomUUID(),
    settlementId: randomUUID(),
    visitId: randomUUID(),
    proposalId: randomUUID(),
    obligationId: randomUUID(),
    noticeId: randomUUID(),
    paymentId: `2001-01.${randomUUID()}`,
    downtimeId: randomUUID(),
    policyId: randomUUID(),
    messageId: newMessageId(parties.institutionCode),
    benefitYear: '2026',
    date: '2001-01-01',
    month: '2001-01',
    payer: parties.treatingProvince,
    payee: parties.insuredProvince,
    keyId: 'matrix',
    service: 'filing',
    infno: '1301',
    ...side,
  };
}

/** What is let in here goes on until its client goes away; these are asked for more than they take, so that their form refuses it. */
const ENDLESS: ReadonlySet<string> = new Set(['/v1/filing-events']);

/** Published policies are everybody's to read, and the calculator is told of nobody. */
const OPEN: ReadonlySet<string> = new Set([
  '/v1/estimates',
  '/v1/policies',
  '/v1/policies/schema',
  '/v1/policies/{policyId}',
  '/v1/policies/{policyId}/comparison',
  // What the façade can do is no secret, and is asked before anybody says who he is.
  '/fhir/metadata',
]);

const SIDES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'the patient’s side': sideOf(
    parties.personId,
    parties.insuredProvince,
    parties.insuredRegion,
    parties.institutionCode,
  ),
  'the treating side': sideOf(parties.personId, parties.treatingProvince, treatingRegion, parties.institutionCode),
  'a stranger': sideOf(randomUUID(), parties.otherProvince, parties.otherProvince, desk.otherHospital(visit, false)),
};

function sideOf(personId: string, province: string, region: string, institutionCode: string): Record<string, string> {
  return { personId, province, region, insuredRegion: region, institutionCode };
}

/** The fields that a declaration looks at, in the body where the address has no place for them; nothing else, so that the form refuses it. */
async function send(
  { method, path, access }: Operation,
  names: Readonly<Record<string, string>>,
  token: string | null,
) {
  const values = placeholders(names);
  const address = path.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = values[name];
    if (value === undefined) throw new Error(`say in placeholders() what ${name} of ${path} may be`);
    return value;
  });
  const fields = Object.values(access)
    .filter((tenant) => typeof tenant === 'string')
    .map((tenant) => tenant.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()));
  const body = Object.fromEntries(fields.flatMap((field) => (field in names ? [[field, names[field]]] : [])));
  const asked = { ...body, ...(ENDLESS.has(path) ? { matrix: 'true' } : {}) };
  const query =
    method === 'GET' && Object.keys(asked).length > 0
      ? `?${new URLSearchParams(asked as Record<string, string>).toString()}`
      : '';
  const answer = await fetch(`${document.gateway}${address}${query}`, {
    method,
    headers: {
      ...(token === null ? {} : { authorization: `Bearer ${token}` }),
      'idempotency-key': `matrix-${randomUUID()}`,
      ...(method === 'GET' || method === 'DELETE' ? {} : { 'content-type': 'application/json' }),
    },
    ...(method === 'GET' || method === 'DELETE' ? {} : { body: JSON.stringify({ ...body, matrix: true }) }),
  });
  const text = await answer.text();
  const reason = answer.ok ? null : reasonIn(JSON.parse(text) as Refused);
  return { status: answer.status, reason, request: { ...values, ...body } };
}

type Refused = Partial<Problem> & {
  readonly issue?: readonly { readonly details?: { readonly coding: readonly { readonly code: string }[] } }[];
};

/** A problem document says it itself, an OperationOutcome in its first issue. */
function reasonIn({ reason, issue }: Refused): string | null {
  return reason ?? issue?.[0]?.details?.coding[0]?.code ?? null;
}

describe('every route', () => {
  let before: Books;
  beforeAll(async () => {
    before = await quietBooks(databases);
  });

  it('says who may call it, and there are some', () => {
    expect(operations.length).toBeGreaterThan(20);
    expect(guarded.filter(({ access }) => Object.keys(access).length === 0)).toEqual([]);
  });

  it('that anybody may call is one of health, of what is public, and of what carries a signature instead', () => {
    const open = operations.filter(({ access }) => access === 'public').map(({ path }) => path);
    expect(open.filter((path) => !/^\/(health|national)\//.test(path) && !OPEN.has(path))).toEqual([]);
  });

  it.each(guarded)('$method $path opens to whom it declares, and to no other', async (operation) => {
    const wrong: string[] = [];
    for (const [side, names] of Object.entries(SIDES))
      await Promise.all(
        players.map(async ({ who, actor, token }) => {
          const { status, reason, request } = await send(operation, names, token);
          const expected = refusalOf(operation.access, actor, request);
          const refused = status === 401 || status === 403 || status >= 500;
          if (expected === null ? refused : status !== 403 || reason !== expected)
            wrong.push(`${who} naming ${side}: ${status} ${reason ?? ''}, not ${expected ?? 'let in'}`);
        }),
      );
    expect(wrong).toEqual([]);
  });

  it.each(guarded)('$method $path opens to nobody without a credential', async (operation) => {
    const { status, reason } = await send(operation, SIDES['the patient’s side'] ?? {}, null);
    expect([status, reason]).toEqual([401, 'CREDENTIAL_MISSING']);
  });

  it('did nothing for any of these requests', async () => expect(await quietBooks(databases)).toEqual(before));
});

describe('every record that an address names', () => {
  let settlementId: string;
  let filingId: string;
  beforeAll(async () => {
    ({ settlementId } = await desk.settled(visit));
    const { filings } = await desk.api.get<{ filings: { filingId: string }[] }>(
      `/v1/persons/${parties.personId}/filings`,
      desk.insuredToken(parties.personId),
    );
    filingId = filings[0]?.filingId ?? '';
  });

  type Read = {
    readonly what: string;
    readonly route: string;
    readonly owns: (actor: Actor, of: Parties) => boolean;
    readonly there: () => Readonly<Record<string, string>>;
    readonly absent: () => Readonly<Record<string, string>>;
  };
  const reads: readonly Read[] = [
    {
      what: 'a settlement',
      route: '/v1/settlements/{settlementId}',
      owns: isPartyTo,
      there: () => ({ settlementId }),
      absent: () => ({ settlementId: randomUUID() }),
    },
    {
      what: 'a settlement’s lines',
      route: '/v1/settlements/{settlementId}/lines',
      owns: isPartyTo,
      there: () => ({ settlementId }),
      absent: () => ({ settlementId: randomUUID() }),
    },
    {
      what: 'a settlement’s slip',
      route: '/v1/settlements/{settlementId}/slip',
      owns: isPartyTo,
      there: () => ({ settlementId }),
      absent: () => ({ settlementId: randomUUID() }),
    },
    ...['Claim', 'ClaimResponse', 'ExplanationOfBenefit'].map((type) => ({
      what: `a settlement as ${type}`,
      route: `/fhir/${type}/{settlementId}`,
      owns: isPartyTo,
      there: () => ({ settlementId }),
      absent: () => ({ settlementId: randomUUID() }),
    })),
    {
      what: 'a filing',
      route: '/v1/persons/{personId}/filings/{filingId}',
      owns: isHomeOf,
      there: () => ({ personId: parties.personId, filingId }),
      absent: () => ({ personId: parties.personId, filingId: randomUUID() }),
    },
    {
      what: 'a person',
      route: '/v1/persons/{personId}',
      // A hospital gets the masked record of whoever shows it his card, from any province.
      owns: (actor, of) => actor.role === 'hospital' || isHomeOf(actor, of),
      there: () => ({ personId: parties.personId }),
      absent: () => ({ personId: randomUUID() }),
    },
    {
      what: 'a person’s accumulators',
      route: '/v1/persons/{personId}/accumulators/{benefitYear}',
      owns: isHomeOf,
      there: () => ({ personId: parties.personId, benefitYear: '2026' }),
      absent: () => ({ personId: randomUUID(), benefitYear: '2026' }),
    },
    {
      what: 'a person’s account',
      route: '/v1/persons/{personId}/account',
      owns: isHomeOf,
      there: () => ({ personId: parties.personId }),
      absent: () => ({ personId: randomUUID() }),
    },
  ];

  it.each(reads)(
    '$what is shown to its parties; to others there is no telling whether it exists',
    async ({ route, owns, there, absent }) => {
      const access = guarded.find(({ method, path }) => method === 'GET' && path === route)?.access;
      const wrong: string[] = [];
      for (const { who, actor, token } of players) {
        const [seen, nothing] = [
          await read(addressOf(route, there()), token),
          await read(addressOf(route, absent()), token),
        ];
        const refusal = refusalOf(access, actor, there());
        const same = JSON.stringify(seen) === JSON.stringify(nothing);
        const told =
          seen.status === 403 ? reasonIn(seen.body) : seen.status === 200 ? 'shown' : same ? 'absent' : 'told apart';
        const expected = refusal ?? (owns(actor, parties) ? 'shown' : 'absent');
        if (told !== expected) wrong.push(`${who}: ${told}, not ${expected}`);
        // Whoever is refused is told the same of what is not there.
        if (refusal !== null && !same) wrong.push(`${who}: told apart by the refusal`);
      }
      expect(wrong).toEqual([]);
    },
  );

  function addressOf(route: string, values: Readonly<Record<string, string>>): string {
    return route.replace(/\{(\w+)\}/g, (_, name: string) => values[name] ?? '');
  }

  async function read(path: string, token: string): Promise<{ status: number; body: Record<string, unknown> }> {
    const answer = await fetch(`${document.gateway}${path}`, { headers: { authorization: `Bearer ${token}` } });
    const { instance: _, ...body } = (await answer.json()) as Record<string, unknown>;
    return { status: answer.status, body };
  }
});
