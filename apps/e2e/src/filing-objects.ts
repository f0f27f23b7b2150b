import { randomUUID } from 'node:crypto';
import type { Actor } from '@yiditong/access';
import { v7 as uuidv7 } from 'uuid';
import type { Tenant } from './cast.js';
import type { RpcDesk } from './rpc-desk.js';

const FILING = '/yiditong.filing.v1.FilingService';
const EXCHANGE = '/yiditong.filing.v1.FilingImportService';
const NOTIFICATION = '/yiditong.filing.v1.NotificationService';
const FAMILY = '/yiditong.filing.v1.FamilyService';
const ENTITLEMENT = '/yiditong.filing.v1.EntitlementService';
const RULE = '/yiditong.filing.v1.RuleService';

/** What filing keeps of the owner, by the state that it is in. */
export type FilingObjects = Readonly<
  Record<
    'filing' | 'access' | 'entitlement' | 'application' | 'import' | 'webhook' | 'rule',
    Readonly<Record<string, string>>
  >
>;
type Kind = keyof FilingObjects;

/** An RPC that finds an object by whom its request names and by the object's id. */
export type FilingRpc = {
  readonly path: string;
  readonly kind: Kind;
  readonly request: (tenant: Tenant, id: string) => object;
  /** A list names no object: there, it must not be in the answer. */
  readonly lists?: true;
};

const PAPER = { kind: 'MATERIAL_KIND_RESIDENCE_PROOF', digest: 'a'.repeat(64) };
const key = (): { requestId: string } => ({ requestId: randomUUID() });

function ofFiling(method: string, more: () => object): FilingRpc {
  return {
    path: `${FILING}/${method}`,
    kind: 'filing',
    request: ({ personId }, filingId) => ({ personId, filingId, ...more() }),
  };
}

function ofImport(method: string, more: object = {}): FilingRpc {
  return { path: `${EXCHANGE}/${method}`, kind: 'import', request: (_, importId) => ({ importId, ...more }) };
}

function ofWebhook(method: string, more: object): FilingRpc {
  return {
    path: `${NOTIFICATION}/${method}`,
    kind: 'webhook',
    request: ({ province }, webhookId) => ({ province, webhookId, ...more }),
  };
}

/** Everything in filing that somebody could reach by naming it. */
export const FILING_RPCS: readonly FilingRpc[] = [
  ofFiling('GetFiling', () => ({})),
  ofFiling('GetFilingHistory', () => ({})),
  ofFiling('GetReceipt', () => ({})),
  ofFiling('SubmitFiling', () => ({ ...key(), pledged: true, reason: '补正后提交' })),
  ofFiling('ReviewFiling', () => ({ ...key(), decision: 'REVIEW_DECISION_REJECT', reason: '材料不符' })),
  ofFiling('ChangeFiling', () => ({ ...key(), destinationRegion: '350200', reason: '搬家' })),
  {
    path: `${FILING}/CancelFiling`,
    kind: 'filing',
    // A hospital names its own code and where the person is insured.
    request: ({ personId, region: insuredRegion, institutionCode }, filingId) => ({
      personId,
      filingId,
      insuredRegion,
      institutionCode,
      ...key(),
      reason: '不再需要',
    }),
  },
  ofFiling('SupplyMaterials', () => ({ ...key(), materials: [PAPER] })),
  { path: `${FILING}/ListFilings`, kind: 'filing', request: ({ personId }) => ({ personId }), lists: true },
  {
    path: `${FILING}/SearchFilings`,
    kind: 'filing',
    request: ({ region }) => ({ insuredRegion: region, limit: 1_000 }),
    lists: true,
  },
  {
    path: `${FILING}/ListReviews`,
    kind: 'filing',
    request: ({ region }) => ({ insuredRegion: region, limit: 200 }),
    lists: true,
  },
  {
    path: `${FAMILY}/RevokeFamilyAccess`,
    kind: 'access',
    request: ({ personId }, accessId) => ({ personId, accessId, ...key() }),
  },
  { path: `${FAMILY}/ListFamilyAccess`, kind: 'access', request: ({ personId }) => ({ personId }), lists: true },
  {
    path: `${ENTITLEMENT}/EndEntitlement`,
    kind: 'entitlement',
    request: ({ personId }, entitlementId) => ({ personId, entitlementId, ...key(), validTo: '2099-12-31' }),
  },
  {
    path: `${ENTITLEMENT}/ListEntitlements`,
    kind: 'entitlement',
    request: ({ personId }) => ({ personId }),
    lists: true,
  },
  {
    path: `${ENTITLEMENT}/WithdrawEntitlementApplication`,
    kind: 'application',
    request: ({ personId, region: insuredRegion, institutionCode }, applicationId) => ({
      personId,
      applicationId,
      insuredRegion,
      institutionCode,
      ...key(),
      reason: '误报',
    }),
  },
  {
    path: `${ENTITLEMENT}/DecideEntitlementApplication`,
    kind: 'application',
    request: ({ personId }, applicationId) => ({
      personId,
      applicationId,
      ...key(),
      decision: 'ENTITLEMENT_DECISION_REJECT',
      reason: '材料不符',
    }),
  },
  {
    path: `${ENTITLEMENT}/ListEntitlementApplications`,
    kind: 'application',
    request: ({ region }) => ({ insuredRegion: region, limit: 200 }),
    lists: true,
  },
  ofImport('GetImport'),
  ofImport('ListImportErrors', { limit: 100 }),
  ofImport('StageRows', { uploadId: uuidv7(), header: ['人员编号'], rows: [{ rowNumber: 2, cells: ['x'] }] }),
  ofImport('CompleteImport', { uploadId: uuidv7(), rows: 1 }),
  ofImport('ApplyImport'),
  ofImport('DiscardImport'),
  ofWebhook('RemoveWebhook', {}),
  ofWebhook('ListDeliveries', { limit: 100 }),
  ofWebhook('Redeliver', { deliveryId: '1' }),
  {
    path: `${NOTIFICATION}/ListWebhooks`,
    kind: 'webhook',
    request: ({ province }) => ({ province }),
    lists: true,
  },
  {
    path: `${RULE}/EndRule`,
    kind: 'rule',
    request: ({ province }, ruleId) => ({ owner: province, ruleId, ...key(), validTo: '2099-12-31' }),
  },
];

