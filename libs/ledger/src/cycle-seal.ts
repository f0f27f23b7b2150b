import type { ClearedFund, Insurance } from '@yiditong/codes';
import { sumFen, type Fen } from '@yiditong/money';
import { cellKey, type CellKey } from './control-totals.js';
import { merkleLeaf, merkleRoot, type Hash } from './merkle.js';

/** What a fund owes of a cell. Signed. */
export type FundAmount = { readonly fund: ClearedFund; readonly amountFen: Fen };

/** A cell of the matrix as it is sealed: its figures, and the root over its obligations in the order in which they were booked. */
export type SealedCell = CellKey & {
  readonly obligationCount: bigint;
  readonly amountFen: Fen;
  readonly funds: readonly FundAmount[];
  readonly root: Uint8Array;
};

/** A province's gross and net of one insurance and fund. */
export type FundNet = {
  readonly region: string;
  readonly insurance: Insurance;
  readonly fund: ClearedFund;
  readonly payableFen: Fen;
  readonly receivableFen: Fen;
};

/** A province's gross and net of everything, with the number of obligations behind each, so that none can be left out. */
export type RegionNet = {
  readonly region: string;
  readonly payableFen: Fen;
  readonly receivableFen: Fen;
  readonly payableCount: bigint;
  readonly receivableCount: bigint;
};

/** All that one signature vouches for. */
export type CycleSeal = {
  readonly businessDate: string;
  /** Cycles are linked in the order in which they were closed, from 1. */
  readonly sequence: bigint;
  /** Hexadecimal; of the first cycle, empty. */
  readonly previousRoot: string;
  readonly cells: readonly SealedCell[];
  readonly regionNets: readonly RegionNet[];
  readonly fundNets: readonly FundNet[];
};

/** The end of the chain of closed cycles: its place, from 1, and its root; 0 and none before the first. */
export type CycleHead = { readonly sequence: bigint; readonly root: string };

/** What a closed cycle is known by: its place in the chain and its root, in hexadecimal, with a signature of each key. */
export type Seal = CycleHead & {
  readonly previousRoot: string;
  readonly treeSize: number;
  readonly signatures: readonly { readonly kid: string; readonly signature: string }[];
};

/** The nets of a matrix: of every region given, and of each region, insurance and fund that moved. */
export function netsOf(
  cells: readonly SealedCell[],
  regions: readonly string[],
): Pick<CycleSeal, 'regionNets' | 'fundNets'> {
  const regionNets = regions.map((region) => {
    const [owed, due] = [
      cells.filter(({ insuredProvince }) => insuredProvince === region),
      cells.filter(({ treatingProvince }) => treatingProvince === region),
    ];
    return {
      region,
      payableFen: sumFen(owed.map(({ amountFen }) => amountFen)),
      receivableFen: sumFen(due.map(({ amountFen }) => amountFen)),
      payableCount: owed.reduce((sum, { obligationCount }) => sum + obligationCount, 0n),
      receivableCount: due.reduce((sum, { obligationCount }) => sum + obligationCount, 0n),
    };
  });
  return { regionNets, fundNets: fundNetsOf(cells) };
}

function fundNetsOf(cells: readonly SealedCell[]): FundNet[] {
  const nets = new Map<string, { net: FundNet; payable: Fen[]; receivable: Fen[] }>();
  const of = (region: string, insurance: Insurance, fund: ClearedFund) => {
    const key = `${region}|${insurance}|${fund}`;
    const known = nets.get(key) ?? { net: { region, insurance, fund } as FundNet, payable: [], receivable: [] };
    nets.set(key, known);
    return known;
  };
  for (const { insuredProvince, treatingProvince, insurance, funds } of cells)
    for (const { fund, amountFen } of funds) {
      of(insuredProvince, insurance, fund).payable.push(amountFen);
      of(treatingProvince, insurance, fund).receivable.push(amountFen);
    }
  return [...nets.entries()]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, { net, payable, receivable }]) => ({
      ...net,
      payableFen: sumFen(payable),
      receivableFen: sumFen(receivable),
    }));
}

/** The canonical texts that are hashed, in the order of the tree: the cycle, its cells, its nets by region, and by region, insurance and fund. */
export function sealLeaves(seal: CycleSeal): string[] {
  return [
    cycleLeaf(seal),
    ...sorted(seal.cells.map(cellLeaf)),
    ...sorted(seal.regionNets.map(regionNetLeaf)),
    ...sorted(seal.fundNets.map(fundNetLeaf)),
  ];
}

/** The root that is signed, in hexadecimal. */
export function sealRoot(seal: CycleSeal, hash: Hash): string {
  const leaves = sealLeaves(seal).map((leaf) => merkleLeaf(leaf, hash));
  return hex(merkleRoot(leaves, hash));
}

/** The text that is signed: what the root is of, and where it stands. */
export function signedText(cycle: {
  readonly businessDate: string;
  readonly sequence: bigint;
  readonly treeSize: number;
  readonly root: string;
}): string {
  return `yiditong-cycle-1|${cycle.sequence}|${cycle.businessDate}|${cycle.treeSize}|${cycle.root}`;
}

/** The whole cycle: its place in the chain, how many obligations, and what they sum to. */
export function cycleLeaf({ businessDate, sequence, previousRoot, cells }: CycleSeal): string {
  const count = cells.reduce((sum, { obligationCount }) => sum + obligationCount, 0n);
  const amount = sumFen(cells.map(({ amountFen }) => amountFen));
  return `cycle|${sequence}|${businessDate}|${previousRoot}|${count}|${amount}`;
}

export function cellLeaf(cell: SealedCell): string {
  const funds = sorted(cell.funds.map(({ fund, amountFen }) => `${fund}=${amountFen}`)).join(',');
  return `cell|${cellKey(cell)}|${cell.obligationCount}|${cell.amountFen}|${funds}|${hex(cell.root)}`;
}

export function regionNetLeaf(net: RegionNet): string {
  const { region, payableFen, receivableFen, payableCount, receivableCount } = net;
  return `net|${region}|${payableCount}|${payableFen}|${receivableCount}|${receivableFen}`;
}

export function fundNetLeaf({ region, insurance, fund, payableFen, receivableFen }: FundNet): string {
  return `fund|${region}|${insurance}|${fund}|${payableFen}|${receivableFen}`;
}

function sorted(texts: readonly string[]): string[] {
  return [...texts].sort();
}

/** Lower case. */
export function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
