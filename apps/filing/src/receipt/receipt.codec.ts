import { encodeInstant, filingCategoryCodec, filingStateCodec } from '@yiditong/chassis';
import type { filingV1 } from '@yiditong/contracts';
import { encodeFiling } from '../filing/filing.codec.js';
import type { IssuedReceipt, Verification } from './receipt.service.js';

export function encodeReceipt({ filing, token, issuedAt }: IssuedReceipt): filingV1.GetReceiptResponse {
  return { filing: encodeFiling(filing), token, issuedAt: encodeInstant(issuedAt) };
}

/** Field by field, so that nothing of the person comes with it. */
export function encodeVerification({ filing, outdated, issuedAt }: Verification): filingV1.VerifyReceiptResponse {
  return {
    filingId: filing.filingId,
    category: filingCategoryCodec.encode(filing.category),
    insuredRegion: filing.insuredRegion,
    destinationRegion: filing.destinationRegion,
    validFrom: filing.validFrom,
    validTo: filing.validTo ?? '',
    state: filingStateCodec.encode(filing.state),
    version: filing.version,
    outdated,
    issuedAt: encodeInstant(issuedAt),
  };
}
