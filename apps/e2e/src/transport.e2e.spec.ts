import { readdirSync, readFileSync, statSync } from 'node:fs';
import { connect as connectTcp, type Socket } from 'node:net';
import { join } from 'node:path';
import { connect as connectTls, type ConnectionOptions } from 'node:tls';
import { credentials, makeClientConstructor, type Client, type ServiceError } from '@grpc/grpc-js';
import { createAuthority } from '@yiditong/tools';
import { service as health } from 'grpc-health-check';
import { describe, expect, inject, it } from 'vitest';

const { document } = inject('stack');
const HTTP2_PREFACE = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0';
const SETTINGS = 4;
const DEADLINE_MS = 60_000;

type Identity = { readonly ca: string; readonly cert: string; readonly key: string };
type HealthClient = Client & {
  check(
    request: { service: string },
    options: { deadline: number },
    answer: (error: ServiceError | null, answered?: { status: string }) => void,
  ): void;
};

describe.each(Object.entries(document.grpc))('the port of %s', (service, address) => {
  const settlement = identityOf('settlement');

  it('speaks TLS 1.3 to a service of this stack', async () => {
    expect(await greet(address, settlement)).toBe('TLSv1.3');
    expect(await healthOf(address, service)).toBe('SERVING');
  });

  it('shows the certificate of the service', async () => {
    const names = await new Promise<string | undefined>((resolve, reject) => {
      const socket = connectTls({ ...to(address), ...settlement, servername: service }, () => {
        resolve(socket.getPeerCertificate().subjectaltname);
        socket.destroy();
      });
      socket.on('error', reject);
    });
    expect(names).toBe(`DNS:${service}`);
  });

  it('refuses TLS 1.2', async () => {
    expect(await greet(address, { ...settlement, maxVersion: 'TLSv1.2' })).toBe('refused');
  });

  it('refuses plaintext', async () => {
    expect(await firstFrame(connectTcp(to(address)), () => 'plaintext')).toBe('refused');
  });

  it('refuses a caller without a certificate', async () => {
    expect(await greet(address, { ca: settlement.ca })).toBe('refused');
  });

  it('refuses a stranger’s certificate, even under a service’s name', async () => {
    const stranger = await (await createAuthority()).issue('settlement');
    expect(await greet(address, { ca: settlement.ca, cert: stranger.certificate, key: stranger.key })).toBe('refused');
  });
});

describe('the directory of certificates', () => {
  it('shows each key to its owner only, and the authority’s to nobody', () => {
    const keys = readdirSync(document.certificates).filter((name) => name.endsWith('.key'));
    expect(keys).toEqual(
      expect.arrayContaining([...Object.keys(document.grpc), 'gateway'].map((name) => `${name}.key`)),
    );
    for (const key of keys) expect(statSync(join(document.certificates, key)).mode & 0o777).toBe(0o600);
    expect(keys).not.toContain('ca.key');
    expect(JSON.stringify(document)).not.toContain('PRIVATE KEY');
  });
});

function identityOf(name: string): Identity {
  const read = (file: string): string => readFileSync(join(document.certificates, file), 'utf8');
  return { ca: read('ca.crt'), cert: read(`${name}.crt`), key: read(`${name}.key`) };
}

function to(address: string): { host: string; port: number } {
  const [host = '', port = ''] = address.split(':');
  return { host, port: Number(port) };
}

/** As any gRPC client asks that was given a certificate of the stack. */
async function healthOf(address: string, service: string): Promise<string | undefined> {
  const { ca, cert, key } = identityOf('gateway');
  const Health = makeClientConstructor(health, 'Health');
  const channel = credentials.createSsl(Buffer.from(ca), Buffer.from(key), Buffer.from(cert));
  const options = { 'grpc.ssl_target_name_override': service };
  const client = new Health(address, channel, options) as unknown as HealthClient;
  try {
    return await new Promise((resolve, reject) =>
      client.check({ service: '' }, { deadline: Date.now() + DEADLINE_MS }, (error, answer) =>
        error ? reject(error) : resolve(answer?.status),
      ),
    );
  } finally {
    client.close();
  }
}

/** The version of TLS under which the service begins to speak HTTP/2, or 'refused'. */
async function greet(address: string, options: ConnectionOptions): Promise<string> {
  const socket = connectTls({
    ...to(address),
    ...options,
    // Which service answers is another test's matter.
    checkServerIdentity: () => undefined,
    ALPNProtocols: ['h2'],
  });
  return firstFrame(socket, () => socket.getProtocol() ?? 'none');
}

/**
 * In TLS 1.3 a client's handshake ends before the server has looked at its certificate. Only the server's first frame
 * tells, and that is SETTINGS (RFC 9113 3.4); an alert in plaintext is none.
 */
async function firstFrame(socket: Socket, accepted: () => string): Promise<string> {
  try {
    return await new Promise<string>((resolve) => {
      socket.once('data', (frame) => resolve(frame[3] === SETTINGS ? accepted() : 'refused'));
      socket.on('error', () => resolve('refused'));
      socket.once('close', () => resolve('refused'));
      socket.write(HTTP2_PREFACE);
    });
  } finally {
    socket.destroy();
  }
}
