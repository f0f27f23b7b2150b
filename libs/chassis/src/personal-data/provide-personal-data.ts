import type { Provider } from '@nestjs/common';
import { Database } from '../database.js';
import type { PersonalDataEnvironment } from './key-ring.js';
import { RotationService } from './rotation.service.js';
import type { SealedTable } from './sealed-table.js';
import { PersonalDataVault } from './vault.js';

/** What a service needs to keep personal data in these tables: the vault, and the job that keeps its keys fresh. */
export function providePersonalData(
  environment: PersonalDataEnvironment,
  ...tables: readonly SealedTable[]
): Provider[] {
  return [
    { provide: PersonalDataVault, useFactory: () => PersonalDataVault.of(environment) },
    {
      provide: RotationService,
      inject: [Database, PersonalDataVault],
      useFactory: (database: Database, vault: PersonalDataVault) => new RotationService(database, vault, tables),
    },
  ];
}
