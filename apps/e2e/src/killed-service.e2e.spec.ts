import { setTimeout as sleep } from 'node:timers/promises';
import { runDay, type ServiceName } from '@yiditong/tools';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { holdSeal } from './books.js';
import { ClearingDesk } from './clearing-desk.js';
import type { HospitalDesk } from './hospital-desk.js';
import { startOwnStack, type OwnStack } from './own-stack.js';
import { until } from './until.js';

const SEED = 2026;
const DOWN_FOR_MS = 300;
const VICTIMS = ['settlement', 'benefit', 'clearing', 'filing', 'catalogue', 'gateway', 'PostgreSQL'] as const;
type Victim = (typeof VICTIMS)[number];

let stack: OwnStack;
let desk: HospitalDesk;

beforeAll(async () => {
  // No message may be given up here however long a killed service takes to come back on a busy machine.
  vi.stubEnv('IN_DOUBT_SECONDS', '300');
  stack = await startOwnStack({ persons: 80, bills: 150, seed: 5 });
  ({ desk } = stack);
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await stack?.stop();
});

describe('a day in which every process is killed once', () => {
  it(`loses nothing and balances (seed ${SEED})`, async () => {
    const { filings, bills } = desk.day;
    const chaos = new Chaos(filings.length + bills.length);
    const report = await runDay(stack.document, desk.day, { begin: () => () => chaos.step() });
    await chaos.over();

    expect(chaos.killed.toSorted()).toEqual([...VICTIMS].sort());
    expect(report.checks).toEqual({ netsSumToZero: true, positionsMatchRecount: true, billsHold: true });
    const refused = Object.values(report.refused).reduce((sum, count) => sum + count, 0);
    expect(report.settled + refused).toBe(bills.length);
    // Nothing but the patients who never filed is refused: no message was given up, none was taken for a repeat.
    const unfiled = bills.filter((bill) => !bill.body.emergency && !desk.isCovered(bill));
    expect(report.refused).toEqual({ FILING_REQUIRED: unfiled.length });
    expect(report.reversed).toBe(bills.filter(({ reverseWith }) => reverseWith !== null).length);
    expect(report.officialCase).toEqual({
      totalFen: '6429',
      inScopeFen: '6111',
      fundFen: '4889',
      personalFen: '1540',
    });
  });
});

describe('a close during which clearing is killed', () => {
  it('is carried on by the process started after it', async () => {
    const clearing = new ClearingDesk(stack.document);
    const { businessDate } = (
      await until(
        async () => desk.settle(await desk.admit(1)),
        ({ status }) => status === 201,
      )
    ).body;
    const letGo = await holdSeal(stack.databases.appUrl('settlement'), businessDate);
    try {
      await clearing.requestClose(businessDate);
      await clearing.untilIn(businessDate, 'SEALING');
      await stack.service('clearing').kill();
      stack.service('clearing').start();
      await stack.ready();
      expect((await clearing.cycle(businessDate)).body.state).toBe('SEALING');
    } finally {
      await letGo();
    }
    const cycle = await clearing.untilIn(businessDate, 'CLOSED');
    expect(cycle.obligationCount).not.toBe('0');
    const { positions } = (await clearing.netPositions(businessDate)).body;
    const recount = await clearing.recount(businessDate);
    for (const { region, netFen } of positions) expect(BigInt(netFen)).toBe(recount.get(region) ?? 0n);
  });
});

/** Kills each victim once, at points of the day that the seed decides, and starts it again a moment later. */
class Chaos {
  readonly killed: Victim[] = [];
  private readonly plan: Map<number, Victim>;
  private readonly incidents: Promise<void>[] = [];
  private steps = 0;

  constructor(totalSteps: number) {
    const random = seeded(SEED);
    const order = VICTIMS.map((victim) => ({ victim, at: random() })).sort((a, b) => a.at - b.at);
    // One somewhere in each part of the day, so that no two fall on the same step.
    const part = totalSteps / VICTIMS.length;
    this.plan = new Map(order.map(({ victim }, index) => [Math.floor(part * (index + random())), victim]));
  }

  step(): void {
    const victim = this.plan.get(this.steps);
    this.steps += 1;
    if (victim !== undefined) this.incidents.push(this.strike(victim));
  }

  async over(): Promise<void> {
    await Promise.all(this.incidents);
  }

  private async strike(victim: Victim): Promise<void> {
    this.killed.push(victim);
    if (victim === 'PostgreSQL') await stack.databases.cluster.kill();
    else await stack.service(victim).kill();
    await sleep(DOWN_FOR_MS);
    if (victim === 'PostgreSQL') await stack.databases.startAgain();
    else stack.service(victim satisfies ServiceName).start();
  }
}

/** The same numbers between 0 and 1 at every run: a linear congruential generator. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return state / 2_147_483_648;
  };
}
