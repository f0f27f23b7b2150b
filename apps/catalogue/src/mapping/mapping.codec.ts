import { deciderKindCodec, decodeInstant, encodeInstant } from '@yiditong/chassis';
import { ownCode } from '@yiditong/codes';
import type { catalogueV1 } from '@yiditong/contracts';
import type { Evidence } from '@yiditong/harmonization';
import { codeField, dayField, limitField, malformed } from '../reading/reading-fields.js';
import type { Mapping } from './mapping.entity.js';
import type { Revision, Withdrawal } from './mapping.service.js';
import type { MappingPage } from './mapping.store.js';

const MAX_PAGE = 1_000;
const REMARK_MAX = 500;

/** Rejects with REQUEST_MALFORMED. */
export function decodeMappingPage(
  wire: catalogueV1.ListMappingsRequest,
): Omit<MappingPage, 'on'> & { readonly on: string | null } {
  return {
    on: wire.on === '' ? null : dayField(wire.on, 'on'),
    after: afterField(wire.after),
    limit: limitField(wire.limit, MAX_PAGE),
    decidedAfter: wire.decidedAfter ? decodeInstant(wire.decidedAfter, 'decided_after') : null,
  };
}

/** Rejects with REQUEST_MALFORMED. */
export function decodeRevision(wire: catalogueV1.ReviseMappingRequest): Revision {
  return {
    itemCode: itemCodeField(wire.itemCode),
    nationalCode: nationalCodeOrNone(wire.nationalCode),
    effectiveFrom: dayField(wire.effectiveFrom, 'effective_from'),
    remark: neededRemark(wire.remark),
  };
}

/** Rejects with REQUEST_MALFORMED. */
export function decodeWithdrawal(wire: catalogueV1.WithdrawMappingRequest): Withdrawal {
  const nationalCode = nationalCodeOrNone(wire.nationalCode);
  if (nationalCode === null) throw malformed('national_code is missing');
  return { itemCode: itemCodeField(wire.itemCode), nationalCode, remark: neededRemark(wire.remark) };
}

function neededRemark(text: string): string {
  const remark = remarkField(text);
  if (remark === '') throw malformed('remark is missing');
  return remark;
}

/** Null for none, as an empty one says. Rejects with REQUEST_MALFORMED. */
export function nationalCodeOrNone(text: string): string | null {
  return codeField(text, 'national_code') === '' ? null : text.toUpperCase();
}

/** An owner's own code. Rejects with REQUEST_MALFORMED. */
export function itemCodeField(text: string): string {
  const code = ownCode(text);
  if ('problem' in code) throw malformed(`item_code ${code.problem}`);
  if (code.value === '') throw malformed('item_code is missing');
  return code.value;
}

/** An own code as next_after said it; empty for the beginning. */
function afterField(text: string): string {
  const code = ownCode(text);
  if ('problem' in code) throw malformed(`after ${code.problem}`);
  return code.value;
}

/** Rejects with REQUEST_MALFORMED. PostgreSQL can't store a NUL, and no line of a list has others of its kind. */
export function remarkField(text: string): string {
  if (text.length > REMARK_MAX || /\p{Cc}/u.test(text))
    throw malformed(`remark is not text of at most ${REMARK_MAX} characters`);
  return text.trim();
}

export function encodeMapping(mapping: Mapping): catalogueV1.Mapping {
  return {
    institutionCode: mapping.institutionCode,
    itemCode: mapping.itemCode,
    itemName: mapping.itemName,
    nationalCode: mapping.nationalCode ?? '',
    effectiveFrom: mapping.effectiveFrom,
    effectiveTo: mapping.effectiveTo ?? '',
    deciderKind: deciderKindCodec.encode(mapping.deciderKind),
    decidedBy: mapping.decidedBy,
    decidedAt: encodeInstant(mapping.decidedAt),
    scoreBps: mapping.scoreBps,
    evidence: mapping.evidence.map(encodeEvidence),
    remark: mapping.remark,
    listId: mapping.listId ?? '',
  };
}

/** A page that isn't full is the last one. */
export function encodeMappings(mappings: readonly Mapping[], limit: number): catalogueV1.ListMappingsResponse {
  const last = mappings.at(-1);
  return { mappings: mappings.map(encodeMapping), nextAfter: last && mappings.length === limit ? last.itemCode : '' };
}

export function encodeEvidence({ feature, weightBps, zh, en }: Evidence): catalogueV1.MatchEvidence {
  return { feature, weightBps, textZh: zh, textEn: en };
}
