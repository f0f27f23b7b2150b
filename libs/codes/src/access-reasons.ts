import { entry, type ReasonEntry } from './reason-entry.js';

/** Why somebody isn't let in, or may not do that: credentials, signed messages, e-credentials, ranks and purposes. */
export const ACCESS_REASONS = {
  CREDENTIAL_MISSING: entry(
    'UNAUTHENTICATED',
    401,
    '未提供访问凭证。请在 Authorization 头中携带 Bearer 令牌。',
    'No credential was given. Send a bearer token in the Authorization header.',
  ),
  CREDENTIAL_INVALID: entry(
    'UNAUTHENTICATED',
    401,
    '访问凭证无效。请从受信任的认证机构重新获取令牌。',
    'The credential is not valid. Obtain a token from a trusted identity provider.',
  ),
  CREDENTIAL_EXPIRED: entry(
    'UNAUTHENTICATED',
    401,
    '访问凭证已过期或尚未生效。请换用有效期内的令牌或签名密钥。',
    'The credential has expired or is not valid yet. Use a token or a signing key that is in force.',
  ),
  CREDENTIAL_WRONG_AUDIENCE: entry(
    'UNAUTHENTICATED',
    401,
    '访问凭证不是为本平台签发的。请向认证机构申请用于本平台的令牌。',
    'The credential was issued for another system. Obtain a token for this one.',
  ),
  CREDENTIAL_REVOKED: entry(
    'UNAUTHENTICATED',
    401,
    '访问凭证已被注销。请联系所属经办机构重新办理。',
    'The credential was revoked. Ask your agency for a new one.',
  ),
  NOT_PERMITTED: entry(
    'PERMISSION_DENIED',
    403,
    '当前身份无权办理此业务。请使用有相应权限的账号。',
    'This identity may not do that. Use an account that has the permission.',
  ),
  SUPERVISOR_REQUIRED: entry(
    'PERMISSION_DENIED',
    403,
    '此业务须由复核人员办理。请交由本单位复核账号处理。',
    'This needs a supervisor. Hand it to a supervisor account of your agency.',
  ),
  MAKER_IS_CHECKER: entry(
    'PERMISSION_DENIED',
    403,
    '经办人不得复核自己提交的变更。请交由本单位其他复核人员处理。',
    'Whoever proposed a change may not decide it. Hand it to another supervisor of your agency.',
  ),
  PURPOSE_NOT_PERMITTED: entry(
    'PERMISSION_DENIED',
    403,
    '当前身份不能以此用途查看个人信息。请改用与身份相符的 Purpose，或不带 Purpose 查看脱敏信息。',
    'This identity may not read personal data for that purpose. Name a purpose that goes with the identity, or none to read it masked.',
  ),
  SIGNATURE_MISSING: entry(
    'UNAUTHENTICATED',
    401,
    '报文没有签名 cainfo。请用本机构登记的密钥对最终报文签名后发送。',
    'The message carries no signature in cainfo. Sign the final message with a key that is registered for the institution.',
  ),
  SIGNATURE_INVALID: entry(
    'UNAUTHENTICATED',
    401,
    '报文签名与内容不符，或不是发送机构的密钥所签。请用本机构登记的密钥对最终报文重新签名。',
    'The signature does not fit the message, or another key made it. Sign the final message with a key that is registered for the institution.',
  ),
  SIGNING_KEY_UNKNOWN: entry(
    'UNAUTHENTICATED',
    401,
    '该医药机构没有登记签名密钥。请向所属经办机构登记国密公钥。',
    'No signing key is registered for this institution. Register its SM2 public key with its agency.',
  ),
  MESSAGE_STALE: entry(
    'UNAUTHENTICATED',
    401,
    '报文时间 inf_time 早于平台时间超过 {seconds} 秒。请校准时钟，用原报文编号和新的 inf_time 重新签名发送。',
    'The message’s inf_time is more than {seconds} seconds old. Set the clock, then sign it anew under the same message id with a new inf_time.',
  ),
  MESSAGE_FROM_FUTURE: entry(
    'UNAUTHENTICATED',
    401,
    '报文时间 inf_time 晚于平台时间超过 {seconds} 秒。请校准时钟后重新签名发送。',
    'The message’s inf_time is more than {seconds} seconds ahead. Set the clock and sign it anew.',
  ),
  MESSAGE_REPEATED: entry(
    'UNAUTHENTICATED',
    401,
    '该签名报文已经收到过，不再受理。重试请沿用原报文编号、更新 inf_time 并重新签名，将得到首次的结果。',
    'This very message was received before and is not taken twice. To retry, keep the message id, renew inf_time and sign again: the first answer is given.',
  ),
  SIGNING_KEY_NOT_FOUND: entry(
    'NOT_FOUND',
    404,
    '没有查到该签名密钥。请核对医药机构编码和密钥编号。',
    'There is no such signing key. Check the institution code and the key id.',
  ),
  SIGNING_KEY_TAKEN: entry(
    'ALREADY_EXISTS',
    409,
    '该密钥编号或公钥已经登记过。请生成新的密钥对，用新的编号登记。',
    'This key id or public key is registered already. Make a new key pair and register it under a new id.',
  ),
  SIGNING_KEYS_TOO_MANY: entry(
    'FAILED_PRECONDITION',
    409,
    '该医药机构已有 {count} 个有效密钥。请先注销不再使用的密钥。',
    'The institution has {count} keys in force already. Revoke one that is no longer used first.',
  ),
  E_CREDENTIAL_INVALID: entry(
    'PERMISSION_DENIED',
    403,
    '这不是有效的医保电子凭证。请患者打开凭证页面重新出示，或改用身份证件办理。',
    'This is no valid e-credential. Ask the patient to open it anew and show it, or use the identity card.',
  ),
  E_CREDENTIAL_EXPIRED: entry(
    'PERMISSION_DENIED',
    403,
    '该医保电子凭证已过期或已被新凭证取代。请患者刷新后重新出示。',
    'The e-credential has expired or a newer one took its place. Ask the patient to refresh it and show it again.',
  ),
  E_CREDENTIAL_USED: entry(
    'PERMISSION_DENIED',
    403,
    '该医保电子凭证已用于其他机构或其他就诊。请患者刷新后重新出示；患者未曾出示过的，请其联系参保地经办机构。',
    'The e-credential was used by another institution or for another visit. Ask the patient to show a new one; one who never showed this one should contact the insured place’s agency.',
  ),
  E_CREDENTIAL_ELSEWHERE: entry(
    'PERMISSION_DENIED',
    403,
    '该医保电子凭证是出示给另一家医药机构的。请患者为本机构重新出示。',
    'The e-credential was issued for another institution. Ask the patient to show one for yours.',
  ),
  E_CREDENTIAL_TOO_FREQUENT: entry(
    'RESOURCE_EXHAUSTED',
    429,
    '医保电子凭证刷新过于频繁。请在 {seconds} 秒后再刷新。',
    'The e-credential was renewed too often. Renew it again in {seconds} seconds.',
  ),
} as const satisfies Record<string, ReasonEntry>;
