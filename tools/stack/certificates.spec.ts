import { createPrivateKey, X509Certificate } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { certificateSettings, writeCertificates } from './certificates.js';

const SERVICES = ['filing', 'catalogue', 'benefit', 'settlement', 'clearing', 'identity', 'gateway'];
const SERVER_AND_CLIENT = ['1.3.6.1.5.5.7.3.1', '1.3.6.1.5.5.7.3.2'];
const DAY_MS = 24 * 60 * 60 * 1000;

const parent = mkdtempSync(join(tmpdir(), 'yiditong-certificates-'));
const directory = join(parent, 'certificates');
const begun = Date.now();

beforeAll(() => writeCertificates(directory, SERVICES));
afterAll(() => rmSync(parent, { recursive: true, force: true }));

const text = (name: string): string => readFileSync(join(directory, name), 'utf8');
const certificateOf = (name: string): X509Certificate => new X509Certificate(text(`${name}.crt`));
const lifeOf = ({ validFrom, validTo }: X509Certificate): { from: number; until: number } => ({
  from: Date.parse(validFrom),
  until: Date.parse(validTo),
});

describe('the authority', () => {
  it('signs itself and may sign certificates, but no further authority', () => {
    const authority = certificateOf('ca');
    expect(authority.verify(authority.publicKey)).toBe(true);
    expect(authority.ca).toBe(true);
    // basicConstraints, critical: an authority, with a path of length 0 below it.
    expect(authority.raw.includes(Buffer.from('0603551d130101ff040830060101ff020100', 'hex'))).toBe(true);
  });

  it('leaves its key nowhere on disk', () => {
    expect(readdirSync(directory).sort()).toEqual(
      ['ca.crt', ...SERVICES.flatMap((service) => [`${service}.crt`, `${service}.key`])].sort(),
    );
    const keys = SERVICES.map((service) => createPrivateKey(text(`${service}.key`)));
    expect(keys.some((key) => certificateOf('ca').checkPrivateKey(key))).toBe(false);
  });
});

describe.each(SERVICES)('the certificate of %s', (service) => {
  it('is the authority’s', () => {
    const authority = certificateOf('ca');
    expect(certificateOf(service).checkIssued(authority)).toBe(true);
    expect(certificateOf(service).verify(authority.publicKey)).toBe(true);
  });

  it('names the service and nothing else, as server and as client', () => {
    const certificate = certificateOf(service);
    expect(certificate.subject).toBe(`CN=${service}`);
    expect(certificate.subjectAltName).toBe(`DNS:${service}`);
    expect(certificate.keyUsage.toSorted()).toEqual(SERVER_AND_CLIENT);
    expect(certificate.ca).toBe(false);
  });

  it('is for its own P-256 key, which only its owner may read', () => {
    const { TLS_KEY } = certificateSettings(directory, service);
    const { asymmetricKeyDetails, asymmetricKeyType } = certificateOf(service).publicKey;
    expect([asymmetricKeyType, asymmetricKeyDetails?.namedCurve]).toEqual(['ec', 'prime256v1']);
    expect(certificateOf(service).checkPrivateKey(createPrivateKey(readFileSync(TLS_KEY)))).toBe(true);
    expect(statSync(TLS_KEY).mode & 0o777).toBe(0o600);
  });

  it('is valid now, for seven days, and not beyond its authority', () => {
    const { from, until } = lifeOf(certificateOf(service));
    expect(from).toBeLessThan(begun);
    expect(until).toBeGreaterThan(begun + 6 * DAY_MS);
    expect(until).toBeLessThanOrEqual(Date.now() + 7 * DAY_MS);
    expect(lifeOf(certificateOf('ca'))).toEqual({ from, until });
  });
});

describe('all certificates', () => {
  it('lie in a directory that only its owner may enter', () => {
    expect(statSync(directory).mode & 0o777).toBe(0o700);
  });

  it('have serial numbers and keys of their own', () => {
    const issued = ['ca', ...SERVICES].map(certificateOf);
    expect(new Set(issued.map(({ serialNumber }) => serialNumber)).size).toBe(issued.length);
    const keys = issued.map(({ publicKey }) => publicKey.export({ type: 'spki', format: 'pem' }));
    expect(new Set(keys).size).toBe(issued.length);
  });

  it('are made anew each time, by another authority, and nothing older stays', async () => {
    const before = certificateOf('ca');
    writeFileSync(join(directory, 'retired.key'), 'left by an older stack');
    await writeCertificates(directory, SERVICES);
    expect(readdirSync(directory)).not.toContain('retired.key');
    expect(certificateOf('filing').checkIssued(before)).toBe(false);
    expect(certificateOf('filing').verify(before.publicKey)).toBe(false);
  });
});
