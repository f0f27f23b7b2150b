import { findProvince, FILING_CATEGORIES, isCalendarDate, type FilingCategory } from '@yiditong/codes';
import { CompactSign, compactVerify } from 'jose';
import { parse as bytesOf, stringify as uuidOf } from 'uuid';
import { z } from 'zod';
import type { SigningKeys } from '@yiditong/chassis';

const TYPE = 'yiditong-receipt';
const ALGORITHM = 'EdDSA';
/** Far above the longest there is; what is longer is no receipt and is not looked at. */
const MOST_CHARACTERS = 1_000;

/** What a receipt says of a filing. Nothing of the person, not even the id. */
export type Receipt = {
  readonly filingId: string;
  readonly version: number;
  readonly insuredRegion: string;
  readonly destinationRegion: string;
  readonly category: FilingCategory;
  readonly validFrom: string;
  readonly validTo: string | null;
  /** In whole seconds. */
  readonly issuedAt: Date;
};

const division = z.string().refine((code) => findProvince(code) !== null);
const date = z.string().refine(isCalendarDate);
/** One letter a claim, and the id in 22 characters: the code is to be read from a worn telephone by a cheap camera. */
const claims = z
  .strictObject({
    f: z.string().regex(/^[\w-]{22}$/),
    v: z.int().min(1),
    r: division,
    d: division,
    c: z.enum(FILING_CATEGORIES),
    b: date,
    e: date.optional(),
    i: z.int().min(0).max(32_503_680_000),
  })
  .transform(({ f, v, r, d, c, b, e, i }): Receipt => ({
    filingId: uuidOf(Buffer.from(f, 'base64url')),
    version: v,
    insuredRegion: r,
    destinationRegion: d,
    category: c,
    validFrom: b,
    validTo: e ?? null,
    issuedAt: new Date(i * 1000),
  }));

/** A receipt as a compact JWS, about 350 characters. */
export async function signReceipt(receipt: Receipt, { current }: SigningKeys): Promise<string> {
  const payload: z.input<typeof claims> = {
    f: Buffer.from(bytesOf(receipt.filingId)).toString('base64url'),
    v: receipt.version,
    r: receipt.insuredRegion,
    d: receipt.destinationRegion,
    c: receipt.category,
    b: receipt.validFrom,
    ...(receipt.validTo !== null && { e: receipt.validTo }),
    i: Math.floor(receipt.issuedAt.getTime() / 1000),
  };
  return new CompactSign(Buffer.from(JSON.stringify(payload)))
    .setProtectedHeader({ alg: ALGORITHM, kid: current.kid, typ: TYPE })
    .sign(current.privateKey);
}

/** What a genuine receipt says, or null for everything else. */
export async function readReceipt(token: string, keys: SigningKeys): Promise<Receipt | null> {
  if (token.length > MOST_CHARACTERS) return null;
  try {
    const { payload, protectedHeader } = await compactVerify(token, ({ kid }) => publicKeyOf(keys, kid), {
      algorithms: [ALGORITHM],
    });
    if (protectedHeader.typ !== TYPE) return null;
    return claims.parse(JSON.parse(Buffer.from(payload).toString()));
  } catch {
    // Whatever is wrong with it, somebody else made it or it was damaged on the way.
    return null;
  }
}

function publicKeyOf(keys: SigningKeys, kid: string | undefined) {
  const key = kid === undefined ? null : keys.publicKey(kid);
  if (!key) throw new RangeError('no key of ours');
  return key;
}
