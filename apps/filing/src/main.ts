import 'reflect-metadata';
import { runService, TARGETS } from '@yiditong/chassis';
import { AppModule } from './app.module.js';
import { environment } from './config.js';

await runService({
  name: 'filing',
  module: AppModule,
  serves: [
    TARGETS.filing,
    TARGETS.eligibility,
    TARGETS.filingRule,
    TARGETS.filingFact,
    TARGETS.family,
    TARGETS.entitlement,
    TARGETS.notification,
    TARGETS.filingImport,
  ],
  environment,
});
