import { encodeInstant, enumCodec } from '@yiditong/chassis';
import { findProvince, isCalendarDate, isInstitutionCode, Rejection, REVOCATION_REASONS } from '@yiditong/codes';
import type { identityV1 } from '@yiditong/contracts';
import { checkedPublicKey } from './key-rules.js';
import type { InstitutionKey, KeyName, NewKey } from './key.entity.js';

export const revocationReasonCodec = enumCodec('REVOCATION_REASON', REVOCATION_REASONS);

const KEY_ID = /^[\w.-]{1,40}$/;

/** An institution and its province. Rejects with INSTITUTION_CODE_INVALID. */
export function decodeInstitution({ institutionCode }: { readonly institutionCode: string }): Omit<KeyName, 'keyId'> {
  const province = isInstitutionCode(institutionCode) ? findProvince(institutionCode.slice(1, 7)) : null;
  if (!province) throw new Rejection('INSTITUTION_CODE_INVALID', { institution: institutionCode });
  return { institutionCode, province: province.code };
}

/** Rejects with INSTITUTION_CODE_INVALID or REQUEST_MALFORMED. */
export function decodeKeyName(wire: { readonly institutionCode: string; readonly keyId: string }): KeyName {
  if (!KEY_ID.test(wire.keyId)) throw malformed('key_id is 1 to 40 letters, digits, dots, hyphens or underscores');
  return { ...decodeInstitution(wire), keyId: wire.keyId };
}

/** Rejects with INSTITUTION_CODE_INVALID or REQUEST_MALFORMED. */
export function decodeNewKey(wire: identityV1.RegisterInstitutionKeyRequest): NewKey {
  const name = decodeKeyName(wire);
  const { validFrom, validTo } = wire;
  if (!isCalendarDate(validFrom) || !isCalendarDate(validTo) || validTo < validFrom)
    throw malformed('valid_from and valid_to are dates, the second not before the first');
  return {
    ...name,
    region: wire.institutionCode.slice(1, 7),
    publicKey: checkedPublicKey(wire.publicKey),
    validFrom,
    validTo,
  };
}

export function encodeKey(key: InstitutionKey): identityV1.InstitutionKey {
  return {
    institutionCode: key.institutionCode,
    keyId: key.keyId,
    publicKey: key.publicKey,
    validFrom: key.validFrom,
    validTo: key.validTo,
    registeredAt: encodeInstant(new Date(key.registeredAt)),
    revokedAt: key.revokedAt === null ? undefined : encodeInstant(new Date(key.revokedAt)),
    revocationReason:
      key.revocationReason === null
        ? 'REVOCATION_REASON_UNSPECIFIED'
        : revocationReasonCodec.encode(key.revocationReason),
  };
}

function malformed(problem: string): Rejection {
  return new Rejection('REQUEST_MALFORMED', { problem });
}
