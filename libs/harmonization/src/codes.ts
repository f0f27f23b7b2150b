import { isNationalItemCode } from '@yiditong/codes';
import type { NationalItem, OwnItem } from './item.js';
import { remembering } from './remembering.js';

/** Up to where a code says what an item is; what follows says whose or in which pack. */
const PRODUCT_LENGTHS: Readonly<Record<string, readonly number[]>> = {
  WESTERN_DRUG: [18, 14],
  PATENT_MEDICINE: [15, 11],
  CONSUMABLE: [20, 15],
  SERVICE: [11],
};

export type CodeAgreement = 'EQUAL' | 'SAME_PRODUCT' | 'SAME_NAME' | 'DIFFERENT' | 'UNSAID';

/** The national code that an owner gives: what it claims, or its own code where that is one; empty where it gives none that is one. */
export function claimedCodeOf(own: OwnItem): string {
  return claims(`${own.claimedNationalCode}\n${own.itemCode}`, () => claimIn(own));
}

const claims = remembering<string>(2_000);

function claimIn({ claimedNationalCode, itemCode }: OwnItem): string {
  return [claimedNationalCode, itemCode].map(plainCode).find((code) => isNationalItemCode(code)) ?? '';
}

function plainCode(code: string): string {
  return code.normalize('NFKC').replace(/\s/gu, '').toUpperCase();
}

/** How far a claim agrees with an item's code. A code that was cut off before pack or maker says the product at least. */
export function compareCodes(own: OwnItem, { nationalCode, kind }: NationalItem): CodeAgreement {
  const claimed = claimedCodeOf(own);
  if (claimed !== '') return claimed === nationalCode ? 'EQUAL' : 'DIFFERENT';
  const cutOff = plainCode(own.claimedNationalCode);
  const [product = 99, name = product] = PRODUCT_LENGTHS[kind] ?? [];
  if (cutOff.length < name || !nationalCode.startsWith(cutOff)) return 'UNSAID';
  return cutOff.length >= product ? 'SAME_PRODUCT' : 'SAME_NAME';
}

/** 国药准字H20023370 as H20023370, 国械注准20153150001 as it is; empty where it names no approval. */
export function approvalOf(text: string): string {
  return text === '' ? '' : approvals(text, () => approvalIn(text));
}

const approvals = remembering<string>(20_000);

function approvalIn(text: string): string {
  const plain = text.normalize('NFKC').toUpperCase().replace(/\s/gu, '');
  return (
    /(?:HJ|[HZSBFTJ]C?)\d{8}/u.exec(plain)?.[0] ?? (/\d{6,}/u.test(plain) ? plain.replace(/[^\p{L}\p{N}]/gu, '') : '')
  );
}

/** How a catalogue may spell an approval that an owner writes in its own way, for looking it up. */
export function approvalSpellings(text: string): readonly string[] {
  const approval = approvalOf(text);
  if (approval === '') return [];
  return [...new Set([text.trim(), approval, `国药准字${approval}`])];
}
