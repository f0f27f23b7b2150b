import { Injectable } from '@nestjs/common';
import type { Account } from '@yiditong/adjudication';
import { appendAudit, Clock, Database, type Actor, type AuditEntry } from '@yiditong/chassis';
import { Rejection } from '@yiditong/codes';
import { fen, ZERO_FEN, type Fen } from '@yiditong/money';
import { findPerson, lockPersons } from '../person/person.store.js';
import type { NewAccountEntry } from './account.entity.js';
import { accountKey, accountOf, balancesOf, claimEntryIds, insertEntries, type Balances } from './account.store.js';

/** 个人账户: what the bureau puts in and takes out. Settlements use them in the transaction that adjudicates. */
@Injectable()
export class AccountService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  /**
   * Posts entries in their order, all or none, each id once for ever, and answers how many were new. Lock order: idempotency rows,
   * persons, accounts, audit. Rejects with NOT_PERMITTED, IDEMPOTENCY_KEY_REUSED, PERSON_UNKNOWN or ACCOUNT_INSUFFICIENT.
   */
  async post(actor: Actor, province: string, entries: readonly NewAccountEntry[]): Promise<number> {
    if (province !== actor.region) throw new Rejection('NOT_PERMITTED');
    return this.database.transaction(actor, async (tx) => {
      const isNew = await claimEntryIds(tx, province, entries);
      const added = entries.filter(({ entryId }) => isNew.has(entryId));
      if (added.length === 0) return 0;
      const known = await lockPersons(tx, added);
      if (added.some(({ personId }) => !known.has(personId))) throw new Rejection('PERSON_UNKNOWN');
      const balances = await balancesOf(tx, [...known.keys()]);
      const records = added.map((entry) => postedRecord(province, entry, postTo(balances, entry, entries)));
      const rows = added.map((entry) => ({
        ...entry,
        cause: 'POSTED' as const,
        settlementId: null,
        operationId: null,
      }));
      await insertEntries(tx, province, rows, this.clock.now());
      await appendAudit(tx, actor, ...records);
      return added.length;
    });
  }

  /** The person's own balances, or those of a person of the bureau's province. Rejects with NOT_PERMITTED or PERSON_UNKNOWN. */
  async get(actor: Actor, personId: string): Promise<Account> {
    if (actor.role === 'insured' && actor.person !== personId) throw new Rejection('NOT_PERMITTED');
    return this.database.transaction(actor, async (tx) => {
      const person = await findPerson(tx, personId);
      if (!person) throw new Rejection('PERSON_UNKNOWN');
      const account = await accountOf(tx, personId);
      const { province } = person;
      await appendAudit(tx, actor, { province, action: 'READ_ACCOUNT', objectType: 'person', objectId: personId });
      return account;
    });
  }
}

type Posted = { readonly before: Fen; readonly after: Fen };

/** Adds an entry to its balance. Rejects with ACCOUNT_INSUFFICIENT, by the entry's place among all that were sent. */
function postTo(balances: Balances, entry: NewAccountEntry, sent: readonly NewAccountEntry[]): Posted {
  const before = balances.get(accountKey(entry)) ?? ZERO_FEN;
  const after = fen(before + entry.amountFen);
  if (after < 0n) throw new Rejection('ACCOUNT_INSUFFICIENT', { position: String(sent.indexOf(entry) + 1) });
  balances.set(accountKey(entry), after);
  return { before, after };
}

function postedRecord(province: string, entry: NewAccountEntry, { before, after }: Posted): AuditEntry {
  const { personId, entryId, kind, amountFen } = entry;
  return {
    province,
    action: 'POST_ACCOUNT_ENTRY',
    objectType: 'person',
    objectId: personId,
    before: { balanceFen: before },
    after: { entryId, kind, amountFen, balanceFen: after },
  };
}
