import { randomUUID } from 'node:crypto';
import { refusalOf, type Actor } from '@yiditong/access';
import { declaredAccess } from '@yiditong/contracts';
import { generateDay, loadSample } from '@yiditong/tools';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { cast, isHomeOf, partiesOf, tenantOf, type Tenant } from './cast.js';
import { FILING_RPCS, makeFilingObjects, type FilingObjects } from './filing-objects.js';
import { HospitalDesk, type Visit } from './hospital-desk.js';
import { RpcDesk, type RpcOutcome } from './rpc-desk.js';
import { SHARED_DAY } from './stack.global.js';

const { document, identityKey, now } = inject('stack');
const sample = loadSample();
const desk = new HospitalDesk(document, generateDay({ ...SHARED_DAY, sample, now }), sample);
const rpc = new RpcDesk(document, identityKey);

const visit = await admitFromPoolingArea(11);
const treatingRegion = sample.institutions.find((one) => one.institutionCode === visit.institutionCode)?.region ?? '';
const parties = partiesOf(visit, treatingRegion);
const players = cast(parties, desk, visit);
const owner: Tenant = {
  personId: parties.personId,
  province: parties.insuredProvince,
  region: parties.insuredRegion,
  institutionCode: parties.institutionCode,
};
const person = players.find(({ who }) => who === 'the patient')?.actor as Actor;
const bureau: Actor = {
  role: 'bureau',
  region: parties.insuredProvince,
  subject: 'filing-states',
  rank: 'supervisor',
  area: parties.insuredRegion,
};
let objects: FilingObjects;

beforeAll(async () => {
  objects = await makeFilingObjects(rpc, owner, person, bureau);
});
afterAll(() => rpc.close());

const textOf = (outcome: RpcOutcome): string =>
  JSON.stringify(outcome, (_, value: unknown) => (typeof value === 'bigint' ? `${value}` : value));

/** Webhooks and rules are a province’s, everything else is the person’s and of whoever insures him. */
function owns(actor: Actor, kind: keyof FilingObjects): boolean {
  if (actor.role === 'operator' || actor.role === 'hospital') return false;
  return isHomeOf(actor, parties) && (actor.area === undefined || (kind !== 'webhook' && kind !== 'rule'));
}

/** Fewer of each side are enough in as many states as there are. */
async function admitFromPoolingArea(n: number): Promise<Visit> {
  const admitted = await desk.admit(n);
  return admitted.bill.insuredRegion.endsWith('0000') ? admitFromPoolingArea(n + 1) : admitted;
}

describe('what filing keeps', () => {
  it.each(FILING_RPCS)(
    'is to others, in every state, as if it were not there: $path',
    async ({ path, kind, request, lists }) => {
      const wrong: string[] = [];
      for (const [state, id] of Object.entries(objects[kind])) {
        for (const { who, actor } of players.filter((player) => !owns(player.actor, kind))) {
          for (const tenant of [tenantOf(actor, owner), owner]) {
            const asked = request(tenant, id);
            const refusal = refusalOf(declaredAccess.get(path), actor, asked);
            const outcome = await rpc.callAs(actor, path, asked);
            const nothing = await rpc.callAs(actor, path, request(tenant, randomUUID()));
            if (refusal !== null && outcome.reason !== refusal)
              wrong.push(`${who}, ${state}: ${outcome.reason ?? 'answered'}, not ${refusal}`);
            if (lists !== true && textOf(outcome) !== textOf(nothing))
              wrong.push(`${who}, ${state}: told apart, ${textOf(outcome)}`);
            if (textOf(outcome).includes(id)) wrong.push(`${who}, ${state}: shown`);
          }
        }
      }
      expect(wrong).toEqual([]);
    },
  );

  it.each(FILING_RPCS.filter(({ lists }) => lists))(
    'is listed to its owner: $path',
    async ({ path, kind, request }) => {
      const access = declaredAccess.get(path);
      const reader = access?.insured === undefined ? (kind === 'webhook' ? provincial() : bureau) : person;
      const seen = textOf(await rpc.callAs(reader, path, request(owner, '')));
      const waits = /\/List(Reviews|EntitlementApplications)$/.test(path);
      const listed = waits ? { SUBMITTED: objects[kind]['SUBMITTED'] ?? 'none' } : objects[kind];
      expect(Object.values(listed).filter((id) => !seen.includes(id))).toEqual([]);
    },
  );

  it('is afterwards in the states that it was in', async () => {
    for (const [state, filingId] of Object.entries(objects.filing)) {
      const { answer } = await rpc.callAs(person, '/yiditong.filing.v1.FilingService/GetFiling', {
        personId: owner.personId,
        filingId,
      });
      expect(answer?.['filing']).toMatchObject({ state: `FILING_STATE_${state}` });
    }
    const { answer } = await rpc.callAs(bureau, '/yiditong.filing.v1.FilingImportService/GetImport', {
      importId: objects.import['OPEN'],
    });
    expect(answer?.['import']).toMatchObject({ state: 'IMPORT_STATE_OPEN', rows: 0 });
  });
});

describe('the events of a province', () => {
  it('are read by its bureau, those of an area by the area’s, a person’s by himself, and by nobody else', async () => {
    const wrong: string[] = [];
    for (const { who, actor } of players) {
      for (const tenant of [tenantOf(actor, owner), owner]) {
        const asked = { personId: tenant.personId, insuredRegion: tenant.region, after: 0n, limit: 500 };
        const outcome = await rpc.callAs(actor, '/yiditong.filing.v1.NotificationService/ListEvents', asked);
        const shown = textOf(outcome).includes(objects.filing['ACTIVE'] ?? '');
        if (shown && !owns(actor, 'filing')) wrong.push(`${who}: shown`);
      }
    }
    expect(wrong).toEqual([]);
    const own = await rpc.callAs(person, '/yiditong.filing.v1.NotificationService/ListEvents', {
      personId: owner.personId,
      after: 0n,
      limit: 500,
    });
    expect(textOf(own)).toContain(objects.filing['ACTIVE']);
  });
});

describe('the guide to filing', () => {
  it('is given for himself to a person, and for nobody else', async () => {
    const path = '/yiditong.filing.v1.EligibilityService/GetFilingOptions';
    const asked = (personId: string, forPersonId = ''): object => ({
      personId,
      forPersonId,
      destinationRegion: '110000',
    });
    expect((await rpc.callAs(person, path, asked(owner.personId))).reason).toBeNull();
    const strangers = players.filter(({ actor }) => actor.role === 'insured' && actor.person !== owner.personId);
    for (const { actor } of strangers) {
      expect((await rpc.callAs(actor, path, asked(owner.personId))).reason).toBe('NOT_PERMITTED');
      const outcome = await rpc.callAs(actor, path, asked(actor.person ?? '', owner.personId));
      const absent = await rpc.callAs(actor, path, asked(actor.person ?? '', randomUUID()));
      expect([outcome.reason, textOf(outcome)]).toEqual(['FAMILY_ACCESS_MISSING', textOf(absent)]);
    }
  });
});

function provincial(): Actor {
  const { area: _area, ...rest } = bureau;
  return rest;
}
