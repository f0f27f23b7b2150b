import { migrateDatabase, migrateQueues } from '@yiditong/chassis';
import { migrations } from './migrations/index.js';

const ownerUrl = process.env['OWNER_DATABASE_URL'] ?? '';
await migrateDatabase(ownerUrl, migrations);
await migrateQueues(ownerUrl, 'clearing_app');
