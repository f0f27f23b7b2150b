import { hospitalLevelCodec } from '@yiditong/chassis';
import { HOSPITAL_LEVELS } from '@yiditong/codes';
import type { settlementV1 } from '@yiditong/contracts';
import { z } from 'zod';
import { name, region } from '../http/fields.js';

export const institutionsBody = z.strictObject({
  institutions: z
    .array(
      z.strictObject({
        institutionCode: z.string().length(12).describe('定点医药机构编码'),
        name,
        region,
        level: z.enum(HOSPITAL_LEVELS),
        networked: z.boolean().describe('是否跨省联网'),
      }),
    )
    .min(1)
    .max(1_000),
});
export const registeredAnswer = z.object({ registered: z.int() });
export type InstitutionsBody = z.infer<typeof institutionsBody>;

export function encodeInstitutions(body: InstitutionsBody): settlementV1.Institution[] {
  return body.institutions.map((institution) => ({
    ...institution,
    level: hospitalLevelCodec.encode(institution.level),
  }));
}
