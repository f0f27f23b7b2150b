import { createHash } from 'node:crypto';
import { CLEARED_FUNDS, INSURANCES, PROVINCES, VISIT_KINDS } from '@yiditong/codes';
import { fen, sumFen } from '@yiditong/money';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  accountBalances,
  bilateralPositions,
  cellKey,
  differingCells,
  fundBetween,
  leafDigest,
  merkleLeaf,
  merkleRoot,
  netPositions,
  obligationAmount,
  obligationLeaf,
  postingsOf,
  reverseObligation,
  type CellTotals,
  type Obligation,
} from './index.js';

const codes = PROVINCES.map((p) => p.code);
const amount = fc.bigInt({ min: 0n, max: 10n ** 11n }).map(fen);
const obligation: fc.Arbitrary<Obligation> = fc.record({
  obligationId: fc.uuid(),
  settlementId: fc.uuid(),
  operationId: fc.uuid(),
  kind: fc.constant('SETTLEMENT' as const),
  insuredProvince: fc.constantFrom(...codes),
  treatingProvince: fc.constantFrom(...codes),
  insurance: fc.constantFrom(...INSURANCES),
  visitKind: fc.constantFrom(...VISIT_KINDS),
  businessDate: fc.constant('2026-11-22'),
  costMonth: fc.constant('2026-11'),
  funds: fc.uniqueArray(fc.record({ fund: fc.constantFrom(...CLEARED_FUNDS), amountFen: amount }), {
    selector: (f) => f.fund,
  }),
});
const matrixOf = (obligations: readonly Obligation[]) =>
  obligations.map((o) => ({ payer: o.insuredProvince, payee: o.treatingProvince, grossFen: obligationAmount(o) }));

describe('positions', () => {
  it('net to zero, and no net exceeds the gross', () => {
    fc.assert(
      fc.property(fc.array(obligation, { maxLength: 60 }), (all) => {
        const positions = netPositions(matrixOf(all));
        const gross = sumFen(all.map(obligationAmount));
        const absolute = sumFen(positions.map((p) => fen(p.netFen < 0n ? -p.netFen : p.netFen)));
        return sumFen(positions.map((p) => p.netFen)) === 0n && absolute <= 2n * gross;
      }),
    );
  });
  it('do not depend on the order of the obligations, nor on how a day is split', () => {
    fc.assert(
      fc.property(fc.array(obligation, { maxLength: 40 }), fc.nat(40), (all, at) => {
        const whole = netPositions(matrixOf(all));
        expect(netPositions(matrixOf([...all].reverse()))).toEqual(whole);
        const parts = bilateralPositions([
          ...bilateralPositions(matrixOf(all.slice(0, at))),
          ...bilateralPositions(matrixOf(all.slice(at))),
        ]);
        expect(netPositions(parts)).toEqual(whole);
      }),
    );
  });
  it('list the largest pair first', () => {
    const pairs = bilateralPositions([
      { payer: '340000', payee: '310000', grossFen: fen(5n) },
      { payer: '130000', payee: '110000', grossFen: fen(4n) },
      { payer: '130000', payee: '110000', grossFen: fen(2n) },
    ]);
    expect(pairs.map((p) => [p.payer, p.grossFen])).toEqual([
      ['130000', 6n],
      ['340000', 5n],
    ]);
  });
});

describe('postings', () => {
  it('balance over all accounts', () => {
    fc.assert(
      fc.property(
        fc.array(obligation, { maxLength: 40 }),
        (all) => sumFen(accountBalances(all.flatMap(postingsOf)).values()) === 0n,
      ),
    );
  });
  it('are undone exactly by the reversal', () => {
    fc.assert(
      fc.property(obligation, (original) => {
        const reversal = reverseObligation(original, {
          obligationId: 'r',
          businessDate: '2026-11-23',
          operationId: 'x',
          kind: 'REVERSAL',
        });
        const left = accountBalances([...postingsOf(original), ...postingsOf(reversal)]);
        return [...left.values()].every((balance) => balance === 0n) && reversal.businessDate === '2026-11-23';
      }),
    );
  });
});

