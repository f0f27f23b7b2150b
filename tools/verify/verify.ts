import { createHash, createPublicKey, verify, type JsonWebKey } from 'node:crypto';

/** What is wrong, and in which line of the file, from 1. */
export type Fault = { readonly line: number; readonly problem: string };
export type Verified = {
  readonly province: string;
  readonly businessDate: string;
  readonly root: string;
  readonly keyIds: readonly string[];
  readonly obligations: number;
  readonly netFen: bigint | null;
  readonly faults: readonly Fault[];
};
type Line = { readonly number: number; readonly value: Readonly<Record<string, unknown>> };
type Say = (line: Line, problem: string) => void;

const list = (item: string): string => `(${item}(,${item})*)?`;
/** What stands in a line: a number, a place, a word, a hash; a way, funds and signatures. */
const PARTS: Readonly<Record<string, string>> = {
  n: '"-?\\d{1,19}"',
  i: '(0|[1-9]\\d{0,8})',
  w: '"[\\w-]*"',
  h: '"[0-9a-f]{64}"',
  p: `\\[${list('"[0-9a-f]{64}"')}\\]`,
  f: `\\{${list('"[A-Z_]+":"-?\\d{1,19}"')}\\}`,
  s: `\\[${list('\\{"kid":"[\\w.-]+","signature":"[\\w+/=]+"\\}')}\\]`,
};
const OBLIGATION = 'obligationId:w settlementId:w operationId:w kind:w visitKind:w costMonth:w funds:f leafHash:h';
/** Each kind of line. A proof's obligation has its place in its pair's tree too. */
const FORMS = [
  'format:w province:w businessDate:w sequence:n previousRoot:w obligationCount:n amountFen:n root:h treeSize:i index:i path:p signatures:s',
  'net:w payableCount:n payableFen:n receivableCount:n receivableFen:n netFen:n index:i path:p',
  'fundNet:w insurance:w fund:w payableFen:n receivableFen:n index:i path:p',
  'payer:w payee:w insurance:w obligationCount:n amountFen:n funds:f root:h index:i path:p',
  OBLIGATION,
  `${OBLIGATION} index:i path:p`,
].map((form) => {
  const fields = form.split(' ').map((field) => `"${field.slice(0, -2)}":${PARTS[field.slice(-1)]}`);
  return new RegExp(`^\\{${fields.join()}\\}$`);
});

/**
 * Checks a statement, or a proof of one obligation, with nothing but the file and the public keys (docs/statements.md): the signature,
 * that every line is of the signed tree, that each pair's obligations are its tree and sum to its figures, and that the nets are what the
 * pairs sum to.
 */
