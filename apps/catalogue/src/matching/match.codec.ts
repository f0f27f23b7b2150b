import { encodeInstant, itemKindCodec, matchStateCodec } from '@yiditong/chassis';
import type { catalogueV1 } from '@yiditong/contracts';
import type { Candidate } from '@yiditong/harmonization';
import type { StoredOwnItem } from '../list/list.entity.js';
import { encodeEvidence, nationalCodeOrNone, remarkField } from '../mapping/mapping.codec.js';
import { encodeItem } from '../reading/published.codec.js';
import { limitField, malformed } from '../reading/reading-fields.js';
import type { StandingItem } from '../reading/standing.store.js';
import type { MatchDecision, Matches, MatchPage } from './match.service.js';
import type { MatchRow } from './matching.store.js';

const MAX_PAGE = 200;
const LAST_ROW = 2_147_483_647;

/** Rejects with REQUEST_MALFORMED. */
export function decodeMatchPage(wire: catalogueV1.ListMatchesRequest): MatchPage {
  if (!(wire.afterRow >= 0 && wire.afterRow <= LAST_ROW)) throw malformed('after_row is not a row');
  const state = matchStateCodec.decodeOptional(wire.state);
  return { state, afterRow: wire.afterRow, limit: limitField(wire.limit, MAX_PAGE) };
}

/** Rejects with REQUEST_MALFORMED. */
export function decodeMatchDecision(wire: catalogueV1.DecideMatchRequest): MatchDecision {
  if (!(wire.rowNumber >= 1 && wire.rowNumber <= LAST_ROW)) throw malformed('row_number is not a row');
  const nationalCode = nationalCodeOrNone(wire.nationalCode);
  return { rowNumber: wire.rowNumber, nationalCode, remark: remarkField(wire.remark) };
}

export function encodeMatches({ rows, items }: Matches, limit: number): catalogueV1.ListMatchesResponse {
  const last = rows.at(-1);
  return {
    matches: rows.map((row) => encodeMatch(row, items)),
    nextAfterRow: last && rows.length === limit ? last.rowNumber : 0,
  };
}

export function encodeMatch(row: MatchRow, items: Matches['items']): catalogueV1.Match {
  return {
    rowNumber: row.rowNumber,
    item: encodeOwnItem(row.item),
    state: matchStateCodec.encode(row.state),
    nationalCode: row.nationalCode ?? '',
    candidates: row.candidates.flatMap((candidate) => {
      const item = items.get(candidate.nationalCode);
      return item ? encodeCandidate(candidate, item) : [];
    }),
    decidedBy: row.decidedBy ?? '',
    decidedAt: row.decidedAt === null ? undefined : encodeInstant(row.decidedAt),
    remark: row.remark,
  };
}

function encodeCandidate({ scoreBps, evidence }: Candidate, item: StandingItem): catalogueV1.MatchCandidate {
  return { item: encodeItem(item), scoreBps, evidence: evidence.map(encodeEvidence) };
}

function encodeOwnItem(item: StoredOwnItem): catalogueV1.OwnItem {
  return {
    itemCode: item.itemCode,
    name: item.name,
    kind: itemKindCodec.encodeOptional(item.kind),
    dosageForm: item.dosageForm,
    specification: item.specification,
    pack: item.pack,
    unit: item.unit,
    manufacturer: item.manufacturer,
    approvalNumber: item.approvalNumber,
    priceMicroYuan: BigInt(item.priceMicroYuan ?? 0),
    claimedNationalCode: item.claimedNationalCode,
  };
}
