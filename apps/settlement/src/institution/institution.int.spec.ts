import { Metadata } from '@grpc/grpc-js';
import { encodeInstant, type Actor, type RpcClient } from '@yiditong/chassis';
import type { filingV1, settlementV1 } from '@yiditong/contracts';
import { createTestDatabase, FixedClock, PATIENCE, queryAs, type TestDatabase } from '@yiditong/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { migrations } from '../migrations/index.js';
import { InstitutionController } from './institution.controller.js';
import { InstitutionRelay } from './institution-relay.service.js';
import { decodeInstitution } from './institution.codec.js';
import type { Institution } from './institution.entity.js';
import { InstitutionService } from './institution.service.js';

const BEIJING: Actor = { role: 'bureau', region: '110000', subject: 'beijing-01', rank: 'supervisor' };
const NOW = new Date('2026-03-01T04:00:00Z');
const after = (ms: number): Date => new Date(NOW.getTime() + ms);

let db: TestDatabase;
let clock: FixedClock;
let told: filingV1.InstitutionFact[][];
let relay: InstitutionRelay;
let institutions: InstitutionService;
let requests = 0;

beforeAll(async () => {
  db = await createTestDatabase('settlement', migrations);
  clock = new FixedClock(NOW);
  const call = async (_method: string, { facts }: filingV1.RecordInstitutionsRequest) => void told.push([...facts]);
  relay = new InstitutionRelay(db.database, { call } as unknown as RpcClient<filingV1.FactServiceClient>);
  institutions = new InstitutionService(db.database, clock, relay);
});
beforeEach(() => {
  told = [];
  clock.moveTo(NOW);
});
afterAll(() => db.drop());

function hospital(sequence: number, change: Partial<Institution> = {}): Institution {
  return {
    institutionCode: `H110105${String(sequence).padStart(5, '0')}`,
    province: '110000',
    region: '110105',
    name: '测试医院',
    level: 'TERTIARY',
    networked: true,
    visitKinds: ['INPATIENT', 'CHRONIC'],
    diseaseClasses: ['M016', 'M039'],
    tags: ['中医医院', '省属'],
    ...change,
  };
}

async function register(...entered: readonly Institution[]): Promise<void> {
  await institutions.register(BEIJING, `request-${++requests}`, '110000', entered);
}

async function waiting(): Promise<number> {
  return (await queryAs(db.superuserUrl, "SELECT 1 FROM outbox WHERE topic = 'institution'")).length;
}

describe('what filing is told of institutions', () => {
  it('is what was entered or stands otherwise now, many in one call, and nothing of a repeat', async () => {
    await register(hospital(1), hospital(2));
    clock.moveTo(after(1_000));
    await register(hospital(1, { name: '改名医院' }), hospital(2, { diseaseClasses: [] }), hospital(3));
    relay.onApplicationBootstrap();
    await expect.poll(waiting, PATIENCE).toBe(0);
    await relay.onApplicationShutdown();
    const facts = told.flat().map(({ institutionCode, diseaseClasses, changedAt }) => ({
      institutionCode,
      diseaseClasses,
      changedAt,
    }));
    expect(facts).toEqual([
      { institutionCode: 'H11010500001', diseaseClasses: ['M016', 'M039'], changedAt: encodeInstant(NOW) },
      { institutionCode: 'H11010500002', diseaseClasses: ['M016', 'M039'], changedAt: encodeInstant(NOW) },
      { institutionCode: 'H11010500002', diseaseClasses: [], changedAt: encodeInstant(after(1_000)) },
      { institutionCode: 'H11010500003', diseaseClasses: ['M016', 'M039'], changedAt: encodeInstant(after(1_000)) },
    ]);
    expect(told).toHaveLength(1);
  });

  it('has an instant later than the last, also where the clock stands still or was set back', async () => {
    await register(hospital(11));
    await register(hospital(11, { networked: false, visitKinds: [], diseaseClasses: [] }));
    clock.moveTo(after(-60_000));
    await register(hospital(11));
    const [standing] = await institutions.find(['H11010500011']);
    expect(standing?.changedAt).toEqual(after(2));
  });
});

describe('the directory', () => {
  const controller = (): InstitutionController => new InstitutionController(institutions);

  it('answers for those that it has, of any province', async () => {
    await register(hospital(21));
    const asked = { institutionCodes: ['H11010500021', 'H11010599999'] };
    expect(await controller().getInstitutions(asked)).toEqual({
      institutions: [
        {
          institutionCode: 'H11010500021',
          region: '110105',
          name: '测试医院',
          level: 'HOSPITAL_LEVEL_TERTIARY',
          networked: true,
          visitKinds: ['VISIT_KIND_INPATIENT', 'VISIT_KIND_CHRONIC'],
          diseaseClasses: ['M016', 'M039'],
          tags: ['中医医院', '省属'],
          changedAt: encodeInstant(NOW),
        },
      ],
    });
    await expect(controller().getInstitutions({ institutionCodes: [] })).rejects.toMatchObject({
      reason: 'REQUEST_MALFORMED',
    });
  });

  it('keeps the tags of each, each once and sorted, commas and all', async () => {
    const wire = {
      institutionCode: 'H11010500041',
      region: '110105',
      name: '医院',
      level: 'HOSPITAL_LEVEL_TERTIARY',
      networked: true,
      visitKinds: ['VISIT_KIND_INPATIENT'],
      diseaseClasses: [],
      tags: ['省属', ' 中医医院 ', '甲,乙', '省属'],
      changedAt: undefined,
    } as settlementV1.Institution;
    await register(hospital(41, { tags: ['旧'] }), hospital(42, { tags: [] }));
    await register(decodeInstitution(wire, '110000'));
    const institutionCodes = ['H11010500041', 'H11010500042'];
    const { institutions: found } = await controller().getInstitutions({ institutionCodes });
    expect(found.map(({ tags }) => tags)).toEqual([['中医医院', '甲,乙', '省属'], []]);
  });

  it.each([
    ['networked for nothing', { visitKinds: [], diseaseClasses: [] }],
    ['with an unknown kind of visit', { visitKinds: ['VISIT_KIND_UNSPECIFIED'] }],
    ['with a malformed class', { diseaseClasses: ['M03901'] }],
    ['with diseases, but no chronic visits', { visitKinds: ['VISIT_KIND_INPATIENT'] }],
    ['with an empty tag', { tags: [' '] }],
    ['with a tag of 21 characters', { tags: ['省'.repeat(21)] }],
    ['with a tag of two lines', { tags: ['中医\n医院'] }],
    ['with 21 tags', { tags: Array.from({ length: 21 }, (_, n) => `第${n}`) }],
  ])('takes no institution %s', async (_, change) => {
    const wire = {
      institutionCode: 'H11010500031',
      region: '110105',
      name: '医院',
      level: 'HOSPITAL_LEVEL_TERTIARY',
      networked: true,
      visitKinds: ['VISIT_KIND_CHRONIC'],
      diseaseClasses: ['M039'],
      tags: [],
      changedAt: undefined,
      ...change,
    } as settlementV1.Institution;
    const request = { requestId: 'refused-request', province: '110000', institutions: [wire] };
    await expect(controller().registerInstitutions(request, new Metadata())).rejects.toMatchObject({
      reason: 'REQUEST_MALFORMED',
    });
  });
});
