import 'reflect-metadata';
import { runService, TARGETS } from '@yiditong/chassis';
import { AppModule } from './app.module.js';
import { environment } from './config.js';
import { ImageService } from './image/image.service.js';

await runService({
  name: 'catalogue',
  module: AppModule,
  serves: [
    TARGETS.catalogue,
    TARGETS.catalogueDraft,
    TARGETS.catalogueVersion,
    TARGETS.catalogueItem,
    TARGETS.harmonization,
    TARGETS.catalogueConflict,
  ],
  environment,
  readiness: ImageService,
});
