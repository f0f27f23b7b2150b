import { randomUUID } from 'node:crypto';
import { refusalOf, type Actor } from '@yiditong/access';
import { declaredAccess } from '@yiditong/contracts';
import { generateDay, loadSample, type ApiAnswer } from '@yiditong/tools';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { quietBooks, rowsOf, type Books } from './books.js';
import { cast, isHomeOf, partiesOf, tenantOf, type Parties, type Tenant } from './cast.js';
import {
  CATALOGUE_RPCS,
  CATALOGUE_WITHOUT_OBJECT,
  makeCatalogueObjects,
  type CappedItem,
  type CatalogueObjects,
  type CatalogueRpc,
} from './catalogue-objects.js';
import { dayFromNow } from './catalogue-desk.js';
import { FILING_RPCS, FILING_WITHOUT_OBJECT } from './filing-objects.js';
import { againAsNewVisit, HospitalDesk, newMessageId } from './hospital-desk.js';
import { newPair, registerKey } from './national-desk.js';
import { RpcDesk, type RpcOutcome } from './rpc-desk.js';
import { SHARED_DAY } from './stack.global.js';

const { document, databases, identityKey, now } = inject('stack');
const sample = loadSample();
const desk = new HospitalDesk(document, generateDay({ ...SHARED_DAY, sample, now }), sample);
const rpc = new RpcDesk(document, identityKey);

const [CATALOGUE, POLICY] = ['/yiditong.catalogue.v1.CatalogueService', '/yiditong.benefit.v1.PolicyService'];
const SETTLEMENT = '/yiditong.settlement.v1.SettlementService';
const CREDENTIAL = '/yiditong.benefit.v1.CredentialService';
const LEDGER = '/yiditong.settlement.v1.HospitalLedgerService';
const ROUTING = '/yiditong.settlement.v1.RoutingService';
const VISIT = '/yiditong.settlement.v1.VisitService';
const IDENTITY = '/yiditong.identity.v1.IdentityService';
const CLEARING = '/yiditong.clearing.v1.ClearingService';
const AUDIT = '/yiditong.audit.v1.AuditService';

const visit = await desk.admit(47);
const treatingRegion = sample.institutions.find((one) => one.institutionCode === visit.institutionCode)?.region ?? '';
const parties = partiesOf(visit, treatingRegion);
const players = cast(parties, desk, visit);
const owner: Tenant = {
  personId: parties.personId,
  province: parties.insuredProvince,
  region: parties.insuredRegion,
  institutionCode: parties.institutionCode,
};
const hospital = players.find(({ who }) => who === 'the hospital')?.actor as Actor;
const bureau = (subject: string, region = parties.insuredProvince): Actor => ({
  role: 'bureau',
  region,
  subject,
  rank: 'supervisor',
});
const [maker, decider] = [bureau('states-maker'), bureau('states-decider')];

afterAll(() => rpc.close());

/** An object by its id, in a field that no declaration looks at. */
type Named = Readonly<Record<string, string>>;

/** An RPC that finds an object by the tenant and the id that its request names. */
type NamedObject = {
  readonly path: string;
  readonly request: (tenant: Tenant, named: Named) => object;
  readonly states: () => Readonly<Record<string, Named>>;
  /** What nobody has. */
  readonly absent: () => Named;
  readonly owns: (actor: Actor, of: Parties) => boolean;
  /** Somebody who tells it from what is not there without changing anything; null where each of the owner's calls would. */
  readonly witness: Actor | null;
  /** Whose it is, where it isn't the patient's side. */
  readonly owner?: Tenant;
};

/** By state: proposals of both kinds, messages, keys. */
const made: Record<'catalogue' | 'policy' | 'message' | 'key' | 'endpoint' | 'downtime', Record<string, string>> = {
  endpoint: {},
  downtime: {},
  catalogue: {},
  policy: {},
  message: {},
  key: {},
};
let settlementId: string;
let keptFileId: string;
let visitId: string;
/** All proposals of an endpoint here are of the same one. */
let endpointDigest: string;

function idsOf(kind: keyof typeof made, field: string): () => Record<string, Named> {
  return () => Object.fromEntries(Object.entries(made[kind]).map(([state, id]) => [state, { [field]: id }]));
}

const REJECT = { decision: 'PROPOSAL_DECISION_REJECT', remark: '比例有误，请核对' };
const ALL = { state: 'PROPOSAL_STATE_UNSPECIFIED', after: '', limit: 200 };

