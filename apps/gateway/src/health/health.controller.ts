import { Controller, Get, Res } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Public } from '../auth/bearer.guard.js';
import { HealthService } from './health.service.js';

@ApiTags('健康 Health')
@Public()
@Controller('health')
export class HealthController {
  constructor(private readonly health: HealthService) {}

  @Get('live')
  @ApiOperation({ summary: '进程存活 The gateway runs' })
  live(): { status: 'up' } {
    return { status: 'up' };
  }

  @Get('ready')
  @ApiOperation({ summary: '全部服务可用 All services answer; 503 with their states otherwise' })
  async ready(
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<{ status: 'up' | 'down'; services: Record<string, 'up' | 'down'> }> {
    const services = await this.health.services();
    const status = Object.values(services).every((state) => state === 'up') ? 'up' : 'down';
    if (status === 'down') void reply.status(503);
    return { status, services };
  }
}