/** Why the others have no object in any state that another tenant could name. */
export const FILING_WITHOUT_OBJECT: Readonly<Record<string, string>> = {
  [`${FILING}/RegisterFiling`]: 'makes the object',
  [`${FILING}/VerifyReceipt`]: 'shows any hospital and bureau the same of whoever shows the receipt',
  '/yiditong.filing.v1.EligibilityService/DecideEligibility':
    'decides on what is in the request, for whoever may ask of anybody',
  '/yiditong.filing.v1.EligibilityService/GetFilingOptions':
    'guides whoever may ask; tried in filing-access.e2e.spec.ts',
  [`${FAMILY}/GrantFamilyAccess`]: 'makes the object',
  [`${ENTITLEMENT}/RecordEntitlement`]: 'makes the object',
  [`${ENTITLEMENT}/ApplyForEntitlement`]: 'makes the object',
  [`${RULE}/PublishRule`]: 'makes the object',
  [`${RULE}/ListRules`]: 'shows everybody the same: rules are no secret',
  [`${EXCHANGE}/OpenImport`]: 'makes the object',
  [`${NOTIFICATION}/RegisterWebhook`]: 'makes the object',
  [`${NOTIFICATION}/ListEvents`]: 'names no object; whose events are whose is tried in filing-access.e2e.spec.ts',
  [`${NOTIFICATION}/ListSigningKeys`]: 'shows everybody the same: the keys are public',
};

