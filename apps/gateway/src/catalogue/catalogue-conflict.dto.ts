import { conflictKindCodec, conflictStateCodec, decodeInstant, required } from '@yiditong/chassis';
import { CONFLICT_KIND_NAMES, CONFLICT_KINDS, CONFLICT_STATES } from '@yiditong/codes';
import type { catalogueV1 } from '@yiditong/contracts';
import { z } from 'zod';
import { bilingual } from '../filing/filing-names.js';
import { instant, uuid } from '../http/fields.js';
import { institutionCode } from '../identity/identity.dto.js';
import { CONFLICT_STATE_NAMES } from './catalogue-names.js';
import { remarkText } from './match.dto.js';

const kind = z
  .enum(CONFLICT_KINDS)
  .describe(
    '一对多 ONE_TO_MANY、停用编码在用 ENDED_CODE_IN_USE、超限价 PRICE_ABOVE_CAP、甲乙类不一致 CLASS_DIFFERS、先行自付不一致 SHARE_DIFFERS、缺收费类别 NO_CHARGE_CATEGORY、未对照 UNMAPPED_ITEM',
  );
const state = z
  .enum(CONFLICT_STATES)
  .describe('待处理 OPEN、处理中 ASSIGNED、认可 ACCEPTED、已更正 CORRECTED、已消失 GONE');

export const conflictsQuery = z.strictObject({
  kind: kind.optional(),
  state: state.optional(),
  institutionCode: institutionCode.optional(),
  after: uuid.optional().describe('上一页的 nextAfter；首页不填'),
  limit: z.coerce.number().int().min(1).max(200).default(50),
});
export const assignmentBody = z.strictObject({
  owner: z
    .string()
    .regex(/^[\w:.@/-]{1,64}$/, 'an account: letters, digits and :.@/_-')
    .optional()
    .describe('处理人账号；不填为本人 / an account; unset for the caller'),
});
export const resolutionBody = z.strictObject({
  state: z.enum(['ACCEPTED', 'CORRECTED']).describe('认可 ACCEPTED：保持现状；已更正 CORRECTED：仍存在则重新提出'),
  resolution: remarkText.min(1).describe('做了什么更正，或为何保持现状'),
});
export const conflictAnswer = z.object({
  conflictId: uuid,
  province: z.string(),
  kind,
  kindName: bilingual,
  state,
  stateName: bilingual,
  institutionCode: z.string().nullable().describe('空为本省自己的'),
  itemCode: z.string().nullable().describe('院内编码；关于目录条目的为空'),
  nationalCode: z.string().nullable(),
  finding: bilingual.describe('发现了什么 / what was found'),
  foundAt: instant,
  lastSeenAt: instant,
  owner: z.string().nullable().describe('处理人账号'),
  resolution: z.string().nullable(),
  resolvedBy: z.string().nullable(),
  resolvedAt: instant.nullable(),
});
const scanning = z.boolean().describe('检查待进行或进行中，结果可能不全 / a scan is due or under way');
export const conflictsAnswer = z.object({ conflicts: z.array(conflictAnswer), nextAfter: uuid.nullable(), scanning });
export const scanAnswer = z.object({
  found: z.int().describe('最近一次完成的检查查到 / found by the last scan that was finished'),
  gone: z.int().describe('该次检查不再查到的 / no longer found by it'),
  open: z.int().describe('目前未办结'),
  scanning,
});
export type ConflictsQuery = z.infer<typeof conflictsQuery>;
export type AssignmentBody = z.infer<typeof assignmentBody>;
export type ResolutionBody = z.infer<typeof resolutionBody>;
export type ConflictAnswer = z.infer<typeof conflictAnswer>;
export type ConflictsAnswer = z.infer<typeof conflictsAnswer>;
export type ScanAnswer = z.infer<typeof scanAnswer>;

export function encodeConflictsQuery(province: string, query: ConflictsQuery): catalogueV1.ListConflictsRequest {
  return {
    province,
    kind: conflictKindCodec.encodeOptional(query.kind ?? null),
    state: conflictStateCodec.encodeOptional(query.state ?? null),
    institutionCode: query.institutionCode ?? '',
    after: query.after ?? '',
    limit: query.limit,
  };
}

export function decodeConflict(wire: catalogueV1.Conflict | null | undefined): ConflictAnswer {
  const conflict = required(wire, 'conflict');
  const found = conflictKindCodec.decode(conflict.kind);
  const standing = conflictStateCodec.decode(conflict.state);
  return {
    conflictId: conflict.conflictId,
    province: conflict.province,
    kind: found,
    kindName: CONFLICT_KIND_NAMES[found],
    state: standing,
    stateName: CONFLICT_STATE_NAMES[standing],
    institutionCode: conflict.institutionCode || null,
    itemCode: conflict.itemCode || null,
    nationalCode: conflict.nationalCode || null,
    finding: { zh: conflict.textZh, en: conflict.textEn },
    foundAt: decodeInstant(conflict.foundAt, 'found_at').toISOString(),
    lastSeenAt: decodeInstant(conflict.lastSeenAt, 'last_seen_at').toISOString(),
    owner: conflict.owner || null,
    resolution: conflict.resolution || null,
    resolvedBy: conflict.resolvedBy || null,
    resolvedAt: conflict.resolvedAt ? decodeInstant(conflict.resolvedAt, 'resolved_at').toISOString() : null,
  };
}
