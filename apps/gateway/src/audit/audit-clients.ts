import type { Provider } from '@nestjs/common';
import { AUDIT_TARGETS, provideRpcClient, type RpcClient } from '@yiditong/chassis';
import { Rejection } from '@yiditong/codes';
import type { auditV1 } from '@yiditong/contracts';

export const AUDITED_SERVICES = ['filing', 'catalogue', 'benefit', 'settlement', 'clearing', 'identity'] as const;
export type AuditedService = (typeof AUDITED_SERVICES)[number];

type AuditClient = RpcClient<auditV1.AuditServiceClient>;

/** A client of each service's trail: one contract, and as many trails as services. */
export class AuditClients {
  constructor(private readonly clients: ReadonlyMap<AuditedService, AuditClient>) {}

  /** Rejects with SERVICE_UNAVAILABLE where this installation has no such service. */
  of(service: AuditedService): AuditClient {
    const client = this.clients.get(service);
    if (!client) throw new Rejection('SERVICE_UNAVAILABLE', { service });
    return client;
  }
}

export function auditClients(addresses: Readonly<Partial<Record<AuditedService, string>>>): Provider[] {
  const reachable = AUDITED_SERVICES.flatMap((service) => {
    const address = addresses[service];
    return address === undefined ? [] : [{ service, address, target: AUDIT_TARGETS[service] }];
  });
  return [
    ...reachable.map(({ target, address }) => provideRpcClient(target, address)),
    {
      provide: AuditClients,
      inject: reachable.map(({ target }) => target.token),
      useFactory: (...clients: AuditClient[]) =>
        new AuditClients(
          new Map(reachable.flatMap(({ service }, at) => (clients[at] ? [[service, clients[at]]] : []))),
        ),
    },
  ];
}
