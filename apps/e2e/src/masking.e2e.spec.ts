import { randomUUID } from 'node:crypto';
import type { Actor } from '@yiditong/access';
import { idNumberCheck, NATION } from '@yiditong/codes';
import { generateDay, loadSample } from '@yiditong/tools';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { rowsOf } from './books.js';
import { HospitalDesk, newMessageId, type Problem, type Settled, type Visit } from './hospital-desk.js';
import { SHARED_DAY } from './stack.global.js';
import { tokenFor } from './test-issuer.js';

const { document, databases, issuers, now } = inject('stack');
const sample = loadSample();
const desk = new HospitalDesk(document, generateDay({ ...SHARED_DAY, sample, now }), sample);

/** 河北, 廊坊 in it. */
const [PROVINCE, AREA] = ['130000', '131000'];

/** People of 廊坊 with what is shown of them, masked, written out by hand. */
const PEOPLE = [
  person('张三丰', '张**', '13812345678', '138****5678'),
  person('欧阳明月', '欧阳**', '0316-2345678', '***********'),
  person('阿依古丽·买买提', '阿**·**', null, null),
] as const;
const [someone] = PEOPLE;

function person(name: string, maskedName: string, phone: string | null, maskedPhone: string | null) {
  // Born in 1901, as nobody of the sample is; told apart by how long the name is.
  const body = `1310021901123100${name.length}`;
  const idNumber = body + idNumberCheck(body);
  const maskedIdNumber = `1****************${idNumber.slice(-1)}`;
  return {
    personId: randomUUID(),
    clear: { name, idNumber, phone },
    masked: { name: maskedName, idNumber: maskedIdNumber, phone: maskedPhone },
  };
}

type Person = (typeof PEOPLE)[number];

beforeAll(async () => {
  const persons = PEOPLE.map(({ personId, clear }) => ({
    personId,
    ...clear,
    insuredRegion: AREA,
    insurance: 'RESIDENT',
    personType: 'RESIDENT',
    active: true,
  }));
  await desk.api.write('PUT', '/v1/insured-persons', { persons }, desk.bureauToken(PROVINCE), randomUUID());
});

const hospital = (institution: string): Actor => ({
  role: 'hospital',
  region: `${institution.slice(1, 3)}0000`,
  subject: `${institution}-01`,
  institution,
});
const bureau = (region: string, rank: 'clerk' | 'supervisor', area?: string): Actor => ({
  role: 'bureau',
  region,
  subject: `masking-${rank}`,
  rank,
  ...(area === undefined ? {} : { area }),
});
const insured = (personId: string): Actor => ({
  role: 'insured',
  region: PROVINCE,
  subject: personId,
  person: personId,
});

/** What is shown, or how it is refused. */
type Seen = 'clear' | 'name only' | 'masked' | `${number} ${string}`;
const PURPOSES = [null, 'OWN_RECORD', 'CASE_REVIEW', 'POINT_OF_CARE', 'CURIOSITY'] as const;
const [NOT_HIS, NOT_A_PURPOSE, NOBODY] = [
  '403 PURPOSE_NOT_PERMITTED',
  '400 REQUEST_MALFORMED',
  '404 PERSON_UNKNOWN',
] as const;
const NEVER: Row = Array.from({ length: 5 }, () => '403 NOT_PERMITTED') as unknown as Row;
type Row = readonly [none: Seen, own: Seen, review: Seen, care: Seen, nonsense: Seen];