function proposals(service: string, noun: string, kind: 'catalogue' | 'policy'): NamedObject[] {
  const named = {
    states: idsOf(kind, 'proposalId'),
    absent: () => ({ proposalId: randomUUID() }),
    // The operator keeps the nation's catalogue, and no province's.
    owns: (actor: Actor, of: Parties) =>
      isHomeOf(actor, of) && (kind === 'policy' || (actor.area === undefined && actor.role !== 'operator')),
  };
  return [
    { ...named, path: `${service}/Get${noun}Proposal`, request: namingBoth, witness: decider },
    // What is listed is not named, so that only the owner's list tells whether it is there.
    {
      ...named,
      path: `${service}/List${noun}Proposals`,
      request: (tenant) => ({ ...tenant, ...ALL }),
      witness: decider,
    },
    // Its maker is refused as its maker, whatever he says of it.
    {
      ...named,
      path: `${service}/Decide${noun}Proposal`,
      request: (tenant, id) => ({ ...tenant, ...id, ...REJECT }),
      witness: maker,
    },
    // And whoever is not, for not being its maker.
    {
      ...named,
      path: `${service}/Withdraw${noun}Proposal`,
      request: (tenant, id) => ({ ...tenant, ...id, remark: '' }),
      witness: decider,
    },
  ];
}

const isOwnBureau = ({ role, region, area }: Actor, of: Parties): boolean =>
  role === 'bureau' && region === of.insuredProvince && area === undefined;

function endpointProposals(): NamedObject[] {
  const named = {
    states: idsOf('endpoint', 'proposalId'),
    absent: () => ({ proposalId: randomUUID() }),
    owns: isOwnBureau,
  };
  return [
    { ...named, path: `${ROUTING}/GetEndpointProposal`, request: namingBoth, witness: decider },
    {
      ...named,
      path: `${ROUTING}/DecideEndpointProposal`,
      request: (tenant, id) => ({ ...tenant, ...id, ...REJECT, digest: endpointDigest }),
      witness: maker,
    },
    { ...named, path: `${ROUTING}/WithdrawEndpointProposal`, request: namingBoth, witness: decider },
  ];
}

function namingBoth(tenant: Tenant, named: Named): object {
  return { ...tenant, ...named };
}

const isBureauOfTreating = ({ role, region, area }: Actor, of: Parties): boolean =>
  role === 'bureau' && region === of.treatingProvince && area === undefined;
const isSender = ({ institution }: Actor, of: Parties): boolean => institution === of.institutionCode;

/** What the treating side's catalogue keeps. */
const treating: Tenant = { ...owner, province: parties.treatingProvince, region: treatingRegion };
let kept: CatalogueObjects;

function inCatalogue({ path, kind, request, reads }: CatalogueRpc): NamedObject {
  const isOfHospital = kind === 'list' || kind === 'mapping';
  const checker = bureau('states-decider', parties.treatingProvince);
  const id = { draft: 'draftId', list: 'listId', mapping: 'itemCode', conflict: 'conflictId' }[kind];
  return {
    path,
    request,
    states: () => kept[kind],
    absent: () => ({ [id]: randomUUID() }),
    owns: (actor, of) => isBureauOfTreating(actor, of) || (isOfHospital && isSender(actor, of)),
    witness: reads ? (isOfHospital ? hospital : checker) : null,
    owner: treating,
  };
}

/** What each asks of a visit beyond naming it. */
const VISIT_RPCS: Readonly<Record<string, (named: Named) => object>> = {
  ChangeVisit: () => ({ visitKind: 'VISIT_KIND_UNSPECIFIED', diagnoses: [], emergency: true }),
  CancelVisit: () => ({}),
  AddFees: () => ({ fees: [FEE] }),
  RemoveFees: () => ({ serials: [], batch: '', all: true }),
  PreSettleVisit: (named) => ({ bill: { ...VISIT_BILL, ...named } }),
  SettleVisit: (named) => ({ bill: { ...VISIT_BILL, ...named } }),
  GetVisit: () => ({}),
  ListFees: () => ({ after: '', limit: 10 }),
};
const FEE = {
  serial: 'F1',
  refundsSerial: '',
  batch: '',
  line: {
    lineNumber: 0,
    nationalCode: '',
    hospitalCode: 'OWN-1',
    quantityE4: 10_000n,
    unitPriceMicroYuan: 1_000_000n,
    amountFen: 100n,
    occurredAt: { seconds: 1_700_000_000n, nanos: 0 },
    examiningInstitutionCode: '',
    diseaseCode: '',
  },
};
const VISIT_BILL = {
  personId: parties.personId,
  batch: '',
  diseaseCode: '',
  declaredTotalFen: 100n,
  hospitalPartFen: 0n,
};

