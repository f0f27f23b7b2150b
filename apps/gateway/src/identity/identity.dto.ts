import { decodeInstant, encodeInstant, enumCodec, required } from '@yiditong/chassis';
import { findProvince, isInstitutionCode, NATION, REVOCATION_REASONS } from '@yiditong/codes';
import type { identityV1 } from '@yiditong/contracts';
import { z } from 'zod';
import { businessDate, instant, uuid } from '../http/fields.js';

const revocationReasonCodec = enumCodec('REVOCATION_REASON', REVOCATION_REASONS);

/** Services have certificates, which are made anew instead. */
const ROLES_WITH_CREDENTIALS = ['insured', 'hospital', 'bureau', 'operator'] as const;

const reason = z
  .enum(REVOCATION_REASONS)
  .describe('泄露 COMPROMISED、遗失 LOST、更换 SUPERSEDED、离岗或注销 DEPARTED、违规使用 MISUSED');
const credentialName = z.string().regex(/^[\w:.@/-]{1,128}$/, 'letters, digits and :.@/_-');
const tenant = z
  .string()
  .refine((code) => code === NATION || findProvince(code)?.code === code, 'a province, or 000000 for operators')
  .describe('凭证所属省份；平台运营为 000000');

export const institutionCode = z
  .string()
  .refine(isInstitutionCode, 'H or P, division (6), sequence (5)')
  .describe('定点医药机构编码');
export const keyId = z
  .string()
  .regex(/^[\w.-]{1,40}$/, '1 to 40 letters, digits, dots, hyphens or underscores')
  .describe('密钥编号，机构内唯一');

export const keyBody = z.strictObject({
  publicKey: z
    .string()
    .regex(/^04[\da-fA-F]{128}$/, '04 and 128 hexadecimal digits')
    .describe('SM2 公钥，未压缩，十六进制'),
  validFrom: businessDate.describe('首个有效日'),
  validTo: businessDate.describe('末个有效日'),
});
export const keyRevocationQuery = z.strictObject({ reason });
export const keyAnswer = z.object({
  institutionCode: z.string(),
  keyId: z.string(),
  publicKey: z.string(),
  validFrom: businessDate,
  validTo: businessDate,
  registeredAt: instant,
  revokedAt: instant.nullable(),
  revocationReason: z.enum(REVOCATION_REASONS).nullable(),
});
export const keysAnswer = z.object({ keys: z.array(keyAnswer) });

export const revocationBody = z
  .strictObject({
    region: tenant,
    role: z.enum(ROLES_WITH_CREDENTIALS),
    subject: credentialName.nullable().default(null).describe('账号（令牌 sub）；与 tokenId 二者填一'),
    tokenId: credentialName.nullable().default(null).describe('令牌编号（jti）'),
    until: instant.nullable().default(null).describe('注销该账号在此之前签发的全部凭证；为空则到现在'),
    reason,
  })
  .refine(({ subject, tokenId }) => (subject === null) !== (tokenId === null), 'exactly one of subject and tokenId');
export const revocationAnswer = z.object({
  revocationId: uuid,
  region: tenant,
  role: z.enum(ROLES_WITH_CREDENTIALS),
  subject: z.string().nullable(),
  tokenId: z.string().nullable(),
  issuedUntil: instant.nullable(),
});

export type KeyBody = z.infer<typeof keyBody>;
export type KeyRevocationQuery = z.infer<typeof keyRevocationQuery>;
export type KeyAnswer = z.infer<typeof keyAnswer>;
export type RevocationBody = z.infer<typeof revocationBody>;
export type RevocationAnswer = z.infer<typeof revocationAnswer>;

export function encodeReason({ reason: named }: KeyRevocationQuery): identityV1.RevocationReason {
  return revocationReasonCodec.encode(named);
}

export function decodeKey(wire: identityV1.InstitutionKey | null | undefined): KeyAnswer {
  const key = required(wire, 'key');
  return {
    institutionCode: key.institutionCode,
    keyId: key.keyId,
    publicKey: key.publicKey,
    validFrom: key.validFrom,
    validTo: key.validTo,
    registeredAt: decodeInstant(key.registeredAt, 'registered_at').toISOString(),
    revokedAt: key.revokedAt ? decodeInstant(key.revokedAt, 'revoked_at').toISOString() : null,
    revocationReason: key.revokedAt ? revocationReasonCodec.decode(key.revocationReason) : null,
  };
}

export function encodeRevocation(requestId: string, body: RevocationBody): identityV1.RevokeCredentialRequest {
  return {
    requestId,
    region: body.region,
    role: body.role,
    subject: body.subject ?? '',
    tokenId: body.tokenId ?? '',
    until: body.until === null ? undefined : encodeInstant(new Date(body.until)),
    reason: revocationReasonCodec.encode(body.reason),
  };
}

export function decodeRevocation(wire: identityV1.Revocation | null | undefined): RevocationAnswer {
  const revocation = required(wire, 'revocation');
  return {
    revocationId: revocation.revocationId,
    region: revocation.region,
    role: revocationAnswer.shape.role.parse(revocation.role),
    subject: revocation.subject || null,
    tokenId: revocation.tokenId || null,
    issuedUntil: revocation.issuedUntil ? decodeInstant(revocation.issuedUntil, 'issued_until').toISOString() : null,
  };
}
