import { z } from 'zod';
import { instant, region, uuid } from '../http/fields.js';
import { institutionCode } from '../identity/identity.dto.js';
import { optionsAnswer, type OptionsAnswer } from './eligibility.dto.js';
import { filingAnswer } from './filing.dto.js';
import { bilingual } from './filing-names.js';
import { guidanceOf } from './guidance.js';

export const guidanceBody = z.strictObject({
  personId: uuid.describe('患者人员编号'),
  insuredRegion: region.describe('患者参保地'),
  institutionCode: institutionCode.describe('本院编码；备案就医地按本院所在地'),
  admittedAt: instant.describe('入院时刻'),
});
/** What the bedside needs of a filing: neither its papers nor what was said about it. Parsed, it holds nothing else. */
const filingAtBedside = filingAnswer.pick({
  filingId: true,
  state: true,
  stateName: true,
  category: true,
  categoryName: true,
  destinationRegion: true,
  destinationPlace: true,
  validFrom: true,
  validTo: true,
});
export const guidanceAnswer = optionsAnswer.extend({
  existing: filingAtBedside.nullable().describe('该就医地已有的备案，含草稿、待审核和退回补正的'),
  guidance: bilingual.describe('出院结算前怎么办 / what to do before discharge'),
});
export type GuidanceBody = z.infer<typeof guidanceBody>;
export type GuidanceAnswer = z.infer<typeof guidanceAnswer>;

export function showGuidance(found: OptionsAnswer): GuidanceAnswer {
  const existing = found.existing && filingAtBedside.parse(found.existing);
  return { ...found, existing, guidance: guidanceOf(found) };
}
