import { decodeInstant, encodeInstant, encodeProposal, enumCodec, required } from '@yiditong/chassis';
import { Rejection } from '@yiditong/codes';
import type { settlementV1 } from '@yiditong/contracts';
import { validate as isUuid } from 'uuid';
import { ENDPOINT_KINDS, type Downtime, type Endpoint } from './endpoint-rules.js';
import type { EndpointProposal, ProposedEndpoint } from './endpoint.service.js';
import type { Exchange, ExchangePage } from './exchange.store.js';
import type { RefusedAnswer } from './refused-answer.store.js';

const MAX_PAGE = 1_000;

export const endpointKindCodec = enumCodec('ENDPOINT_KIND', ENDPOINT_KINDS);
export const circuitCodec = enumCodec('CIRCUIT_STATE', ['CLOSED', 'HALF_OPEN', 'OPEN'] as const);

/** Rejects with REQUEST_MALFORMED, or ENDPOINT_INVALID where it is of another province than the request. */
export function decodeEndpoint(wire: settlementV1.Endpoint | null | undefined, province: string): ProposedEndpoint {
  const endpoint = required(wire, 'endpoint');
  if (endpoint.province !== province)
    throw new Rejection('ENDPOINT_INVALID', { problem: 'province differs from the address' });
  const { address, maxConcurrent, timeoutMs } = endpoint;
  return { province, kind: endpointKindCodec.decode(endpoint.kind), address, maxConcurrent, timeoutMs };
}

export function encodeEndpoint(
  endpoint: ProposedEndpoint & { readonly changedAt?: string | null },
): settlementV1.Endpoint {
  const { province, kind, address, maxConcurrent, timeoutMs, changedAt } = endpoint;
  return {
    province,
    kind: endpointKindCodec.encode(kind),
    address,
    maxConcurrent,
    timeoutMs,
    changedAt: changedAt ? encodeInstant(new Date(changedAt)) : undefined,
  };
}

export function encodeEndpointProposal(proposal: EndpointProposal): settlementV1.EndpointProposal {
  const changedAt = proposal.outcome?.changedAt ?? null;
  return { proposal: encodeProposal(proposal), endpoint: encodeEndpoint({ ...proposal.summary, changedAt }) };
}

export function encodeDowntime({ downtimeId, province, from, until, notice }: Downtime): settlementV1.Downtime {
  return {
    downtimeId,
    province,
    from: encodeInstant(new Date(from)),
    until: encodeInstant(new Date(until)),
    notice,
  };
}

/** The address is its own province's and nobody else's to know. */
export function encodeRoute(
  endpoint: Endpoint,
  circuit: 'CLOSED' | 'HALF_OPEN' | 'OPEN',
  downtimes: readonly Downtime[],
  isOwn: boolean,
): settlementV1.Route {
  return {
    endpoint: encodeEndpoint(isOwn ? endpoint : { ...endpoint, address: '' }),
    circuit: circuitCodec.encode(circuit),
    downtimes: downtimes.map(encodeDowntime),
  };
}

/** Rejects with REQUEST_MALFORMED. */
export function decodeExchangePage(wire: settlementV1.ListExchangesRequest): ExchangePage {
  const { settlementId, failedOnly } = wire;
  if (settlementId !== '' && !isUuid(settlementId))
    throw new Rejection('REQUEST_MALFORMED', { problem: 'settlement_id is not a UUID' });
  return {
    from: decodeInstant(wire.from, 'from'),
    until: decodeInstant(wire.until, 'until'),
    settlementId: settlementId || null,
    failedOnly,
    ...decodePage(wire),
  };
}

/** Rejects with REQUEST_MALFORMED. */
export function decodePage({ after, limit }: { readonly after: string; readonly limit: number }): {
  after: string | null;
  limit: number;
} {
  if ((after !== '' && !isUuid(after)) || limit < 1 || limit > MAX_PAGE)
    throw new Rejection('REQUEST_MALFORMED', { problem: `after or limit (1 to ${MAX_PAGE})` });
  return { after: after || null, limit };
}

/** Where the page after this one begins; empty on the last. */
export function nextExchange(page: readonly { readonly exchangeId: string }[], limit: number): string {
  return page.length < limit ? '' : (page.at(-1)?.exchangeId ?? '');
}

export function encodeExchange({ beganAt, settlementId, ...exchange }: Exchange): settlementV1.Exchange {
  return { ...exchange, settlementId: settlementId ?? '', beganAt: encodeInstant(beganAt) };
}

export function encodeRefusedAnswer({
  receivedAt,
  settlementId,
  ...refused
}: RefusedAnswer): settlementV1.RefusedAnswer {
  return { ...refused, settlementId: settlementId ?? '', receivedAt: encodeInstant(receivedAt) };
}
