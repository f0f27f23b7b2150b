import { createHash } from 'node:crypto';
import { findProvince, institutionOfMessage, isInstitutionCode, isMessageId, Rejection } from '@yiditong/codes';
import { NumberText, parseExactly } from '@yiditong/money';
import { z } from 'zod';
import { MalformedRequest } from '../http/request-pipe.js';
import { instantOf } from './shanghai-time.js';
import { takeSignatureOut, type SignedBytes } from './signed-bytes.js';

/** A text of so many characters at most, without control characters. */
const text = (longest: number) =>
  z
    .string()
    .max(longest)
    .regex(/^\P{Cc}*$/u, 'text without control characters');
const division = z.string().refine((code) => findProvince(code) !== null, 'a six-digit division code');
/** A field that may be left out; senders that fill in every field write it as null or empty. */
const optional = <T extends z.ZodType>(schema: T) => z.union([schema, z.literal(''), z.null()]).optional();

/** 请求报文 of 医疗保障信息平台定点医药机构接口规范: eighteen fields with the platform's own spellings, `mdtrtarea_admvs` among them. */
export const envelopeSchema = z.strictObject({
  infno: z
    .string()
    .regex(/^\d{4}[A-Z]?$/)
    .describe('交易编号'),
  msgid: z.string().refine(isMessageId, 'institution (12), yyyyMMddHHmmss (14), sequence (4)').describe('发送方报文ID'),
  mdtrtarea_admvs: division.describe('就医地医保区划'),
  insuplc_admdvs: optional(division).describe('参保地医保区划'),
  recer_sys_code: text(10).min(1).describe('接收方系统代码'),
  dev_no: optional(text(100)).describe('设备编号'),
  dev_safe_info: optional(text(2_000)).describe('设备安全信息'),
  cainfo: z.string().max(1_024).describe('数字签名：对其余全部字节的 SM3withSM2 签名 r‖s，Base64'),
  signtype: z.literal('SM2').describe('签名类型'),
  infver: z.literal('V1.0').describe('接口版本号'),
  opter_type: z.enum(['1', '2', '3']).describe('经办人类别'),
  opter: z
    .string()
    .regex(/^(?!.*\d{15})[\w.@-]{1,30}$/, '1 to 30 letters, digits or _.@-, and no number of a person')
    .describe('经办人'),
  opter_name: text(50).min(1).describe('经办人姓名'),
  inf_time: z
    .string()
    .refine((time) => instantOf(time) !== null, 'yyyy-MM-dd HH:mm:ss')
    .describe('交易时间，北京时间'),
  fixmedins_code: z
    .string()
    .refine(isInstitutionCode, 'H or P, division (6), sequence (5)')
    .describe('定点医药机构编号'),
  fixmedins_name: text(200).min(1).describe('定点医药机构名称'),
  sign_no: optional(text(30)).describe('交易签到流水号'),
  input: z.record(z.string(), z.unknown()).describe('交易输入'),
});
export type Envelope = z.infer<typeof envelopeSchema>;

const FIELDS = Object.keys(envelopeSchema.shape);

/** A message as it came, before anything of it is believed. */
export type ReceivedMessage = {
  /** Its input's numbers are as they are written. */
  readonly envelope: Envelope;
  readonly sentAt: Date;
  readonly bytes: SignedBytes;
  /** SHA-256 of all of it: what makes it the same message again. */
  readonly digest: Buffer;
};

/**
 * Reads a message. Rejects with SIGNATURE_MISSING, or with REQUEST_MALFORMED, naming each field that is missing, wrong, doubled or none of
 * the envelope's.
 */
export function readMessage(body: Buffer): ReceivedMessage {
  const value = parse(body);
  const bytes = takeSignatureOut(body, FIELDS);
  if (bytes === null || bytes.signature === '') throw new Rejection('SIGNATURE_MISSING');
  const read = envelopeSchema.safeParse(value);
  if (!read.success)
    throw new MalformedRequest(
      read.error.issues.map(({ path, message }) => ({ path: path.join('.') || 'body', message })),
    );
  const envelope = read.data;
  checkSender(envelope);
  return {
    envelope,
    sentAt: instantOf(envelope.inf_time) ?? new Date(Number.NaN),
    bytes,
    digest: createHash('sha256').update(body).digest(),
  };
}

function parse(body: Buffer): Readonly<Record<string, unknown>> {
  try {
    // Bytes that are no UTF-8 would be replaced by some readers and not by others.
    const json = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body);
    const value = parseExactly(json);
    if (typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof NumberText))
      return value as Record<string, unknown>;
  } catch {
    // Said below.
  }
  throw new MalformedRequest([{ path: 'body', message: 'not a JSON object in UTF-8' }]);
}

/** The message's id and place are the sender's own. */
function checkSender({ fixmedins_code: institution, msgid, mdtrtarea_admvs: region }: Envelope): void {
  const problems = [
    ...(institutionOfMessage(msgid) === institution
      ? []
      : [{ path: 'msgid', message: 'does not begin with fixmedins_code' }]),
    ...(findProvince(region)?.code === findProvince(institution.slice(1, 7))?.code
      ? []
      : [{ path: 'mdtrtarea_admvs', message: 'is not in the province of fixmedins_code' }]),
  ];
  if (problems.length > 0) throw new MalformedRequest(problems);
}
