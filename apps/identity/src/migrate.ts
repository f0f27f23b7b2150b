import { migrateDatabase } from '@yiditong/chassis';
import { migrations } from './migrations/index.js';

await migrateDatabase(process.env['OWNER_DATABASE_URL'] ?? '', migrations);
