/** A keyed hash of a text, in hexadecimal, given by the caller: this library has no I/O, and whoever lacks the key can't make one. */
export type Mac = (text: string) => string;

/** A place in a chain: how many records lead up to it, and the hash of the last. */
export type ChainHead = { readonly sequence: bigint; readonly hash: string };

export type ChainedRecord = ChainHead & {
  /** Everything the record says, its sequence included, as {@link canonicalText}. */
  readonly text: string;
  readonly previousHash: string;
};

/** Where every chain begins. The first record has sequence 1. */
export const CHAIN_START: ChainHead = { sequence: 0n, hash: '0'.repeat(64) };

export type ChainFaultKind =
  /** The record's text, previous hash or hash is not what was linked. */
  | 'CHANGED'
  /** The record names another predecessor than the one that stands before it. */
  | 'WRONG_PREVIOUS'
  /** No record stands where these sequences belong. */
  | 'MISSING'
  /** A second record of this sequence. */
  | 'REPEATED'
  /** The record stands behind one of a higher sequence. */
  | 'REORDERED'
  /** The chain ends before a head says that it does. */
  | 'CUT_OFF'
  /** Records stand behind the head, which moves with every append. */
  | 'BEYOND_HEAD'
  /** The record at the head's sequence has another hash than the head, or there is no head. */
  | 'WRONG_HEAD'
  /** The record has another hash than it had when the known head was kept: it, or one before it, was made anew. */
  | 'WRONG_KNOWN_HEAD';

/** What is wrong, and where: the sequences from `sequence` to `until`, both included. */
export type ChainFault = { readonly kind: ChainFaultKind; readonly sequence: bigint; readonly until: bigint };

/** What a chain is measured by: its own head, and one that somebody kept elsewhere from earlier. */
export type ChainHeads = { readonly head: ChainHead | null; readonly known?: ChainHead | null };

/** Fields as one text that doesn't depend on their order, and that no two different records share. */
export function canonicalText(fields: Readonly<Record<string, string | null>>): string {
  return JSON.stringify(Object.entries(fields).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** The hash of a record, which its successor names: so no record can be changed without changing all that follow. */
export function link(previousHash: string, text: string, mac: Mac): string {
  return mac(`${previousHash}|${text}`);
}

/** The records of one chain in the order in which they stand. Every fault is named with its place. */
export function verifyChain(records: Iterable<ChainedRecord>, heads: ChainHeads, mac: Mac): ChainFault[] {
  const { reached, faults } = followChain(CHAIN_START, records, heads, mac);
  return [...faults, ...chainEndFaults(reached, heads)];
}

/** The part of {@link verifyChain} that follows a place: for a chain that is read in batches. */
export function followChain(
  from: ChainHead,
  records: Iterable<ChainedRecord>,
  heads: ChainHeads,
  mac: Mac,
): { readonly reached: ChainHead; readonly faults: readonly ChainFault[] } {
  const faults: ChainFault[] = [];
  let reached = from;
  for (const record of records) {
    faults.push(...recordFaults(reached, record, mac), ...headFaults(record, heads));
    if (record.sequence > reached.sequence) reached = { sequence: record.sequence, hash: record.hash };
  }
  return { reached, faults };
}

/** The last part of {@link verifyChain}: what is wrong with where the chain ends. */
export function chainEndFaults(reached: ChainHead, { head, known }: ChainHeads): ChainFault[] {
  const last = reached.sequence;
  const faults: ChainFault[] = [];
  if (head === null) faults.push(at('WRONG_HEAD', last));
  else if (last > head.sequence) faults.push(at('BEYOND_HEAD', head.sequence + 1n, last));
  const end = [head, known].reduce((high, kept) => (kept && kept.sequence > high ? kept.sequence : high), last);
  if (end > last) faults.push(at('CUT_OFF', last + 1n, end));
  // No record is there to be compared with a head that says there are none.
  if (head?.sequence === 0n && head.hash !== CHAIN_START.hash) faults.push(at('WRONG_HEAD', 0n));
  return faults;
}

function recordFaults(before: ChainHead, record: ChainedRecord, mac: Mac): ChainFault[] {
  const { sequence, text, previousHash, hash } = record;
  const expected = before.sequence + 1n;
  const faults: ChainFault[] = [];
  if (sequence > expected) faults.push(at('MISSING', expected, sequence - 1n));
  if (sequence === before.sequence) faults.push(at('REPEATED', sequence));
  if (sequence < before.sequence) faults.push(at('REORDERED', sequence));
  if (link(previousHash, text, mac) !== hash) faults.push(at('CHANGED', sequence));
  if (sequence === expected && previousHash !== before.hash) faults.push(at('WRONG_PREVIOUS', sequence));
  return faults;
}

function headFaults({ sequence, hash }: ChainedRecord, { head, known }: ChainHeads): ChainFault[] {
  const differs = (kept: ChainHead | null | undefined): boolean => kept?.sequence === sequence && kept.hash !== hash;
  return [
    ...(differs(head) ? [at('WRONG_HEAD', sequence)] : []),
    ...(differs(known) ? [at('WRONG_KNOWN_HEAD', sequence)] : []),
  ];
}

function at(kind: ChainFaultKind, sequence: bigint, until = sequence): ChainFault {
  return { kind, sequence, until };
}
