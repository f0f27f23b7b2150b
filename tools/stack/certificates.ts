// The library's own dependencies look for decorator metadata as they load.
import 'reflect-metadata';
import { KeyObject, randomBytes, webcrypto } from 'node:crypto';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509CertificateGenerator,
  type X509Certificate,
} from '@peculiar/x509';

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const MINUTE_MS = 60_000;
/** A clock that is a little behind must not take a new certificate for one of tomorrow. */
const SKEW_MS = 5 * MINUTE_MS;
/**
 * A stack is made anew at each start, so its certificates need not outlive one left up over a week of holidays;
 * a key that was copied from a forgotten directory opens nothing after that.
 */
const LIFE_MS = 7 * 24 * 60 * MINUTE_MS;

/** In PEM. */
export type IssuedCertificate = { readonly certificate: string; readonly key: string };

/** Certificates by an authority whose key exists in this process's memory only. */
export type Authority = {
  /** In PEM: what peers check certificates against. */
  readonly certificate: string;
  /** A new key and its certificate for one service, as client and as server, under its name alone. */
  readonly issue: (service: string) => Promise<IssuedCertificate>;
};

export type CertificateSettings = Readonly<Record<'TLS_CA' | 'TLS_CERTIFICATE' | 'TLS_KEY', string>>;

type Signer = { readonly keys: webcrypto.CryptoKeyPair; readonly certificate: X509Certificate };

/** A new authority. Nothing that it signs, and not it itself, is valid for more than seven days from now. */
export async function createAuthority(): Promise<Authority> {
  // Not extractable: no code can write this key to disk, not even by mistake.
  const keys = await webcrypto.subtle.generateKey(ALGORITHM, false, ['sign', 'verify']);
  const now = Date.now();
  const certificate = await X509CertificateGenerator.createSelfSigned({
    serialNumber: serialNumber(),
    // Each authority has a name of its own, so that a certificate of another stack is seen to be one.
    name: `CN=Yiditong development authority ${randomBytes(4).toString('hex')}`,
    notBefore: new Date(now - SKEW_MS),
    notAfter: new Date(now + LIFE_MS),
    keys,
    signingAlgorithm: ALGORITHM,
    extensions: [
      new BasicConstraintsExtension(true, 0, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign, true),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return { certificate: pemOf(certificate), issue: (service) => issue({ keys, certificate }, service) };
}

async function issue({ keys, certificate }: Signer, service: string): Promise<IssuedCertificate> {
  const { publicKey, privateKey } = await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
  const issued = await X509CertificateGenerator.create({
    serialNumber: serialNumber(),
    subject: `CN=${service}`,
    issuer: certificate.subject,
    notBefore: certificate.notBefore,
    notAfter: certificate.notAfter,
    publicKey,
    signingKey: keys.privateKey,
    signingAlgorithm: ALGORITHM,
    extensions: [
      new BasicConstraintsExtension(false, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
      new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth, ExtendedKeyUsage.clientAuth]),
      new SubjectAlternativeNameExtension([{ type: 'dns', value: service }]),
      await SubjectKeyIdentifierExtension.create(publicKey),
      await AuthorityKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  const key = KeyObject.from(privateKey).export({ type: 'pkcs8', format: 'pem' }).toString();
  return { certificate: pemOf(issued), key };
}

/** Writes a new authority's certificate and one certificate and key a service; what lay there before is gone. */
export async function writeCertificates(directory: string, services: Iterable<string>): Promise<void> {
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const authority = await createAuthority();
  writeFileSync(join(directory, 'ca.crt'), authority.certificate);
  for (const service of services) {
    const { certificate, key } = await authority.issue(service);
    const files = certificateSettings(directory, service);
    writeFileSync(files.TLS_CERTIFICATE, certificate);
    // From the first byte on only the owner may read it.
    writeFileSync(files.TLS_KEY, key, { mode: 0o600 });
  }
}

/** What a service's environment says of its files. */
export function certificateSettings(directory: string, service: string): CertificateSettings {
  return {
    TLS_CA: join(directory, 'ca.crt'),
    TLS_CERTIFICATE: join(directory, `${service}.crt`),
    TLS_KEY: join(directory, `${service}.key`),
  };
}

/** Positive, and unlike any other: 20 octets at most (RFC 5280 4.1.2.2). */
function serialNumber(): string {
  return `01${randomBytes(16).toString('hex')}`;
}

function pemOf(certificate: X509Certificate): string {
  return `${certificate.toString('pem')}\n`;
}
