import { Module } from '@nestjs/common';
import { ChassisModule, peerAddress, providePersonalData, provideRpcClient, TARGETS } from '@yiditong/chassis';
import { AccountService } from './account/account.service.js';
import { PatientService } from './account/patient.service.js';
import { AccumulatorService } from './adjudication/accumulator.service.js';
import { AdjudicationController } from './adjudication/adjudication.controller.js';
import { AdjudicationService } from './adjudication/adjudication.service.js';
import { CancellationService } from './adjudication/cancellation.service.js';
import { environment } from './config.js';
import { CredentialController } from './credential/credential.controller.js';
import { CREDENTIAL_LIFE_MS, CredentialService } from './credential/credential.service.js';
import { OutdatedCredentialsService } from './credential/outdated-credentials.service.js';
import { RefusedDecodings } from './credential/refused-decodings.service.js';
import { EstimateController } from './estimate/estimate.controller.js';
import { EstimateService } from './estimate/estimate.service.js';
import { BenefitController } from './person/benefit.controller.js';
import { InsuranceRelay } from './person/insurance-relay.service.js';
import { PersonService } from './person/person.service.js';
import { PERSONAL_DATA } from './person/person.store.js';
import { PolicyController } from './policy/policy.controller.js';
import { PolicyService } from './policy/policy.service.js';
import { PublishedPolicyService } from './policy/published-policy.service.js';

@Module({
  imports: [ChassisModule.forService('benefit', environment)],
  controllers: [AdjudicationController, BenefitController, CredentialController, EstimateController, PolicyController],
  providers: [
    provideRpcClient(TARGETS.filingFact, peerAddress(environment, 'FILING_ADDRESS')),
    InsuranceRelay,
    AdjudicationService,
    CancellationService,
    AccumulatorService,
    AccountService,
    PatientService,
    PersonService,
    PolicyService,
    PublishedPolicyService,
    EstimateService,
    CredentialService,
    RefusedDecodings,
    OutdatedCredentialsService,
    { provide: CREDENTIAL_LIFE_MS, useValue: environment.E_CREDENTIAL_SECONDS * 1000 },
    ...providePersonalData(environment, PERSONAL_DATA),
  ],
})
export class AppModule {}
