import { BullModule } from '@nestjs/bullmq';
import { Module } from '@nestjs/common';
import { ChassisModule, peerAddress, provideRpcClient, queueModule, SigningKeys, TARGETS } from '@yiditong/chassis';
import { ClearingController } from './clearing.controller.js';
import { environment } from './config.js';
import { CloseCycleProcessor } from './cycle/close-cycle.processor.js';
import { CloseProposalService } from './cycle/close-proposal.service.js';
import { CycleService } from './cycle/cycle.service.js';
import { CLOSE_QUEUE, NightlyCloseService, NIGHTLY_CLOSE } from './cycle/nightly-close.service.js';
import { MonthController } from './month/month.controller.js';
import { MonthService } from './month/month.service.js';
import { NoticeService } from './month/notice.service.js';
import { ObligationService } from './obligation/obligation.service.js';
import { CostMonthService } from './position/cost-month.service.js';
import { PositionService } from './position/position.service.js';
import { StatementController } from './statement/statement.controller.js';
import { StatementRelay } from './statement/statement-relay.service.js';
import { StatementService } from './statement/statement.service.js';

@Module({
  imports: [
    ChassisModule.forService('clearing', environment),
    queueModule('clearing', environment),
    BullModule.registerQueue({ name: CLOSE_QUEUE }),
    BullModule.registerFlowProducer({ name: CLOSE_QUEUE }),
  ],
  controllers: [ClearingController, MonthController, StatementController],
  providers: [
    provideRpcClient(TARGETS.settlementCycle, peerAddress(environment, 'SETTLEMENT_ADDRESS')),
    provideRpcClient(TARGETS.filingFact, peerAddress(environment, 'FILING_ADDRESS')),
    { provide: NIGHTLY_CLOSE, useValue: environment.NIGHTLY_CLOSE },
    { provide: SigningKeys, useFactory: () => new SigningKeys(environment.CLEARING_SIGNING_KEYS) },
    ObligationService,
    PositionService,
    CostMonthService,
    CycleService,
    StatementService,
    StatementRelay,
    MonthService,
    NoticeService,
    NightlyCloseService,
    CloseProposalService,
    CloseCycleProcessor,
  ],
})
export class AppModule {}
