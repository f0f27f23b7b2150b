import { createHash } from 'node:crypto';
import { CLEARED_FUNDS, INSURANCES, PROVINCES, type ClearedFund, type Insurance } from '@yiditong/codes';
import { fen, sumFen } from '@yiditong/money';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  netPositions,
  netsOf,
  sealLeaves,
  sealRoot,
  signedText,
  type CycleSeal,
  type RegionNet,
  type SealedCell,
} from './index.js';

const sha256 = (bytes: Uint8Array): Uint8Array => createHash('sha256').update(bytes).digest();
const REGIONS = PROVINCES.map(({ code }) => code);

type Paid = {
  readonly payer: string;
  readonly payee: string;
  readonly insurance: Insurance;
  readonly fund: ClearedFund;
  readonly amount: bigint;
};

/** The matrix of what was paid, one obligation for each. */
function matrixOf(day: readonly Paid[]): SealedCell[] {
  const cells = new Map<string, Paid[]>();
  for (const paid of day) {
    const key = `${paid.payer}${paid.payee}${paid.insurance}`;
    cells.set(key, [...(cells.get(key) ?? []), paid]);
  }
  return [...cells.values()].map((own) => {
    const [first] = own as [Paid, ...Paid[]];
    const funds = new Set(own.map(({ fund }) => fund));
    const sumOf = (some: readonly Paid[]) => sumFen(some.map(({ amount }) => fen(amount)));
    return {
      insuredProvince: first.payer,
      treatingProvince: first.payee,
      insurance: first.insurance,
      obligationCount: BigInt(own.length),
      amountFen: sumOf(own),
      funds: [...funds].map((fund) => ({ fund, amountFen: sumOf(own.filter((paid) => paid.fund === fund)) })),
      root: sha256(Buffer.from(String(own.length))),
    };
  });
}

const between = (payer: string, payee: string, amount: bigint): Paid => ({
  payer,
  payee,
  insurance: 'EMPLOYEE',
  fund: 'POOLING',
  amount,
});
const owes = ({ payableFen, receivableFen }: RegionNet): bigint => payableFen - receivableFen;

const paid: fc.Arbitrary<Paid> = fc
  .record({
    payer: fc.constantFrom(...REGIONS),
    payee: fc.constantFrom(...REGIONS),
    insurance: fc.constantFrom(...INSURANCES),
    fund: fc.constantFrom(...CLEARED_FUNDS),
    amount: fc.bigInt({ min: -(10n ** 9n), max: 10n ** 11n }),
  })
  .filter(({ payer, payee }) => payer !== payee);

/** A small generator, so that a year comes out the same each time. */
function yearOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state;
  };
}

describe('the nets of a cycle', () => {
  it('of four parties are what each owes when all is netted', () => {
    const day = [
      between('A', 'B', 60n),
      between('A', 'C', 55n),
      between('D', 'A', 35n),
      between('B', 'D', 20n),
      between('C', 'B', 35n),
      between('C', 'D', 25n),
    ];
    const { regionNets } = netsOf(matrixOf(day), ['A', 'B', 'C', 'D']);
    expect(regionNets.map((net) => [net.region, owes(net)])).toEqual([
      ['A', 80n],
      ['B', -75n],
      ['C', 5n],
      ['D', -10n],
    ]);
    expect(
      netPositions(day.map(({ payer, payee, amount }) => ({ payer, payee, grossFen: fen(amount) }))),
    ).toMatchObject([{ netFen: -80n }, { netFen: 75n }, { netFen: -5n }, { netFen: 10n }]);
  });

  it('of 365 days among 32 provinces are what adding up each payment gives, in all and by fund, and sum to zero', () => {
    const next = yearOf(2026);
    for (let date = 0; date < 365; date++) {
      const day = Array.from({ length: 200 }, (): Paid => {
        const payer = next() % 32;
        const payee = (payer + 1 + (next() % 31)) % 32;
        return {
          payer: REGIONS[payer] ?? '',
          payee: REGIONS[payee] ?? '',
          insurance: INSURANCES[next() % INSURANCES.length] ?? 'EMPLOYEE',
          fund: CLEARED_FUNDS[next() % CLEARED_FUNDS.length] ?? 'POOLING',
          // One in eight takes back more than it paid.
          amount: BigInt(next() % 5_000_000) - (next() % 8 === 0 ? 6_000_000n : 0n),
        };
      });
      const byHand = new Map<string, bigint>();
      const add = (key: string, by: bigint): void => void byHand.set(key, (byHand.get(key) ?? 0n) + by);
      for (const { payer, payee, insurance, fund, amount } of day) {
        add(payer, amount);
        add(payee, -amount);
        add(`${payer}|${insurance}|${fund}`, amount);
        add(`${payee}|${insurance}|${fund}`, -amount);
      }
      const { regionNets, fundNets } = netsOf(matrixOf(day), REGIONS);
      expect(regionNets).toHaveLength(32);
      for (const net of regionNets) expect(owes(net)).toBe(byHand.get(net.region) ?? 0n);
      for (const { region, insurance, fund, payableFen, receivableFen } of fundNets)
        expect(payableFen - receivableFen).toBe(byHand.get(`${region}|${insurance}|${fund}`));
      expect(regionNets.reduce((sum, net) => sum + owes(net), 0n)).toBe(0n);
      expect(regionNets.reduce((sum, { payableCount }) => sum + payableCount, 0n)).toBe(200n);
      expect(regionNets.reduce((sum, { receivableCount }) => sum + receivableCount, 0n)).toBe(200n);
    }
  });

  it('do not depend on the order of payments, nor on how one is split', () => {
    fc.assert(
      fc.property(fc.array(paid, { minLength: 1, maxLength: 40 }), fc.nat(), fc.bigInt(), (day, at, part) => {
        const figures = (some: readonly Paid[]): unknown => {
          const { regionNets, fundNets } = netsOf(matrixOf(some), REGIONS);
          return [
            regionNets.map(({ region, payableFen, receivableFen }) => [region, payableFen, receivableFen]),
            fundNets,
          ];
        };
        const which = day[at % day.length] as Paid;
        const split = [...day, { ...which, amount: part }, { ...which, amount: -part }];
        expect(figures([...day].reverse())).toEqual(figures(day));
        expect(figures(split)).toEqual(figures(day));
      }),
    );
  });
});

