import { Controller, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Revocations } from '../auth/revocations.js';
import { Endpoint, PUBLIC } from '../http/endpoint.js';
import { HealthService } from './health.service.js';

type Readiness = {
  readonly status: 'up' | 'down';
  readonly services: Record<string, 'up' | 'down'>;
  /** When the list of revocations was last complete; without one this gateway would let in what was revoked. */
  readonly revocations: { readonly completeAt: string | null };
};

@ApiTags('健康 Health')
@Controller('health')
export class HealthController {
  constructor(
    private readonly health: HealthService,
    private readonly revocations: Revocations,
  ) {}

  @Endpoint({
    method: 'GET',
    path: 'live',
    access: PUBLIC,
    summary: '进程存活 The gateway runs',
  })
  live(): { status: 'up' } {
    return { status: 'up' };
  }

  @Endpoint({
    method: 'GET',
    path: 'ready',
    access: PUBLIC,
    summary: '全部服务可用 All services answer; 503 with their states otherwise',
  })
  async ready(@Res({ passthrough: true }) reply: FastifyReply): Promise<Readiness> {
    const services = await this.health.services();
    const completeAt = this.revocations.completeAt?.toISOString() ?? null;
    const status = completeAt !== null && Object.values(services).every((state) => state === 'up') ? 'up' : 'down';
    if (status === 'down') void reply.status(503);
    return { status, services, revocations: { completeAt } };
  }
}
