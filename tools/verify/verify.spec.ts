import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { groupBy } from '@yiditong/chassis';
import { INSURANCES, PROVINCES } from '@yiditong/codes';
import {
  appendLeaves,
  cellKey,
  EMPTY_FRONTIER,
  frontierRoot,
  merkleLeaf,
  netsOf,
  obligationAmount,
  obligationLeaf,
  obligationLine,
  provenObligationLine,
  sealLeaves,
  sealRoot,
  signedText,
  StatementLines,
  type Obligation,
  type SealedCell,
  type StatedObligation,
} from '@yiditong/ledger';
import { fen, sumFen } from '@yiditong/money';
import { v5 as uuidv5 } from 'uuid';
import { describe, expect, it } from 'vitest';
import { conservationFaults } from './conservation.js';
import { verifyStatement, type Verified } from './verify.js';

const DATE = '2026-11-22';
const REGIONS = PROVINCES.map(({ code }) => code);
const sha256 = (bytes: Uint8Array): Uint8Array => createHash('sha256').update(bytes).digest();
const key = generateKeyPairSync('ed25519');
const JWKS = JSON.stringify({ keys: [{ ...key.publicKey.export({ format: 'jwk' }), kid: 'spec' }] });

const idOf = (what: string): string => uuidv5(what, uuidv5.URL);

/** A day among three provinces, of both insurances, with a refund that makes one pair negative. */
function day(): Obligation[] {
  const parties = ['110000', '310000', '610000'];
  return Array.from({ length: 14 }, (_, n) => ({
    obligationId: idOf(`o${n}`),
    settlementId: idOf(`s${n}`),
    operationId: idOf(`x${n}`),
    kind: n === 13 ? ('REFUND' as const) : ('SETTLEMENT' as const),
    insuredProvince: n === 13 ? '310000' : (parties[n % 3] ?? ''),
    treatingProvince: n === 13 ? '610000' : (parties[(n + 1) % 3] ?? ''),
    insurance: INSURANCES[n % 2] ?? 'EMPLOYEE',
    visitKind: 'OUTPATIENT' as const,
    businessDate: DATE,
    costMonth: DATE.slice(0, 7),
    funds: [
      { fund: 'POOLING' as const, amountFen: fen(n === 13 ? -100_000n : 1_000n * BigInt(n + 1)) },
      ...(n % 4 === 0 ? [{ fund: 'PERSONAL_ACCOUNT' as const, amountFen: fen(7n * BigInt(n)) }] : []),
    ],
  }));
}

type Sealed = { readonly statement: (province: string) => string; readonly proof: (obligationId: string) => string };

/** The day closed as clearing closes it, with the ledger's own functions. */
function sealed(obligations: readonly Obligation[]): Sealed {
  const leafOf = (one: Obligation): Uint8Array => merkleLeaf(obligationLeaf(one), sha256);
  const byCell = groupBy(obligations, cellKey);
  const cells = [...byCell.values()].map((own): SealedCell => {
    const byFund = groupBy(
      own.flatMap(({ funds }) => funds),
      ({ fund }) => fund,
    );
    return {
      ...(own[0] as Obligation),
      obligationCount: BigInt(own.length),
      amountFen: sumFen(own.map(obligationAmount)),
      funds: [...byFund].map(([fund, paid]) => ({ fund, amountFen: sumFen(paid.map(({ amountFen }) => amountFen)) })),
      root: frontierRoot(appendLeaves(EMPTY_FRONTIER, own.map(leafOf), sha256), sha256),
    };
  });
  const cycle = { businessDate: DATE, sequence: 7n, previousRoot: 'ab'.repeat(32), cells, ...netsOf(cells, REGIONS) };
  const [root, treeSize] = [sealRoot(cycle, sha256), sealLeaves(cycle).length];
  const text = signedText({ ...cycle, treeSize, root });
  const signatures = [{ kid: 'spec', signature: sign(null, Buffer.from(text), key.privateKey).toString('base64') }];
  const lines = (province: string): StatementLines =>
    new StatementLines(cycle, { ...cycle, root, treeSize, signatures }, province, sha256);
  const stated = (cell: SealedCell): StatedObligation[] =>
    (byCell.get(cellKey(cell)) ?? []).map((one, leafIndex) => ({ ...one, leafIndex, leafHash: leafOf(one) }));
  return {
    statement: (province) => {
      const own = lines(province);
      const pairs = own.ownCells().flatMap((cell) => [own.cellLine(cell), ...stated(cell).map(obligationLine)]);
      return [...own.head(), ...pairs, ''].join('\n');
    },
    proof: (obligationId) => {
      const cell = cells.find((one) => stated(one).some((own) => own.obligationId === obligationId)) as SealedCell;
      const all = stated(cell);
      const own = lines(cell.insuredProvince);
      const leaves = all.map(({ leafHash }) => leafHash);
      const one = all.find((any) => any.obligationId === obligationId) as StatedObligation;
      return [own.cycleLine(), own.cellLine(cell), provenObligationLine(one, leaves, sha256), ''].join('\n');
    },
  };
}

/** What the verifier says of a text: its faults, or that it isn't a statement at all. */
function faultsOf(text: string): Verified['faults'] {
  try {
    return verifyStatement(text, JWKS).faults;
  } catch (error) {
    return [{ line: 1, problem: String(error) }];
  }
}

const DAY = day();
const { statement, proof } = sealed(DAY);