describe('the seal', () => {
  const sha256 = (bytes: Uint8Array): Uint8Array => createHash('sha256').update(bytes).digest();
  const hex = (leaves: readonly string[]): string =>
    Buffer.from(
      merkleRoot(
        leaves.map((leaf) => merkleLeaf(leaf, sha256)),
        sha256,
      ),
    ).toString('hex');

  it('of nothing is the hash of nothing', () => expect(hex([])).toBe(createHash('sha256').digest('hex')));
  it('has the shape of RFC 9162: three leaves are a pair and a single', () => {
    const leaf = (text: string) => sha256(Buffer.concat([Buffer.from([0]), Buffer.from(text)]));
    const node = (a: Uint8Array, b: Uint8Array) => sha256(Buffer.concat([Buffer.from([1]), a, b]));
    expect(hex(['a', 'b', 'c'])).toBe(Buffer.from(node(node(leaf('a'), leaf('b')), leaf('c'))).toString('hex'));
  });
  it('changes with any leaf, its place or its absence', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.string(), { minLength: 2, maxLength: 40 }), fc.nat(), (leaves, n) => {
        const at = n % leaves.length;
        const root = hex(leaves);
        const changed = leaves.map((leaf, i) => (i === at ? `${leaf}!` : leaf));
        const without = leaves.filter((_, i) => i !== at);
        const swapped = [...leaves.slice(1), ...leaves.slice(0, 1)];
        return [changed, without, swapped].every((other) => hex(other) !== root);
      }),
    );
  });
  it('names what accounts paid beside the funds', () => {
    const owed: Obligation = {
      obligationId: 'o',
      settlementId: 's',
      operationId: 'x',
      kind: 'SETTLEMENT',
      insuredProvince: '610000',
      treatingProvince: '110000',
      insurance: 'EMPLOYEE',
      visitKind: 'INPATIENT',
      businessDate: '2026-11-22',
      costMonth: '2026-11',
      funds: [
        { fund: 'POOLING', amountFen: fen(60n) },
        { fund: 'PERSONAL_ACCOUNT', amountFen: fen(15n) },
      ],
    };
    expect(obligationLeaf(owed)).toBe(
      'o|s|x|SETTLEMENT|610000|110000|EMPLOYEE|INPATIENT|2026-11-22|2026-11|PERSONAL_ACCOUNT=15|POOLING=60',
    );
    const undone = reverseObligation(owed, {
      obligationId: 'r',
      businessDate: '2026-12-03',
      operationId: 'x',
      kind: 'REVERSAL',
    });
    expect([obligationAmount(owed), obligationAmount(undone)]).toEqual([75n, -75n]);
    expect(undone.funds.map(({ amountFen }) => amountFen)).toEqual([-60n, -15n]);
    expect([undone.businessDate, undone.costMonth]).toEqual(['2026-12-03', '2026-11']);
  });
  it('names its accounts so that the cell and the fund can be read from them', () => {
    fc.assert(
      fc.property(obligation, (o) => {
        const { insuredProvince, treatingProvince, insurance } = o;
        for (const { fund, debitAccount, creditAccount } of postingsOf(o))
          expect(fundBetween(debitAccount, creditAccount)).toEqual({
            insuredProvince,
            treatingProvince,
            insurance,
            fund,
          });
      }),
    );
    for (const [debit, credit] of [
      ['receivable:610000:EMPLOYEE:POOLING', 'payable:110000:RESIDENT:POOLING'],
      ['receivable:610000:EMPLOYEE:POOLING', 'payable:110000:EMPLOYEE:OTHER'],
      ['payable:610000:EMPLOYEE:POOLING', 'payable:110000:EMPLOYEE:POOLING'],
      ['receivable:610000:EMPLOYEE:POOLING', 'receivable:110000:EMPLOYEE:POOLING'],
      ['receivable:610000:NOBODY:POOLING', 'payable:110000:NOBODY:POOLING'],
      ['receivable:610000:EMPLOYEE:NONE', 'payable:110000:EMPLOYEE:NONE'],
    ] as const)
      expect(() => fundBetween(debit, credit)).toThrow('nothing moves between');
  });
  it('does not depend on the order in which an obligation lists its funds', () => {
    fc.assert(
      fc.property(obligation, (o) => obligationLeaf(o) === obligationLeaf({ ...o, funds: [...o.funds].reverse() })),
    );
  });
});

describe('control totals', () => {
  const sha256 = (bytes: Uint8Array): Uint8Array => createHash('sha256').update(bytes).digest();
  /** As a database counts them. */
  const totals = (all: readonly Obligation[]): CellTotals[] => {
    const cells = new Map<string, CellTotals>();
    for (const o of all) {
      const { insuredProvince, treatingProvince, insurance } = o;
      const known = cells.get(cellKey(o));
      cells.set(cellKey(o), {
        insuredProvince,
        treatingProvince,
        insurance,
        obligationCount: (known?.obligationCount ?? 0n) + 1n,
        amountFen: fen((known?.amountFen ?? 0n) + obligationAmount(o)),
        digestSum: (known?.digestSum ?? 0n) + leafDigest(merkleLeaf(obligationLeaf(o), sha256)),
      });
    }
    return [...cells.values()];
  };

  it('agree on the same obligations in whatever order, and on nothing less, more or other', () => {
    fc.assert(
      fc.property(fc.array(obligation, { minLength: 1, maxLength: 20 }), fc.nat(), obligation, (all, n, extra) => {
        const at = n % all.length;
        const changed = (change: (o: Obligation) => Obligation) => all.map((o, i) => (i === at ? change(o) : o));
        expect(differingCells(totals(all), totals([...all].reverse()))).toEqual([]);
        const others = [
          all.filter((_, i) => i !== at),
          [...all, extra],
          changed((o) => ({ ...o, treatingProvince: o.treatingProvince === '110000' ? '310000' : '110000' })),
          changed((o) => ({ ...o, settlementId: 'another' })),
        ];
        for (const other of others) {
          expect(differingCells(totals(all), totals(other))).not.toEqual([]);
          expect(differingCells(totals(other), totals(all))).toEqual(differingCells(totals(all), totals(other)));
        }
      }),
    );
  });

  it('name the cells that differ, and take a cell of nothing for none', () => {
    const cell: CellTotals = {
      insuredProvince: '610000',
      treatingProvince: '110000',
      insurance: 'EMPLOYEE',
      obligationCount: 2n,
      amountFen: fen(5n),
      digestSum: -3n,
    };
    for (const change of [{ obligationCount: 3n }, { amountFen: fen(6n) }, { digestSum: -4n }])
      expect(differingCells([cell], [{ ...cell, ...change }])).toEqual(['610000|110000|EMPLOYEE']);
    expect(differingCells([cell], [])).toEqual(['610000|110000|EMPLOYEE']);
    expect(differingCells([{ ...cell, obligationCount: 0n }], [])).toEqual([]);
  });

  it('add up the first eight bytes of a hash, whose first bit is the sign', () => {
    expect(leafDigest(Uint8Array.from([0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xfe, 9]))).toBe(-2n);
    expect(leafDigest(Buffer.from('00000000000001009999', 'hex'))).toBe(256n);
  });
});
