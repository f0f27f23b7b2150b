import type { Provider, Type } from '@nestjs/common';
import { CatalogueFiles } from './catalogue-files.js';
import { CatalogueTransactions } from './catalogue-transactions.js';
import { FileTransactions } from './file-transactions.js';
import { FilingTransactions } from './filing-transactions.js';
import { InpatientTransactions } from './inpatient-transactions.js';
import { LedgerTransactions } from './ledger-transactions.js';
import { OutpatientTransactions } from './outpatient-transactions.js';
import { Patients } from './patients.js';
import { PersonTransactions } from './person-transactions.js';
import { Presence } from './presence.js';
import { QueryTransactions } from './query-transactions.js';
import { ReversalTransactions } from './reversal-transactions.js';
import { SettledFees } from './settled-fees.js';
import { SignInTransactions } from './sign-in-transactions.js';
import type { TransactionGroup } from './transaction.js';
import { TRANSACTION_GROUPS, Transactions } from './transactions.js';
import { VisitSettlement } from './visit-settlement.js';

const GROUPS: readonly Type<TransactionGroup>[] = [
  SignInTransactions,
  PersonTransactions,
  OutpatientTransactions,
  InpatientTransactions,
  ReversalTransactions,
  FilingTransactions,
  LedgerTransactions,
  CatalogueTransactions,
  FileTransactions,
  QueryTransactions,
];

/**
 * The national interface's transactions; they need clients of the services that they ask, a Clock, SignInNumbers, CatalogueDownloadService
 * and FILE_NUMBER_KEY.
 */
export const transactionProviders: readonly Provider[] = [
  Patients,
  Presence,
  VisitSettlement,
  CatalogueFiles,
  SettledFees,
  ...GROUPS,
  { provide: TRANSACTION_GROUPS, inject: [...GROUPS], useFactory: (...groups: TransactionGroup[]) => groups },
  Transactions,
];
