import { decodeInstant, filingCategoryCodec, filingStateCodec } from '@yiditong/chassis';
import { FILING_CATEGORIES, FILING_STATES } from '@yiditong/codes';
import type { filingV1 } from '@yiditong/contracts';
import { z } from 'zod';
import { businessDate, instant, uuid } from '../http/fields.js';
import { decodeFiling, filingAnswer, forPersonId } from './filing.dto.js';
import { named, namesOfFiling } from './filing-names.js';
import { qrSvg } from './qr-code.js';
import { receiptLines, type Receipt } from './receipt-text.js';

const lines = z.array(z.object({ label: z.string(), value: z.string() }));

export const receiptPageQuery = z.strictObject({
  forPersonId,
  lang: z.enum(['zh', 'en']).default('zh').describe('语言 / language'),
});
export const receiptAnswer = z.object({
  filing: filingAnswer,
  token: z.string().describe('平台签名的备案凭证，不含个人信息 / signed, without personal data'),
  issuedAt: instant,
  qr: z.object({ content: z.string().describe('二维码内容'), svg: z.string().describe('二维码图形 / inline SVG') }),
  text: z.object({ zh: lines, en: lines }).describe('供打印的文字 / for print'),
});
/** Longer than any receipt, so that what is no receipt is told so by the service. */
export const verificationBody = z.strictObject({ token: z.string().min(1).max(2_000).describe('二维码内容') });
export const verificationAnswer = z.object({
  filingId: uuid,
  category: z.enum(FILING_CATEGORIES),
  insuredRegion: z.string(),
  destinationRegion: z.string(),
  ...namesOfFiling,
  validFrom: businessDate,
  validTo: businessDate.nullable(),
  state: z.enum(FILING_STATES).describe('备案现状，不论回执怎么写 / as it stands now'),
  version: z.int(),
  outdated: z.boolean().describe('出具回执后备案已有变化 / changed since the receipt was issued'),
  issuedAt: instant,
});
export type ReceiptPageQuery = z.infer<typeof receiptPageQuery>;
export type ReceiptAnswer = z.infer<typeof receiptAnswer>;
export type VerificationBody = z.infer<typeof verificationBody>;
export type VerificationAnswer = z.infer<typeof verificationAnswer>;

export function decodeReceipt(wire: filingV1.GetReceiptResponse): Receipt {
  return {
    filing: decodeFiling(wire.filing),
    token: wire.token,
    issuedAt: decodeInstant(wire.issuedAt, 'issued_at').toISOString(),
  };
}

export function showReceipt(receipt: Receipt): ReceiptAnswer {
  const { token } = receipt;
  return {
    ...receipt,
    qr: { content: token, svg: qrSvg(token, '备案回执二维码 QR code of the receipt') },
    text: { zh: receiptLines(receipt, 'zh'), en: receiptLines(receipt, 'en') },
  };
}

export function decodeVerification(wire: filingV1.VerifyReceiptResponse): VerificationAnswer {
  return named({
    ...wire,
    category: filingCategoryCodec.decode(wire.category),
    validTo: wire.validTo || null,
    state: filingStateCodec.decode(wire.state),
    issuedAt: decodeInstant(wire.issuedAt, 'issued_at').toISOString(),
  });
}
