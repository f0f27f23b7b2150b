import { encodeInstant, insuranceCodec } from '@yiditong/chassis';
import type { clearingV1, settlementV1 } from '@yiditong/contracts';
import type { CellTotals } from '@yiditong/ledger';
import { fen } from '@yiditong/money';
import type { Cycle } from './cycle.entity.js';

export function decodeCellTotals(wire: settlementV1.CellTotals): CellTotals {
  const { insuredProvince, treatingProvince, insurance, obligationCount, amountFen, digestSum } = wire;
  return {
    insuredProvince,
    treatingProvince,
    insurance: insuranceCodec.decode(insurance),
    obligationCount,
    amountFen: fen(amountFen),
    digestSum: BigInt(digestSum),
  };
}

export function encodeCycle({
  businessDate,
  state,
  obligationCount,
  amountFen,
  closedAt,
  seal,
}: Cycle): clearingV1.Cycle {
  return {
    businessDate,
    state: `CYCLE_STATE_${state}`,
    obligationCount,
    amountFen,
    merkleRoot: seal?.root ?? '',
    sequence: seal?.sequence ?? 0n,
    previousRoot: seal?.previousRoot ?? '',
    treeSize: seal?.treeSize ?? 0,
    signatures: seal ? [...seal.signatures] : [],
    closedAt: closedAt ? encodeInstant(closedAt) : undefined,
  };
}
