import { decodeInstant, filingCategoryCodec } from '@yiditong/chassis';
import { FILING_CATEGORIES } from '@yiditong/codes';
import type { filingV1 } from '@yiditong/contracts';
import { z } from 'zod';
import { businessDate, instant, region, uuid } from '../http/fields.js';

export const registerFilingBody = z.strictObject({
  personId: uuid.describe('人员编号'),
  insuredRegion: region.describe('参保地（统筹区）'),
  category: z.enum(FILING_CATEGORIES).describe('备案类别'),
  destinationRegion: region.describe('备案就医地'),
  validFrom: businessDate,
  validTo: businessDate.nullable().default(null).describe('临时备案的截止日；长期备案为空'),
});
export type RegisterFilingBody = z.infer<typeof registerFilingBody>;

export const filingAnswer = z.object({
  filingId: uuid,
  personId: uuid,
  insuredRegion: region,
  category: z.enum(FILING_CATEGORIES),
  destinationRegion: region,
  validFrom: businessDate,
  validTo: businessDate.nullable(),
  createdAt: instant,
});
export type FilingAnswer = z.infer<typeof filingAnswer>;
export const filingsAnswer = z.object({ filings: z.array(filingAnswer) });

export function encodeRegistration(requestId: string, body: RegisterFilingBody): filingV1.RegisterFilingRequest {
  return { ...body, requestId, category: filingCategoryCodec.encode(body.category), validTo: body.validTo ?? '' };
}

export function decodeFiling(filing: filingV1.Filing): FilingAnswer {
  return {
    filingId: filing.filingId,
    personId: filing.personId,
    insuredRegion: filing.insuredRegion,
    category: filingCategoryCodec.decode(filing.category),
    destinationRegion: filing.destinationRegion,
    validFrom: filing.validFrom,
    validTo: filing.validTo || null,
    createdAt: decodeInstant(filing.createdAt, 'created_at').toISOString(),
  };
}
