import 'reflect-metadata';
import { runService, TARGETS } from '@yiditong/chassis';
import { AppModule } from './app.module.js';
import { environment } from './config.js';

await runService({
  name: 'benefit',
  module: AppModule,
  serves: [TARGETS.homeProvince, TARGETS.benefit, TARGETS.policy, TARGETS.credential, TARGETS.modelClaims],
  environment,
});