export function verifyStatement(text: string, jwks: string): Verified {
  const faults: Fault[] = [];
  const say: Say = ({ number }, problem) => void faults.push({ line: number, problem });
  const lines = readLines(text, say);
  const [head] = lines;
  if (head?.value['format'] !== 'yiditong-statement-1') throw new Error('line 1 is not the head of a statement');
  const [province, date, root] = texts(head, 'province businessDate root') as [string, string, string];
  const keyIds = verifySignatures(head, JSON.parse(jwks) as { keys: JsonWebKey[] }, say);
  const inTree = (line: Line, kind: string, names: string, rest: readonly string[] = []): void => {
    const leaf = hashOf('\0', [kind, ...texts(line, names), ...rest].join('|'));
    if (rootOf(leaf, line, Number(head.value['treeSize'])) !== root) say(line, 'is not in the tree that was signed');
  };
  inTree(head, 'cycle', 'sequence businessDate previousRoot obligationCount amountFen');

  const sums = new Map<string, bigint>();
  const add = (key: string, by: bigint): void => void sums.set(key, (sums.get(key) ?? 0n) + by);
  const pairs = lines.filter(({ value }) => 'payer' in value);
  let counted = 0;
  for (const pair of pairs) {
    const own = obligationsOf(lines, pair);
    counted += own.length;
    verifyPair(pair, own, date, say);
    inTree(pair, 'cell', 'payer payee insurance obligationCount amountFen', [
      fundTexts(pair).join(),
      field(pair, 'root'),
    ]);
    const side = pair.value['payer'] === province ? 'payable' : 'receivable';
    if (side === 'receivable' && pair.value['payee'] !== province) say(pair, `${province} is no party to it`);
    add(`${side}Count`, amount(pair, 'obligationCount'));
    add(`${side}Fen`, amount(pair, 'amountFen'));
    for (const [fund, paid] of funds(pair)) add(`${field(pair, 'insurance')}|${fund}|${side}Fen`, paid);
  }
  const isProof = lines.some(({ value }) => 'obligationId' in value && 'index' in value);
  const nets = lines.filter(({ value }) => 'net' in value);
  const isWhole = isProof ? counted * pairs.length === 1 : nets.length === 1;
  if (!isWhole || counted !== lines.filter(({ value }) => 'obligationId' in value).length)
    say(head, 'lines are missing, too many or out of place');
  for (const line of lines.filter(({ value }) => 'net' in value || 'fundNet' in value)) {
    const isTotal = 'net' in line.value;
    const names = isTotal ? 'payableCount payableFen receivableCount receivableFen' : 'payableFen receivableFen';
    inTree(line, isTotal ? 'net' : 'fund', `${isTotal ? 'net' : 'fundNet insurance fund'} ${names}`);
    if (field(line, isTotal ? 'net' : 'fundNet') !== province)
      for (const one of [head, line]) say(one, 'the net is another province’s');
    for (const name of names.split(' ')) {
      const key = isTotal ? name : [...texts(line, 'insurance fund'), name].join('|');
      if (amount(line, name) !== (sums.get(key) ?? 0n)) say(line, `${name} of the pairs is ${sums.get(key) ?? 0n}`);
      sums.delete(key);
    }
    if (isTotal && amount(line, 'netFen') !== amount(line, 'receivableFen') - amount(line, 'payableFen'))
      say(line, 'netFen is wrong');
  }
  if (!isProof && [...sums.values()].some((sum) => sum !== 0n)) say(head, 'pairs have sums that no net has');
  const netFen = nets[0] ? amount(nets[0], 'netFen') : null;
  return { province, businessDate: date, root, keyIds, obligations: counted, netFen, faults };
}

/** A pair's obligations are its whole tree and sum to its figures; a single one that is proven has its own way to the pair's root. */
function verifyPair(pair: Line, own: readonly Line[], date: string, say: Say): void {
  const hashes = own.map((line) => {
    const parties = texts(pair, 'payer payee insurance');
    const leaf = [
      ...texts(line, 'obligationId settlementId operationId kind'),
      ...parties,
      field(line, 'visitKind'),
      date,
      field(line, 'costMonth'),
    ];
    const hash = hashOf('\0', [...leaf, ...fundTexts(line)].join('|'));
    if (hash.toString('hex') !== line.value['leafHash']) say(line, 'is not what its hash was made of');
    return hash;
  });
  const [first] = own;
  if (first && 'index' in first.value) {
    const found = hashes[0] && rootOf(hashes[0], first, Number(amount(pair, 'obligationCount')));
    if (found !== pair.value['root']) say(first, 'is not in the tree of its pair');
    return;
  }
  const sums = new Map<string, bigint>();
  for (const [fund, paid] of own.flatMap(funds)) sums.set(fund, (sums.get(fund) ?? 0n) + paid);
  const stated = new Map(funds(pair));
  for (const fund of new Set([...sums.keys(), ...stated.keys()]))
    if (sums.get(fund) !== stated.get(fund)) say(pair, `${fund} of its obligations is ${sums.get(fund) ?? 0n} fen`);
  const total = [...sums.values()].reduce((sum, paid) => sum + paid, 0n);
  if (total !== amount(pair, 'amountFen')) say(pair, `its obligations sum to ${total} fen`);
  if (BigInt(own.length) !== amount(pair, 'obligationCount')) say(pair, `it has ${own.length} obligations here`);
  if (treeOf(hashes).toString('hex') !== pair.value['root']) say(pair, 'its obligations are not its tree');
}

