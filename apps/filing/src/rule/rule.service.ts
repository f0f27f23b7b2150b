import { Injectable } from '@nestjs/common';
import {
  appendAudit,
  businessDateOf,
  Clock,
  Database,
  decideOnce,
  nationalActor,
  nextDay,
  type Actor,
  type AuditEntry,
} from '@yiditong/chassis';
import { Rejection } from '@yiditong/codes';
import type { FilingRule } from '@yiditong/eligibility';
import { v7 as uuidv7 } from 'uuid';
import { invalid } from './rule-content.js';
import type { FilingRuleRow } from './rule.entity.js';
import { allRules, endRule, insertRule, lockRule } from './rule.store.js';

/** How long what is in memory counts as fresh. */
const FRESH_MS = 10_000;
/** What is entered so shortly before midnight takes effect a day later: long enough for all replicas to have heard of it. */
const LEAD_MS = 60_000;

export type NewRule = Omit<FilingRule, 'owner'>;

/**
 * The rules of filing. They change from a later day on only, and are read again within seconds, so that no decision about a day
 * that has come was ever made by others than those in force on it.
 */
@Injectable()
export class RuleService {
  private loaded: { readonly rules: readonly FilingRuleRow[]; readonly at: number } | null = null;
  private loading: Promise<readonly FilingRuleRow[]> | null = null;

  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  /** All rules, also those ended and to come. */
  async all(): Promise<readonly FilingRuleRow[]> {
    const { loaded } = this;
    // A clock that was set back makes nothing fresh.
    const age = loaded === null ? FRESH_MS : Math.abs(this.clock.now().getTime() - loaded.at);
    if (loaded !== null && age < FRESH_MS) return loaded.rules;
    this.loading ??= this.load().finally(() => (this.loading = null));
    return this.loading;
  }

  /** Rejects with FILING_RULE_INVALID or FILING_RULE_OVERLAPS. A rule is entered by its owner alone, not by the nation for a province. */
  async publish(actor: Actor, requestId: string, owner: string, rule: NewRule): Promise<FilingRuleRow> {
    if (owner !== actor.region) throw invalid('owner is not who enters it');
    if (rule.validTo !== null && rule.validTo < rule.validFrom) throw invalid('valid_to lies before valid_from');
    const write = { scope: owner, region: owner, key: requestId, body: rule };
    const published = await this.database.transaction(actor, (tx) =>
      decideOnce(tx, write, async () => {
        // Inside, so that a request that is repeated the next day gets its answer.
        if (rule.validFrom < this.firstDay()) throw invalid(`valid_from is ${this.firstDay()} at the earliest`);
        const row = { ...rule, owner, ruleId: uuidv7(), recordedAt: this.clock.now() };
        await insertRule(tx, row);
        await appendAudit(tx, actor, { ...recordOf(row, 'PUBLISH_RULE'), after: { ...rule } });
        return row;
      }),
    );
    this.loaded = null;
    return { ...published, recordedAt: new Date(published.recordedAt) };
  }

  /** Ends a rule after a day that is not over yet. Rejects with FILING_RULE_NOT_FOUND or FILING_RULE_INVALID. */
  async end(actor: Actor, requestId: string, owner: string, ruleId: string, validTo: string): Promise<FilingRuleRow> {
    const write = { scope: owner, region: owner, key: requestId, body: { ruleId, validTo } };
    const ended = await this.database.transaction(actor, (tx) =>
      decideOnce(tx, write, async () => {
        const standing = owner === actor.region ? await lockRule(tx, owner, ruleId) : null;
        if (!standing) throw new Rejection('FILING_RULE_NOT_FOUND');
        if (nextDay(validTo) < this.firstDay() || validTo < standing.validFrom) throw invalid('that day is over');
        if (standing.validTo !== null && standing.validTo < validTo) throw invalid(`it ends on ${standing.validTo}`);
        const row = { ...standing, validTo };
        await endRule(tx, standing, validTo);
        const change = { before: { validTo: standing.validTo }, after: { validTo } };
        await appendAudit(tx, actor, { ...recordOf(row, 'END_RULE'), ...change });
        return row;
      }),
    );
    this.loaded = null;
    return { ...ended, recordedAt: new Date(ended.recordedAt) };
  }

  private async load(): Promise<readonly FilingRuleRow[]> {
    const at = this.clock.now().getTime();
    const rules = await this.database.transaction(nationalActor('filing-rules'), allRules);
    this.loaded = { rules, at };
    return rules;
  }

  /** The first business date that a rule entered now may be about. */
  private firstDay(): string {
    return nextDay(businessDateOf(new Date(this.clock.now().getTime() + LEAD_MS)));
  }
}

function recordOf({ owner, ruleId }: FilingRuleRow, action: 'PUBLISH_RULE' | 'END_RULE'): AuditEntry {
  return { province: owner, action, objectType: 'filing_rule', objectId: ruleId };
}
