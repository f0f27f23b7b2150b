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
import { KeptFileService } from './ledger/kept-file.service.js';
import { LedgerController } from './ledger/ledger.controller.js';
import { LedgerService } from './ledger/ledger.service.js';
import { MonthService } from './ledger/month.service.js';
import { InDoubtService } from './reversal/in-doubt.service.js';
import { ReinstatementService } from './reversal/reinstatement.service.js';
import { ReversalService } from './reversal/reversal.service.js';
import { UndoService } from './reversal/undo.service.js';
import { DowntimeService } from './routing/downtime.service.js';
import { EndpointService } from './routing/endpoint.service.js';
import { ExchangeLog } from './routing/exchange-log.service.js';
import { HomeLines } from './routing/home-lines.service.js';
import { HomeProvinces } from './routing/home-provinces.service.js';
import { RefusedAnswers } from './routing/refused-answer.service.js';
import { REFUSED_ANSWERS } from './routing/refused-answer.store.js';
import { RouteBook } from './routing/route-book.service.js';
import { RouteDirectory } from './routing/route-directory.service.js';
import { RoutingController } from './routing/routing.controller.js';
import { CancelService } from './settlement/cancel.service.js';
import { FactsService } from './settlement/facts.service.js';
import { OutcomeService } from './settlement/outcome.service.js';
import { ReadingService } from './settlement/reading.service.js';
import { IN_DOUBT_MS, RecordService } from './settlement/record.service.js';
import { RefundService } from './settlement/refund.service.js';
import { SettlementController } from './settlement/settlement.controller.js';
import { SettlementService } from './settlement/settlement.service.js';
import { DIAGNOSES } from './settlement/settlement.store.js';
import { FeeService } from './visit/fee.service.js';
import { VisitMessages } from './visit/visit-messages.service.js';
import { VISIT_DIAGNOSES } from './visit/visit-row.store.js';
import { VisitSettlementService } from './visit/visit-settlement.service.js';
import { VisitController } from './visit/visit.controller.js';
import { VisitService } from './visit/visit.service.js';
import { WithdrawalMessages } from './settlement/withdrawal-message.service.js';
import { WithdrawalService } from './settlement/withdrawal.service.js';

@Module({
  imports: [ChassisModule.forService('settlement', environment)],
  controllers: [
    SettlementController,
    InstitutionController,
    CycleController,
    EstimateController,
    LedgerController,
    RoutingController,
    VisitController,
  ],
  providers: [
    provideRpcClient(TARGETS.eligibility, peerAddress(environment, 'FILING_ADDRESS')),
    provideRpcClient(TARGETS.filingFact, peerAddress(environment, 'FILING_ADDRESS')),
    provideRpcClient(TARGETS.filingRule, peerAddress(environment, 'FILING_ADDRESS')),
    provideRpcClient(TARGETS.catalogue, peerAddress(environment, 'CATALOGUE_ADDRESS')),
    provideRpcClient(TARGETS.homeProvince, peerAddress(environment, 'BENEFIT_ADDRESS')),
    provideRpcClient(TARGETS.modelClaims, peerAddress(environment, 'BENEFIT_ADDRESS')),
    provideRpcClient(TARGETS.clearing, peerAddress(environment, 'CLEARING_ADDRESS')),
    { provide: IN_DOUBT_MS, useValue: environment.IN_DOUBT_SECONDS * 1000 },
    ...providePersonalData(environment, DIAGNOSES, VISIT_DIAGNOSES, REFUSED_ANSWERS),
    InstitutionService,
    InstitutionRelay,
    FactsService,
    RouteBook,
    RouteDirectory,
    HomeLines,
    ExchangeLog,
    RefusedAnswers,
    EndpointService,
    DowntimeService,
    HomeProvinces,
    SettlementService,
    RecordService,
    ReadingService,
    OutcomeService,
    WithdrawalService,
    WithdrawalMessages,
    CancelService,
    RefundService,
    UndoService,
    ReinstatementService,
    ReversalService,
    InDoubtService,
    VisitMessages,
    VisitService,
    FeeService,
    VisitSettlementService,
    CycleService,
    BasketService,
    EstimateService,
    ObligationRelay,
    LedgerService,
    MonthService,
    KeptFileService,
  ],
})
export class AppModule {}
