import 'reflect-metadata';
import { runService, TARGETS } from '@yiditong/chassis';
import { AppModule } from './app.module.js';
import { environment } from './config.js';

await runService({ name: 'clearing', module: AppModule, serves: [TARGETS.clearing, TARGETS.statement], environment });
