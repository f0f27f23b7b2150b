import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sm2 } from 'sm-crypto-v2';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isSignedBy, prepareKey, readSignature, type PreparedKey } from './signature.js';

/** A second implementation that shares nothing with ours. */
const OPENSSL = 'openssl';
const SIGNER_ID = '1234567812345678';
const TEXTS = ['', '{"infno":"2304","cainfo":"","fixmedins_name":"北京示例医院"}', 'x'.repeat(40_000)];

const directory = mkdtempSync(join(tmpdir(), 'yiditong-openssl-'));
const privatePem = join(directory, 'private.pem');
const publicPem = join(directory, 'public.pem');
let privateKey: string;
let key: PreparedKey;

beforeAll(() => {
  requireSm2();
  openssl('genpkey', '-algorithm', 'SM2', '-out', privatePem);
  openssl('pkey', '-in', privatePem, '-pubout', '-out', publicPem);
  const shown = openssl('pkey', '-in', privatePem, '-text', '-noout').toString();
  privateKey = hexAfter('priv:', shown).padStart(64, '0').slice(-64);
  key = prepareKey({ keyId: 'openssl', publicKey: hexAfter('pub:', shown) });
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

describe('a signature by OpenSSL', () => {
  it.each(TEXTS)('is taken for what it signed and nothing else, text %#', (text) => {
    const signature = readSignature(bySides(signatureOf(text, SIGNER_ID)).toString('base64'));
    expect(signature && isSignedBy(key, Buffer.from(text), signature)).toBe(true);
    expect(signature && isSignedBy(key, Buffer.from(`${text} `), signature)).toBe(false);
  });

  it('under another signer’s id is not taken', () => {
    const made = signatureOf('text', '8765432187654321');
    const signature = readSignature(bySides(made).toString('base64'));
    expect(signature && isSignedBy(key, Buffer.from('text'), signature)).toBe(false);
  });
});

describe('a signature of ours', () => {
  it.each(TEXTS)('is taken by OpenSSL for what it signed and nothing else, text %#', (text) => {
    const made = sm2.doSignature(Buffer.from(text), privateKey, { hash: true, der: true });
    expect(verdict(text, made)).toBe(0);
    expect(verdict(`${text} `, made)).not.toBe(0);
  });
});

/** An environment without it fails, rather than passing with a proof that was never made. */
function requireSm2(): void {
  const found = spawnSync(OPENSSL, ['genpkey', '-algorithm', 'SM2'], { stdio: ['ignore', 'pipe', 'pipe'] });
  if (found.status !== 0)
    throw new Error(
      'This cross-check needs the command line of OpenSSL 3 with SM2 (Debian: apt-get install openssl), and finds none on PATH.',
    );
}

function openssl(...args: readonly string[]): Buffer {
  return execFileSync(OPENSSL, [...args], { stdio: ['ignore', 'pipe', 'pipe'] });
}

function signatureOf(text: string, signerId: string): Buffer {
  return openssl('dgst', '-sm3', '-sigopt', `distid:${signerId}`, '-sign', privatePem, fileOf(text));
}

/** 0 where it takes it. */
function verdict(text: string, derHex: string): number | null {
  const signature = join(directory, 'signature');
  writeFileSync(signature, Buffer.from(derHex, 'hex'));
  const args = [
    'dgst',
    '-sm3',
    '-sigopt',
    `distid:${SIGNER_ID}`,
    '-verify',
    publicPem,
    '-signature',
    signature,
    fileOf(text),
  ];
  return spawnSync(OPENSSL, args, { stdio: 'ignore' }).status;
}

function fileOf(text: string): string {
  const file = join(directory, createHash('sha256').update(text).digest('hex'));
  writeFileSync(file, text);
  return file;
}

/** The 64 bytes r and s of a DER sequence of two integers. */
function bySides(der: Buffer): Buffer {
  const integer = (at: number): { value: Buffer; next: number } => {
    const length = der[at + 1] ?? 0;
    return { value: der.subarray(at + 2, at + 2 + length), next: at + 2 + length };
  };
  const r = integer(2);
  const s = integer(r.next);
  return Buffer.concat(
    [r.value, s.value].map((value) => Buffer.from(value.toString('hex').padStart(66, '0').slice(-64), 'hex')),
  );
}

/** The octets that OpenSSL prints below a heading. */
function hexAfter(heading: string, shown: string): string {
  const [, octets = ''] = shown.split(heading);
  return (/^[\s\da-f:]+?(?=\n\S)/.exec(octets)?.[0] ?? '').replace(/[^\da-f]/g, '');
}
