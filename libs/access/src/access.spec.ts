import { describe, expect, it } from 'vitest';
import { ANYONE, OWN, RECORD, refusalOf, type Access } from './access.js';
import type { Actor } from './actor.js';

const PERSON = '01890a5d-ac96-774b-bcce-b302099a8057';
const OTHER = '01890a5d-ac96-774b-bcce-b302099a8058';
const insured: Actor = { role: 'insured', region: '130000', subject: 'p', person: PERSON };
const hospital: Actor = { role: 'hospital', region: '110000', subject: 'h', institution: 'H11010500001' };
const clerk: Actor = { role: 'bureau', region: '130000', subject: 'c', rank: 'clerk' };
const supervisor: Actor = { ...clerk, subject: 's', rank: 'supervisor' };
const langfang: Actor = { ...supervisor, area: '131000' };
const operator: Actor = { role: 'operator', region: '000000', subject: 'o', rank: 'clerk' };
const settlement: Actor = { role: 'service', region: '130000', subject: 'settlement' };

const ALLOWED = null;
type Row = readonly [
  what: string,
  access: Access | undefined,
  actor: Actor,
  request: unknown,
  refusal: ReturnType<typeof refusalOf>,
];

describe('access', () => {
  it.each<Row>([
    ['is nobody’s without a declaration', undefined, operator, {}, 'NOT_PERMITTED'],
    ['is nobody’s by an empty declaration', {}, operator, {}, 'NOT_PERMITTED'],
    ['is refused to a role that is not named', { bureau: ANYONE }, hospital, {}, 'NOT_PERMITTED'],
    ['is a person’s to the own record', { insured: 'person_id' }, insured, { personId: PERSON }, ALLOWED],
    ['is not a person’s to another’s', { insured: 'person_id' }, insured, { personId: OTHER }, 'NOT_PERMITTED'],
    ['is not a person’s where none is named', { insured: 'person_id' }, insured, {}, 'NOT_PERMITTED'],
    [
      'is not a person’s in a list of own and other',
      { insured: 'person_id' },
      insured,
      { personId: [PERSON] },
      'NOT_PERMITTED',
    ],
    [
      'is a hospital’s in its own name',
      { hospital: 'institution_code' },
      hospital,
      { institutionCode: 'H11010500001' },
      ALLOWED,
    ],
    [
      'is not a hospital’s in another’s',
      { hospital: 'institution_code' },
      hospital,
      { institutionCode: 'H11010500002' },
      'NOT_PERMITTED',
    ],
    ['is a bureau’s in its province', { bureau: 'region' }, clerk, { region: '131000' }, ALLOWED],
    ['is not a bureau’s in another province', { bureau: 'region' }, clerk, { region: '110000' }, 'NOT_PERMITTED'],
    ['is not a bureau’s for what is no division', { bureau: 'region' }, clerk, { region: '13' }, 'NOT_PERMITTED'],
    [
      'is a bureau’s for an institution of its own',
      { bureau: 'institution_code' },
      supervisor,
      { institutionCode: 'H13100200001' },
      ALLOWED,
    ],
    [
      'is not a bureau’s for an institution of another province',
      { bureau: 'institution_code' },
      supervisor,
      { institutionCode: 'H11010500001' },
      'NOT_PERMITTED',
    ],
    [
      'is not an area’s for an institution of its neighbour',
      { bureau: 'institution_code' },
      langfang,
      { institutionCode: 'H13010200001' },
      'NOT_PERMITTED',
    ],
    ['is an area’s in itself', { bureau: 'region' }, langfang, { region: '131002' }, ALLOWED],
    ['is not an area’s in its neighbour', { bureau: 'region' }, langfang, { region: '130100' }, 'NOT_PERMITTED'],
    ['is not an area’s for its province', { bureau: 'region' }, langfang, { region: '130000' }, 'NOT_PERMITTED'],
    [
      'is not an area’s where provinces act as wholes',
      { bureau: RECORD, provincial: true },
      langfang,
      {},
      'NOT_PERMITTED',
    ],
    ['is a province’s where provinces act as wholes', { bureau: RECORD, provincial: true }, clerk, {}, ALLOWED],
    ['is a supervisor’s where one is needed', { bureau: OWN, supervisor: true }, supervisor, {}, ALLOWED],
    [
      'is not a clerk’s where a supervisor is needed',
      { bureau: OWN, supervisor: true },
      clerk,
      {},
      'SUPERVISOR_REQUIRED',
    ],
    ['asks no rank of a hospital', { hospital: OWN, supervisor: true }, hospital, {}, ALLOWED],
    ['is the operator’s for any division', { operator: 'region' }, operator, { region: '440000' }, ALLOWED],
    ['is left to the rows where they say whose they are', { hospital: RECORD }, hospital, {}, ALLOWED],
    ['is a service’s that is named', { services: ['settlement'] }, settlement, {}, ALLOWED],
    ['is not a service’s that is not named', { services: ['clearing'] }, settlement, {}, 'NOT_PERMITTED'],
    [
      'is not a service’s by what its origin may',
      { bureau: ANYONE, operator: ANYONE },
      settlement,
      {},
      'NOT_PERMITTED',
    ],
  ])('%s', (_what, access, actor, request, refusal) => expect(refusalOf(access, actor, request)).toBe(refusal));
});
