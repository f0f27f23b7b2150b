import { insuranceCodec, personTypeCodec } from '@yiditong/chassis';
import { INSURANCES, PERSON_TYPES } from '@yiditong/codes';
import type { benefitV1 } from '@yiditong/contracts';
import { z } from 'zod';
import { region, uuid } from '../http/fields.js';

const idNumber = z
  .string()
  .regex(/^\d{17}[\dX]$/, '18 characters')
  .describe('公民身份号码，仅用于检索，不保存');

export const personsBody = z.strictObject({
  persons: z
    .array(
      z.strictObject({
        personId: uuid,
        idNumber,
        insuredRegion: region,
        insurance: z.enum(INSURANCES),
        personType: z.enum(PERSON_TYPES),
        active: z.boolean(),
      }),
    )
    .min(1)
    .max(1_000),
});
export const personSearchBody = z.strictObject({ idNumber });
export const personAnswer = z.object({
  personId: uuid,
  insuredRegion: region,
  insurance: z.enum(INSURANCES),
  personType: z.enum(PERSON_TYPES),
  active: z.boolean(),
});
export const accumulatorsAnswer = z.object({
  accumulators: z.array(z.object({ kind: z.string(), value: z.string() })),
});
export type PersonsBody = z.infer<typeof personsBody>;
export type PersonSearchBody = z.infer<typeof personSearchBody>;
export type PersonAnswer = z.infer<typeof personAnswer>;
export type AccumulatorsAnswer = z.infer<typeof accumulatorsAnswer>;

export function encodePersons(body: PersonsBody): benefitV1.PersonEntry[] {
  return body.persons.map((person) => ({
    ...person,
    insurance: insuranceCodec.encode(person.insurance),
    personType: personTypeCodec.encode(person.personType),
  }));
}

export function decodePerson(wire: benefitV1.FindPersonResponse): PersonAnswer {
  const { personId, insuredRegion, active } = wire;
  return {
    personId,
    insuredRegion,
    insurance: insuranceCodec.decode(wire.insurance),
    personType: personTypeCodec.decode(wire.personType),
    active,
  };
}
