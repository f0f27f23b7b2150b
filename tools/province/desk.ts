import type { benefitV1 } from '@yiditong/contracts';
import { v7 as uuidv7 } from 'uuid';
import { isRefused, type Endpoint, type Refused } from './endpoint.js';
import { problemsOf } from './identities.js';
import { describe, Mismatch, textOf } from './outcome.js';

export type Booked = { readonly claim: benefitV1.Claim; readonly adjudication: benefitV1.Adjudication };
export type Outcome = benefitV1.Adjudication | Refused;

/** What is undone by itself, and no cancellation. */
const ALONE = { cancellationId: '', remainderSettlementId: '', reversalId: '' };

/**
 * Asks an endpoint about claims, keeps in mind what it booked so that nothing is left of a check, and looks at every answer whether it
 * adds up.
 */
export class Desk {
  private readonly standing = new Map<string, benefitV1.Claim>();
  /** What didn't hold of any answer. */
  readonly problems: string[] = [];
  answers = 0;

  constructor(readonly endpoint: Endpoint) {}

  async trial(claim: benefitV1.Claim): Promise<Outcome> {
    const answer = await this.endpoint.ask('Trial', { claim });
    return isRefused(answer) ? answer : this.looked('Trial', claim, answer.adjudication);
  }

  /** In the order of the claims. */
  async batch(claims: readonly benefitV1.Claim[]): Promise<Outcome[] | Refused> {
    for (const claim of claims) this.standing.set(claim.settlementId, claim);
    const answer = await this.endpoint.ask('Adjudicate', { claims: [...claims] });
    if (isRefused(answer)) return answer;
    if (answer.answers.length !== claims.length)
      throw new Mismatch(`${claims.length} answers`, `${answer.answers.length} answers`);
    return claims.map((claim, at) => this.outcomeOf(claim, answer.answers[at]));
  }

  async adjudicate(claim: benefitV1.Claim): Promise<Outcome> {
    const answers = await this.batch([claim]);
    if (isRefused(answers))
      throw new Mismatch('an answer to the claim', `the batch refused as a whole: ${answers.refused}`);
    const [answer] = answers;
    if (answer === undefined) throw new Mismatch('an answer to the claim', 'none');
    return answer;
  }

  /** A claim that must be adjudicated. */
  async book(claim: benefitV1.Claim): Promise<Booked> {
    const adjudication = await this.adjudicate(claim);
    if (isRefused(adjudication)) throw new Mismatch('an adjudication', adjudication.refused);
    return { claim, adjudication };
  }

  async query({ settlementId, personId, insuredRegion }: benefitV1.Claim) {
    const request = { settlementId, personId, insuredRegion };
    return this.endpoint.ask('QueryAdjudication', request);
  }

  /** What became of a settlement id, without the prefix of the enumeration; or why that isn't told. */
  async stateOf(claim: benefitV1.Claim): Promise<string> {
    const answer = await this.query(claim);
    return isRefused(answer) ? answer.refused : answer.state.replace('ADJUDICATION_STATE_', '');
  }

  async reverse({ settlementId, personId, insuredRegion }: benefitV1.Claim) {
    const answer = await this.endpoint.ask('Reverse', { ...ALONE, settlementId, personId, insuredRegion });
    if (!isRefused(answer)) this.standing.delete(settlementId);
    return answer;
  }

  async cancel({ settlementId, personId, insuredRegion }: benefitV1.Claim, cancellationId = uuidv7()) {
    const request = { cancellationId, settlementId, personId, insuredRegion };
    const answer = await this.endpoint.ask('Cancel', request);
    if (!isRefused(answer)) this.standing.delete(settlementId);
    return answer;
  }

  /** Undoes a cancellation, or bars it; with it what a refund in part settled anew. */
  async reverseCancellation(claim: benefitV1.Claim, cancellationId: string, rest: benefitV1.Claim | null = null) {
    const { settlementId, personId, insuredRegion } = claim;
    this.standing.set(settlementId, claim);
    if (rest) this.standing.delete(rest.settlementId);
    const remainder = { remainderSettlementId: rest?.settlementId ?? '', reversalId: uuidv7() };
    return this.endpoint.ask('Reverse', { settlementId, personId, insuredRegion, cancellationId, ...remainder });
  }

  /** How the person's totals show on a bill: equal texts mean that they did not change. */
  async shownOn(claim: benefitV1.Claim): Promise<string> {
    const { settlementId: _, ...outcome } = {
      settlementId: '',
      ...(await this.trial({ ...claim, settlementId: uuidv7() })),
    };
    return textOf(outcome);
  }

  /** Takes back whatever still stands, latest first; what was refused is barred by it, which harms nobody. */
  async clearUp(): Promise<void> {
    for (const claim of [...this.standing.values()].reverse()) {
      this.standing.delete(claim.settlementId);
      const { settlementId, personId, insuredRegion } = claim;
      const request = { ...ALONE, settlementId, personId, insuredRegion };
      await this.endpoint.ask('Reverse', request).catch(() => undefined);
    }
  }

  private outcomeOf(claim: benefitV1.Claim, answer: benefitV1.AdjudicateAnswer | undefined): Outcome {
    const { adjudication, rejection } = answer ?? {};
    if (!rejection) return this.looked('Adjudicate', claim, adjudication);
    if (adjudication) this.problems.push(`Adjudicate: both an adjudication and ${rejection.reason}`);
    return { refused: rejection.reason };
  }

  private looked(
    rpc: string,
    claim: benefitV1.Claim,
    adjudication: benefitV1.Adjudication | null | undefined,
  ): benefitV1.Adjudication {
    if (!adjudication) throw new Mismatch(`${rpc}: an adjudication or a refusal`, 'neither');
    this.answers += 1;
    for (const problem of problemsOf(claim, adjudication))
      this.problems.push(`${rpc} (${describe(adjudication)}): ${problem}`);
    return adjudication;
  }
}
