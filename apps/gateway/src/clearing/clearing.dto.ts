import { decodeInstant, required } from '@yiditong/chassis';
import type { clearingV1 } from '@yiditong/contracts';
import { z } from 'zod';
import { answerFen, businessDate, instant, region, uuid } from '../http/fields.js';
import { decodeProposal, proposalAnswer } from '../reference/proposal.dto.js';

export const cycleAnswer = z.object({
  businessDate,
  state: z.enum(['OPEN', 'SEALING', 'SEALED', 'VERIFIED', 'CLOSED']),
  obligationCount: z.string(),
  amountFen: answerFen,
  merkleRoot: z.string().describe('已关账时：签名的默克尔根 / of a closed cycle: the signed root'),
  sequence: z.string().describe('关账顺序，从 1 起 / its place among closed cycles'),
  previousRoot: z.string(),
  treeSize: z.number().int(),
  signatures: z.array(z.object({ kid: z.string(), signature: z.string() })),
  closedAt: instant.nullable(),
});
export const closeProposalAnswer = proposalAnswer.extend({ businessDate });
export const closeDecisionAnswer = closeProposalAnswer.extend({
  cycle: cycleAnswer.nullable().describe('清算日现状；驳回时为空 / as it stands now; null where rejected'),
});
export const netPositionsAnswer = z.object({
  positions: z.array(z.object({ region, payableFen: answerFen, receivableFen: answerFen, netFen: answerFen })),
});
export const bilateralAnswer = z.object({
  positions: z.array(z.object({ payer: region, payee: region, grossFen: answerFen, obligationCount: z.string() })),
});
export const settlementsQuery = z.strictObject({
  after: uuid.optional(),
  limit: z.coerce.number().int().min(1).max(1_000).default(500),
});
export type SettlementsQuery = z.infer<typeof settlementsQuery>;
export type CloseProposalAnswer = z.infer<typeof closeProposalAnswer>;
export type CloseDecisionAnswer = z.infer<typeof closeDecisionAnswer>;
export type CycleAnswer = z.infer<typeof cycleAnswer>;
export type NetPositionsAnswer = z.infer<typeof netPositionsAnswer>;
export type BilateralAnswer = z.infer<typeof bilateralAnswer>;

export function decodeCycle(wire: clearingV1.Cycle): CycleAnswer {
  return {
    businessDate: wire.businessDate,
    state: cycleAnswer.shape.state.parse(wire.state.replace('CYCLE_STATE_', '')),
    obligationCount: String(wire.obligationCount),
    amountFen: String(wire.amountFen),
    merkleRoot: wire.merkleRoot,
    sequence: String(wire.sequence),
    previousRoot: wire.previousRoot,
    treeSize: wire.treeSize,
    signatures: wire.signatures.map(({ kid, signature }) => ({ kid, signature })),
    closedAt: wire.closedAt ? decodeInstant(wire.closedAt, 'closed_at').toISOString() : null,
  };
}

export function decodeCloseProposal(wire: clearingV1.CloseProposal | null | undefined): CloseProposalAnswer {
  const { proposal, businessDate: date } = required(wire, 'proposal');
  return { ...decodeProposal(proposal), businessDate: date };
}

export function decodeCloseDecision(wire: clearingV1.DecideCloseResponse): CloseDecisionAnswer {
  return { ...decodeCloseProposal(wire.proposal), cycle: wire.cycle ? decodeCycle(wire.cycle) : null };
}

export function decodeNetPosition(wire: clearingV1.NetPosition): NetPositionsAnswer['positions'][number] {
  return {
    region: wire.region,
    payableFen: String(wire.payableFen),
    receivableFen: String(wire.receivableFen),
    netFen: String(wire.netFen),
  };
}

export function decodeBilateral(wire: clearingV1.BilateralPosition): BilateralAnswer['positions'][number] {
  return {
    payer: wire.payer,
    payee: wire.payee,
    grossFen: String(wire.grossFen),
    obligationCount: String(wire.obligationCount),
  };
}
