import 'reflect-metadata';
import { runService, TARGETS } from '@yiditong/chassis';
import { AppModule } from './app.module.js';
import { environment } from './config.js';

await runService({ name: 'identity', module: AppModule, serves: [TARGETS.identity], environment });