describe('the seal of a cycle', () => {
  const cells = matrixOf([
    between('110000', '310000', 60n),
    { ...between('110000', '310000', 7n), fund: 'PERSONAL_ACCOUNT' },
    between('610000', '110000', 35n),
  ]);
  const seal: CycleSeal = {
    businessDate: '2026-11-22',
    sequence: 3n,
    previousRoot: 'ab'.repeat(32),
    cells,
    ...netsOf(cells, ['110000', '310000', '610000']),
  };
  const root = sealRoot(seal, sha256);
  const [cell, ...others] = cells as [SealedCell, ...SealedCell[]];
  const [net, ...nets] = seal.regionNets as [RegionNet, ...RegionNet[]];

  it('has a leaf for the cycle, each pair and each net, in the form that a stranger can write', () => {
    const leaf = Buffer.from(cell.root).toString('hex');
    expect(sealLeaves(seal)).toEqual([
      `cycle|3|2026-11-22|${'ab'.repeat(32)}|3|102`,
      `cell|110000|310000|EMPLOYEE|2|67|PERSONAL_ACCOUNT=7,POOLING=60|${leaf}`,
      expect.stringMatching(/^cell\|610000\|110000\|EMPLOYEE\|1\|35\|POOLING=35\|[0-9a-f]{64}$/),
      'net|110000|2|67|1|35',
      'net|310000|0|0|2|67',
      'net|610000|1|35|0|0',
      'fund|110000|EMPLOYEE|PERSONAL_ACCOUNT|7|0',
      'fund|110000|EMPLOYEE|POOLING|60|35',
      'fund|310000|EMPLOYEE|PERSONAL_ACCOUNT|0|7',
      'fund|310000|EMPLOYEE|POOLING|0|60',
      'fund|610000|EMPLOYEE|POOLING|35|0',
    ]);
    expect(signedText({ ...seal, treeSize: 11, root })).toBe(`yiditong-cycle-1|3|2026-11-22|11|${root}`);
  });

  it('is the same in whatever order cells and nets are given', () => {
    const shuffled = { ...seal, cells: [...cells].reverse(), fundNets: [...seal.fundNets].reverse() };
    expect(sealRoot(shuffled, sha256)).toBe(root);
  });

  it.each<[string, Partial<CycleSeal>]>([
    ['the date', { businessDate: '2026-11-23' }],
    ['the place in the chain', { sequence: 4n }],
    ['the root before', { previousRoot: 'ac'.repeat(32) }],
    ['a pair', { cells: others }],
    ['a pair’s amount', { cells: [{ ...cell, amountFen: fen(68n) }, ...others] }],
    ['a pair’s count', { cells: [{ ...cell, obligationCount: 3n }, ...others] }],
    ['a pair’s fund', { cells: [{ ...cell, funds: cell.funds.slice(1) }, ...others] }],
    ['a pair’s tree', { cells: [{ ...cell, root: sha256(Buffer.from('x')) }, ...others] }],
    ['a net', { regionNets: nets }],
    ['a net’s amount', { regionNets: [{ ...net, payableFen: fen(1n) }, ...nets] }],
    ['a net by fund', { fundNets: seal.fundNets.slice(1) }],
  ])('is another where %s is', (_, change) => {
    expect(sealRoot({ ...seal, ...change }, sha256)).not.toBe(root);
  });
});
