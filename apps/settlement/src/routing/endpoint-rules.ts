import { findProvince } from '@yiditong/codes';

export const ENDPOINT_KINDS = ['HOSTED', 'OWN'] as const;
export type EndpointKind = (typeof ENDPOINT_KINDS)[number];

/** Where a province's claims go. */
export type Endpoint = {
  readonly province: string;
  readonly kind: EndpointKind;
  /** host:port of the province's own; empty for the hosted one. */
  readonly address: string;
  /** How many exchanges are under way at once, 1 to 64; as many again may wait. */
  readonly maxConcurrent: number;
  /** How long an exchange may take, waiting and repeats included, 500 to 10,000 ms. */
  readonly timeoutMs: number;
  /** ISO instant; null where nobody ever changed it. */
  readonly changedAt: string | null;
};

/** 停机公告: in this time the province's core will not answer. Instants are ISO texts in UTC. */
export type Downtime = {
  readonly downtimeId: string;
  readonly province: string;
  readonly from: string;
  readonly until: string;
  readonly notice: string;
};

const DAY_MS = 24 * 60 * 60 * 1000;
const MAX_DOWNTIME_MS = 7 * DAY_MS;
const MAX_NOTICE = 200;
/** A name or an IPv4 address, and a port: as gRPC takes it, with no scheme that would send it elsewhere. */
const ADDRESS = /^[a-z\d]([a-z\d.-]{0,251}[a-z\d])?:([1-9]\d{0,4})$/i;
const MAX_PORT = 65_535;
/** With those that wait well below what a gateway lets in at once, so that a slow province doesn't take all of it. */
const MAX_CONCURRENT = 64;
/** What gRPC would take for another way of finding a peer. */
const SCHEMES = ['unix', 'dns', 'ipv4', 'ipv6', 'vsock', 'xds', 'passthrough'];

/** Of a province that has said nothing. */
export function hostedEndpoint(province: string): Endpoint {
  return { province, kind: 'HOSTED', address: '', maxConcurrent: 32, timeoutMs: 5_000, changedAt: null };
}

/** The name in the certificate of a province's own endpoint, by which it is known whoever holds its address. */
export function endpointName(province: string): string {
  return `province-${province}`;
}

/** What is wrong with an endpoint, or null. */
export function endpointProblem({ province, kind, address, maxConcurrent, timeoutMs }: Endpoint): string | null {
  if (findProvince(province)?.code !== province) return 'province';
  if (kind === 'HOSTED' && address !== '') return 'a hosted endpoint has no address';
  if (kind === 'OWN' && !isAddress(address)) return 'address must be host:port';
  if (!isWithin(maxConcurrent, 1, MAX_CONCURRENT)) return `max_concurrent must be 1 to ${MAX_CONCURRENT}`;
  if (!isWithin(timeoutMs, 500, 10_000)) return 'timeout_ms must be 500 to 10000';
  return null;
}

/** Whether it may be announced at an instant: it ends after it begins and after now, and lasts seven days at most. */
export function isDowntimeValid(
  announced: { readonly from: Date; readonly until: Date },
  notice: string,
  now: Date,
): boolean {
  const [from, until] = [announced.from.getTime(), announced.until.getTime()];
  const lasts = until - from;
  const isNotice = notice.trim() !== '' && notice.length <= MAX_NOTICE && !/\p{Cc}/u.test(notice);
  return isNotice && lasts > 0 && lasts <= MAX_DOWNTIME_MS && until > now.getTime();
}

/** Until when the province is down at an instant, over all its downtimes that follow each other without a gap; null where it is up. */
export function downUntil(downtimes: readonly Downtime[], now: Date): string | null {
  let until: string | null = null;
  for (const downtime of downtimes.toSorted((a, b) => (a.from < b.from ? -1 : 1))) {
    const isOn = downtime.from <= (until ?? now.toISOString());
    if (isOn && downtime.until > (until ?? now.toISOString())) until = downtime.until;
  }
  return until;
}

function isAddress(address: string): boolean {
  const port = ADDRESS.exec(address)?.[2];
  const host = address.split(':', 1)[0] ?? '';
  return port !== undefined && Number(port) <= MAX_PORT && !SCHEMES.includes(host.toLowerCase());
}

function isWithin(count: number, least: number, most: number): boolean {
  return Number.isInteger(count) && count >= least && count <= most;
}
