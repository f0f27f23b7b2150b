import { Rejection } from '@yiditong/codes';
import type { commonV1 } from '@yiditong/contracts';
import { validate as isUuid } from 'uuid';
import { encodeInstant, enumCodec } from '../codec.js';
import {
  PROPOSAL_DECISIONS,
  PROPOSAL_STATES,
  type Proposal,
  type ProposalDecision,
  type ProposalPage,
} from './proposal.js';

const MAX_REMARK = 500;
const MAX_PAGE = 200;

export const proposalStateCodec = enumCodec('PROPOSAL_STATE', PROPOSAL_STATES);
export const proposalDecisionCodec = enumCodec('PROPOSAL_DECISION', PROPOSAL_DECISIONS);

/** What a decider says of a proposal, before it is known who and when. */
export type SaidDecision = { readonly decision: ProposalDecision; readonly remark: string };

export function encodeProposal(proposal: Proposal<unknown, unknown>): commonV1.Proposal {
  const { id, state, digest, maker, madeAt, decider, decidedAt, remark } = proposal;
  return {
    proposalId: id,
    state: proposalStateCodec.encode(state),
    digest,
    maker,
    madeAt: encodeInstant(new Date(madeAt)),
    decider: decider ?? '',
    decidedAt: decidedAt === null ? undefined : encodeInstant(new Date(decidedAt)),
    remark: remark ?? '',
  };
}

/** Rejects with REQUEST_MALFORMED. A rejection without a word would leave its maker guessing. */
export function decodeDecision(wire: { readonly decision: string; readonly remark: string }): SaidDecision {
  const decision = proposalDecisionCodec.decode(wire.decision);
  const remark = decodeRemark(wire.remark);
  if (decision === 'REJECT' && remark.trim() === '')
    throw new Rejection('REQUEST_MALFORMED', { problem: 'remark must say why' });
  return { decision, remark };
}

/** Rejects with REQUEST_MALFORMED. PostgreSQL can't store a NUL, and no line of a list has others of its kind. */
export function decodeRemark(remark: string): string {
  if (remark.length > MAX_REMARK || /\p{Cc}/u.test(remark))
    throw new Rejection('REQUEST_MALFORMED', { problem: `remark must be text of at most ${MAX_REMARK} characters` });
  return remark;
}

/** Rejects with REQUEST_MALFORMED. */
export function decodeProposalId(id: string): string {
  if (!isUuid(id)) throw new Rejection('REQUEST_MALFORMED', { problem: 'proposal_id is not a UUID' });
  return id;
}

/** Rejects with REQUEST_MALFORMED. */
export function decodeProposalPage(wire: {
  readonly state: string;
  readonly after: string;
  readonly limit: number;
}): ProposalPage {
  const { state, after, limit } = wire;
  if ((after !== '' && !isUuid(after)) || limit < 1 || limit > MAX_PAGE)
    throw new Rejection('REQUEST_MALFORMED', { problem: `after or limit (1 to ${MAX_PAGE})` });
  const isAny = state === 'PROPOSAL_STATE_UNSPECIFIED';
  return { state: isAny ? null : proposalStateCodec.decode(state), after: after || null, limit };
}

/** Where the page after this one begins; empty on the last. */
export function nextAfter(proposals: readonly { readonly id: string }[], { limit }: ProposalPage): string {
  return proposals.length < limit ? '' : (proposals.at(-1)?.id ?? '');
}
