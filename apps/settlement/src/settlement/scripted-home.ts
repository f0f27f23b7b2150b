import { randomUUID } from 'node:crypto';
import { decodeSplit } from '@yiditong/chassis';
import { Rejection, type Reason } from '@yiditong/codes';
import type { benefitV1 } from '@yiditong/contracts';
import { fen } from '@yiditong/money';
import type { HomeProvinces } from '../routing/home-provinces.service.js';
import type { Decided } from './adjudication.codec.js';

type Call = 'adjudicate' | 'cancel' | 'reverse';
/** What befalls the next such call: lost before or after it did its work, refused, or held until it is let go. */
export type Mishap = {
  readonly call: Call;
  readonly how: 'BEFORE' | 'AFTER' | Reason | { readonly hold: Promise<void>; readonly reached: () => void };
};

/**
 * A home province for specs, at the network boundary: it keeps books, each id once for ever, and does what it is told to do wrong. The pooling fund
 * pays 60 % of what is in scope, and an account what of the rest is left, up to 5.00.
 */
export class ScriptedHome {
  /** What stands, by settlement id. */
  readonly standing = new Map<string, Decided>();
  readonly asked: string[] = [];
  later: string[] = [];
  down: Reason | null = null;
  /** Whether the person has spent what accounts got back, so that no cancellation can be undone. */
  spent = false;
  private readonly refused = new Set<string>();
  private readonly cancelled = new Map<string, { readonly settlementId: string; readonly decided: Decided }>();
  private readonly barred = new Set<string>();
  private readonly mishaps: Mishap[] = [];

  befalls(call: Call, how: Mishap['how']): void {
    this.mishaps.push({ call, how });
  }

  asHome(): HomeProvinces {
    return this as unknown as HomeProvinces;
  }

  /** What the funds and accounts of the province have paid as it stands, in fen. */
  paidFen(): bigint {
    return [...this.standing.values()].reduce(
      (sum, { fundTotalFen, accountFen }) => sum + fundTotalFen + accountFen,
      0n,
    );
  }

  checkReachable(): Promise<void> {
    return this.down ? Promise.reject(new Rejection(this.down, { seconds: '30' })) : Promise.resolve();
  }

  trial(claim: benefitV1.Claim): Promise<Decided> {
    return Promise.resolve(decidedOf(claim));
  }

  async adjudicate(claim: benefitV1.Claim): Promise<Decided> {
    return this.carry('adjudicate', claim.settlementId, () => {
      if (this.barred.has(claim.settlementId)) throw new Rejection('SETTLEMENT_REVERSED');
      const decided = this.standing.get(claim.settlementId) ?? decidedOf(claim);
      this.standing.set(claim.settlementId, decided);
      return decided;
    });
  }

  async cancel({ cancellationId, settlementId }: benefitV1.CancelRequest): Promise<benefitV1.CancelResponse> {
    return this.carry('cancel', cancellationId, () => {
      const answer = { adjudication: undefined, laterSettlementIds: this.later, cancelledAt: undefined };
      if (this.barred.has(cancellationId)) throw new Rejection('CANCELLATION_REVERSED');
      if (this.cancelled.has(cancellationId)) return answer;
      const decided = this.standing.get(settlementId);
      if (!decided) throw new Rejection('SETTLEMENT_CANCELLED');
      this.standing.delete(settlementId);
      this.cancelled.set(cancellationId, { settlementId, decided });
      return answer;
    });
  }

  async reverse(
    asked: Pick<benefitV1.ReverseRequest, 'settlementId'> & Partial<benefitV1.ReverseRequest>,
  ): Promise<void> {
    const { settlementId, cancellationId = '', remainderSettlementId = '', reversalId = '' } = asked;
    return this.carry('reverse', cancellationId || settlementId, () => {
      if (cancellationId === '') return this.gone(settlementId);
      const undone = this.cancelled.get(cancellationId);
      if (undone && (this.spent || this.refused.has(reversalId))) {
        this.refused.add(reversalId);
        throw new Rejection('ACCOUNT_REFUND_SPENT');
      }
      if (remainderSettlementId) this.gone(remainderSettlementId);
      this.barred.add(cancellationId);
      this.cancelled.delete(cancellationId);
      if (undone) this.standing.set(undone.settlementId, undone.decided);
    });
  }

  private gone(settlementId: string): void {
    this.barred.add(settlementId);
    this.standing.delete(settlementId);
  }

  private async carry<T>(call: Call, id: string, work: () => T): Promise<T> {
    this.asked.push(`${call} ${id}`);
    const at = this.mishaps.findIndex((mishap) => mishap.call === call);
    const [mishap] = at < 0 ? [] : this.mishaps.splice(at, 1);
    if (!mishap) return work();
    const { how } = mishap;
    if (typeof how === 'object') {
      how.reached();
      await how.hold;
      return work();
    }
    if (how === 'AFTER') work();
    throw new Rejection(how === 'BEFORE' || how === 'AFTER' ? 'SERVICE_UNAVAILABLE' : how, { service: 'home' });
  }
}

function decidedOf(claim: benefitV1.Claim): Decided {
  const split = decodeSplit(claim.split);
  const pooling = (split.inScopeFen * 6n) / 10n;
  const hospitalPartFen = claim.hospitalPartFen;
  const personal = claim.totalFen - pooling - hospitalPartFen;
  const account = claim.useAccount ? (personal < 500n ? personal : 500n) : 0n;
  return {
    insurance: 'EMPLOYEE',
    personType: 'RETIREE',
    split,
    deductibleFen: fen(0n),
    funds: [{ fund: 'POOLING', amountFen: fen(pooling) }],
    fundTotalFen: fen(pooling),
    personalFen: fen(personal),
    accountFen: fen(account),
    mutualAidFen: fen(0n),
    cashFen: fen(personal - account),
    hospitalPartFen: fen(hospitalPartFen),
    accountBalanceFen: null,
    poolingRatioE4: 6_000,
    details: [],
    policyId: randomUUID(),
    explanation: [],
  };
}
