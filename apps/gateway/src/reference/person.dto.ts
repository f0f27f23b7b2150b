import { insuranceCodec, normalisedIdNumber, personTypeCodec } from '@yiditong/chassis';
import { INSURANCES, isPhoneNumber, PERSON_TYPES } from '@yiditong/codes';
import type { benefitV1 } from '@yiditong/contracts';
import { z } from 'zod';
import { instant, name, region, tags, uuid } from '../http/fields.js';

/** Read in any way of writing it: full-width digits, a small x, blanks around it. */
const idNumber = z
  .string()
  .max(40)
  .overwrite(normalisedIdNumber)
  .regex(/^\d{17}[\dX]$/, '18 characters')
  .describe('公民身份号码，加密保存，凭密钥索引检索');
const personName = name.max(50).describe('姓名，加密保存');
const phone = z
  .string()
  .max(20)
  .refine(isPhoneNumber, 'a mobile number, or a landline with its area code')
  .nullable()
  .default(null)
  .describe('联系电话，加密保存');

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
        name: personName,
        phone,
        tags: tags.describe(
          '待遇政策区分人员所用的名称，如 低保、公务员，加密保存 What policies ask about a person, by their names for it',
        ),
      }),
    )
    .min(1)
    .max(1_000),
});
export const personSearchBody = z.strictObject({ idNumber });
const personRecord = z.object({
  personId: uuid,
  insuredRegion: region,
  insurance: z.enum(INSURANCES),
  personType: z.enum(PERSON_TYPES),
  active: z.boolean(),
});
export const personAnswer = personRecord.extend({ maskedName: z.string().describe('脱敏姓名，如 张*') });
export const personDetailAnswer = personRecord.extend({
  name: z.string().describe('姓名，按用途明示或脱敏'),
  idNumber: z.string().describe('公民身份号码，按用途明示或脱敏'),
  phone: z.string().nullable().describe('联系电话，按用途明示或脱敏'),
  tags: z.array(z.string()).describe('待遇政策所用的人员名称；身份证号脱敏时为空'),
});
export const accumulatorsQuery = z.strictObject({
  asOf: instant.optional().describe('截至何时的累计，不得晚于现在；不填为现在 / as they stood then; unset for now'),
});
export const accumulatorsAnswer = z.object({
  accumulators: z.array(
    z.object({
      insurance: z
        .enum(INSURANCES)
        .describe('累计所属险种；年内换过险种的两者都有 / of both, where it changed in the year'),
      kind: z.string(),
      value: z.string(),
    }),
  ),
});
export type PersonsBody = z.infer<typeof personsBody>;
export type PersonSearchBody = z.infer<typeof personSearchBody>;
export type PersonAnswer = z.infer<typeof personAnswer>;
export type PersonDetailAnswer = z.infer<typeof personDetailAnswer>;
export type AccumulatorsQuery = z.infer<typeof accumulatorsQuery>;
export type AccumulatorsAnswer = z.infer<typeof accumulatorsAnswer>;

export function encodePersons(body: PersonsBody): benefitV1.PersonEntry[] {
  return body.persons.map((person) => ({
    ...person,
    phone: person.phone ?? '',
    insurance: insuranceCodec.encode(person.insurance),
    personType: personTypeCodec.encode(person.personType),
  }));
}

export function decodePerson(wire: benefitV1.FindPersonResponse): PersonAnswer {
  return { ...decodeRecord(wire), maskedName: wire.maskedName };
}

export function decodePersonDetail(wire: benefitV1.GetPersonResponse): PersonDetailAnswer {
  return {
    ...decodeRecord(wire),
    name: wire.name,
    idNumber: wire.idNumber,
    phone: wire.phone || null,
    tags: [...wire.tags],
  };
}

function decodeRecord(wire: benefitV1.FindPersonResponse | benefitV1.GetPersonResponse): z.infer<typeof personRecord> {
  const { personId, insuredRegion, active } = wire;
  return {
    personId,
    insuredRegion,
    insurance: insuranceCodec.decode(wire.insurance),
    personType: personTypeCodec.decode(wire.personType),
    active,
  };
}