const NAMED_OBJECTS: readonly NamedObject[] = [
  ...CATALOGUE_RPCS.map(inCatalogue),
  ...proposals(CATALOGUE ?? '', 'Catalogue', 'catalogue'),
  ...proposals(POLICY ?? '', 'Policy', 'policy'),
  ...endpointProposals(),
  {
    path: `${ROUTING}/EndDowntime`,
    request: namingBoth,
    states: idsOf('downtime', 'downtimeId'),
    absent: () => ({ downtimeId: randomUUID() }),
    owns: isOwnBureau,
    // To end one changes it, and one that was ended is answered as it ended.
    witness: null,
  },
  {
    path: `${IDENTITY}/ListInstitutionKeys`,
    request: (tenant) => tenant,
    states: idsOf('key', 'keyId'),
    absent: () => ({ keyId: 'nobodys' }),
    owns: isBureauOfTreating,
    witness: bureau('states-decider', parties.treatingProvince),
  },
  {
    path: `${IDENTITY}/RevokeInstitutionKey`,
    request: (tenant, key) => ({ ...tenant, ...key, reason: 'REVOCATION_REASON_LOST' }),
    states: idsOf('key', 'keyId'),
    absent: () => ({ keyId: 'nobodys' }),
    owns: isBureauOfTreating,
    witness: null,
  },
  {
    path: `${LEDGER}/FindSettlements`,
    request: namingBoth,
    states: () => ({ settled: { settlementId } }),
    absent: () => ({ settlementId: randomUUID() }),
    owns: isSender,
    witness: hospital,
  },
  {
    path: `${LEDGER}/GetFile`,
    request: namingBoth,
    states: () => ({ kept: { fileId: keptFileId } }),
    absent: () => ({ fileId: randomUUID() }),
    owns: isSender,
    witness: hospital,
  },
  ...Object.entries(VISIT_RPCS).map(([method, more]) => ({
    path: `${VISIT}/${method}`,
    request: (tenant: Tenant, named: Named) => ({
      ...tenant,
      ...more(named),
      ...named,
      messageId: newMessageId(tenant.institutionCode),
    }),
    states: () => ({ open: { visitId } }),
    absent: () => ({ visitId: randomUUID() }),
    owns: isSender,
    witness: ['GetVisit', 'ListFees'].includes(method) ? hospital : null,
  })),
  {
    path: `${SETTLEMENT}/GetOutcome`,
    request: namingBoth,
    states: idsOf('message', 'messageId'),
    absent: () => ({ messageId: newMessageId(parties.institutionCode) }),
    owns: isSender,
    witness: hospital,
  },
  ...[
    { method: 'Cancel', lines: undefined },
    { method: 'Refund', lines: [{ lineNumber: 1, quantityE4: 1n, amountFen: 1n }] },
  ].map(({ method, lines }) => ({
    path: `${SETTLEMENT}/${method}`,
    request: (tenant: Tenant, named: Named) => ({
      ...tenant,
      ...named,
      messageId: newMessageId(tenant.institutionCode),
      reason: '退费',
      ...(lines && { lines }),
    }),
    states: () => ({ settled: { settlementId } }),
    absent: () => ({ settlementId: randomUUID() }),
    owns: isSender,
    witness: null,
  })),
  {
    path: `${SETTLEMENT}/Reverse`,
    request: (tenant, { messageId = '' }) => ({
      ...tenant,
      messageId: newMessageId(tenant.institutionCode),
      originalMessageId: messageId,
    }),
    states: idsOf('message', 'messageId'),
    absent: () => ({ messageId: newMessageId(parties.institutionCode) }),
    owns: isSender,
    witness: null,
  },
  {
    path: `${AUDIT}/ListAuditRecords`,
    request: (tenant, { objectId = '' }) => ({ province: tenant.province, objectId, after: '0', limit: 100 }),
    states: () => ({ recorded: { objectId: settlementId } }),
    absent: () => ({ objectId: randomUUID() }),
    // Each party's province has a record of it in a chain of its own, and the operator all of them.
    owns: ({ role, region }, of) =>
      role === 'operator' || (role === 'bureau' && [of.insuredProvince, of.treatingProvince].includes(region)),
    witness: null,
  },
];

