import { describe, expect, it } from 'vitest';
import { accountEntriesBody, encodeAccountEntries } from './account.dto.js';
import { institutionsBody } from './institution.dto.js';
import { decodePersonDetail, personsBody } from './person.dto.js';

const ID = '0191f2a6-7a4e-7c3e-8d7c-3f5a1c2b4d6e';
const entry = { entryId: ID, personId: ID, kind: 'OWN', amountFen: '100' };
const taken = (change: object) => accountEntriesBody.safeParse({ entries: [{ ...entry, ...change }] });

describe('an entry of a personal account', () => {
  it.each<[object, string, bigint]>([
    [{}, 'ACCOUNT_KIND_OWN', 100n],
    [{ kind: 'MUTUAL_AID', amountFen: '-1' }, 'ACCOUNT_KIND_MUTUAL_AID', -1n],
    [{ amountFen: '999999999999999' }, 'ACCOUNT_KIND_OWN', 999_999_999_999_999n],
  ])('with %j is passed on as it is', (change, kind, amountFen) => {
    const entries = encodeAccountEntries(accountEntriesBody.parse({ entries: [{ ...entry, ...change }] }));
    expect(entries).toEqual([{ entryId: ID, personId: ID, kind, amountFen }]);
  });

  it.each([
    { amountFen: '0' },
    { amountFen: '-0' },
    { amountFen: '+1' },
    { amountFen: '01' },
    { amountFen: '1.5' },
    { amountFen: 100 },
    { amountFen: '1000000000000000' },
    { kind: 'SAVINGS' },
    { entryId: 'one' },
    { remark: 'more' },
  ])('with %j is refused', (change) => expect(taken(change).success).toBe(false));

  it('comes with 1 to 1,000 of them', () => {
    const sized = (length: number): boolean =>
      accountEntriesBody.safeParse({ entries: Array.from({ length }, () => entry) }).success;
    expect([0, 1, 1_000, 1_001].map(sized)).toEqual([false, true, true, false]);
  });
});

const institution = {
  institutionCode: 'H11010500001',
  name: '医院',
  region: '110105',
  level: 'TERTIARY',
  networked: false,
};
const person = {
  personId: ID,
  idNumber: '11010519491231002X',
  insuredRegion: '131000',
  insurance: 'EMPLOYEE',
  personType: 'RETIREE',
  active: true,
  name: '张三',
};

describe.each<[string, (tags: object) => string[] | null]>([
  [
    'an institution',
    (said) =>
      institutionsBody.safeParse({ institutions: [{ ...institution, ...said }] }).data?.institutions[0]?.tags ?? null,
  ],
  ['a person', (said) => personsBody.safeParse({ persons: [{ ...person, ...said }] }).data?.persons[0]?.tags ?? null],
])('the tags of %s', (_, tagsOf) => {
  it.each<[object, string[] | null]>([
    [{}, []],
    [{ tags: ['低保', ' 公务员 '] }, ['低保', '公务员']],
    [{ tags: ['字'.repeat(20)] }, ['字'.repeat(20)]],
    [{ tags: ['字'.repeat(21)] }, null],
    [{ tags: [' '] }, null],
    [{ tags: ['a\nb'] }, null],
    [{ tags: Array.from({ length: 21 }, (__, n) => String(n)) }, null],
  ])('given as %j are %j', (said, expected) => expect(tagsOf(said)).toEqual(expected));
});

describe('a person’s record', () => {
  it('has the tags', () => {
    const { idNumber, insuredRegion, name, active } = person;
    const record = { personId: ID, idNumber, insuredRegion, name, active, phone: '', tags: ['低保'] };
    const insured = { insurance: 'INSURANCE_EMPLOYEE', personType: 'PERSON_TYPE_RETIREE' } as const;
    expect(decodePersonDetail({ ...record, ...insured }).tags).toEqual(['低保']);
  });
});
