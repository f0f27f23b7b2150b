import 'reflect-metadata';
import { KeyObject, webcrypto } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createSecureServer, type Http2SecureServer, type SecureServerOptions } from 'node:http2';
import { connect as connectTcp, type AddressInfo, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as connectTls, type ConnectionOptions } from 'node:tls';
import {
  Client,
  credentials as grpcCredentials,
  Server,
  status,
  type ChannelCredentials,
  type ChannelOptions,
  type handleUnaryCall,
  type ServiceError,
} from '@grpc/grpc-js';
import {
  BasicConstraintsExtension,
  SubjectAlternativeNameExtension,
  X509CertificateGenerator,
  type X509Certificate,
} from '@peculiar/x509';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MutualTls, peerOf, type TlsSettings } from './transport.js';

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const DAY_MS = 24 * 60 * 60 * 1000;
const WHO_AM_I = '/test.v1.Mirror/WhoAmI';
const HTTP2_PREFACE = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0';
const SETTINGS = 4;
/** Every refusal is an answer from the other end; nothing here waits for a time to pass. */
const PATIENCE = { timeout: 60_000 };

type Wanted = { readonly commonName?: string; readonly dnsName?: string | null; readonly notAfter?: Date };

/** In PEM. */
type Identity = { readonly ca: string; readonly cert: string; readonly key: string };

const directory = mkdtempSync(join(tmpdir(), 'yiditong-transport-'));
const servers: Server[] = [];
const strangers: Http2SecureServer[] = [];
let ours: Authority;
let another: Authority;

beforeAll(async () => {
  ours = await Authority.create('ours');
  another = await Authority.create('another');
});
afterAll(() => {
  for (const server of servers) server.forceShutdown();
  for (const server of strangers) server.close();
  rmSync(directory, { recursive: true, force: true });
});

describe('two services with certificates of the same authority', PATIENCE, () => {
  it('speak, and each call tells which service calls', async () => {
    const address = await serve('filing');
    expect(await callAs('settlement', 'filing', address)).toBe('settlement');
    expect(await callAs('gateway', 'filing', address)).toBe('gateway');
  });

  it('speak TLS 1.3', async () => {
    expect(await greet(await serve('filing'), await ours.identity('settlement'))).toBe('TLSv1.3');
  });
});

describe('two services while their authority is replaced', PATIENCE, () => {
  it('speak, the one renewed and the other not yet, once both know both authorities', async () => {
    const both = `${ours.pem}\n${another.pem}`;
    const old = new MutualTls('filing', write({ ...(await ours.identity('filing')), ca: both }));
    const renewed = new MutualTls('settlement', write({ ...(await another.identity('settlement')), ca: both }));
    const { credentials, channelOptions } = renewed.channelTo('filing');
    expect(await call(await listen(old), credentials, channelOptions)).toBe('settlement');
  });
});

describe('a service’s port', PATIENCE, () => {
  let address = '';
  beforeAll(async () => (address = await serve('filing')));

  it('refuses a caller without a certificate', async () => {
    expect(await greet(address, { ca: ours.pem })).toBe('refused');
    expect(await refusal(address, grpcCredentials.createSsl(Buffer.from(ours.pem)), named('filing'))).toBe(
      'UNAVAILABLE',
    );
  });

  it('refuses a certificate of another authority', async () => {
    const stranger = await another.identity('settlement');
    expect(await greet(address, { ...stranger, ca: ours.pem })).toBe('refused');
  });

  it('refuses a certificate that its owner signed', async () => {
    const { ca, cert, key } = await ours.identity('settlement');
    const selfSigned = await Authority.create('settlement');
    expect(await greet(address, { ca, cert: selfSigned.pem, key: selfSigned.key })).toBe('refused');
    expect(await greet(address, { ca, cert, key })).toBe('TLSv1.3');
  });

  it('refuses a certificate that has expired', async () => {
    const expired = await ours.identity('settlement', { notAfter: new Date(Date.now() - 1000) });
    expect(await greet(address, expired)).toBe('refused');
  });

  it('refuses TLS 1.2, whatever the certificate', async () => {
    const settlement = await ours.identity('settlement');
    expect(await greet(address, { ...settlement, maxVersion: 'TLSv1.2' })).toBe('refused');
  });

  it('refuses plaintext', async () => {
    expect(await greetPlainly(address)).toBe('refused');
    expect(await refusal(address, grpcCredentials.createInsecure())).toBe('UNAVAILABLE');
  });
});