beforeAll(async () => {
  await proposeAll('catalogue', CATALOGUE ?? '', 'Catalogue', (year) => ({
    province: owner.province,
    // No catalogue is published for a day more than a year ahead.
    effectiveFrom: dayFromNow(300 + (year % 100)),
    entries: [
      {
        nationalCode: 'XA01ABD075A002010100483',
        name: '试药',
        itemClass: 'ITEM_CLASS_A',
        chargeCategory: '09',
      },
    ],
  }));
  const policy = JSON.parse(sample.policies[0]?.documentJson ?? '{}') as object;
  await proposeAll('policy', POLICY ?? '', 'Policy', (year) => ({
    region: owner.region,
    policyJson: JSON.stringify({
      ...policy,
      region: owner.region,
      validFrom: `${year}-01-01`,
      validTo: `${year}-12-31`,
      examples: [],
    }),
  }));
  await proposeEndpoints();
  await sendAll();
  kept = await makeCatalogueObjects(
    rpc,
    treating,
    { hospital, bureau: bureau('states-maker', parties.treatingProvince) },
    cappedItem(),
  );
  const keys = [
    await registerKey(desk, visit.institutionCode, newPair()),
    await registerKey(desk, visit.institutionCode, newPair()),
  ];
  const [valid = '', revoked = ''] = keys;
  await answered(bureau('states-decider', parties.treatingProvince), `${IDENTITY}/RevokeInstitutionKey`, {
    institutionCode: visit.institutionCode,
    keyId: revoked,
    reason: 'REVOCATION_REASON_LOST',
  });
  made.key = { valid, revoked };
});

/** A service of the treating province's catalogue that has a cap. */
function cappedItem(): CappedItem {
  const { entries } = sample.catalogues.find(({ province }) => province === parties.treatingProvince) ?? {
    entries: [],
  };
  for (const { nationalCode, name, ceilingYuan } of entries)
    if (nationalCode.startsWith('00') && ceilingYuan !== null) return { nationalCode, name, ceilingYuan };
  throw new Error('the sample has no service with a cap there');
}

/** A proposal in each state, of years that no sample and no other spec touches. */
async function proposeAll(
  kind: 'catalogue' | 'policy',
  service: string,
  noun: string,
  content: (year: number) => object,
) {
  let year = kind === 'catalogue' ? 2400 : 2300;
  for (const state of ['PENDING', 'APPROVED', 'REJECTED', 'WITHDRAWN'] as const) {
    const path = kind === 'catalogue' ? `${service}/ProposeCatalogue` : `${service}/ProposePolicy`;
    const proposed = await answered(maker, path, { requestId: randomUUID(), ...content(++year) });
    const { proposalId = '' } = (proposed['proposal'] as { proposal: { proposalId?: string } }).proposal;
    made[kind][state] = proposalId;
    const request = { ...owner, proposalId };
    if (state === 'WITHDRAWN') await answered(maker, `${service}/Withdraw${noun}Proposal`, { ...request, remark: '' });
    else if (state !== 'PENDING') {
      const decision = state === 'APPROVED' ? { decision: 'PROPOSAL_DECISION_APPROVE', remark: '' } : REJECT;
      await answered(decider, `${service}/Decide${noun}Proposal`, { ...request, ...decision });
    }
  }
}

/** A proposal in each state that leaves the claims of the province where they go, and a downtime years from now. */
async function proposeEndpoints(): Promise<void> {
  const { province } = owner;
  const endpoint = { province, kind: 'ENDPOINT_KIND_HOSTED', address: '', maxConcurrent: 32, timeoutMs: 5_000 };
  for (const state of ['PENDING', 'REJECTED', 'WITHDRAWN'] as const) {
    const request = { requestId: randomUUID(), province, endpoint };
    const proposed = await answered(maker, `${ROUTING}/ProposeEndpoint`, request);
    const { proposalId = '', digest = '' } = (
      proposed['proposal'] as { proposal: { proposalId?: string; digest?: string } }
    ).proposal;
    made.endpoint[state] = proposalId;
    endpointDigest = digest;
    const named = { province, proposalId };
    if (state === 'WITHDRAWN') await answered(maker, `${ROUTING}/WithdrawEndpointProposal`, named);
    if (state === 'REJECTED')
      await answered(decider, `${ROUTING}/DecideEndpointProposal`, { ...named, ...REJECT, digest });
  }
  const [from, until] = [4_000_000_000n, 4_000_003_600n].map((seconds) => ({ seconds, nanos: 0 }));
  const announcement = { requestId: randomUUID(), province, from, until, notice: '系统升级' };
  const { downtime } = await answered(maker, `${ROUTING}/AnnounceDowntime`, announcement);
  made.downtime['TO_COME'] = (downtime as { downtimeId?: string }).downtimeId ?? '';
}

