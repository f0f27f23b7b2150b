import 'reflect-metadata';
import { runService, TARGETS } from '@yiditong/chassis';
import { AppModule } from './app.module.js';
import { environment } from './config.js';

await runService({
  name: 'settlement',
  module: AppModule,
  serves: [TARGETS.settlement, TARGETS.institution, TARGETS.settlementCycle, TARGETS.estimate, TARGETS.routing],
  environment,
});
