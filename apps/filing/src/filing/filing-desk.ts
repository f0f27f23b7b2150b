import { randomUUID } from 'node:crypto';
import { encodeInstant, type Actor, type Clock, type Database, type RpcClient } from '@yiditong/chassis';
import { provinceOf, type FilingState, type MaterialKind } from '@yiditong/codes';
import type { benefitV1, settlementV1 } from '@yiditong/contracts';
import { FactService } from '../fact/fact.service.js';
import { ActingService } from '../family/acting.service.js';
import { RuleService } from '../rule/rule.service.js';
import { ExpiryService } from './expiry.service.js';
import type { Registration } from './filing.codec.js';
import type { FilingRow, Material } from './filing.entity.js';
import { FilingService } from './filing.service.js';
import { ReadingService } from './reading.service.js';
import { RecordingService } from './recording.service.js';
import { TransitionService } from './transition.service.js';

export const XIAN = '610100';
export const BUREAU: Actor = { role: 'bureau', region: '610000', subject: 'shaanxi-01', rank: 'clerk' };
export const REVIEWER: Actor = { ...BUREAU, subject: 'shaanxi-02' };

let requests = 0;
export const requestId = (): string => `request-${++requests}`;

/** What specs ask for filings: everything on one database, with a benefit service that knows whom it is told of. */
export class FilingDesk {
  readonly facts: FactService;
  readonly rules: RuleService;
  readonly filings: FilingService;
  readonly transitions: TransitionService;
  readonly reading: ReadingService;
  readonly expiry: ExpiryService;
  private readonly insured = new Map<string, string>();

  constructor(database: Database, clock: Clock) {
    const acting = new ActingService(database);
    const benefit = {
      call: (_: string, request: benefitV1.GetInsuranceRequest) => Promise.resolve(this.answer(request)),
    };
    this.rules = new RuleService(database, clock);
    this.facts = new FactService(
      database,
      clock,
      benefit as unknown as RpcClient<benefitV1.BenefitServiceClient>,
      benefit as unknown as RpcClient<settlementV1.InstitutionServiceClient>,
    );
    const recording = new RecordingService(database, clock);
    this.filings = new FilingService(acting, this.rules, this.facts, recording);
    this.transitions = new TransitionService(acting, this.rules, this.facts, recording);
    this.reading = new ReadingService(database, clock, acting);
    this.expiry = new ExpiryService(database, clock);
  }

  /** Somebody who is insured there. */
  person(insuredRegion = XIAN): string {
    const personId = randomUUID();
    this.insured.set(personId, insuredRegion);
    return personId;
  }

  /** How somebody is insured since an instant, as benefit tells it. */
  async insure(personId: string, change: { region?: string; active?: boolean; at: string }): Promise<void> {
    const { region: insuredRegion = XIAN, active = true, at } = change;
    const province = provinceOf(insuredRegion);
    await this.facts.recordInsurance([{ personId, province, insuredRegion, active, changedAt: new Date(at) }]);
  }

  private answer({ province, personIds }: benefitV1.GetInsuranceRequest): benefitV1.GetInsuranceResponse {
    const known = personIds.filter((personId) => this.insured.get(personId)?.slice(0, 2) === province.slice(0, 2));
    const since = { active: true, changedAt: encodeInstant(new Date('2020-01-01T00:00:00Z')) };
    const persons = known.map((personId) => ({ personId, insuredRegion: this.insured.get(personId) ?? '', ...since }));
    return { persons };
  }

  /** Registers what somebody files for himself. */
  async register(personId: string, change: Partial<Registration> = {}): Promise<FilingRow> {
    return this.filings.register(self(personId), requestId(), proposal(personId, change));
  }

  /** A filing of a new person in a state, long-term unless only temporary ones get there. */
  async filingIn(state: FilingState, change: Partial<Registration> = {}): Promise<FilingRow> {
    const personId = this.person();
    if (state === 'DRAFT') return this.register(personId, { draft: true, ...change });
    const submitted = await this.register(personId, { materials: [paper(paperOf(change))], ...change });
    return state === 'SUBMITTED' || submitted.state === state ? submitted : this.carry(submitted, state);
  }

  private async carry(submitted: FilingRow, state: FilingState): Promise<FilingRow> {
    if (state === 'RETURNED') return this.review(submitted, 'RETURN');
    if (state === 'REJECTED') return this.review(submitted, 'REJECT');
    const active = await this.review(submitted, 'ACCEPT');
    if (state === 'CANCELLED') return this.cancel(active);
    return active;
  }

  review(filing: FilingRow, decision: 'ACCEPT' | 'RETURN' | 'REJECT', reason = '材料不清'): Promise<FilingRow> {
    const { personId, filingId } = filing;
    return this.transitions.review(REVIEWER, requestId(), { personId, filingId, decision, reason });
  }

  cancel(filing: FilingRow, actor: Actor = self(filing.personId)): Promise<FilingRow> {
    return this.transitions.cancel(actor, requestId(), { ...targetOf(filing), insuredRegion: null, reason: '' });
  }
}

export function self(personId: string, region = '610000'): Actor {
  return { role: 'insured', region, subject: 'app', person: personId };
}

export function targetOf({ personId, filingId }: FilingRow) {
  return { personId, filingId, forPersonId: '' };
}

/** Somebody insured in 西安 who lives in 北京. */
export function proposal(personId: string, change: Partial<Registration> = {}): Registration {
  const temporary = change.category === 'REFERRAL' || change.category === 'OTHER_TEMPORARY';
  return {
    personId,
    forPersonId: '',
    insuredRegion: XIAN,
    category: 'LONG_TERM_RESIDENT',
    destinationRegion: '110000',
    validFrom: '2026-03-01',
    validTo: temporary ? '2026-09-30' : null,
    institutionCode: null,
    materials: [],
    pledged: false,
    draft: false,
    reason: '',
    ...change,
  };
}

export function paper(kind: MaterialKind, digit = '5'): Material {
  return { kind, digest: digit.repeat(64) };
}

function paperOf({ category }: Partial<Registration>): MaterialKind {
  return category === 'REFERRAL' ? 'REFERRAL_CERTIFICATE' : 'RESIDENCE_PROOF';
}