describe('a statement', () => {
  it('holds for each of the 32 provinces, and together they sum to nothing', () => {
    const all = REGIONS.map((region) => verifyStatement(statement(region), JWKS));
    expect(all.flatMap(({ faults }) => faults)).toEqual([]);
    expect(all.reduce((sum, { obligations }) => sum + obligations, 0)).toBe(2 * DAY.length);
    expect(all.find(({ province }) => province === '310000')?.netFen).toBe(NET_OF_SHANGHAI);
    expect(conservationFaults(all)).toEqual([]);
  });

  it('of another root, or with another net, does not hold beside the others', () => {
    const all = REGIONS.map((region) => verifyStatement(statement(region), JWKS));
    const [first, ...rest] = all as [Verified, ...Verified[]];
    expect(conservationFaults([{ ...first, root: 'other' }, ...rest])).toHaveLength(1);
    expect(conservationFaults([{ ...first, netFen: (first.netFen ?? 0n) + 1n }, ...rest])).toHaveLength(1);
    expect(conservationFaults([{ ...first, netFen: 1n }])).toEqual([]);
  });

  it.each(['110000', '500000'])('of %s that has one bit flipped anywhere is found wrong in its line', (province) => {
    const bytes = Buffer.from(statement(province));
    let line = 1;
    for (let at = 0; at < bytes.length; at++) {
      const was = bytes[at] ?? 0;
      // All bits of a byte where the statement is short, one of them, another each time, where it is long.
      for (const bit of bytes.length < 5_000 ? [0, 1, 2, 3, 4, 5, 6, 7] : [at % 8]) {
        bytes[at] = was ^ (1 << bit);
        const found = faultsOf(bytes.toString('utf8')).map((fault) => fault.line);
        expect(found, `byte ${at}, bit ${bit}`).toContain(line);
      }
      bytes[at] = was;
      if (was === 0x0a) line += 1;
    }
  });

  it.each<[string, (lines: string[]) => string[]]>([
    [
      'a pair left out with its obligations',
      (lines) => lines.filter((_, at) => at < firstPair(lines) || at >= secondPair(lines)),
    ],
    ['an obligation left out', (lines) => lines.filter((_, at) => at !== firstPair(lines) + 1)],
    ['an obligation twice', (lines) => lines.toSpliced(firstPair(lines) + 1, 0, lines[firstPair(lines) + 1] ?? '')],
    ['two obligations exchanged', (lines) => exchanged(lines, firstPair(lines) + 1)],
    ['a pair twice', (lines) => [...lines.slice(0, -1), ...lines.slice(firstPair(lines), secondPair(lines)), '']],
    [
      'the net of a fund left out',
      (lines) => lines.filter((line) => !line.includes('"fundNet"') || line.includes('PERSONAL')),
    ],
    ['the province’s net left out', (lines) => lines.filter((line) => !line.startsWith('{"net"'))],
    ['a space', (lines) => lines.map((line, at) => (at === 2 ? line.replace(':', ': ') : line))],
    ['a field more', (lines) => lines.map((line, at) => (at === 2 ? line.replace('{', '{"note":"x",') : line))],
  ])('with %s is found wrong', (_, change) => {
    const lines = statement('110000').split('\n');
    const changed = change([...lines]);
    expect(changed).not.toEqual(lines);
    expect(faultsOf(changed.join('\n'))).not.toEqual([]);
  });

  it('of another province, whole and signed, does not pass for this one’s', () => {
    const renamed = statement('110000').replace('"province":"110000"', '"province":"310000"');
    expect(faultsOf(renamed)).not.toEqual([]);
  });

  it('is not believed with no key, or another', () => {
    const other = generateKeyPairSync('ed25519').publicKey.export({ format: 'jwk' });
    const text = statement('110000');
    for (const keys of [[], [{ ...other, kid: 'spec' }]])
      expect(verifyStatement(text, JSON.stringify({ keys })).faults).toEqual([
        { line: 1, problem: expect.any(String) },
      ]);
  });
});

describe('the proof of one obligation', () => {
  it.each(DAY.map(({ obligationId }) => obligationId))('%s holds', (obligationId) => {
    expect(verifyStatement(proof(obligationId), JWKS)).toMatchObject({ faults: [], obligations: 1, netFen: null });
  });

  it('does not hold for another, nor with another’s way', () => {
    const [one, other] = [proof(DAY[0]?.obligationId ?? ''), proof(DAY[1]?.obligationId ?? '')].map((text) =>
      text.split('\n'),
    );
    expect(faultsOf([...(one ?? []).slice(0, 2), other?.[2], ''].join('\n'))).not.toEqual([]);
    const changed = (one ?? []).join('\n').replace('"index":0,"path":["', '"index":1,"path":["');
    expect(changed).not.toBe((one ?? []).join('\n'));
    expect(faultsOf(changed)).not.toEqual([]);
  });
});

/** Added up by hand from the day's list: receivable less payable. */
const NET_OF_SHANGHAI = ((): bigint => {
  const of = (side: 'insuredProvince' | 'treatingProvince'): bigint =>
    DAY.filter((one) => one[side] === '310000')
      .flatMap(({ funds }) => funds)
      .reduce((sum, { amountFen }) => sum + amountFen, 0n);
  return of('treatingProvince') - of('insuredProvince');
})();

const pairsOf = (lines: readonly string[]): number[] =>
  lines.flatMap((line, at) => (line.startsWith('{"payer"') ? [at] : []));
const firstPair = (lines: readonly string[]): number => pairsOf(lines)[0] ?? 0;
const secondPair = (lines: readonly string[]): number => pairsOf(lines)[1] ?? lines.length - 1;

function exchanged(lines: readonly string[], at: number): string[] {
  return lines.toSpliced(at, 2, lines[at + 1] ?? '', lines[at] ?? '');
}
