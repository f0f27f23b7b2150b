import { decodeInstant } from '@yiditong/chassis';
import { findProvince, NATION } from '@yiditong/codes';
import type { auditV1 } from '@yiditong/contracts';
import { z } from 'zod';
import { instant } from '../http/fields.js';
import { AUDITED_SERVICES } from './audit-clients.js';

export const auditedService = z.enum(AUDITED_SERVICES).describe('服务 / service');
const province = z
  .string()
  .refine((code) => code === NATION || findProvince(code)?.code === code, 'a province, or 000000 for the nation')
  .describe('省级医保区划，000000 为平台 / the chain’s province');
const sequence = z.string().regex(/^\d{1,18}$/, 'a sequence number');
const hash = z.string().regex(/^[0-9a-f]{64}$/, '32 bytes in hexadecimal');
const head = z.object({ sequence, hash });

export const recordsQuery = z.strictObject({
  province,
  after: sequence.default('0').describe('从此序号之后 / only later records'),
  limit: z.coerce.number().int().min(1).max(1_000).default(100),
  action: z
    .string()
    .regex(/^[A-Z_]{1,40}$/)
    .optional()
    .describe('操作 / action, such as READ_PERSON'),
  objectId: z.string().min(1).max(64).optional().describe('对象编号 / object'),
});
export const headQuery = z.strictObject({ province });
export const verificationBody = z.strictObject({
  province,
  knownHead: z
    .strictObject(head.shape)
    .nullable()
    .default(null)
    .describe('此前留存的链头，用以发现截尾或整链重造 / a head kept from earlier'),
});

const actor = z.object({
  role: z.string(),
  region: z.string(),
  subject: z.string(),
  rank: z.string().nullable(),
  area: z.string().nullable(),
  institution: z.string().nullable(),
  person: z.string().nullable(),
});
const auditRecord = z.object({
  province: z.string(),
  sequence,
  recordedAt: instant.nullable(),
  actor: actor.nullable(),
  origin: actor.nullable().describe('最初发起人 / the end user at whose request a service acted'),
  via: z.string().nullable().describe('调用方服务 / the service that called'),
  purpose: z.string(),
  action: z.string(),
  objectType: z.string(),
  objectId: z.string(),
  before: z.unknown(),
  after: z.unknown(),
  traceId: z.string(),
  previousHash: z.string(),
  hash: z.string(),
});
export const recordsAnswer = z.object({ records: z.array(auditRecord), nextAfter: sequence.nullable() });
export const headAnswer = head;
export const verificationAnswer = z.object({
  ok: z.boolean(),
  head: head.nullable(),
  checked: z.string(),
  faults: z.array(z.object({ kind: z.string(), sequence: z.string(), until: z.string() })),
  faultCount: z.string(),
});

export type AuditedServiceName = z.infer<typeof auditedService>;
export type RecordsQuery = z.infer<typeof recordsQuery>;
export type HeadQuery = z.infer<typeof headQuery>;
export type VerificationBody = z.infer<typeof verificationBody>;
export type RecordsAnswer = z.infer<typeof recordsAnswer>;
export type HeadAnswer = z.infer<typeof headAnswer>;
export type VerificationAnswer = z.infer<typeof verificationAnswer>;

export function encodeHead({ sequence: at, hash: of }: HeadAnswer): auditV1.AuditHead {
  return { sequence: BigInt(at), hash: of };
}

export function decodeHead(wire: auditV1.AuditHead): HeadAnswer {
  return { sequence: String(wire.sequence), hash: wire.hash };
}

export function decodeRecord(wire: auditV1.AuditRecord): RecordsAnswer['records'][number] {
  const { beforeJson, afterJson, ...record } = wire;
  return {
    ...record,
    sequence: String(wire.sequence),
    recordedAt: wire.recordedAt ? decodeInstant(wire.recordedAt, 'recorded_at').toISOString() : null,
    actor: decodeActor(wire.actor),
    origin: decodeActor(wire.origin),
    via: wire.via || null,
    before: decodeJson(beforeJson),
    after: decodeJson(afterJson),
  };
}

export function decodeVerification(wire: auditV1.VerifyAuditChainResponse): VerificationAnswer {
  return {
    ok: wire.ok,
    head: wire.head ? decodeHead(wire.head) : null,
    checked: String(wire.checked),
    faults: wire.faults.map(({ kind, sequence: from, until }) => ({
      kind: kind.replace('AUDIT_FAULT_KIND_', ''),
      sequence: String(from),
      until: String(until),
    })),
    faultCount: String(wire.faultCount),
  };
}

function decodeActor(wire: auditV1.AuditActor | null | undefined): z.infer<typeof actor> | null {
  if (!wire) return null;
  const { role, region, subject, rank, area, institution, person } = wire;
  return {
    role,
    region,
    subject,
    rank: rank || null,
    area: area || null,
    institution: institution || null,
    person: person || null,
  };
}

/** A record that somebody tampered with is shown as it stands. */
function decodeJson(text: string): unknown {
  if (text === '') return null;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}
