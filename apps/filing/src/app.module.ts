import { Module } from '@nestjs/common';
import { ChassisModule, peerAddress, providePersonalData, provideRpcClient, TARGETS } from '@yiditong/chassis';
import { environment } from './config.js';
import { EligibilityController } from './eligibility/eligibility.controller.js';
import { EligibilityService } from './eligibility/eligibility.service.js';
import { OptionsService } from './eligibility/options.service.js';
import { ApplicationService } from './entitlement/application.service.js';
import { FINDINGS } from './entitlement/application.store.js';
import { EntitlementController } from './entitlement/entitlement.controller.js';
import { EntitlementService } from './entitlement/entitlement.service.js';
import { DISEASES } from './entitlement/entitlement.store.js';
import { FactController } from './fact/fact.controller.js';
import { StatementEventService } from './notification/statement-event.service.js';
import { FactService } from './fact/fact.service.js';
import { ActingService } from './family/acting.service.js';
import { FamilyController } from './family/family.controller.js';
import { FamilyService } from './family/family.service.js';
import { ExpiryService } from './filing/expiry.service.js';
import { FilingController } from './filing/filing.controller.js';
import { FilingService } from './filing/filing.service.js';
import { ReadingService } from './filing/reading.service.js';
import { RecordingService } from './filing/recording.service.js';
import { TransitionService } from './filing/transition.service.js';
import { ImportApplyService } from './import/import-apply.service.js';
import { ImportCheckService } from './import/import-check.service.js';
import { ImportWorkService } from './import/import-work.service.js';
import { ImportController } from './import/import.controller.js';
import { ImportService } from './import/import.service.js';
import { DeliveryService } from './notification/delivery.service.js';
import { EventFeedService } from './notification/event-feed.service.js';
import { NotificationController } from './notification/notification.controller.js';
import { NotificationService, NotificationSettings } from './notification/notification.service.js';
import { SigningKeys } from '@yiditong/chassis';
import { WebhookSender } from './notification/webhook-sender.js';
import { ReceiptService } from './receipt/receipt.service.js';
import { RuleController } from './rule/rule.controller.js';
import { RuleService } from './rule/rule.service.js';

@Module({
  imports: [ChassisModule.forService('filing', environment)],
  controllers: [
    FilingController,
    EligibilityController,
    RuleController,
    FactController,
    FamilyController,
    EntitlementController,
    NotificationController,
    ImportController,
  ],
  providers: [
    provideRpcClient(TARGETS.benefit, peerAddress(environment, 'BENEFIT_ADDRESS')),
    provideRpcClient(TARGETS.institution, peerAddress(environment, 'SETTLEMENT_ADDRESS')),
    ...providePersonalData(environment, DISEASES, FINDINGS),
    FactService,
    StatementEventService,
    ActingService,
    FamilyService,
    EntitlementService,
    ApplicationService,
    RuleService,
    RecordingService,
    FilingService,
    TransitionService,
    ReadingService,
    ExpiryService,
    EligibilityService,
    OptionsService,
    { provide: SigningKeys, useFactory: () => new SigningKeys(environment.FILING_SIGNING_KEYS) },
    { provide: WebhookSender, useFactory: () => new WebhookSender({ mode: environment.YIDITONG_MODE }) },
    { provide: NotificationSettings, useFactory: () => new NotificationSettings(environment.YIDITONG_MODE) },
    NotificationService,
    EventFeedService,
    DeliveryService,
    ReceiptService,
    ImportService,
    ImportWorkService,
    ImportCheckService,
    ImportApplyService,
  ],
})
export class AppModule {}
