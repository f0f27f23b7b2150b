import { Module } from '@nestjs/common';
import { APP_FILTER, APP_GUARD, APP_PIPE } from '@nestjs/core';
import { Clock, peerAddress, provideRpcClient, TARGETS } from '@yiditong/chassis';
import { LoggerModule } from 'nestjs-pino';
import { BearerGuard, TOKEN_KEYS, tokenKeys } from './auth/bearer.guard.js';
import { ClearingController } from './clearing/clearing.controller.js';
import { environment } from './config.js';
import { FilingController } from './filing/filing.controller.js';
import { HealthController } from './health/health.controller.js';
import { HealthService } from './health/health.service.js';
import { RequestPipe } from './http/request-pipe.js';
import { ProblemFilter } from './problem.filter.js';
import { PersonController } from './reference/person.controller.js';
import { ReferenceController } from './reference/reference.controller.js';
import { SettlementController } from './settlement/settlement.controller.js';

const addresses = {
  filing: peerAddress(environment, 'FILING_ADDRESS'),
  catalogue: peerAddress(environment, 'CATALOGUE_ADDRESS'),
  benefit: peerAddress(environment, 'BENEFIT_ADDRESS'),
  settlement: peerAddress(environment, 'SETTLEMENT_ADDRESS'),
  clearing: peerAddress(environment, 'CLEARING_ADDRESS'),
};

@Module({
  imports: [
    LoggerModule.forRoot({
      pinoHttp: { level: environment.LOG_LEVEL, base: { service: 'gateway' }, autoLogging: false },
    }),
  ],
  controllers: [
    HealthController,
    FilingController,
    SettlementController,
    PersonController,
    ReferenceController,
    ClearingController,
  ],
  providers: [
    Clock,
    provideRpcClient(TARGETS.filing, addresses.filing),
    provideRpcClient(TARGETS.catalogue, addresses.catalogue),
    provideRpcClient(TARGETS.benefit, addresses.benefit),
    provideRpcClient(TARGETS.settlement, addresses.settlement),
    provideRpcClient(TARGETS.institution, addresses.settlement),
    provideRpcClient(TARGETS.clearing, addresses.clearing),
    { provide: HealthService, inject: [Clock], useFactory: (clock: Clock) => new HealthService(addresses, clock) },
    { provide: TOKEN_KEYS, useFactory: () => tokenKeys(environment) },
    { provide: APP_GUARD, useClass: BearerGuard },
    { provide: APP_FILTER, useClass: ProblemFilter },
    { provide: APP_PIPE, useClass: RequestPipe },
  ],
})
export class AppModule {}