/** Every signature must hold, and there must be one. */
function verifySignatures(head: Line, { keys }: { readonly keys: readonly JsonWebKey[] }, say: Say): string[] {
  const signed = ['yiditong-cycle-1', ...texts(head, 'sequence businessDate treeSize root')].join('|');
  const signatures = head.value['signatures'] as readonly { readonly kid: string; readonly signature: string }[];
  const holding = signatures.filter(({ kid, signature }) => {
    const [key, bytes] = [keys.find((one) => one['kid'] === kid), Buffer.from(signature, 'base64')];
    const isWritten = bytes.toString('base64') === signature;
    return key && isWritten && verify(null, Buffer.from(signed), createPublicKey({ key, format: 'jwk' }), bytes);
  });
  if (holding.length < signatures.length)
    say(head, 'a signature is wrong, or of a key that is not among the public ones');
  return holding.map(({ kid }) => kid);
}

/** Lines in the one way of writing them: what was changed in any way is a fault of its line, and left out. */
function readLines(text: string, say: Say): Line[] {
  const rows = text.split('\n');
  if (rows.pop() !== '') say({ number: rows.length + 1, value: {} }, 'the last line has no end');
  return rows.flatMap((row, at) => {
    const line = {
      number: at + 1,
      value: FORMS.some((form) => form.test(row)) ? (JSON.parse(row) as Line['value']) : {},
    };
    if (JSON.stringify(line.value) === row) return [line];
    say(line, 'is not a line of a statement as it is written');
    return [];
  });
}

function obligationsOf(lines: readonly Line[], pair: Line): Line[] {
  const after = lines.slice(lines.indexOf(pair) + 1);
  const end = after.findIndex(({ value }) => !('obligationId' in value));
  return end < 0 ? after : after.slice(0, end);
}

/** RFC 9162 2.1.3.2: the root that a leaf's path leads to, in hexadecimal; null where it leads nowhere. */
function rootOf(leaf: Buffer, { value }: Line, size: number): string | null {
  const path = (value['path'] as readonly string[]).map((hash) => Buffer.from(hash, 'hex'));
  let [index, last, hash] = [value['index'] as number, size - 1, leaf];
  for (const sibling of path) {
    if (last === 0 || index > last) return null;
    const isRight = index % 2 === 1 || index === last;
    hash = isRight ? hashOf('\x01', sibling, hash) : hashOf('\x01', hash, sibling);
    if (isRight) while (index % 2 === 0 && index > 0) [index, last] = [index / 2, Math.floor(last / 2)];
    [index, last] = [Math.floor(index / 2), Math.floor(last / 2)];
  }
  return last === 0 && index === 0 ? hash.toString('hex') : null;
}

/** RFC 9162 2.1.1. */
function treeOf(leaves: readonly Buffer[]): Buffer {
  const [first] = leaves;
  if (!first || leaves.length === 1) return first ?? hashOf();
  const half = 2 ** Math.ceil(Math.log2(leaves.length) - 1);
  return hashOf('\x01', treeOf(leaves.slice(0, half)), treeOf(leaves.slice(half)));
}

const hashOf = (...parts: readonly (string | Buffer)[]): Buffer =>
  parts.reduce((hash, part) => hash.update(part), createHash('sha256')).digest();
const field = (line: Line, name: string): string => String(line.value[name]);
const texts = (line: Line, names: string): string[] => names.split(' ').map((name) => field(line, name));
const funds = (line: Line): [string, bigint][] =>
  Object.entries(line.value['funds'] as Record<string, string>).map(([fund, paid]) => [fund, BigInt(paid)]);
const fundTexts = (line: Line): string[] => funds(line).map(([fund, paid]) => `${fund}=${paid}`);
const amount = (line: Line, name: string): bigint => BigInt(field(line, name));
