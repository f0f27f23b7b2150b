import { BullModule } from '@nestjs/bullmq';
import { Module } from '@nestjs/common';
import { ChassisModule, peerAddress, provideRpcClient, queueModule, TARGETS } from '@yiditong/chassis';
import { ClearingController } from './clearing.controller.js';
import { environment } from './config.js';
import { CloseCycleProcessor } from './cycle/close-cycle.processor.js';
import { CloseProposalService } from './cycle/close-proposal.service.js';
import { CycleService } from './cycle/cycle.service.js';
import { CLOSE_QUEUE, NightlyCloseService, NIGHTLY_CLOSE } from './cycle/nightly-close.service.js';
import { ObligationService } from './obligation/obligation.service.js';
import { PositionService } from './position/position.service.js';

@Module({
  imports: [
    ChassisModule.forService('clearing', environment),
    queueModule('clearing', environment),
    BullModule.registerQueue({ name: CLOSE_QUEUE }),
  ],
  controllers: [ClearingController],
  providers: [
    provideRpcClient(TARGETS.settlementCycle, peerAddress(environment, 'SETTLEMENT_ADDRESS')),
    { provide: NIGHTLY_CLOSE, useValue: environment.NIGHTLY_CLOSE },
    ObligationService,
    PositionService,
    CycleService,
    NightlyCloseService,
    CloseProposalService,
    CloseCycleProcessor,
  ],
})
export class AppModule {}
