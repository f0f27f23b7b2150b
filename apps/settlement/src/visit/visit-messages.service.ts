import { Injectable } from '@nestjs/common';
import {
  appendAudit,
  Clock,
  Database,
  type Actor,
  type AuditAction,
  type AuditFacts,
  type Tx,
} from '@yiditong/chassis';
import { provinceOf, Rejection } from '@yiditong/codes';
import type { Institution } from '../institution/institution.entity.js';
import { OutcomeService } from '../settlement/outcome.service.js';
import { decideOutcome } from '../settlement/outcome.store.js';
import { RecordService } from '../settlement/record.service.js';
import type { OperationIntent, Outcome } from '../settlement/settlement.entity.js';
import { checkSender, networked } from '../settlement/settlement.service.js';
import { finalRefusal } from '../settlement/unanswered.js';

/** A message that changes a visit. */
export type VisitMessage = {
  readonly institutionCode: string;
  readonly messageId: string;
  readonly body: unknown;
  readonly personId: string;
  readonly insuredRegion: string;
};

/** What a message comes to, decided under the visit's lock: the first answer, what it writes, and what the audit keeps of it. */
export type VisitChange<A> = {
  readonly answer: A;
  readonly visitId: string;
  readonly audit: { readonly action: AuditAction; readonly after: AuditFacts };
  readonly write: (tx: Tx) => Promise<void>;
};

/** Everything over the network first, then what runs in the transaction. */
export type PlanVisitChange<A> = (
  intent: OperationIntent,
  institution: Institution,
) => Promise<(tx: Tx) => Promise<VisitChange<A>>>;

/** Each message about a visit is carried out once for ever, by the one mechanism that settlements have: claim, outcome, effect. */
@Injectable()
export class VisitMessages {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly outcomes: OutcomeService,
    private readonly records: RecordService,
  ) {}

  /** The answer, the first one where the message came before. Rejects with the reason, which is then this id's outcome for ever. */
  async once<A>(actor: Actor, message: VisitMessage, plan: PlanVisitChange<A>): Promise<A> {
    const { institutionCode, messageId } = message;
    checkSender(actor, institutionCode, messageId);
    const { intent, repeated, found } = await this.records.claimMessage(actor, { ...message, kind: 'VISIT' });
    const known = repeated ? await this.outcomes.find(intent) : null;
    if (known) return doneAnswer<A>(known);
    try {
      const work = await plan(intent, networked(found, institutionCode));
      return doneAnswer<A>(await this.carryOut(actor, intent, work));
    } catch (error) {
      const outcome = await this.outcomes.refuse(intent, finalRefusal(error, intent.deadlineAt, repeated));
      this.records.concludeBehind(intent);
      return doneAnswer<A>(outcome);
    }
  }

  private async carryOut<A>(
    actor: Actor,
    intent: OperationIntent,
    work: (tx: Tx) => Promise<VisitChange<A>>,
  ): Promise<Outcome> {
    const outcome = await this.database.transaction(actor, async (tx) => {
      const { answer, visitId, audit, write } = await work(tx);
      const done = { outcome: 'DONE' as const, answer };
      const standing = await decideOutcome(tx, this.outcomes.keyOf(intent), done, this.clock.now());
      if (standing) return standing;
      await write(tx);
      const { personId, institutionCode, treatingProvince } = intent;
      await appendAudit(tx, actor, {
        province: provinceOf(treatingProvince),
        action: audit.action,
        objectType: 'visit',
        objectId: visitId,
        after: { personId, institutionCode, ...audit.after },
      });
      return done;
    });
    this.records.concludeBehind(intent);
    return outcome;
  }
}

function doneAnswer<A>(outcome: Outcome): A {
  if (outcome.outcome === 'DONE') return outcome.answer as A;
  if (outcome.outcome === 'REFUSED' || outcome.outcome === 'NOT_SETTLED')
    throw new Rejection(outcome.answer.reason, outcome.answer.params);
  throw new Error('a message about a visit has the outcome of a settlement');
}
