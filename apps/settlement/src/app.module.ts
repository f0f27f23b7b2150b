import { Module } from '@nestjs/common';
import { ChassisModule, peerAddress, providePersonalData, provideRpcClient, TARGETS } from '@yiditong/chassis';
import { ObligationRelay } from './clearing/obligation-relay.service.js';
import { environment } from './config.js';
import { CycleController } from './cycle/cycle.controller.js';
import { CycleService } from './cycle/cycle.service.js';
import { BasketService } from './estimate/basket.service.js';
import { EstimateController } from './estimate/estimate.controller.js';
import { EstimateService } from './estimate/estimate.service.js';
import { InstitutionController } from './institution/institution.controller.js';
import { InstitutionRelay } from './institution/institution-relay.service.js';
import { InstitutionService } from './institution/institution.service.js';
import { InDoubtService } from './reversal/in-doubt.service.js';
import { ReversalService } from './reversal/reversal.service.js';
import { FactsService } from './settlement/facts.service.js';
import { OutcomeService } from './settlement/outcome.service.js';
import { ReadingService } from './settlement/reading.service.js';
import { IN_DOUBT_MS, RecordService } from './settlement/record.service.js';
import { SettlementController } from './settlement/settlement.controller.js';
import { SettlementService } from './settlement/settlement.service.js';
import { DIAGNOSES } from './settlement/settlement.store.js';

@Module({
  imports: [ChassisModule.forService('settlement', environment)],
  controllers: [SettlementController, InstitutionController, CycleController, EstimateController],
  providers: [
    provideRpcClient(TARGETS.eligibility, peerAddress(environment, 'FILING_ADDRESS')),
    provideRpcClient(TARGETS.filingFact, peerAddress(environment, 'FILING_ADDRESS')),
    provideRpcClient(TARGETS.filingRule, peerAddress(environment, 'FILING_ADDRESS')),
    provideRpcClient(TARGETS.catalogue, peerAddress(environment, 'CATALOGUE_ADDRESS')),
    provideRpcClient(TARGETS.homeProvince, peerAddress(environment, 'BENEFIT_ADDRESS')),
    provideRpcClient(TARGETS.modelClaims, peerAddress(environment, 'BENEFIT_ADDRESS')),
    provideRpcClient(TARGETS.clearing, peerAddress(environment, 'CLEARING_ADDRESS')),
    { provide: IN_DOUBT_MS, useValue: environment.IN_DOUBT_SECONDS * 1000 },
    ...providePersonalData(environment, DIAGNOSES),
    InstitutionService,
    InstitutionRelay,
    FactsService,
    SettlementService,
    RecordService,
    ReadingService,
    OutcomeService,
    ReversalService,
    InDoubtService,
    CycleService,
    BasketService,
    EstimateService,
    ObligationRelay,
  ],
})
export class AppModule {}
