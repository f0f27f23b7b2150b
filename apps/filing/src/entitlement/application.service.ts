import { ownsRegion } from '@yiditong/access';
import { Injectable } from '@nestjs/common';
import {
  appendAudit,
  businessDateOf,
  Clock,
  contextIn,
  Database,
  decideOnce,
  PersonalDataVault,
  type Actor,
  type AuditAction,
  type AuditEntry,
  type Tx,
} from '@yiditong/chassis';
import { provinceOf, Rejection } from '@yiditong/codes';
import { diseaseClassOf } from '@yiditong/eligibility';
import { v7 as uuidv7 } from 'uuid';
import { FactService } from '../fact/fact.service.js';
import { ActingService, type Acting } from '../family/acting.service.js';
import { malformed } from '../filing/fields.js';
import { insuredRegionOf } from '../filing/insured.js';
import { appendEvents } from '../notification/event.store.js';
import { lockForRecording, personSubject } from '../recording/recording.store.js';
import type { Asked, Decided, TakenBack, WaitingPage } from './application.codec.js';
import type {
  Application,
  ApplicationRow,
  ApplicationState,
  Finding,
  SealedApplication,
} from './application.entity.js';
import {
  applicationsWaiting,
  FINDINGS,
  insertApplication,
  lockApplication,
  updateApplication,
} from './application.store.js';
import { EntitlementService } from './entitlement.service.js';

const STATE_NAMES: Readonly<Record<ApplicationState, string>> = {
  SUBMITTED: '待认定 waiting',
  ACCEPTED: '已认定 accepted',
  REJECTED: '不予认定 rejected',
  WITHDRAWN: '已撤销 withdrawn',
};

type Change = { readonly row: ApplicationRow; readonly entries: readonly AuditEntry[] };

