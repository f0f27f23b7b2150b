import type { VisitKind } from '@yiditong/codes';
import {
  cellLeaf,
  cycleLeaf,
  fundNetLeaf,
  hex,
  regionNetLeaf,
  sealLeaves,
  type CycleSeal,
  type FundAmount,
  type FundNet,
  type RegionNet,
  type Seal,
  type SealedCell,
} from './cycle-seal.js';
import { inclusionProof, pathIn, treeLevels } from './merkle-proof.js';
import { merkleLeaf, type Hash } from './merkle.js';
import type { ObligationKind } from './obligation.js';

/** An obligation as it stands in its cell's tree. */
export type StatedObligation = {
  readonly obligationId: string;
  readonly settlementId: string;
  readonly operationId: string;
  readonly kind: ObligationKind;
  readonly visitKind: VisitKind;
  readonly costMonth: string;
  readonly funds: readonly FundAmount[];
  readonly leafHash: Uint8Array;
  readonly leafIndex: number;
};

const FORMAT = 'yiditong-statement-1';

/**
 * The lines of a statement: canonical JSON, each exactly as JSON.stringify writes it, amounts as decimal text. Every line but an
 * obligation's names its place in the signed tree and the way to its root; a cell's obligations follow it and are its whole tree.
 */
export class StatementLines {
  private readonly places: ReadonlyMap<string, number>;
  private readonly levels: readonly (readonly Uint8Array[])[];

  constructor(
    private readonly cycle: CycleSeal,
    private readonly seal: Seal,
    private readonly province: string,
    hash: Hash,
  ) {
    const leaves = sealLeaves(cycle);
    this.places = new Map(leaves.map((leaf, index) => [leaf, index]));
    this.levels = treeLevels(
      leaves.map((leaf) => merkleLeaf(leaf, hash)),
      hash,
    );
  }

  /** The cells that the province is a party to, in the order of the tree. */
  ownCells(): SealedCell[] {
    const own = this.cycle.cells.filter(({ insuredProvince, treatingProvince }) =>
      [insuredProvince, treatingProvince].includes(this.province),
    );
    return own.sort((a, b) => (cellLeaf(a) < cellLeaf(b) ? -1 : 1));
  }

  /** The statement's head: the cycle, and the province's nets. */
  head(): string[] {
    const own = ({ region }: { readonly region: string }): boolean => region === this.province;
    return [
      this.cycleLine(),
      ...this.cycle.regionNets.filter(own).map((net) => this.regionNetLine(net)),
      ...this.cycle.fundNets.filter(own).map((net) => this.fundNetLine(net)),
    ];
  }

  cycleLine(): string {
    const { businessDate, sequence, previousRoot, cells } = this.cycle;
    return JSON.stringify({
      format: FORMAT,
      province: this.province,
      businessDate,
      sequence: String(sequence),
      previousRoot,
      obligationCount: String(cells.reduce((sum, { obligationCount }) => sum + obligationCount, 0n)),
      amountFen: String(cells.reduce((sum, { amountFen }) => sum + amountFen, 0n)),
      root: this.seal.root,
      treeSize: this.seal.treeSize,
      ...this.placeOf(cycleLeaf(this.cycle)),
      signatures: this.seal.signatures,
    });
  }

  cellLine(cell: SealedCell): string {
    const { insuredProvince, treatingProvince, insurance, obligationCount, amountFen, funds, root } = cell;
    return JSON.stringify({
      payer: insuredProvince,
      payee: treatingProvince,
      insurance,
      obligationCount: String(obligationCount),
      amountFen: String(amountFen),
      funds: textOf(funds),
      root: hex(root),
      ...this.placeOf(cellLeaf(cell)),
    });
  }

  private regionNetLine(net: RegionNet): string {
    const { region, payableCount, payableFen, receivableCount, receivableFen } = net;
    return JSON.stringify({
      net: region,
      payableCount: String(payableCount),
      payableFen: String(payableFen),
      receivableCount: String(receivableCount),
      receivableFen: String(receivableFen),
      netFen: String(receivableFen - payableFen),
      ...this.placeOf(regionNetLeaf(net)),
    });
  }

  private fundNetLine(net: FundNet): string {
    const { region, insurance, fund, payableFen, receivableFen } = net;
    return JSON.stringify({
      fundNet: region,
      insurance,
      fund,
      payableFen: String(payableFen),
      receivableFen: String(receivableFen),
      ...this.placeOf(fundNetLeaf(net)),
    });
  }

  private placeOf(leaf: string): { readonly index: number; readonly path: readonly string[] } {
    const index = this.places.get(leaf);
    if (index === undefined) throw new Error(`not in the sealed tree: ${leaf}`);
    return { index, path: pathIn(this.levels, index).map(hex) };
  }
}

export function obligationLine(obligation: StatedObligation): string {
  const { obligationId, settlementId, operationId, kind, visitKind, costMonth, funds, leafHash } = obligation;
  return JSON.stringify({
    obligationId,
    settlementId,
    operationId,
    kind,
    visitKind,
    costMonth,
    funds: textOf(funds),
    leafHash: hex(leafHash),
  });
}

/** Of one obligation that is proven alone: its place in its cell's tree too. */
export function provenObligationLine(
  obligation: StatedObligation,
  cellLeafHashes: readonly Uint8Array[],
  hash: Hash,
): string {
  const { leafIndex } = obligation;
  const path = inclusionProof(cellLeafHashes, leafIndex, hash).map(hex);
  return JSON.stringify({ ...(JSON.parse(obligationLine(obligation)) as object), index: leafIndex, path });
}

function textOf(funds: readonly FundAmount[]): Record<string, string> {
  const sorted = [...funds].sort((a, b) => (a.fund < b.fund ? -1 : 1));
  return Object.fromEntries(sorted.map(({ fund, amountFen }) => [fund, String(amountFen)]));
}
