import { Module } from '@nestjs/common';
import { ChassisModule } from '@yiditong/chassis';
import { CatalogueProposalService } from './catalogue/catalogue-proposal.service.js';
import { CatalogueController } from './catalogue/catalogue.controller.js';
import { environment } from './config.js';
import { ConflictReviewService } from './conflict/conflict-review.service.js';
import { ConflictController } from './conflict/conflict.controller.js';
import { ConflictService } from './conflict/conflict.service.js';
import { ClassificationService } from './image/classification.service.js';
import { ImageService } from './image/image.service.js';
import { HarmonizationController } from './list/harmonization.controller.js';
import { ListService } from './list/list.service.js';
import { MappingService } from './mapping/mapping.service.js';
import { CandidateService } from './matching/candidate.service.js';
import { ListWorkService } from './matching/list-work.service.js';
import { MatchService } from './matching/match.service.js';
import { MatchingService } from './matching/matching.service.js';
import { NationalItemService } from './matching/national-item.service.js';
import { BasketService } from './reading/basket.service.js';
import { ChangeService } from './reading/change.service.js';
import { ComparisonService } from './reading/comparison.service.js';
import { CoverageService } from './reading/coverage.service.js';
import { HeavyReadingService } from './reading/heavy-reading.service.js';
import { ItemController } from './reading/item.controller.js';
import { ItemService } from './reading/item.service.js';
import { VersionController } from './reading/version.controller.js';
import { AfterPublicationService } from './version/after-publication.service.js';
import { DraftCheckService } from './version/draft-check.service.js';
import { DraftWorkService } from './version/draft-work.service.js';
import { DraftController } from './version/draft.controller.js';
import { DraftService } from './version/draft.service.js';
import { PublicationService } from './version/publication.service.js';
import { SubmissionService } from './version/submission.service.js';

@Module({
  imports: [ChassisModule.forService('catalogue', environment)],
  controllers: [
    CatalogueController,
    DraftController,
    VersionController,
    ItemController,
    HarmonizationController,
    ConflictController,
  ],
  providers: [
    ClassificationService,
    ImageService,
    CatalogueProposalService,
    AfterPublicationService,
    DraftCheckService,
    DraftWorkService,
    DraftService,
    PublicationService,
    SubmissionService,
    HeavyReadingService,
    ComparisonService,
    BasketService,
    CoverageService,
    ItemService,
    ChangeService,
    NationalItemService,
    CandidateService,
    MatchingService,
    ListWorkService,
    ListService,
    MatchService,
    MappingService,
    ConflictService,
    ConflictReviewService,
  ],
})
export class AppModule {}