/** 慢特病备案 by hospitals elsewhere: they apply, the insured place decides. */
@Injectable()
export class ApplicationService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly vault: PersonalDataVault,
    private readonly facts: FactService,
    private readonly acting: ActingService,
    private readonly entitlements: EntitlementService,
  ) {}

  /** Rejects as the contract of ApplyForEntitlement says, and with NOT_PERMITTED in another's name. */
  async apply(actor: Actor, requestId: string, asked: Asked): Promise<Application> {
    const { diseaseCode, physicianCode, ...told } = asked;
    if (actor.institution !== asked.institutionCode) throw new Rejection('NOT_PERMITTED');
    const acting = await this.acting.of(actor, asked);
    const province = provinceOf(asked.insuredRegion);
    await this.facts.learnInsurance(province, [asked.personId]);
    return this.once(acting, requestId, { rpc: 'apply', ...asked }, async (tx, now) => {
      if (asked.identifiedOn > businessDateOf(now)) throw malformed('identified_on lies ahead');
      await insuredRegionOf(tx, asked.personId, asked.insuredRegion);
      const applicationId = uuidv7({ msecs: now.getTime() });
      const finding = this.vault.seal(contextIn(FINDINGS, asked.personId, applicationId, province), {
        diseaseCode,
        physicianCode,
      });
      const classIndex = this.vault.bodyHash({ personId: asked.personId, class: diseaseClassOf(diseaseCode) });
      const state = { state: 'SUBMITTED', version: 1, reason: '', entitlementId: null } as const;
      const row = { ...told, ...state, applicationId, province, createdAt: now, updatedAt: now };
      await insertApplication(tx, { ...row, finding, classIndex });
      return { row, entries: [entryOf(row, 'APPLY_FOR_ENTITLEMENT', null)] };
    });
  }

  /** Rejects as the contract of WithdrawEntitlementApplication says. */
  async withdraw(actor: Actor, requestId: string, taken: TakenBack): Promise<Application> {
    const acting = await this.acting.of(actor, taken);
    return this.once(acting, requestId, { rpc: 'withdraw', ...taken }, async (tx, now) => {
      const standing = await this.held(tx, taken);
      if (standing.institutionCode !== actor.institution) throw new Rejection('ENTITLEMENT_APPLICATION_NOT_FOUND');
      if (standing.state === 'ACCEPTED') throw new Rejection('ENTITLEMENT_AT_HOME');
      const change = { state: 'WITHDRAWN', reason: taken.reason, updatedAt: now } as const;
      return this.changed(tx, standing, change, 'WITHDRAW_ENTITLEMENT_APPLICATION');
    });
  }

  /** Rejects as the contract of DecideEntitlementApplication says. */
  async decide(actor: Actor, requestId: string, { decision, ...target }: Decided): Promise<Application> {
    const { personId, reason } = target;
    const acting = await this.acting.of(actor, { personId });
    if (decision === 'ACCEPT') await this.facts.learnInsurance(acting.tenant.region, [personId]);
    return this.once(acting, requestId, { rpc: 'decide', decision, ...target }, async (tx, now) => {
      const standing = await this.held(tx, target);
      requireWaiting(standing);
      const { insuredRegion, validFrom, validTo } = standing;
      const { diseaseCode } = this.opened(standing);
      const recognition = { personId, insuredRegion, diseaseCode, validFrom, validTo };
      const recognised = decision === 'ACCEPT' ? await this.entitlements.recognise(tx, recognition, now) : null;
      const change = {
        state: recognised ? 'ACCEPTED' : 'REJECTED',
        entitlementId: recognised?.row.entitlementId ?? null,
        reason,
        updatedAt: now,
      } as const;
      const { row, entries } = await this.changed(tx, standing, change, 'DECIDE_ENTITLEMENT_APPLICATION');
      return { row, entries: [...(recognised ? [recognised.entry] : []), ...entries] };
    });
  }

  /** A page of what waits for a bureau, oldest first; the look is recorded. Rejects with NOT_PERMITTED. */
  async waiting(actor: Actor, { insuredRegion, after, limit }: WaitingPage): Promise<Application[]> {
    if (actor.role !== 'bureau' || !ownsRegion(actor, insuredRegion)) throw new Rejection('NOT_PERMITTED');
    const found = await this.database.transaction(actor, async (tx) => {
      const applications = await applicationsWaiting(tx, insuredRegion, after, limit);
      await appendAudit(tx, actor, {
        province: actor.region,
        action: 'LIST_ENTITLEMENT_APPLICATIONS',
        objectType: 'division',
        objectId: insuredRegion,
        after: { after, applicationIds: applications.map(({ applicationId }) => applicationId) },
      });
      return applications;
    });
    return found.map((sealed) => this.opened(sealed));
  }

  /** As of an entitlement: what is remembered of a request is its keyed hash and how the application stood then, without what was found. */
  private async once(
    { personId, actor, tenant }: Acting,
    requestId: string,
    body: object,
    decide: (tx: Tx, now: Date) => Promise<Change>,
  ): Promise<Application> {
    const hash = this.vault.bodyHash(body).toString('hex');
    const write = { scope: personId, region: tenant.region, key: requestId, body: hash };
    return this.database.transaction(tenant, async (tx) => {
      const stood = await decideOnce(tx, write, async () => {
        await lockForRecording(tx, personSubject(personId));
        const { row, entries } = await decide(tx, this.clock.now());
        await appendEvents(tx, [eventOf(row)]);
        await appendAudit(tx, actor, ...entries);
        return row;
      });
      const sealed = await this.held(tx, stood);
      const [createdAt, updatedAt] = [new Date(stood.createdAt), new Date(stood.updatedAt)];
      return { ...this.opened(sealed), ...stood, createdAt, updatedAt };
    });
  }

  private async held(
    tx: Tx,
    { personId, applicationId }: Pick<ApplicationRow, 'personId' | 'applicationId'>,
  ): Promise<SealedApplication> {
    const application = await lockApplication(tx, personId, applicationId);
    if (!application) throw new Rejection('ENTITLEMENT_APPLICATION_NOT_FOUND');
    return application;
  }

  private async changed(
    tx: Tx,
    { findingSealed: _sealed, ...before }: SealedApplication,
    change: Partial<ApplicationRow>,
    action: AuditAction,
  ): Promise<Change> {
    requireWaiting(before);
    const row = { ...before, ...change, version: before.version + 1 };
    await updateApplication(tx, row);
    return { row, entries: [entryOf(row, action, before)] };
  }

  private opened({ findingSealed, ...row }: SealedApplication): Application {
    const context = contextIn(FINDINGS, row.personId, row.applicationId, row.province);
    return { ...row, ...this.vault.open<Finding>(context, findingSealed) };
  }
}

/** Rejects with ENTITLEMENT_APPLICATION_DECIDED. */
function requireWaiting({ state }: ApplicationRow): void {
  if (state !== 'SUBMITTED') throw new Rejection('ENTITLEMENT_APPLICATION_DECIDED', { state: STATE_NAMES[state] });
}

function entryOf(row: ApplicationRow, action: AuditAction, before: ApplicationRow | null): AuditEntry {
  const { province, applicationId, personId, institutionCode } = row;
  return {
    province,
    action,
    objectType: 'entitlement_application',
    objectId: applicationId,
    ...(before ? { before: factsOf(before) } : {}),
    after: { personId, institutionCode, ...factsOf(row) },
  };
}

function eventOf(row: ApplicationRow) {
  const { province, insuredRegion, personId, updatedAt } = row;
  const type = `entitlement_application.${EVENTS[row.state]}`;
  return { province, insuredRegion, type, personId, content: factsOf(row), recordedAt: updatedAt };
}

const EVENTS: Readonly<Record<ApplicationState, string>> = {
  SUBMITTED: 'submit',
  ACCEPTED: 'accept',
  REJECTED: 'reject',
  WITHDRAWN: 'withdraw',
};

/** Without what was found and without words. */
function factsOf({ applicationId, state, validFrom, validTo, entitlementId, version }: ApplicationRow) {
  return { applicationId, state, validFrom, validTo, entitlementId, version };
}
