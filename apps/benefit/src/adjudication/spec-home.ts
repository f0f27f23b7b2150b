import { randomUUID } from 'node:crypto';
import type { Accumulators } from '@yiditong/adjudication';
import type { Actor, Clock, Database, PersonalDataVault, RpcClient } from '@yiditong/chassis';
import { idNumberCheck, provinceOf, type AccountKind, type Insurance } from '@yiditong/codes';
import type { filingV1 } from '@yiditong/contracts';
import { fen } from '@yiditong/money';
import { AccountService } from '../account/account.service.js';
import { InsuranceRelay } from '../person/insurance-relay.service.js';
import { PersonService, type PersonEntry } from '../person/person.service.js';
import { PolicyService } from '../policy/policy.service.js';
import { AccumulatorService } from './accumulator.service.js';
import { AdjudicationService } from './adjudication.service.js';
import { CancellationService } from './cancellation.service.js';
import type { PresentedClaim, UndoneCancellation } from './claim.codec.js';

export const BUREAU: Actor = { role: 'bureau', region: '610000', subject: 'bureau' };
export const REGION = '610100';
export const YEAR = 2026;

/** A home province for specs: 西安, whose policies, persons and bills are made as they are asked for. */
export class SpecHome {
  readonly persons: PersonService;
  readonly adjudications: AdjudicationService;
  readonly cancellations: CancellationService;
  readonly totals: AccumulatorService;
  readonly accounts: AccountService;
  private readonly policies: PolicyService;
  private sequence = 0;

  constructor(database: Database, clock: Clock, vault: PersonalDataVault) {
    // Never started, so that what filing is to be told stays in the outbox.
    const untold = new InsuranceRelay(database, {} as unknown as RpcClient<filingV1.FactServiceClient>);
    this.persons = new PersonService(database, clock, vault, untold);
    this.policies = new PolicyService(database, clock);
    this.adjudications = new AdjudicationService(database, clock, vault);
    this.cancellations = new CancellationService(database, clock);
    this.totals = new AccumulatorService(database, clock);
    this.accounts = new AccountService(database, clock);
  }

  /** Proposed by one account and approved by another, as every policy is. */
  async publish(change: object = {}, region = REGION): Promise<void> {
    const clerk: Actor = { ...BUREAU, region: provinceOf(region), subject: 'clerk' };
    const document = JSON.stringify({ ...SPEC_POLICY, region, ...change });
    const { id } = await this.policies.propose(clerk, this.requestId(), region, document);
    await this.policies.decide({ ...clerk, subject: 'supervisor' }, region, id, { decision: 'APPROVE', remark: '' });
  }

  async insure(change: Partial<PersonEntry> = {}): Promise<PersonEntry> {
    const entry: PersonEntry = {
      personId: randomUUID(),
      idNumber: this.idNumber('19800101'),
      insuredRegion: REGION,
      insurance: 'EMPLOYEE',
      personType: 'ACTIVE',
      active: true,
      name: '张三',
      phone: null,
      tags: [],
      ...change,
    };
    await this.persons.register(BUREAU, this.requestId(), '610000', [entry]);
    return entry;
  }

  /** Somebody born on a day, YYYYMMDD. */
  idNumber(born: string): string {
    const first17 = `610101${born}${String(++this.sequence).padStart(3, '0')}`;
    return first17 + idNumberCheck(first17);
  }

  async credit(personId: string, amountFen: bigint, kind: AccountKind = 'OWN'): Promise<void> {
    const entry = { entryId: randomUUID(), personId, kind, amountFen: fen(amountFen) };
    await this.accounts.post(BUREAU, '610000', [entry]);
  }

  async totalsOf(
    personId: string,
    year = YEAR,
    asOf: Date | null = null,
    insurance: Insurance = 'EMPLOYEE',
  ): Promise<Accumulators> {
    const totals = await this.totals.get(BUREAU, personId, year, asOf);
    return totals.find((each) => each.insurance === insurance)?.accumulators ?? {};
  }

  requestId(): string {
    return `request-${++this.sequence}`;
  }
}

/** Employees: a deductible of 1,000 a year, then 80 %, up to 5,000 a year. */
export const SPEC_POLICY = {
  insurance: 'EMPLOYEE',
  title: 'spec',
  source: 'spec',
  trust: 'D',
  validFrom: '2026-01-01',
  validTo: null,
  visits: {
    INPATIENT: {
      deductible: { basis: 'PER_YEAR', standard: '1000' },
      bands: [{ upTo: null, ratio: '80%' }],
      bandsFrom: 'AFTER_DEDUCTIBLE',
    },
  },
  adjustments: [
    { when: { benefitLevels: ['REFERRAL'] }, mode: 'POINTS_LESS', points: '10%' },
    { when: { benefitLevels: ['OTHER_TEMPORARY'] }, mode: 'POINTS_LESS', points: '20%' },
  ],
  poolingCap: { period: 'YEAR', on: 'FUND', most: '5000' },
};

/** A stay within April, all of it in scope. */
export function claimOf(personId: string, inScopeFen: bigint, change: Partial<PresentedClaim> = {}): PresentedClaim {
  const zero = fen(0n);
  return {
    settlementId: randomUUID(),
    personId,
    insuredRegion: REGION,
    visitKind: 'INPATIENT',
    hospitalLevel: 'TERTIARY',
    hospitalTags: [],
    benefitLevel: 'LOCAL',
    diseaseCode: null,
    treatingRegion: '110105',
    institutionCode: 'H11010500001',
    split: { fullSelfPayFen: zero, overCeilingFen: zero, firstSelfPayFen: zero, inScopeFen: fen(inScopeFen) },
    parts: [],
    startedOn: '2026-04-10',
    endedOn: '2026-04-20',
    hospitalPartFen: zero,
    stayDeductibleFen: null,
    useAccount: false,
    ...change,
  };
}

/** The undoing of a cancellation by a reversal of its own. */
export function undoOf(cancellationId: string, change: Partial<UndoneCancellation> = {}): UndoneCancellation {
  return { cancellationId, remainderSettlementId: '', reversalId: randomUUID(), ...change };
}