describe('a service as client', PATIENCE, () => {
  it('does not speak to another service at the address, though its certificate is good', async () => {
    const address = await serve('catalogue');
    await expect(callAs('settlement', 'filing', address)).rejects.toMatchObject({
      code: status.UNAVAILABLE,
      details: expect.stringContaining('the certificate is not for filing') as string,
    });
  });

  it('is kept from it by the credentials alone, should a channel be opened without the options', async () => {
    const address = await serve('catalogue');
    const { credentials } = (await tlsOf('settlement')).channelTo('filing');
    expect(await refusal(address, credentials, named('catalogue'))).toBe('UNAVAILABLE');
  });

  it.each(['catalogue', null])('does not take a common name for the service’s name (DNS name %s)', async (dnsName) => {
    const cheat = await ours.identity('catalogue', { commonName: 'filing', dnsName });
    const address = await serveHttp2({ ...cheat, minVersion: 'TLSv1.3' });
    await expect(callAs('settlement', 'filing', address)).rejects.toMatchObject({ code: status.UNAVAILABLE });
  });

  it('does not speak to a server of another authority', async () => {
    const stranger = await another.identity('filing');
    const address = await serveHttp2({ ...stranger, minVersion: 'TLSv1.3' });
    await expect(callAs('settlement', 'filing', address)).rejects.toMatchObject({ code: status.UNAVAILABLE });
  });

  it('does not speak TLS 1.2, should the server know nothing newer', async () => {
    const address = await serveHttp2({ ...(await ours.identity('filing')), maxVersion: 'TLSv1.2' });
    await expect(callAs('settlement', 'filing', address)).rejects.toMatchObject({
      code: status.UNAVAILABLE,
      details: expect.stringMatching(/version/i) as string,
    });
  });
});

describe('the name of a peer', PATIENCE, () => {
  it.each(['catalogue', null])('is not a common name that no DNS name confirms (DNS name %s)', async (dnsName) => {
    const address = await serve('filing');
    const cheat = await ours.identity('catalogue', { commonName: 'settlement', dnsName });
    const channel = grpcCredentials.createSsl(Buffer.from(cheat.ca), Buffer.from(cheat.key), Buffer.from(cheat.cert));
    expect(await call(address, channel, named('filing'))).toBe('nobody');
  });

  it('is unknown where there is no certificate', () => {
    expect(peerOf({ getAuthContext: () => ({}) })).toBe(null);
  });
});

describe('the settings of a service', () => {
  it('name files that exist', async () => {
    const settings = { ...(await settingsOf('filing')), TLS_KEY: join(directory, 'nowhere.key') };
    expect(() => new MutualTls('filing', settings)).toThrow('environment: TLS_KEY is not readable');
  });

  it('are its own', async () => {
    const settings = await settingsOf('catalogue');
    expect(() => new MutualTls('filing', settings)).toThrow('environment: TLS_CERTIFICATE is not for filing');
  });

  it('hold a key that fits the certificate', async () => {
    const settings = { ...(await settingsOf('filing')), TLS_KEY: (await settingsOf('filing')).TLS_KEY };
    expect(() => new MutualTls('filing', settings)).toThrow('environment: TLS_KEY is not the key of TLS_CERTIFICATE');
  });

  it('hold a certificate that has not expired', async () => {
    const settings = await settingsOf('filing', { notAfter: new Date(Date.now() - 1000) });
    expect(() => new MutualTls('filing', settings)).toThrow('environment: TLS_CERTIFICATE expired');
  });
});

/** Just enough of an authority to issue what ours never would. */
class Authority {
  private constructor(
    private readonly keys: webcrypto.CryptoKeyPair,
    private readonly certificate: X509Certificate,
  ) {}

  static async create(name: string): Promise<Authority> {
    const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
    const certificate = await X509CertificateGenerator.createSelfSigned({
      name: `CN=${name}`,
      notAfter: new Date(Date.now() + DAY_MS),
      keys,
      signingAlgorithm: ALGORITHM,
      extensions: [
        new BasicConstraintsExtension(true),
        new SubjectAlternativeNameExtension([{ type: 'dns', value: name }]),
      ],
    });
    return new Authority(keys, certificate);
  }

  get pem(): string {
    return this.certificate.toString('pem');
  }