/** A message that settled, one that was refused, and one that was reversed. */
async function sendAll(): Promise<void> {
  ({ settlementId } = await desk.settled(visit));
  const { institutionCode } = visit;
  const file = {
    institutionCode,
    messageId: newMessageId(institutionCode),
    fileName: 'a.txt',
    content: Buffer.from('a'),
  };
  keptFileId = String((await answered(hospital, `${LEDGER}/KeepFile`, file))['fileId']);
  const opening = {
    institutionCode,
    messageId: newMessageId(institutionCode),
    personId: visit.bill.personId,
    insuredRegion: visit.bill.insuredRegion,
    visitNumber: `E2E-${randomUUID().slice(0, 8)}`,
    visitKind: 'VISIT_KIND_INPATIENT',
    admittedAt: { seconds: BigInt(Math.floor(Date.parse(visit.bill.admittedAt) / 1_000)), nanos: 0 },
    diseaseCode: '',
    diagnoses: [],
  };
  const opened = await answered(hospital, `${VISIT}/OpenVisit`, opening);
  visitId = String((opened['visit'] as { visitId?: string }).visitId);
  const reversed = againAsNewVisit(visit);
  await desk.settled(reversed);
  await desk.reverse(reversed);
  const again = againAsNewVisit(visit);
  // Of somebody who is nobody, and so never filed.
  const refused = { ...again, bill: { ...again.bill, personId: randomUUID() } };
  expect((await desk.settle(refused)).status).toBeGreaterThanOrEqual(400);
  made.message = { SETTLED: visit.messageId, REVERSED: reversed.messageId, REFUSED: refused.messageId };
  for (const [state, messageId] of Object.entries(made.message))
    expect((await desk.outcome({ ...visit, messageId })).body.state).toBe(state);
}

async function answered(actor: Actor, path: string, request: object): Promise<Readonly<Record<string, unknown>>> {
  const outcome = await ask(actor, path, request);
  if (outcome.reason !== null) throw new Error(`${path} was refused: ${outcome.reason}`);
  return outcome.answer;
}

function ask(actor: Actor, path: string, request: object): Promise<RpcOutcome> {
  return rpc.callAs(actor, path.startsWith(AUDIT) ? { path, served: 'settlement' } : path, request);
}

const textOf = (outcome: RpcOutcome): string =>
  JSON.stringify(outcome, (_, value: unknown) => (typeof value === 'bigint' ? `${value}` : value));