/** Makes one of each, in every state that can be reached while one waits. */
export async function makeFilingObjects(
  rpc: RpcDesk,
  owner: Tenant,
  person: Actor,
  bureau: Actor,
): Promise<FilingObjects> {
  const call = async (actor: Actor, path: string, request: object): Promise<Readonly<Record<string, unknown>>> => {
    const outcome = await rpc.callAs(actor, path, { ...key(), ...request });
    if (outcome.reason !== null) throw new Error(`${path} was refused: ${outcome.reason}`);
    return outcome.answer;
  };
  const idOf = (answer: Readonly<Record<string, unknown>>, of: string, id: string): string =>
    String((answer[of] as Readonly<Record<string, unknown>>)[id]);
  const today = new Date(Date.now() + 8 * 3_600_000).toISOString().slice(0, 10);
  const { personId, region } = owner;
  const file = async (destinationRegion: string, how: object): Promise<string> => {
    const category = 'FILING_CATEGORY_LONG_TERM_RESIDENT';
    const proposal = { personId, insuredRegion: region, category, destinationRegion, validFrom: today, ...how };
    return idOf(await call(person, `${FILING}/RegisterFiling`, proposal), 'filing', 'filingId');
  };
  const submitted = (destination: string): Promise<string> => file(destination, { materials: [PAPER] });
  const review = async (filingId: string, decision: string): Promise<string> => {
    await call(bureau, `${FILING}/ReviewFiling`, {
      personId,
      filingId,
      decision: `REVIEW_DECISION_${decision}`,
      reason: '见材料',
    });
    return filingId;
  };
  const cancelled = await file('530100', { pledged: true });
  await call(person, `${FILING}/CancelFiling`, { personId, filingId: cancelled, reason: '不去了' });
  const granted = await call(person, `${FAMILY}/GrantFamilyAccess`, {
    personId,
    agentPersonId: await anotherInsured(call, bureau, owner),
    relation: 'FAMILY_RELATION_SPOUSE',
  });
  const recognised = { personId, insuredRegion: region, diseaseCode: 'M07200', validFrom: today };
  const policy = {
    owner: owner.province,
    kind: 'RULE_KIND_PROVINCE_POLICY',
    source: '试行办法',
    validFrom: '2098-01-01',
  };
  const supervisor: Actor = { ...bureau, region: owner.province, rank: 'supervisor' };
  const { area: _area, ...provincial } = supervisor;
  return {
    filing: {
      DRAFT: await file('450100', { draft: true }),
      SUBMITTED: await submitted('520100'),
      RETURNED: await review(await submitted('620100'), 'RETURN'),
      REJECTED: await review(await submitted('630100'), 'REJECT'),
      ACTIVE: await file('640100', { pledged: true }),
      CANCELLED: cancelled,
    },
    access: { GRANTED: idOf(granted, 'access', 'accessId') },
    entitlement: {
      RECORDED: idOf(
        await call(bureau, `${ENTITLEMENT}/RecordEntitlement`, recognised),
        'entitlement',
        'entitlementId',
      ),
    },
    application: await makeApplications(call, bureau, owner),
    import: {
      OPEN: idOf(await call(bureau, `${EXCHANGE}/OpenImport`, { insuredRegion: region }), 'import', 'importId'),
    },
    webhook: {
      REGISTERED: idOf(
        await call(provincial, `${NOTIFICATION}/RegisterWebhook`, {
          province: owner.province,
          url: 'https://bureau.example/hook',
        }),
        'webhook',
        'webhookId',
      ),
    },
    rule: {
      COMING: idOf(
        await call(provincial, `${RULE}/PublishRule`, { ...policy, content: '{"lockInMonths":0,"temporaryMonths":6}' }),
        'rule',
        'ruleId',
      ),
    },
  };
}

type Call = (actor: Actor, path: string, request: object) => Promise<Readonly<Record<string, unknown>>>;

/** A hospital that is nobody else’s in these specs. */
const APPLICANT: Actor = {
  role: 'hospital',
  region: '110000',
  subject: 'H11010199999-01',
  institution: 'H11010199999',
};

/** A hospital’s application in every state. */
async function makeApplications(call: Call, bureau: Actor, owner: Tenant): Promise<Readonly<Record<string, string>>> {
  const { personId, region: insuredRegion } = owner;
  const [institutionCode, today] = [
    APPLICANT.institution,
    new Date(Date.now() + 8 * 3_600_000).toISOString().slice(0, 10),
  ];
  const named = { personId, insuredRegion, institutionCode };
  const apply = async (diseaseCode: string): Promise<string> => {
    const finding = { diseaseCode, identifiedBy: institutionCode, identifiedOn: today, physicianCode: 'D110101000001' };
    const request = { ...named, ...finding, validFrom: today };
    const { application } = await call(APPLICANT, `${ENTITLEMENT}/ApplyForEntitlement`, request);
    return String((application as Readonly<Record<string, unknown>>)['applicationId']);
  };
  const decided = async (decision: string): Promise<string> => {
    const applicationId = await apply('M06900');
    const request = { personId, applicationId, decision: `ENTITLEMENT_DECISION_${decision}`, reason: '见材料' };
    await call(bureau, `${ENTITLEMENT}/DecideEntitlementApplication`, request);
    return applicationId;
  };
  const withdrawn = await apply('M06900');
  const taken = { ...named, applicationId: withdrawn, reason: '误报' };
  await call(APPLICANT, `${ENTITLEMENT}/WithdrawEntitlementApplication`, taken);
  return {
    WITHDRAWN: withdrawn,
    REJECTED: await decided('REJECT'),
    ACCEPTED: await decided('ACCEPT'),
    SUBMITTED: await apply('M07800'),
  };
}

/** Somebody whom the province insures too, without anything of his own. */
async function anotherInsured(call: Call, bureau: Actor, { province, region }: Tenant): Promise<string> {
  const personId = randomUUID();
  const { area: _area, ...provincial } = bureau;
  await call({ ...provincial, region: province }, '/yiditong.benefit.v1.BenefitService/RegisterPersons', {
    province,
    persons: [
      {
        personId,
        idNumber: ID_NUMBER,
        insuredRegion: region,
        insurance: 'INSURANCE_RESIDENT',
        personType: 'PERSON_TYPE_RESIDENT',
        active: true,
        name: '试者',
        phone: '',
      },
    ],
  });
  return personId;
}

/** Of the right form and nobody’s: no division has the code in it. */
const ID_NUMBER = '110000199001010013';