  get key(): string {
    return pemOf(this.keys.privateKey);
  }

  async identity(
    service: string,
    { commonName = service, dnsName = service, notAfter = new Date(Date.now() + DAY_MS) }: Wanted = {},
  ): Promise<Identity> {
    const { publicKey, privateKey } = await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
    const issued = await X509CertificateGenerator.create({
      subject: `CN=${commonName}`,
      issuer: this.certificate.subject,
      notBefore: new Date(notAfter.getTime() - 2 * DAY_MS),
      notAfter,
      publicKey,
      signingKey: this.keys.privateKey,
      signingAlgorithm: ALGORITHM,
      extensions: dnsName === null ? [] : [new SubjectAlternativeNameExtension([{ type: 'dns', value: dnsName }])],
    });
    return { ca: this.pem, cert: issued.toString('pem'), key: pemOf(privateKey) };
  }
}

function pemOf(key: webcrypto.CryptoKey): string {
  return KeyObject.from(key).export({ type: 'pkcs8', format: 'pem' }).toString();
}

let files = 0;

function write({ ca, cert, key }: Identity): TlsSettings {
  const toFile = (content: string): string => {
    const file = join(directory, `${files++}.pem`);
    writeFileSync(file, content);
    return file;
  };
  return { TLS_CA: toFile(ca), TLS_CERTIFICATE: toFile(cert), TLS_KEY: toFile(key) };
}

async function settingsOf(service: string, wanted?: Wanted): Promise<TlsSettings> {
  return write(await ours.identity(service, wanted));
}

async function tlsOf(service: string): Promise<MutualTls> {
  return new MutualTls(service, await settingsOf(service));
}

async function serve(service: string): Promise<string> {
  return listen(await tlsOf(service));
}

/** A service that answers each call with the name of who calls. */
async function listen(tls: MutualTls): Promise<string> {
  const server = new Server();
  servers.push(server);
  const whoAmI: handleUnaryCall<Buffer, Buffer> = (incoming, answer) =>
    answer(null, Buffer.from(peerOf(incoming) ?? 'nobody'));
  const asIs = (bytes: Buffer): Buffer => bytes;
  server.register(WHO_AM_I, whoAmI, asIs, asIs, 'unary');
  const credentials = tls.serverCredentials();
  const port = await new Promise<number>((resolve, reject) =>
    server.bindAsync('127.0.0.1:0', credentials, (error, bound) => (error ? reject(error) : resolve(bound))),
  );
  return `127.0.0.1:${port}`;
}

/** A server that is not ours. */
async function serveHttp2(options: SecureServerOptions): Promise<string> {
  const server = createSecureServer(options);
  server.on('error', () => undefined);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  strangers.push(server);
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function named(service: string): ChannelOptions {
  return { 'grpc.ssl_target_name_override': service };
}

/** Calls as one service would call another; answers with who the callee says has called. */
async function callAs(service: string, peer: string, address: string): Promise<string> {
  const { credentials, channelOptions } = (await tlsOf(service)).channelTo(peer);
  return call(address, credentials, channelOptions);
}

async function call(address: string, credentials: ChannelCredentials, options?: ChannelOptions): Promise<string> {
  const client = new Client(address, credentials, options);
  const asIs = (bytes: Buffer): Buffer => bytes;
  try {
    return await new Promise<string>((resolve, reject) =>
      client.makeUnaryRequest(WHO_AM_I, asIs, asIs, Buffer.alloc(0), (error, answer) =>
        error ? reject(error) : resolve(String(answer)),
      ),
    );
  } finally {
    client.close();
  }
}

async function refusal(address: string, credentials: ChannelCredentials, options?: ChannelOptions): Promise<string> {
  return call(address, credentials, options).then(
    () => 'OK',
    (error: ServiceError) => status[error.code],
  );
}

/** The version of TLS under which a server begins to speak HTTP/2, or 'refused'. */
async function greet(address: string, options: ConnectionOptions): Promise<string> {
  const [host = '', port = ''] = address.split(':');
  const socket = connectTls({ ...options, host, port: Number(port), servername: 'filing', ALPNProtocols: ['h2'] });
  return firstFrame(socket, () => socket.getProtocol() ?? 'none');
}

async function greetPlainly(address: string): Promise<string> {
  const [host = '', port = ''] = address.split(':');
  return firstFrame(connectTcp({ host, port: Number(port) }), () => 'plaintext');
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
