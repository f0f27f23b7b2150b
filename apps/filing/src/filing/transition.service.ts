import { Injectable } from '@nestjs/common';
import { businessDateOf, type Actor, type Tx } from '@yiditong/chassis';
import { Rejection } from '@yiditong/codes';
import { outcomeOfSubmission, refusalOfUndoing } from '@yiditong/eligibility';
import { FactService } from '../fact/fact.service.js';
import { latestInsurance } from '../fact/fact.store.js';
import { ActingService } from '../family/acting.service.js';
import { RuleService } from '../rule/rule.service.js';
import { requireChangeable } from './changing.js';
import type { Cancellation, Change, Review, Supply } from './filing.codec.js';
import type { FilingRow } from './filing.entity.js';
import { conflict, following, stateAfter } from './filing-record.js';
import { inForceSince, submitterOf } from './filing.store.js';
import { inForce, merged } from './handing-in.js';
import { insuredRegionOf } from './insured.js';
import { heldFiling, RecordingService } from './recording.service.js';

/** What becomes of filings that were handed in. */
@Injectable()
export class TransitionService {
  constructor(
    private readonly acting: ActingService,
    private readonly rules: RuleService,
    private readonly facts: FactService,
    private readonly recording: RecordingService,
  ) {}

  /** Rejects as the contract of ReviewFiling says, and with MAKER_IS_CHECKER, or as insuredRegionOf where it is accepted. */
  async review(actor: Actor, requestId: string, review: Review): Promise<FilingRow> {
    const { filingId, decision, reason } = review;
    const acting = await this.acting.of(actor, review);
    const rules = await this.rules.all();
    if (decision === 'ACCEPT') await this.facts.learnInsurance(acting.tenant.region, [acting.personId]);
    return this.recording.record(acting, { requestId, body: { rpc: 'review', ...review } }, async (tx, now) => {
      const before = await heldFiling(tx, acting.personId, filingId);
      if (before.state !== 'SUBMITTED') throw conflict(before);
      const submitter = await submitterOf(tx, before);
      if (submitter?.role === 'bureau' && submitter.subject === actor.subject) throw new Rejection('MAKER_IS_CHECKER');
      if (decision === 'ACCEPT') await insuredRegionOf(tx, acting.personId, before.insuredRegion);
      const changes = decision === 'ACCEPT' ? inForce(before, { rules, today: businessDateOf(now) }) : {};
      return { event: decision, before, after: following(before, { event: decision, reason }, now, changes) };
    });
  }

  /** Rejects as the contract of ChangeFiling says, and with REQUEST_MALFORMED where nothing would change. */
  async change(actor: Actor, requestId: string, change: Change): Promise<FilingRow> {
    const { filingId, reason } = change;
    const acting = await this.acting.of(actor, change);
    const rules = await this.rules.all();
    return this.recording.record(acting, { requestId, body: { rpc: 'change', ...change } }, async (tx, now) => {
      const before = await heldFiling(tx, acting.personId, filingId);
      stateAfter(before, 'CHANGE');
      await requireUnlocked(tx, actor, before, now);
      const changes = {
        destinationRegion: change.destinationRegion ?? before.destinationRegion,
        validTo: change.validTo ?? before.validTo,
      };
      requireChangeable(before, changes, { rules, today: businessDateOf(now) });
      return { event: 'CHANGE', before, after: following(before, { event: 'CHANGE', reason }, now, changes) };
    });
  }

  /** Rejects as the contract of CancelFiling says. */
  async cancel(actor: Actor, requestId: string, cancellation: Cancellation): Promise<FilingRow> {
    const { filingId, insuredRegion, reason } = cancellation;
    const acting = await this.acting.of(actor, { ...cancellation, insuredRegion: insuredRegion ?? '' });
    return this.recording.record(acting, { requestId, body: { rpc: 'cancel', ...cancellation } }, async (tx, now) => {
      const before = await heldFiling(tx, acting.personId, filingId);
      if (actor.role === 'hospital') requireTakenBack(actor, before);
      const after = following(before, { event: 'CANCEL', reason }, now);
      // Nobody is held to what is not in force yet.
      if (before.state === 'ACTIVE') await requireUnlocked(tx, actor, before, now);
      return { event: 'CANCEL', before, after };
    });
  }

  /** Rejects as the contract of SupplyMaterials says. */
  async supply(actor: Actor, requestId: string, supply: Supply): Promise<FilingRow> {
    const { filingId } = supply;
    const acting = await this.acting.of(actor, supply);
    return this.recording.record(acting, { requestId, body: { rpc: 'supply', ...supply } }, async (tx, now) => {
      const before = await heldFiling(tx, acting.personId, filingId);
      stateAfter(before, 'SUPPLY');
      if (before.owed.length === 0) throw conflict(before);
      const materials = merged(before.materials, supply.materials);
      requireComplete({ ...before, materials });
      const after = following(before, { event: 'SUPPLY', reason: '' }, now, { materials, owed: [] });
      return { event: 'SUPPLY', before, after };
    });
  }
}

/**
 * That a hospital takes back no more than it filed: what the insured place has accepted, or the person has handed in again, is theirs to
 * end (规程第十条). Rejects with FILING_NOT_FOUND for what others filed, or FILING_ENDS_AT_HOME.
 */
function requireTakenBack({ institution }: Actor, filing: FilingRow): void {
  if (filing.institutionCode === null || filing.institutionCode !== institution)
    throw new Rejection('FILING_NOT_FOUND');
  if (filing.state === 'ACTIVE' || filing.source !== 'INSTITUTION') throw new Rejection('FILING_ENDS_AT_HOME');
}

/** Rejects with FILING_LOCKED_IN. The bureau alone goes by a change of the insurance: to the person it would be a way around. */
async function requireUnlocked(tx: Tx, actor: Actor, filing: FilingRow, now: Date): Promise<void> {
  const insuranceChanged = actor.role === 'bureau' && (await insuranceChangedSince(tx, filing));
  const refusal = refusalOfUndoing({ ...filing, today: businessDateOf(now), insuranceChanged });
  if (refusal) throw new Rejection(refusal.reason, refusal.params);
}

async function insuranceChangedSince(tx: Tx, filing: FilingRow): Promise<boolean> {
  const since = await inForceSince(tx, filing);
  const insurance = await latestInsurance(tx, filing.personId);
  return since !== null && insurance !== null && insurance.changedAt > since;
}

/** That the papers stand without the pledge. Rejects with FILING_MATERIALS_MISSING. */
function requireComplete(filing: FilingRow): void {
  const materials = filing.materials.map(({ kind }) => kind);
  const outcome = outcomeOfSubmission({ ...filing, materials, pledged: false });
  if (typeof outcome === 'object') throw new Rejection(outcome.reason, outcome.params);
}
