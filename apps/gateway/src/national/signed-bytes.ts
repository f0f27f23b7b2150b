import { MalformedRequest } from '../http/request-pipe.js';

const [QUOTE, BACKSLASH, COMMA, COLON] = [0x22, 0x5c, 0x2c, 0x3a];
const OPENING: readonly (number | undefined)[] = [0x5b, 0x7b];
const CLOSING: readonly (number | undefined)[] = [0x5d, 0x7d];
const WHITE: readonly (number | undefined)[] = [0x20, 0x09, 0x0a, 0x0d];
const SIGNATURE = 'cainfo';

/** A member of the outermost object: its key as it is written, and where the text between its value's quotes lies, if it is a text. */
type Member = { readonly key: string; readonly text: { readonly start: number; readonly end: number } | null };

/** A message and its signature, taken apart byte by byte. */
export type SignedBytes = {
  /** What was signed: all of the message, with nothing between the quotes of the signature's value. */
  readonly signed: Buffer;
  /** What stood between them, as it is written. */
  readonly signature: string;
};

/**
 * Takes the signature out of a message that is valid JSON. What is signed are the very bytes, so no two readers can differ about
 * them; for the same reason no key may come twice or be written with escapes, and only the given keys may come at all. Rejects with
 * REQUEST_MALFORMED. Null where there is no signature.
 */
export function takeSignatureOut(message: Buffer, fields: readonly string[]): SignedBytes | null {
  const members = membersOf(message);
  const seen = new Set<string>();
  for (const { key } of members) {
    if (!fields.includes(key))
      throw new MalformedRequest([{ path: 'body', message: 'has a member that is no field, or a name with escapes' }]);
    if (seen.has(key)) throw new MalformedRequest([{ path: key, message: 'comes twice' }]);
    seen.add(key);
  }
  const found = members.find(({ key }) => key === SIGNATURE);
  if (!found) return null;
  if (!found.text) throw new MalformedRequest([{ path: SIGNATURE, message: 'is not a text' }]);
  const { start, end } = found.text;
  return {
    signed: Buffer.concat([message.subarray(0, start), message.subarray(end)]),
    signature: message.toString('latin1', start, end),
  };
}

/** The members of the outermost object, in order. Relies on the JSON being valid, and so needs to know of texts and depth only. */
function membersOf(json: Buffer): Member[] {
  const members: Member[] = [];
  let depth = 0;
  let key: string | null = null;
  for (let at = 0; at < json.length; at += 1) {
    const byte = json[at];
    if (byte === QUOTE) {
      const end = endOfText(json, at + 1);
      if (depth === 1 && key === null) key = json.toString('latin1', at + 1, end);
      at = end;
    } else if (OPENING.includes(byte)) {
      depth += 1;
    } else if (CLOSING.includes(byte)) {
      depth -= 1;
    } else if (byte === COLON && depth === 1 && key !== null) {
      members.push({ key, text: textAfter(json, at + 1) });
    } else if (byte === COMMA && depth === 1) {
      key = null;
    }
  }
  return members;
}

function textAfter(json: Buffer, from: number): Member['text'] {
  let at = from;
  while (WHITE.includes(json[at])) at += 1;
  return json[at] === QUOTE ? { start: at + 1, end: endOfText(json, at + 1) } : null;
}

/** Where the closing quote stands. */
function endOfText(json: Buffer, from: number): number {
  let at = from;
  while (at < json.length && json[at] !== QUOTE) at += json[at] === BACKSLASH ? 2 : 1;
  return at;
}