const READERS: readonly (readonly [who: string, actor: Actor, seen: Row])[] = [
  ['the person', insured(someone.personId), ['masked', 'clear', NOT_HIS, NOT_HIS, NOT_A_PURPOSE]],
  ['another person', insured(PEOPLE[1].personId), NEVER],
  [
    'a hospital of another province',
    hospital('H11010500001'),
    ['masked', NOT_HIS, NOT_HIS, 'name only', NOT_A_PURPOSE],
  ],
  ['a hospital of the province', hospital('H13010200001'), ['masked', NOT_HIS, NOT_HIS, 'name only', NOT_A_PURPOSE]],
  [
    'a clerk of the province',
    bureau(PROVINCE, 'clerk'),
    ['masked', NOT_HIS, '403 SUPERVISOR_REQUIRED', NOT_HIS, NOT_A_PURPOSE],
  ],
  [
    'a supervisor of the province',
    bureau(PROVINCE, 'supervisor'),
    ['masked', NOT_HIS, 'clear', NOT_HIS, NOT_A_PURPOSE],
  ],
  [
    'a clerk of the area',
    bureau(PROVINCE, 'clerk', AREA),
    ['masked', NOT_HIS, '403 SUPERVISOR_REQUIRED', NOT_HIS, NOT_A_PURPOSE],
  ],
  [
    'a supervisor of the area',
    bureau(PROVINCE, 'supervisor', AREA),
    ['masked', NOT_HIS, 'clear', NOT_HIS, NOT_A_PURPOSE],
  ],
  [
    'a supervisor of another area',
    bureau(PROVINCE, 'supervisor', '130200'),
    [NOBODY, NOT_HIS, NOBODY, NOT_HIS, NOT_A_PURPOSE],
  ],
  [
    'a supervisor of another province',
    bureau('310000', 'supervisor'),
    [NOBODY, NOT_HIS, NOBODY, NOT_HIS, NOT_A_PURPOSE],
  ],
  [
    'a clerk of another province',
    bureau('310000', 'clerk'),
    [NOBODY, NOT_HIS, '403 SUPERVISOR_REQUIRED', NOT_HIS, NOT_A_PURPOSE],
  ],
  ['the operator', { role: 'operator', region: NATION, subject: 'masking', rank: 'supervisor' }, NEVER],
];

async function read(actor: Actor, { personId, clear, masked }: Person, purpose: string | null): Promise<Seen | string> {
  const answer = await fetch(`${document.gateway}/v1/persons/${personId}`, {
    headers: {
      authorization: `Bearer ${await tokenFor(issuers.nation, actor)}`,
      ...(purpose === null ? {} : { purpose }),
    },
  });
  const { name, idNumber, phone, reason } = (await answer.json()) as Person['clear'] & Partial<Problem>;
  if (answer.status !== 200) return `${answer.status} ${reason}`;
  const shown = JSON.stringify({ name, idNumber, phone });
  const kinds = { clear, masked, 'name only': { ...masked, name: clear.name } };
  return Object.entries(kinds).find(([, kind]) => JSON.stringify(kind) === shown)?.[0] ?? `neither: ${shown}`;
}

/** The purposes that stand in the audit for readings of the person, oldest first, and what each showed. */
async function readingsOf(personId: string): Promise<{ purpose: string; subject: string; shown: unknown }[]> {
  const rows = await rowsOf(
    databases['benefit'] ?? '',
    `SELECT purpose, actor, after_text FROM audit_record
      WHERE province = $1 AND object_id = $2 AND action = 'READ_PERSON' ORDER BY sequence`,
    [PROVINCE, personId],
  );
  return rows.map(({ purpose, actor, after_text: after }) => ({
    purpose: String(purpose),
    subject: (JSON.parse(String(actor)) as Actor).subject,
    shown: JSON.parse(String(after)),
  }));
}

const SHOWN = {
  clear: { name: 'clear', idNumber: 'clear', phone: 'clear' },
  'name only': { name: 'clear', idNumber: 'masked', phone: 'masked' },
  masked: { name: 'masked', idNumber: 'masked', phone: 'masked' },
} as const;

