import { Module } from '@nestjs/common';
import { ChassisModule } from '@yiditong/chassis';
import { AdmissionService, FRESHNESS } from './admission/admission.service.js';
import { ForgettingService } from './admission/forgetting.service.js';
import { environment } from './config.js';
import { IdentityController } from './identity.controller.js';
import { KeyService } from './key/key.service.js';
import { RefusalService } from './refusal/refusal.service.js';
import { RevocationService, TOKEN_MAX_LIFE_MS } from './revocation/revocation.service.js';

const freshness = {
  maxAgeSeconds: environment.MESSAGE_MAX_AGE_SECONDS,
  maxAheadSeconds: environment.MESSAGE_MAX_AHEAD_SECONDS,
};

@Module({
  imports: [ChassisModule.forService('identity', environment)],
  controllers: [IdentityController],
  providers: [
    { provide: FRESHNESS, useValue: freshness },
    { provide: TOKEN_MAX_LIFE_MS, useValue: environment.TOKEN_MAX_LIFE_SECONDS * 1000 },
    KeyService,
    AdmissionService,
    ForgettingService,
    RevocationService,
    RefusalService,
  ],
})
export class AppModule {}