describe('an object that a request names by its tenant and its id', () => {
  let before: Books;
  beforeAll(async () => {
    before = await quietBooks(databases);
  });

  it.each(NAMED_OBJECTS)('is to others, in every state, as if it were not there: $path', async (object) => {
    const { path, request, owns, states, absent, owner: whose = owner } = object;
    const wrong: string[] = [];
    for (const [state, named] of Object.entries(states())) {
      for (const { who, actor } of players.filter((player) => !owns(player.actor, parties))) {
        for (const [naming, tenant] of Object.entries({ himself: tenantOf(actor, whose), 'the owner': whose })) {
          const asked = request(tenant, named);
          const outcome = await ask(actor, path, asked);
          const nothing = await ask(actor, path, request(tenant, absent()));
          const refusal = refusalOf(declaredAccess.get(path), actor, asked);
          const told = [
            ...(textOf(outcome) === textOf(nothing) ? [] : ['told apart']),
            ...(refusal === null || outcome.reason === refusal ? [] : [`not ${refusal}`]),
            ...(outcome.reason === null && Object.values(named).some((id) => textOf(outcome).includes(id))
              ? ['shown']
              : []),
          ];
          if (told.length > 0)
            wrong.push(`${who} naming ${naming}, ${state}: ${outcome.reason ?? 'answered'}, ${told.join()}`);
        }
      }
    }
    expect(wrong).toEqual([]);
  });

  it.each(NAMED_OBJECTS)('is tried by others who come past the guard, and is there: $path', async (object) => {
    const { path, request, owns, states, absent, witness, owner: whose = owner } = object;
    expect(Object.keys(states()).length).toBeGreaterThan(0);
    const named = Object.values(states())[0] ?? {};
    const past = players.filter(
      ({ actor }) =>
        !owns(actor, parties) &&
        refusalOf(declaredAccess.get(path), actor, request(tenantOf(actor, whose), named)) === null,
    );
    expect(past).not.toEqual([]);
    if (witness === null) return;
    for (const [state, id] of Object.entries(states())) {
      const seen = textOf(await ask(witness, path, request(whose, id)));
      const nothing = textOf(await ask(witness, path, request(whose, absent())));
      // A list that names none of what it lists is the same either way, and shows it.
      const isThere =
        seen === nothing ? path.includes('/List') && Object.values(id).every((text) => seen.includes(text)) : true;
      expect(isThere, `${state}: ${seen}`).toBe(true);
    }
  });

  it('is afterwards as it was, and so are all books', async () => {
    expect(await quietBooks(databases)).toEqual(before);
    for (const [kind, service, noun] of [
      ['catalogue', CATALOGUE, 'Catalogue'],
      ['policy', POLICY, 'Policy'],
    ] as const)
      for (const [state, proposalId] of Object.entries(made[kind])) {
        const { proposal } = await answered(decider, `${service}/Get${noun}Proposal`, { ...owner, proposalId });
        expect(proposal).toMatchObject({ proposal: { proposalId, state: `PROPOSAL_STATE_${state}` } });
      }
    const { keys } = await answered(
      bureau('states-decider', parties.treatingProvince),
      `${IDENTITY}/ListInstitutionKeys`,
      owner,
    );
    const valid = (keys as { keyId: string; revokedAt: unknown }[]).find(({ keyId }) => keyId === made.key['valid']);
    expect(valid?.revokedAt ?? null).toBeNull();
  });
});

describe('an e-credential', () => {
  const bearer = desk.insuredToken(parties.personId);
  const issue = async (body: object = {}): Promise<string> => {
    const answer: ApiAnswer<{ token: string }> = await desk.api.once('POST', '/v1/e-credentials', body, bearer);
    expect(answer.status, answer.text).toBe(201);
    return answer.body.token;
  };
  const decode = (actor: Actor, institutionCode: string, token: string): Promise<RpcOutcome> =>
    ask(actor, `${CREDENTIAL}/DecodeCredential`, { institutionCode, token, visitNumber: 'V-1' });
  const others = players.filter(
    ({ actor }) => actor.role === 'hospital' && actor.institution !== parties.institutionCode,
  );

  it('opens to no other hospital than its own, in any state: each says why, and names nobody', async () => {
    const replaced = await issue();
    const decoded = await issue();
    expect((await decode(hospital, parties.institutionCode, decoded)).reason).toBeNull();
    const issued = await issue({ institutionCode: parties.institutionCode });
    const never = `EC${parties.insuredProvince.slice(0, 2)}${'A'.repeat(46)}`;
    const expected = [
      [never, 'E_CREDENTIAL_INVALID'],
      [replaced, 'E_CREDENTIAL_EXPIRED'],
      [decoded, 'E_CREDENTIAL_USED'],
      [issued, 'E_CREDENTIAL_ELSEWHERE'],
    ] as const;
    expect(others.length).toBe(2);
    for (const { actor } of others)
      for (const [token, reason] of expected) {
        expect((await decode(actor, actor.institution ?? '', token)).reason).toBe(reason);
        expect((await decode(actor, parties.institutionCode, token)).reason).toBe('NOT_PERMITTED');
      }
    expect((await decode(hospital, parties.institutionCode, issued)).reason).toBeNull();
  });

  it('is issued to nobody for another, whether there is such a person or not', async () => {
    const persons = [parties.personId, randomUUID()];
    for (const { actor } of players.filter((player) => player.actor.person !== parties.personId))
      for (const personId of persons)
        expect((await ask(actor, `${CREDENTIAL}/IssueCredential`, { personId, institutionCode: '' })).reason).toBe(
          'NOT_PERMITTED',
        );
  });
});

