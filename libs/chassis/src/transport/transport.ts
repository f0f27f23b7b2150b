import { createPrivateKey, X509Certificate, type KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Http2Session, ServerHttp2Stream } from 'node:http2';
import { createSecureContext, type PeerCertificate, type SecureContextOptions } from 'node:tls';
import {
  credentials,
  ServerCredentials,
  type ChannelCredentials,
  type ChannelOptions,
  type ServerUnaryCall,
} from '@grpc/grpc-js';

/** Files in PEM: the authority that signs every service's certificate, this service's own certificate, and its key. */
export type TlsSettings = { readonly TLS_CA: string; readonly TLS_CERTIFICATE: string; readonly TLS_KEY: string };

/** What a gRPC client needs to reach one service and no other. */
export type Channel = { readonly credentials: ChannelCredentials; readonly channelOptions: ChannelOptions };

/** Both ends show a certificate of the same authority, or nothing is said. There is no other way between services. */
export class MutualTls {
  private readonly context: SecureContextOptions;

  /** Reads the files once. Throws when one is missing, or the certificate has expired or is another's. */
  constructor(service: string, settings: TlsSettings) {
    const [ca, cert, key] = [read(settings, 'TLS_CA'), read(settings, 'TLS_CERTIFICATE'), read(settings, 'TLS_KEY')];
    this.context = {
      ca,
      cert,
      key,
      // Said here and not for the whole process, whose other peers (a database, an identity provider) may speak 1.2.
      minVersion: 'TLSv1.3',
      maxVersion: 'TLSv1.3',
    };
    const problem = problemOf(new X509Certificate(cert), createPrivateKey(key), service);
    if (problem !== null) throw new Error(`environment: ${problem}`);
  }

  /** For a server: whoever has no certificate of the authority is cut off before the first call. */
  serverCredentials(): ServerCredentials {
    return new MutualServerCredentials(this.context);
  }

  /**
   * For a client of the service `peer`. An address says only where the peer listens; who answers there is
   * known by the certificate, which must be the peer's.
   */
  channelTo(peer: string): Channel {
    return {
      credentials: credentials.createFromSecureContext(createSecureContext(this.context), {
        rejectUnauthorized: true,
        checkServerIdentity: (_address, { raw }) =>
          isFor(new X509Certificate(raw), peer) ? undefined : new Error(`the certificate is not for ${peer}`),
      }),
      channelOptions: { 'grpc.ssl_target_name_override': peer, 'grpc.default_authority': peer },
    };
  }
}

/**
 * By the connection: each call asks, reading the certificate is a fifth of what a call costs that reads nothing else, and in TLS 1.3
 * it stays the same as long as the connection does.
 */
const namesByConnection = new WeakMap<Http2Session, string>();

/** The name of the service at the other end of a call, or null where no certificate says it. */
export function peerOf(call: Pick<ServerUnaryCall<unknown, unknown>, 'getAuthContext'>): string | null {
  const connection = connectionOf(call);
  const known = connection === null ? undefined : namesByConnection.get(connection);
  if (known !== undefined) return known;
  const certificate = call.getAuthContext().sslPeerCertificate;
  const name = certificate === undefined ? null : nameOf(certificate);
  if (connection !== null && name !== null) namesByConnection.set(connection, name);
  return name;
}

/**
 * What a call came over. grpc has it where no type says so; should it keep it elsewhere one day, this is null, and each call reads the
 * certificate.
 */
function connectionOf(call: object): Http2Session | null {
  const { call: inner } = call as { readonly call?: { readonly stream?: Partial<ServerHttp2Stream> } };
  const session = inner?.stream?.session;
  return session?.encrypted === true ? session : null;
}

/** grpc's own credentials have no setting for the version of TLS; what they hand to Node has. */
class MutualServerCredentials extends ServerCredentials {
  constructor(context: SecureContextOptions) {
    super({ requestCert: true, rejectUnauthorized: true }, context);
  }

  override _equals(other: ServerCredentials): boolean {
    return this === other;
  }
}

/** By the DNS name alone: authorities check that, while many write any common name that they are asked for. */
function isFor(certificate: X509Certificate, service: string): boolean {
  return certificate.checkHost(service, { subject: 'never', wildcards: false }) !== undefined;
}

function nameOf({ subject, raw }: PeerCertificate): string | null {
  const name = subject.CN;
  return typeof name === 'string' && isFor(new X509Certificate(raw), name) ? name : null;
}

/** Peers would refuse each of these without saying why. */
function problemOf(certificate: X509Certificate, key: KeyObject, service: string): string | null {
  if (!isFor(certificate, service)) return `TLS_CERTIFICATE is not for ${service}`;
  if (!certificate.checkPrivateKey(key)) return 'TLS_KEY is not the key of TLS_CERTIFICATE';
  if (Date.parse(certificate.validTo) < Date.now()) return `TLS_CERTIFICATE expired at ${certificate.validTo}`;
  return null;
}

function read(settings: TlsSettings, name: keyof TlsSettings): Buffer {
  try {
    return readFileSync(settings[name]);
  } catch (error) {
    throw new Error(`environment: ${name} is not readable`, { cause: error });
  }
}
