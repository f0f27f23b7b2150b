import { decodeInstant, encodeInstant, required } from '@yiditong/chassis';
import { findProvince } from '@yiditong/codes';
import type { settlementV1 } from '@yiditong/contracts';
import { z } from 'zod';
import { instant, uuid } from '../http/fields.js';
import { decisionBody, decodeProposal, proposalAnswer } from '../reference/proposal.dto.js';

const MAX_PAGE = 1_000;
const ADDRESS = /^[A-Za-z\d][A-Za-z\d.-]{0,252}:[1-9]\d{0,4}$/;

export const province = z
  .string()
  .refine((code) => findProvince(code)?.code === code, 'a province: six digits ending in 0000')
  .describe('省级医保区划 / province');
const kind = z.enum(['HOSTED', 'OWN']).describe('HOSTED 平台托管、OWN 本省自建 / hosted here, or the province’s own');
const shape = {
  kind,
  address: z.string().regex(ADDRESS, 'host:port').optional().describe('自建接入地址 host:port，托管则省略'),
  maxConcurrent: z.int().min(1).max(64).describe('最大并发；另有同样数量可排队'),
  timeoutMs: z.int().min(500).max(10_000).describe('单次交换最长毫秒，含排队和重试'),
};

export const endpointBody = z
  .strictObject(shape)
  .refine((body) => (body.kind === 'OWN') === (body.address !== undefined), {
    path: ['address'],
    message: 'the address of an own endpoint, and of no other',
  });
export const endpointDecisionBody = decisionBody.safeExtend({
  digest: z
    .string()
    .regex(/^[\da-f]{64}$/)
    .describe('所复核申请的 SHA-256，见申请详情 / of the proposal that was read'),
});
const endpointAnswer = z.object({
  ...shape,
  province,
  address: z.string().nullable().describe('仅本省可见 / for its own province only'),
  changedAt: instant.nullable(),
});
export const endpointProposalAnswer = proposalAnswer.extend({ endpoint: endpointAnswer });

const notice = z
  .string()
  .trim()
  .min(1)
  .max(200)
  .regex(/^\P{Cc}+$/u, 'text without control characters')
  .describe('公告内容，医疗机构可见');
export const downtimeBody = z.strictObject({ from: instant, until: instant, notice });
export const downtimeAnswer = z.object({
  downtimeId: uuid,
  province,
  from: instant,
  until: instant,
  notice: z.string(),
});
export const routesAnswer = z.object({
  routes: z.array(
    z.object({
      endpoint: endpointAnswer,
      circuit: z.enum(['CLOSED', 'HALF_OPEN', 'OPEN']).describe('熔断状态，以应答的实例为准'),
      downtimes: z.array(downtimeAnswer),
    }),
  ),
});

const page = { after: uuid.optional(), limit: z.coerce.number().int().min(1).max(MAX_PAGE).default(100) };
export const exchangesQuery = z.strictObject({
  from: instant,
  until: instant,
  settlementId: uuid.optional(),
  failedOnly: z.enum(['true', 'false']).default('false'),
  ...page,
});
export const refusedAnswersQuery = z.strictObject(page);
const parties = { exchangeId: uuid, operation: z.string(), insuredProvince: province, settlementId: uuid.nullable() };
export const exchangesAnswer = z.object({
  exchanges: z.array(
    z.object({
      ...parties,
      treatingProvince: z.string(),
      role: z.string().describe('角色：2 就医地'),
      institutionCode: z.string().nullable(),
      beganAt: instant,
      timeCostMs: z.int().describe('用时，毫秒'),
      outcome: z.string().describe('OK 或原因'),
      attempts: z.int().describe('发送次数，0 为发送前拒绝'),
    }),
  ),
  nextAfter: uuid.nullable(),
});
export const refusedAnswersAnswer = z.object({
  answers: z.array(
    z.object({
      ...parties,
      treatingProvince: z.string(),
      problem: z.string().describe('不成立的约定 / the condition that does not hold'),
      digest: z.string().describe('应答内容的 SHA-256'),
      receivedAt: instant,
    }),
  ),
  nextAfter: uuid.nullable(),
});

