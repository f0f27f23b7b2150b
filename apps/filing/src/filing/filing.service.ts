import { Injectable } from '@nestjs/common';
import { businessDateOf, type Actor } from '@yiditong/chassis';
import { FactService } from '../fact/fact.service.js';
import { ActingService } from '../family/acting.service.js';
import { RuleService } from '../rule/rule.service.js';
import type { Registration, Submission } from './filing.codec.js';
import type { FilingRow } from './filing.entity.js';
import { following, stateAfter } from './filing-record.js';
import { handIn, merged } from './handing-in.js';
import { insuredRegionOf } from './insured.js';
import { heldFiling, RecordingService } from './recording.service.js';
import { begun, requireEntitled, requireOwnProvince, sourceOf } from './registering.js';

/** How filings come to be: registered, and handed in. */
@Injectable()
export class FilingService {
  constructor(
    private readonly acting: ActingService,
    private readonly rules: RuleService,
    private readonly facts: FactService,
    private readonly recording: RecordingService,
  ) {}

  /** Rejects as the contract of RegisterFiling says, and with NOT_PERMITTED for another province, area or institution. */
  async register(actor: Actor, requestId: string, registration: Registration): Promise<FilingRow> {
    requireEntitled(actor, registration);
    const { insuredRegion: claimed, ...named } = registration;
    const acting = await this.acting.of(actor, { ...named, insuredRegion: claimed ?? '' });
    requireOwnProvince(acting.tenant, claimed);
    const rules = await this.rules.all();
    await this.facts.learnInsurance(acting.tenant.region, [acting.personId]);
    const request = { requestId, body: { rpc: 'register', ...registration } };
    return this.recording.record(acting, request, async (tx, now) => {
      const insuredRegion = await insuredRegionOf(tx, acting.personId, claimed);
      const proposal = { ...registration, personId: acting.personId, insuredRegion, source: sourceOf(actor) };
      return begun(proposal, now, { rules, today: businessDateOf(now) });
    });
  }

  /** Rejects as the contract of SubmitFiling says. */
  async submit(actor: Actor, requestId: string, submission: Submission): Promise<FilingRow> {
    const { filingId, materials, pledged, reason } = submission;
    const acting = await this.acting.of(actor, submission);
    const rules = await this.rules.all();
    await this.facts.learnInsurance(acting.tenant.region, [acting.personId]);
    return this.recording.record(acting, { requestId, body: { rpc: 'submit', ...submission } }, async (tx, now) => {
      const before = await heldFiling(tx, acting.personId, filingId);
      stateAfter(before, 'SUBMIT');
      await insuredRegionOf(tx, acting.personId, before.insuredRegion);
      const papers = { materials: merged(before.materials, materials), pledged: before.pledged || pledged };
      const complete = { ...before, ...papers, source: sourceOf(actor) };
      const { event, changes } = handIn(complete, { rules, today: businessDateOf(now) });
      const after = following(complete, { event, reason }, now, changes);
      return { event, before, after, action: 'SUBMIT_FILING' };
    });
  }
}
