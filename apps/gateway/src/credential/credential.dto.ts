import { decodeInstant, insuranceCodec, personTypeCodec } from '@yiditong/chassis';
import { INSURANCES, isInstitutionCode, PERSON_TYPES } from '@yiditong/codes';
import type { benefitV1 } from '@yiditong/contracts';
import { z } from 'zod';
import { instant, region, uuid } from '../http/fields.js';

/** More than any QR picture holds. */
const MAX_SCANNED = 4_296;

export const issueBody = z.strictObject({
  institutionCode: z
    .string()
    .refine(isInstitutionCode, 'an institution code')
    .nullable()
    .default(null)
    .describe('仅限该医药机构使用；为空则不限 / the only institution that may decode it; null for any'),
});
export const credentialAnswer = z.object({
  token: z.string().describe('电子凭证令牌；只在此给出一次 / given out here and kept nowhere'),
  qrText: z.string().describe('二维码内容 / what the QR picture holds'),
  issuedAt: instant,
  expiresAt: instant,
});

/** Whatever was scanned is taken as a token: what isn't one is refused like one that nobody issued. */
export const decodeBody = z.strictObject({
  token: z.string().max(MAX_SCANNED).describe('扫码所得内容 / what was scanned'),
  visitNumber: z
    .string()
    .regex(/^[\w-]{1,30}$/)
    .describe('就诊号，院内唯一'),
});
export const decodingAnswer = z.object({
  personId: uuid.describe('人员编号'),
  insuredRegion: region.describe('参保地（统筹区）'),
  insurance: z.enum(INSURANCES),
  personType: z.enum(PERSON_TYPES),
  maskedName: z.string().describe('脱敏姓名，供核对本人 / to ask whether it is the person'),
  maskedIdNumber: z.string().describe('脱敏公民身份号码，供核对本人'),
  decodedAt: instant,
  standsUntil: instant.describe('在此之前同一就诊可重复取得本结果 / until then the same visit gets this answer again'),
});
export type IssueBody = z.infer<typeof issueBody>;
export type CredentialAnswer = z.infer<typeof credentialAnswer>;
export type DecodeBody = z.infer<typeof decodeBody>;
export type DecodingAnswer = z.infer<typeof decodingAnswer>;

export function decodeIssued(wire: benefitV1.IssueCredentialResponse): CredentialAnswer {
  return {
    token: wire.token,
    qrText: wire.qrText,
    issuedAt: decodeInstant(wire.issuedAt, 'issued_at').toISOString(),
    expiresAt: decodeInstant(wire.expiresAt, 'expires_at').toISOString(),
  };
}

export function decodeDecoding(wire: benefitV1.DecodeCredentialResponse): DecodingAnswer {
  return {
    personId: wire.personId,
    insuredRegion: wire.insuredRegion,
    insurance: insuranceCodec.decode(wire.insurance),
    personType: personTypeCodec.decode(wire.personType),
    maskedName: wire.maskedName,
    maskedIdNumber: wire.maskedIdNumber,
    decodedAt: decodeInstant(wire.decodedAt, 'decoded_at').toISOString(),
    standsUntil: decodeInstant(wire.standsUntil, 'stands_until').toISOString(),
  };
}