export type EndpointBody = z.infer<typeof endpointBody>;
export type EndpointDecisionBody = z.infer<typeof endpointDecisionBody>;
export type EndpointProposalAnswer = z.infer<typeof endpointProposalAnswer>;
export type DowntimeBody = z.infer<typeof downtimeBody>;
export type DowntimeAnswer = z.infer<typeof downtimeAnswer>;
export type RoutesAnswer = z.infer<typeof routesAnswer>;
export type ExchangesQuery = z.infer<typeof exchangesQuery>;
export type ExchangesAnswer = z.infer<typeof exchangesAnswer>;
export type RefusedAnswersQuery = z.infer<typeof refusedAnswersQuery>;
export type RefusedAnswersAnswer = z.infer<typeof refusedAnswersAnswer>;

export function encodeEndpoint(of: string, body: EndpointBody): settlementV1.Endpoint {
  const { address, maxConcurrent, timeoutMs } = body;
  return {
    province: of,
    kind: `ENDPOINT_KIND_${body.kind}`,
    address: address ?? '',
    maxConcurrent,
    timeoutMs,
    changedAt: undefined,
  };
}

export function decodeEndpointProposal(wire: settlementV1.EndpointProposal | null | undefined): EndpointProposalAnswer {
  const { proposal, endpoint } = required(wire, 'proposal');
  return { ...decodeProposal(proposal), endpoint: decodeEndpoint(endpoint) };
}

export function encodeDowntime(body: DowntimeBody) {
  return {
    from: encodeInstant(new Date(body.from)),
    until: encodeInstant(new Date(body.until)),
    notice: body.notice,
  };
}

export function decodeDowntime(wire: settlementV1.Downtime | null | undefined): DowntimeAnswer {
  const downtime = required(wire, 'downtime');
  return {
    downtimeId: downtime.downtimeId,
    province: downtime.province,
    from: instantOf(downtime.from, 'from'),
    until: instantOf(downtime.until, 'until'),
    notice: downtime.notice,
  };
}

export function decodeRoutes(wire: settlementV1.ListRoutesResponse): RoutesAnswer {
  return {
    routes: wire.routes.map(({ endpoint, circuit, downtimes }) => ({
      endpoint: decodeEndpoint(endpoint),
      circuit: stateOf(circuit),
      downtimes: downtimes.map(decodeDowntime),
    })),
  };
}

export function encodeExchangesQuery(query: ExchangesQuery): settlementV1.ListExchangesRequest {
  const { from, until, settlementId, failedOnly, after, limit } = query;
  return {
    from: encodeInstant(new Date(from)),
    until: encodeInstant(new Date(until)),
    settlementId: settlementId ?? '',
    failedOnly: failedOnly === 'true',
    after: after ?? '',
    limit,
  };
}

export function decodeExchanges({ exchanges, nextAfter }: settlementV1.ListExchangesResponse): ExchangesAnswer {
  return {
    exchanges: exchanges.map(({ beganAt, settlementId, institutionCode, ...exchange }) => ({
      ...exchange,
      settlementId: settlementId || null,
      institutionCode: institutionCode || null,
      beganAt: instantOf(beganAt, 'began_at'),
    })),
    nextAfter: nextAfter || null,
  };
}

export function decodeRefusedAnswers(wire: settlementV1.ListRefusedAnswersResponse): RefusedAnswersAnswer {
  return {
    answers: wire.answers.map(({ receivedAt, settlementId, ...answer }) => ({
      ...answer,
      settlementId: settlementId || null,
      receivedAt: instantOf(receivedAt, 'received_at'),
    })),
    nextAfter: wire.nextAfter || null,
  };
}

function decodeEndpoint(wire: settlementV1.Endpoint | null | undefined): EndpointProposalAnswer['endpoint'] {
  const endpoint = required(wire, 'endpoint');
  return {
    province: endpoint.province,
    kind: endpoint.kind === 'ENDPOINT_KIND_OWN' ? 'OWN' : 'HOSTED',
    address: endpoint.address || null,
    maxConcurrent: endpoint.maxConcurrent,
    timeoutMs: endpoint.timeoutMs,
    changedAt: endpoint.changedAt ? instantOf(endpoint.changedAt, 'changed_at') : null,
  };
}

function stateOf(wire: settlementV1.CircuitState): RoutesAnswer['routes'][number]['circuit'] {
  if (wire === 'CIRCUIT_STATE_OPEN') return 'OPEN';
  return wire === 'CIRCUIT_STATE_HALF_OPEN' ? 'HALF_OPEN' : 'CLOSED';
}

function instantOf(wire: Parameters<typeof decodeInstant>[0], field: string): string {
  return decodeInstant(wire, field).toISOString();
}