describe('a cycle', () => {
  type Position = { readonly region: string };
  type Pair = { readonly payer: string; readonly payee: string };
  const operator: Actor = { role: 'operator', region: '000000', subject: 'states', rank: 'clerk' };
  let dates: Readonly<Record<string, string>>;
  beforeAll(async () => {
    await quietBooks(databases);
    // Whatever is there: closing the day's own would disturb others.
    const rows = await rowsOf(databases['clearing'] ?? '', 'SELECT business_date::text AS date, state FROM cycle');
    const cycles = Object.fromEntries(rows.map(({ state, date }) => [String(state), String(date)]));
    dates = { ...cycles, NONE: '2001-01-01' };
  });

  it('is there, open, and closed where the spec that closes some ran before', () => {
    const closed = (inject('before') ?? []).some((spec) => spec.endsWith('/clearing.e2e.spec.ts')) ? ['CLOSED'] : [];
    expect(Object.keys(dates)).toEqual(expect.arrayContaining(['OPEN', 'NONE', ...closed]));
  });

  it.each(['GetCycle', 'GetNetPositions', 'GetBilateralPositions'])(
    'shows by %s, in every state, to a bureau what is its province’s, and to the operator all',
    async (method) => {
      const path = `${CLEARING}/${method}`;
      const wrong: string[] = [];
      for (const [state, businessDate] of Object.entries(dates)) {
        const whole = await ask(operator, path, { businessDate });
        expect(whole.reason, state).toBe(reasonFor(method, state));
        for (const { who, actor } of players) {
          const refusal = refusalOf(declaredAccess.get(path), actor, { businessDate });
          const outcome = await ask(actor, path, { businessDate });
          const expected: RpcOutcome = refusal === null ? partOf(whole, actor) : { reason: refusal, answer: null };
          if (textOf(outcome) !== textOf(expected)) wrong.push(`${who}, ${state}: ${textOf(outcome)}`);
        }
      }
      expect(wrong).toEqual([]);
    },
  );

  function reasonFor(method: string, state: string): string | null {
    if (state === 'NONE') return 'CYCLE_NOT_FOUND';
    return method === 'GetNetPositions' && state !== 'CLOSED' ? 'CYCLE_NOT_CLOSED' : null;
  }

  /** What of the operator's answer is the actor's, counted out with pencil and paper. */
  function partOf(whole: RpcOutcome, { role, region }: Actor): RpcOutcome {
    const positions = whole.answer?.['positions'] as (Position | Pair)[] | undefined;
    if (whole.reason !== null || role === 'operator' || positions === undefined) return whole;
    const own = positions.filter((one) => ('region' in one ? [one.region] : [one.payer, one.payee]).includes(region));
    return { reason: null, answer: { positions: own } };
  }
});

