import {
  decodeInstant,
  PROPOSAL_DECISIONS,
  PROPOSAL_STATES,
  proposalDecisionCodec,
  proposalStateCodec,
  required,
} from '@yiditong/chassis';
import type { commonV1 } from '@yiditong/contracts';
import { z } from 'zod';
import { instant, uuid } from '../http/fields.js';

const MAX_REMARK = 500;

/** PostgreSQL can't store a NUL. */
const remark = z
  .string()
  .max(MAX_REMARK)
  .regex(/^\P{Cc}*$/u, 'text without control characters')
  .default('')
  .describe('复核意见 / remark');

export const decisionBody = z
  .strictObject({ decision: z.enum(PROPOSAL_DECISIONS).describe('通过 APPROVE、驳回 REJECT'), remark })
  .refine((said) => said.decision !== 'REJECT' || said.remark.trim() !== '', {
    path: ['remark'],
    message: 'a rejection says why',
  });
export const withdrawalBody = z.strictObject({ remark });
export const proposalsQuery = z.strictObject({
  state: z.enum(PROPOSAL_STATES).optional(),
  after: uuid.optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
});
/** What every proposal has, whatever it would change. */
export const proposalAnswer = z.object({
  proposalId: uuid,
  state: z.enum(PROPOSAL_STATES),
  digest: z.string().describe('变更内容的 SHA-256'),
  maker: z.string().describe('经办账号'),
  madeAt: instant,
  decider: z.string().nullable().describe('复核账号'),
  decidedAt: instant.nullable(),
  remark: z.string().nullable(),
});
export type DecisionBody = z.infer<typeof decisionBody>;
export type WithdrawalBody = z.infer<typeof withdrawalBody>;
export type ProposalsQuery = z.infer<typeof proposalsQuery>;
export type ProposalAnswer = z.infer<typeof proposalAnswer>;

export function decodeProposal(wire: commonV1.Proposal | null | undefined): ProposalAnswer {
  const { proposalId, state, digest, maker, madeAt, decider, decidedAt, remark: said } = required(wire, 'proposal');
  return {
    proposalId,
    state: proposalStateCodec.decode(state),
    digest,
    maker,
    madeAt: decodeInstant(madeAt, 'made_at').toISOString(),
    decider: decider || null,
    decidedAt: decidedAt ? decodeInstant(decidedAt, 'decided_at').toISOString() : null,
    remark: said || null,
  };
}

export function encodeDecision(body: DecisionBody): { decision: commonV1.ProposalDecision; remark: string } {
  return { decision: proposalDecisionCodec.encode(body.decision), remark: body.remark };
}

export function encodeProposalsQuery(query: ProposalsQuery): {
  state: commonV1.ProposalState;
  after: string;
  limit: number;
} {
  const { state, after, limit } = query;
  return {
    state: state === undefined ? 'PROPOSAL_STATE_UNSPECIFIED' : proposalStateCodec.encode(state),
    after: after ?? '',
    limit,
  };
}
