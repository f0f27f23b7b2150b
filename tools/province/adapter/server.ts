import { X509Certificate } from 'node:crypto';
import {
  Metadata,
  Server,
  ServerCredentials,
  status,
  type handleUnaryCall,
  type ServiceDefinition,
} from '@grpc/grpc-js';
import { MutualTls } from '@yiditong/chassis';
import { REASONS, Rejection } from '@yiditong/codes';
import { contractDefinition } from '@yiditong/contracts';
import type { HomeProvince } from './home-province.js';

/** Files in PEM, and the name for which the certificate is. */
export type ServerTls = {
  readonly name: string;
  readonly ca: string;
  readonly certificate: string;
  readonly key: string;
};

export type RunningAdapter = { readonly address: string; readonly stop: () => Promise<void> };

type Call = Parameters<handleUnaryCall<object, object>>[0];

const LOOPBACK = '127.0.0.1';
/** Who alone may ask, by the name in the certificate that the platform's authority gave it. */
const CALLER = 'settlement';
const STOP_WITHIN_MS = 5_000;

/**
 * Serves the contract on loopback. With TLS both ends show a certificate of the same authority and only the platform's settlement is
 * heard; without it the port is for whoever is on this machine.
 */
export async function startAdapter(
  home: HomeProvince,
  { port = 0, tls = null }: { readonly port?: number; readonly tls?: ServerTls | null } = {},
): Promise<RunningAdapter> {
  const server = new Server();
  const service = contractDefinition['yiditong.benefit.v1.HomeProvinceService'] as ServiceDefinition;
  const served: Readonly<Record<string, (request: never) => unknown>> = home;
  const handlers = Object.entries(served).map(([name, answer]) => [name, serve(answer, tls !== null)] as const);
  server.addService(service, Object.fromEntries(handlers));
  const bound = await new Promise<number>((resolve, reject) =>
    server.bindAsync(`${LOOPBACK}:${port}`, credentialsOf(tls), (error, at) => (error ? reject(error) : resolve(at))),
  );
  return { address: `${LOOPBACK}:${bound}`, stop: () => stop(server) };
}

function credentialsOf(tls: ServerTls | null): ServerCredentials {
  if (tls === null) return ServerCredentials.createInsecure();
  const files = { TLS_CA: tls.ca, TLS_CERTIFICATE: tls.certificate, TLS_KEY: tls.key };
  return new MutualTls(tls.name, files).serverCredentials();
}

function serve(answer: (request: never) => unknown, mustBeKnown: boolean): handleUnaryCall<object, object> {
  return (call, reply) => {
    Promise.resolve()
      .then(() => {
        if (mustBeKnown && !isFromSettlement(call)) throw new Rejection('NOT_PERMITTED');
        return answer(call.request as never) as object;
      })
      .then(
        (message) => reply(null, message),
        (error: unknown) => reply(refusalOf(error)),
      );
  };
}

function isFromSettlement(call: Call): boolean {
  const certificate = call.getAuthContext().sslPeerCertificate;
  return certificate !== undefined && new X509Certificate(certificate.raw).checkHost(CALLER) !== undefined;
}

/** How the platform reads a refusal: the reason as details, and with its parameters as JSON in `rejection-bin`. */
function refusalOf(error: unknown): { code: status; details: string; metadata: Metadata } {
  const { reason, params } = error instanceof Rejection ? error : fault(error);
  const metadata = new Metadata();
  metadata.set('rejection-bin', Buffer.from(JSON.stringify({ reason, params })));
  return { code: status[REASONS[reason].rpc], details: reason, metadata };
}

/** Whole for whoever runs the adapter, and opaque outside. */
function fault(error: unknown): Rejection {
  process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
  return new Rejection('INTERNAL_FAULT');
}

/** Calls that are being answered are; one that takes too long is cut off. */
function stop(server: Server): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => server.forceShutdown(), STOP_WITHIN_MS);
    server.tryShutdown(() => {
      clearTimeout(timer);
      resolve();
    });
  });
}
