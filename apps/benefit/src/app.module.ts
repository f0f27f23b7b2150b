import { Module } from '@nestjs/common';
import { ChassisModule } from '@yiditong/chassis';
import { AdjudicationController } from './adjudication/adjudication.controller.js';
import { AdjudicationService } from './adjudication/adjudication.service.js';
import { environment } from './config.js';
import { BenefitController } from './person/benefit.controller.js';
import { ID_INDEX_KEY, PersonService } from './person/person.service.js';
import { PolicyService } from './policy/policy.service.js';

@Module({
  imports: [ChassisModule.forService('benefit', environment)],
  controllers: [AdjudicationController, BenefitController],
  providers: [
    AdjudicationService,
    PersonService,
    PolicyService,
    { provide: ID_INDEX_KEY, useValue: environment.ID_INDEX_KEY },
  ],
})
export class AppModule {}