describe('a person’s detail', () => {
  it.each(READERS)(
    'is shown to %s as far as each purpose needs it, and every reading is recorded',
    async (_who, actor, row) => {
      const before = (await readingsOf(someone.personId)).length;
      const seen: string[] = [];
      for (const purpose of PURPOSES) seen.push(await read(actor, someone, purpose));
      expect(seen).toEqual(row);

      const read200 = PURPOSES.flatMap((purpose, at) => {
        const shown = SHOWN[row[at] as keyof typeof SHOWN];
        return shown === undefined ? [] : [{ purpose, subject: actor.subject, shown }];
      });
      const recorded = (await readingsOf(someone.personId)).slice(before);
      expect(recorded.map(({ subject, shown }) => ({ subject, shown }))).toEqual(
        read200.map(({ subject, shown }) => ({ subject, shown })),
      );
      expect(
        recorded.filter(({ shown }) => JSON.stringify(shown).includes('clear')).map(({ purpose }) => purpose),
      ).toEqual(read200.filter(({ shown }) => JSON.stringify(shown).includes('clear')).map(({ purpose }) => purpose));
    },
  );

  it.each(PEOPLE.map((one) => [one.masked.name, one] as const))('of %s is masked to the character', async (_, one) => {
    const clerk = bureau(PROVINCE, 'clerk');
    expect(await read(clerk, one, null)).toBe('masked');
    expect(await read(hospital('H11010500001'), one, 'POINT_OF_CARE')).toBe('name only');
    expect(await read(insured(one.personId), one, 'OWN_RECORD')).toBe('clear');
  });

  it('is found by ID number with the masked name, and nothing else that is personal', async () => {
    for (const { clear, masked, personId } of PEOPLE) {
      const { idNumber } = clear;
      const token = await tokenFor(issuers.nation, hospital('H11010500001'));
      const answer = await desk.api.once<object>('POST', '/v1/insured-persons/search', { idNumber }, token);
      expect(answer.body).toEqual({
        personId,
        insuredRegion: AREA,
        insurance: 'RESIDENT',
        personType: 'RESIDENT',
        active: true,
        maskedName: masked.name,
      });
      expect((await readingsOf(personId)).at(-1)?.shown).toEqual(SHOWN.masked);
    }
  });
});

describe('a settlement’s diagnoses', () => {
  type Diagnosed = Settled & { readonly diagnoses: unknown; readonly diseaseCode: string | null } & Problem;
  const DIAGNOSES = [
    { code: 'C34.900', name: '支气管或肺恶性肿瘤' },
    { code: 'I10.x00x002', name: '高血压病' },
  ];
  const HIDDEN = [{ code: '***', name: '***' }];
  let visit: Visit;
  let settled: Settled;
  beforeAll(async () => {
    const admitted = await desk.admit(43);
    visit = {
      ...admitted,
      messageId: newMessageId(admitted.institutionCode),
      bill: { ...admitted.bill, diagnoses: DIAGNOSES },
    };
    settled = await desk.settled(visit);
  });

  const province = (region: string): string => `${region.slice(0, 2)}0000`;
  const operator: Actor = { role: 'operator', region: NATION, subject: 'masking', rank: 'supervisor' };
  it.each<[string, () => Actor, unknown]>([
    ['in clear to the hospital that sent them', () => hospital(visit.institutionCode), DIAGNOSES],
    [
      'masked to the bureau of the treating place',
      () => bureau(province(settled.treatingRegion), 'supervisor'),
      HIDDEN,
    ],
    ['masked to the bureau of the insured place', () => bureau(province(settled.insuredRegion), 'supervisor'), HIDDEN],
    ['masked to the operator', () => operator, HIDDEN],
    ['not at all to another hospital', () => hospital(desk.otherHospital(visit, true)), 'SETTLEMENT_NOT_FOUND'],
    [
      'not at all to the bureau of a third province',
      () => bureau(thirdProvince(), 'supervisor'),
      'SETTLEMENT_NOT_FOUND',
    ],
  ])('are shown %s', async (_what, actorOf, expected) => {
    const token = await tokenFor(issuers.nation, actorOf());
    const path = `/v1/settlements/${settled.settlementId}`;
    const { body, text } = await desk.api.once<Diagnosed>('GET', path, undefined, token);
    expect(body.diagnoses ?? body.reason).toEqual(expected);
    const shown = DIAGNOSES.flatMap(({ code, name }) => [code, name]).filter((one) => text.includes(one));
    expect(shown.length).toBe(expected === DIAGNOSES ? 4 : 0);
  });

  it('are masked in the list of a cycle too', async () => {
    const token = await tokenFor(issuers.nation, bureau(province(settled.insuredRegion), 'clerk'));
    const path = `/v1/cycles/${settled.businessDate}/settlements?limit=1000`;
    const { settlements } = await desk.api.get<{ settlements: Diagnosed[] }>(path, token);
    expect(settlements.find(({ settlementId }) => settlementId === settled.settlementId)?.diagnoses).toEqual(HIDDEN);
    expect([...new Set(settlements.map(({ diagnoses }) => JSON.stringify(diagnoses)))]).toEqual([
      JSON.stringify(HIDDEN),
    ]);
  });

  function thirdProvince(): string {
    const parties = [settled.insuredRegion, settled.treatingRegion].map(province);
    return ['310000', '440000', '510000'].find((code) => !parties.includes(code)) ?? '';
  }
});
