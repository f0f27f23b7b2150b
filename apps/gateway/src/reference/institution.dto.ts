import { hospitalLevelCodec, visitKindCodec } from '@yiditong/chassis';
import { HOSPITAL_LEVELS, VISIT_KINDS } from '@yiditong/codes';
import type { settlementV1 } from '@yiditong/contracts';
import { z } from 'zod';
import { name, region, tags } from '../http/fields.js';

export const institutionsBody = z.strictObject({
  institutions: z
    .array(
      z
        .strictObject({
          institutionCode: z.string().length(12).describe('定点医药机构编码'),
          name,
          region,
          level: z.enum(HOSPITAL_LEVELS),
          networked: z.boolean().describe('是否跨省联网'),
          visitKinds: z
            .array(z.enum(VISIT_KINDS))
            .default([])
            .describe('开通的跨省结算业务，联网机构必填 What it may settle; required when networked'),
          diseaseClasses: z
            .array(z.string().regex(/^M\d{3}$/))
            .max(1_000)
            .default([])
            .describe(
              '开通的门诊慢特病，病种编码前四位 Classes of chronic diseases, first four characters of the code',
            ),
          tags: tags.describe(
            '待遇政策区分医院所用的名称，如 中医医院、省属 What policies ask about a hospital, by their names for it',
          ),
        })
        .refine(({ networked, visitKinds }) => !networked || visitKinds.length > 0, {
          path: ['visitKinds'],
          error: 'visitKinds of a networked institution are missing',
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
    visitKinds: institution.visitKinds.map(visitKindCodec.encode),
    changedAt: undefined,
  }));
}