/** Why an RPC has no object in any state that another tenant could name. */
const WITHOUT_OBJECT: Readonly<Record<string, string>> = {
  [`${AUDIT}/GetAuditHead`]: 'names a province only, and a province has one chain',
  [`${AUDIT}/VerifyAuditChain`]: 'names a province only, and a province has one chain',
  '/yiditong.benefit.v1.BenefitService/RegisterPersons': 'enters what is in the request',
  '/yiditong.benefit.v1.BenefitService/PostAccountEntries':
    'makes the objects, of persons whom row-level security shows; an id is unique in its province only',
  '/yiditong.benefit.v1.BenefitService/FindPerson': 'shows any hospital the same of whoever has the number',
  '/yiditong.benefit.v1.BenefitService/ReadPatient':
    'shows any hospital the same of whoever shows the number, and of a token nothing but to its decoder: patient.int.spec.ts',
  [`${CATALOGUE}/ProposeCatalogue`]: 'makes the object',
  [`${POLICY}/ProposePolicy`]: 'makes the object',
  ...FILING_WITHOUT_OBJECT,
  ...CATALOGUE_WITHOUT_OBJECT,
  ...Object.fromEntries(
    ['ReadStatement', 'ReadJournal', 'ProveObligation'].map((method) => [
      `/yiditong.clearing.v1.StatementService/${method}`,
      'is of the province that a caller names as his own or is refused; statements.e2e.spec.ts tries it with what is others’',
    ]),
  ),
  [`${CLEARING}/GetCostMonth`]:
    'is of all pairs that a bureau is a party to; cost-month.int.spec.ts and clearing.e2e.spec.ts try it with those of others',
  ...Object.fromEntries(
    ['GetPairPosition', 'ListObligations'].map((method) => [
      `${CLEARING}/${method}`,
      'names a pair of provinces, of which it shows a bureau that is no party to it nothing; clearing.e2e.spec.ts tries it with the pairs of others',
    ]),
  ),
  ...Object.fromEntries(
    [
      'GenerateMonth',
      'GetMonth',
      'ReadTables',
      'ReadNationalTable',
      'ConfirmTables',
      'IssueNotices',
      'ListNotices',
      'GetNotice',
      'RecordPayment',
      'RecordArrival',
    ].map((method) => [
      `/yiditong.clearing.v1.ClearingMonthService/${method}`,
      'is of the nation, or of the province that a caller names as his own or is refused; month.int.spec.ts tries it with the pairs and notices of others',
    ]),
  ),
  '/yiditong.clearing.v1.StatementService/GetStatementKeys': 'shows public keys',
  [`${IDENTITY}/RegisterInstitutionKey`]: 'makes the object; an id is unique in its institution only',
  [`${IDENTITY}/RevokeCredential`]:
    'makes an order for a credential of the region that it names; the credential itself is kept nowhere',
  ...Object.fromEntries(
    ['CompareTotals', 'CompareDetails', 'ListMonth', 'ConfirmMonth', 'WithdrawMonth'].map((method) => [
      `${LEDGER}/${method}`,
      'is of all that the institution has, which a caller names as his own or is refused; ledger.int.spec.ts tries it with the rows of others',
    ]),
  ),
  [`${LEDGER}/CheckPatient`]:
    'says of any person whether the institution that a caller names as his own has to do with him; ledger.int.spec.ts tries it with those of others',
  [`${LEDGER}/KeepFile`]: 'makes the object',
  [`${VISIT}/OpenVisit`]: 'makes the object',
  [`${ROUTING}/ProposeEndpoint`]: 'makes the object',
  [`${ROUTING}/AnnounceDowntime`]: 'makes the object',
  [`${ROUTING}/ListRoutes`]:
    'is of all provinces and shows an own address to its own province only, which routing.int.spec.ts shows',
  [`${SETTLEMENT}/PreSettle`]: 'leaves nothing, of a bill that is in the request',
  [`${SETTLEMENT}/Settle`]:
    'makes the object; what a message id says of its sender is tried with GetOutcome and Reverse',
  '/yiditong.settlement.v1.InstitutionService/RegisterInstitutions': 'enters what is in the request',
};

/** Tried in a table or a test of their own above, or in filing-access.e2e.spec.ts. */
const TRIED_ABOVE = [
  ...NAMED_OBJECTS.map(({ path }) => path),
  ...['DecodeCredential', 'IssueCredential'].map((method) => `${CREDENTIAL}/${method}`),
  ...['GetCycle', 'GetNetPositions', 'GetBilateralPositions'].map((method) => `${CLEARING}/${method}`),
  ...FILING_RPCS.map(({ path }) => path),
];

const ROLES_WITH_ACCESS = ['insured', 'hospital', 'bureau', 'operator'] as const;

describe('every RPC', () => {
  it('is tried with its objects in every state, or says why there is none', () => {
    const left = [...declaredAccess].filter(([path, access]) => {
      const roles = new Map(
        ROLES_WITH_ACCESS.flatMap((role) => (access[role] === undefined ? [] : [[role, access[role]] as const])),
      );
      // A service asks for itself, and what is only the operator's is the nation's: there is no other tenant.
      const hasTenants = [...roles.keys()].some((role) => role !== 'operator');
      // Rows that say themselves whose they are have the table of rpc-access.e2e.spec.ts.
      const byRecord = [...roles.values()].includes('record');
      return hasTenants && !byRecord && !TRIED_ABOVE.includes(path) && WITHOUT_OBJECT[path] === undefined;
    });
    expect(left.map(([path]) => path)).toEqual([]);
  });

  it('of these is there still', () => {
    const said = [...TRIED_ABOVE, ...Object.keys(WITHOUT_OBJECT)];
    expect(said.filter((path) => !declaredAccess.has(path))).toEqual([]);
    expect(Object.keys(WITHOUT_OBJECT).filter((path) => TRIED_ABOVE.includes(path))).toEqual([]);
  });
});
