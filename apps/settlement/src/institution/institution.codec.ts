import { encodeInstant, hospitalLevelCodec, visitKindCodec } from '@yiditong/chassis';
import { Rejection, VISIT_KINDS } from '@yiditong/codes';
import type { settlementV1 } from '@yiditong/contracts';
import type { DatedInstitution, Institution } from './institution.entity.js';

const DISEASE_CLASS = /^M\d{3}$/;
const MAX_TAGS = 20;
const TAG = /^\P{Cc}{1,20}$/u;

/** Sets in an order of their own, so that the same ones are the same. Rejects with REQUEST_MALFORMED. */
export function decodeInstitution(wire: settlementV1.Institution, province: string): Institution {
  const { institutionCode, region, name, networked } = wire;
  const kinds = new Set(wire.visitKinds.map(visitKindCodec.decode));
  const diseaseClasses = sortedSet(wire.diseaseClasses);
  const tags = sortedSet(wire.tags.map((tag) => tag.trim()));
  const malformed = (problem: string): Rejection => new Rejection('REQUEST_MALFORMED', { problem });
  if (networked && kinds.size === 0) throw malformed('visit_kinds of a networked institution are missing');
  if (!diseaseClasses.every((diseaseClass) => DISEASE_CLASS.test(diseaseClass)))
    throw malformed('disease_classes are M and three digits');
  if (diseaseClasses.length > 0 && !kinds.has('CHRONIC'))
    throw malformed('disease_classes go with chronic visits only');
  if (tags.length > MAX_TAGS || !tags.every((tag) => TAG.test(tag)))
    throw malformed(`tags must be at most ${MAX_TAGS}, each of 1 to 20 characters`);
  const visitKinds = VISIT_KINDS.filter((kind) => kinds.has(kind));
  const level = hospitalLevelCodec.decode(wire.level);
  return { institutionCode, province, region, name, level, networked, visitKinds, diseaseClasses, tags };
}

function sortedSet(texts: readonly string[]): string[] {
  return [...new Set(texts)].sort((a, b) => (a < b ? -1 : 1));
}

export function encodeInstitution(institution: DatedInstitution): settlementV1.Institution {
  const { institutionCode, region, name, level, networked, visitKinds, diseaseClasses, tags, changedAt } = institution;
  return {
    institutionCode,
    region,
    name,
    level: hospitalLevelCodec.encode(level),
    networked,
    visitKinds: visitKinds.map(visitKindCodec.encode),
    diseaseClasses: [...diseaseClasses],
    tags: [...tags],
    changedAt: encodeInstant(changedAt),
  };
}
