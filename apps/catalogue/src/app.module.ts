import { Module } from '@nestjs/common';
import { ChassisModule } from '@yiditong/chassis';
import { CatalogueProposalService } from './catalogue/catalogue-proposal.service.js';
import { CatalogueController } from './catalogue/catalogue.controller.js';
import { CatalogueService } from './catalogue/catalogue.service.js';
import { environment } from './config.js';

@Module({
  imports: [ChassisModule.forService('catalogue', environment)],
  controllers: [CatalogueController],
  providers: [CatalogueService, CatalogueProposalService],
})
export class AppModule {}
