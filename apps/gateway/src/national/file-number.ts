import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';

/** What a download number stands for: a catalogue as it changed between two versions, or an institution's mappings on a day. */
export type DownloadOrder = {
  readonly infno: string;
  /** The version that the hospital has; of 1317 the day, counted from 1970. */
  readonly since: number;
  /** The version that it goes to; 0 of 1317. */
  readonly upTo: number;
  /** Only what was changed from then on, Unix seconds; 0 for all. */
  readonly changedSince: number;
};

const INFNOS = ['1301', '1302', '1303', '1304', '1305', '1306', '1312', '1316', '1317', '1318', '1319'] as const;
export type DownloadInfno = (typeof INFNOS)[number];
const HOUR_MS = 3_600_000;
const CONTENT_BYTES = 14;
const MAC_BYTES = 8;
const MAX_THREE_BYTES = 0xff_ff_ff;

/**
 * 文件查询号 of what can be made whenever it is asked for: 30 characters that say what, until when, and under a key of the gateway's for whom.
 * Nothing is kept. What is downloaded with it its bearer may read anyway.
 */
export function fileNumberOf(order: DownloadOrder, expiresAt: Date, institutionCode: string, key: Buffer): string {
  const hours = Math.floor(expiresAt.getTime() / HOUR_MS);
  if (Math.max(order.since, order.upTo, hours) > MAX_THREE_BYTES)
    throw new RangeError('no room for the version or the day');
  const content = Buffer.alloc(CONTENT_BYTES);
  content.writeUInt8(
    INFNOS.findIndex((infno) => infno === order.infno),
    0,
  );
  content.writeUIntBE(order.since, 1, 3);
  content.writeUIntBE(order.upTo, 4, 3);
  content.writeUInt32BE(order.changedSince, 7);
  content.writeUIntBE(hours, 11, 3);
  return Buffer.concat([content, macOf(content, institutionCode, key)]).toString('base64url');
}

/** Null where the gateway never gave the institution this number, or its time is over. */
export function orderOf(number: string, now: Date, institutionCode: string, key: Buffer): DownloadOrder | null {
  if (!/^[\w-]{30}$/.test(number)) return null;
  const bytes = Buffer.from(number, 'base64url');
  const content = bytes.subarray(0, CONTENT_BYTES);
  // Two texts may stand for the same bytes; only the one that was given out counts.
  if (bytes.toString('base64url') !== number) return null;
  if (!timingSafeEqual(bytes.subarray(CONTENT_BYTES), macOf(content, institutionCode, key))) return null;
  const infno = INFNOS[content.readUInt8(0)];
  if (infno === undefined || content.readUIntBE(11, 3) * HOUR_MS <= now.getTime()) return null;
  return {
    infno,
    since: content.readUIntBE(1, 3),
    upTo: content.readUIntBE(4, 3),
    changedSince: content.readUInt32BE(7),
  };
}

/** From a secret that all gateways have, for this and nothing else. */
export function fileNumberKey(secret: string): Buffer {
  return Buffer.from(hkdfSync('sha256', secret, '', 'yiditong file numbers', 32));
}

/** A day from now, to the hour before. */
export function expiryOf(now: Date): Date {
  return new Date(Math.floor((now.getTime() + 24 * HOUR_MS) / HOUR_MS) * HOUR_MS);
}

function macOf(content: Buffer, institutionCode: string, key: Buffer): Buffer {
  return createHmac('sha256', key).update(`${institutionCode}:`).update(content).digest().subarray(0, MAC_BYTES);
}
