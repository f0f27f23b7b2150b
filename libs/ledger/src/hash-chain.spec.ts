import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  canonicalText,
  CHAIN_START,
  chainEndFaults,
  followChain,
  link,
  verifyChain,
  type ChainedRecord,
  type ChainHead,
  type Mac,
} from './hash-chain.js';

const mac: Mac = (text) => createHmac('sha256', 'key').update(text).digest('hex');
const otherMac: Mac = (text) => createHmac('sha256', 'another key').update(text).digest('hex');

type Fields = Record<string, string>;
type Row = { readonly sequence: bigint; readonly fields: Fields; readonly previousHash: string; readonly hash: string };

const rows = fc.array(fc.record({ who: fc.string(), what: fc.string(), after: fc.string() }), {
  minLength: 2,
  maxLength: 8,
});
const position = fc.nat();

function chainOf(all: readonly Fields[], by: Mac = mac): Row[] {
  const chain: Row[] = [];
  let head = CHAIN_START;
  for (const fields of all) {
    const sequence = head.sequence + 1n;
    const hash = link(head.hash, textOf(sequence, fields), by);
    chain.push({ sequence, fields, previousHash: head.hash, hash });
    head = { sequence, hash };
  }
  return chain;
}

function textOf(sequence: bigint, fields: Fields): string {
  return canonicalText({ ...fields, sequence: String(sequence) });
}

function recordOf(row: Row): ChainedRecord {
  return { ...row, text: textOf(row.sequence, row.fields) };
}

function headOf(chain: readonly Row[]): ChainHead {
  return chain.at(-1) ?? CHAIN_START;
}

function faultsOf(chain: readonly Row[], head: ChainHead | null, known: ChainHead | null = null) {
  return verifyChain(chain.map(recordOf), { head, known }, mac);
}

/** The kinds of fault by the sequence they are found at. */
function found(chain: readonly Row[], head: ChainHead | null, known: ChainHead | null = null): string[] {
  return faultsOf(chain, head, known).map(({ kind, sequence, until }) => `${kind} ${sequence}-${until}`);
}

function flip(text: string, n: number): string {
  const at = n % text.length;
  return text.slice(0, at) + String.fromCharCode(text.charCodeAt(at) ^ 1) + text.slice(at + 1);
}

describe('an untouched chain', () => {
  it('has no fault, whatever its records say, and with any of its heads kept from earlier', () => {
    fc.assert(
      fc.property(rows, position, (all, n) => {
        const chain = chainOf(all);
        const known = chain[n % chain.length] ?? CHAIN_START;
        expect(faultsOf(chain, headOf(chain), known)).toEqual([]);
        expect(faultsOf(chain, headOf(chain), CHAIN_START)).toEqual([]);
      }),
    );
  });
  it('of no records has no fault', () => expect(faultsOf([], CHAIN_START)).toEqual([]));
  it('has none in batches either, wherever it is split', () => {
    fc.assert(
      fc.property(rows, position, (all, n) => {
        const [chain, heads] = [chainOf(all).map(recordOf), { head: headOf(chainOf(all)) }];
        const first = followChain(CHAIN_START, chain.slice(0, n % chain.length), heads, mac);
        const second = followChain(first.reached, chain.slice(n % chain.length), heads, mac);
        expect([...first.faults, ...second.faults, ...chainEndFaults(second.reached, heads)]).toEqual([]);
      }),
    );
  });
});

describe('the canonical text', () => {
  it('does not depend on the order of the fields', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.option(fc.string())), (fields) => {
        const reversed = Object.fromEntries(Object.entries(fields).reverse());
        expect(canonicalText(reversed)).toBe(canonicalText(fields));
      }),
    );
  });
  it('is shared by no two different records', () => {
    const fields = fc.dictionary(fc.string(), fc.option(fc.string()), { maxKeys: 3 });
    fc.assert(
      fc.property(fields, fields, (a, b) => {
        const same = canonicalText(a) === canonicalText(b);
        const equal =
          Object.keys(a).length === Object.keys(b).length &&
          Object.entries(a).every(([key, value]) => Object.hasOwn(b, key) && b[key] === value);
        expect(same).toBe(equal);
      }),
    );
    expect(canonicalText({ a: null })).not.toBe(canonicalText({ a: '' }));
    expect(canonicalText({ a: '1', b: '2' })).not.toBe(canonicalText({ a: '1","b":"2' }));
  });
});

describe('the verifier names the place of', () => {
  it('any bit that was changed in any field of any record', () => {
    const field = fc.constantFrom('who', 'what', 'after', 'previousHash', 'hash');
    fc.assert(
      fc.property(rows, position, field, position, (all, n, name, bit) => {
        const texts = all.map((fields) => Object.fromEntries(Object.entries(fields).map(([k, v]) => [k, `${v}.`])));
        const chain = chainOf(texts);
        const [head, at] = [headOf(chain), n % chain.length];
        const changed = chain.map((row, i): Row => {
          if (i !== at) return row;
          if (name === 'previousHash' || name === 'hash') return { ...row, [name]: flip(row[name], bit) };
          return { ...row, fields: { ...row.fields, [name]: flip(row.fields[name] ?? '', bit) } };
        });
        const faults = faultsOf(changed, head);
        expect(faults[0]?.sequence).toBe(BigInt(at + 1));
        expect(faults).toContainEqual({ kind: 'CHANGED', sequence: BigInt(at + 1), until: BigInt(at + 1) });
        // Beyond the record itself only its link to the next may break.
        expect(faults.every(({ sequence }) => sequence <= BigInt(at + 2))).toBe(true);
      }),
    );
  });
  it('a record that was changed and hashed anew by somebody without the key', () => {
    fc.assert(
      fc.property(rows, position, (all, n) => {
        const chain = chainOf(all);
        const at = n % chain.length;
        const forged = chain.map((row, i): Row => {
          if (i !== at) return row;
          const fields = { ...row.fields, what: `${row.fields['what']}!` };
          return { ...row, fields, hash: link(row.previousHash, textOf(row.sequence, fields), otherMac) };
        });
        expect(found(forged, headOf(forged))[0]).toBe(`CHANGED ${at + 1}-${at + 1}`);
      }),
    );
  });
  it('a sequence that was changed', () => {
    const chain = chainOf([{ a: '1' }, { a: '2' }, { a: '3' }]);
    const changed = chain.map((row, i) => (i === 1 ? { ...row, sequence: 9n } : row));
    expect(found(changed, headOf(chain))).toEqual(['MISSING 2-8', 'CHANGED 9-9', 'REORDERED 3-3', 'BEYOND_HEAD 4-9']);
  });
  it('a record that was deleted', () => {
    fc.assert(
      fc.property(rows, position, (all, n) => {
        const chain = chainOf(all);
        const at = n % (chain.length - 1);
        const without = chain.filter((_, i) => i !== at);
        expect(found(without, headOf(chain))).toEqual([`MISSING ${at + 1}-${at + 1}`]);
      }),
    );
  });
  it('a deleted record whose gap was closed by numbering the rest anew', () => {
    fc.assert(
      fc.property(rows, position, (all, n) => {
        const chain = chainOf(all);
        const at = n % (chain.length - 1);
        const closed = chain.filter((_, i) => i !== at).map((row, i) => ({ ...row, sequence: BigInt(i + 1) }));
        expect(found(closed, headOf(closed))[0]).toBe(`CHANGED ${at + 1}-${at + 1}`);
      }),
    );
  });
  it('a record that is there twice', () => {
    fc.assert(
      fc.property(rows, position, (all, n) => {
        const chain = chainOf(all);
        const at = n % chain.length;
        const doubled = chain.flatMap((row, i) => (i === at ? [row, row] : [row]));
        expect(found(doubled, headOf(chain))).toEqual([`REPEATED ${at + 1}-${at + 1}`]);
      }),
    );
  });
  it('two records that changed places', () => {
    fc.assert(
      fc.property(rows, position, (all, n) => {
        const chain = chainOf(all);
        const at = n % (chain.length - 1);
        const swapped = chain.map((row, i) => (i === at ? chain[at + 1] : i === at + 1 ? chain[at] : row) ?? row);
        expect(found(swapped, headOf(chain))).toEqual([`MISSING ${at + 1}-${at + 1}`, `REORDERED ${at + 1}-${at + 1}`]);
      }),
    );
  });
  it('two records that changed sequences', () => {
    fc.assert(
      fc.property(rows, position, (all, n) => {
        const chain = chainOf(all);
        const at = n % (chain.length - 1);
        const swapped = [...chain]
          .map((row, i) =>
            i === at
              ? { ...row, sequence: row.sequence + 1n }
              : i === at + 1
                ? { ...row, sequence: row.sequence - 1n }
                : row,
          )
          .sort((a, b) => (a.sequence < b.sequence ? -1 : 1));
        expect(found(swapped, headOf(chain))).toEqual(
          expect.arrayContaining([`CHANGED ${at + 1}-${at + 1}`, `CHANGED ${at + 2}-${at + 2}`]),
        );
      }),
    );
  });
  it('a genuine record of another chain under the same key, as from an old backup', () => {
    fc.assert(
      fc.property(rows, position, (all, n) => {
        const chain = chainOf(all);
        const at = n % chain.length;
        const other = chainOf(all.map((fields) => ({ ...fields, what: `${fields.what}!` })));
        const mixed = chain.map((row, i) => (i === at ? other[at] : row) ?? row);
        const place = (i: number): string[] => (i < chain.length && i > 0 ? [`WRONG_PREVIOUS ${i + 1}-${i + 1}`] : []);
        const end = at === chain.length - 1 ? [`WRONG_HEAD ${at + 1}-${at + 1}`] : [];
        expect(found(mixed, headOf(chain))).toEqual([...place(at), ...end, ...place(at + 1)]);
      }),
    );
  });
  it('a record that nobody appended, at the end or in between', () => {
    const chain = chainOf([{ a: '1' }, { a: '2' }]);
    const [, last = chain[0]] = chain;
    const forged = { sequence: 3n, fields: { a: 'forged' }, previousHash: last?.hash ?? '', hash: '0'.repeat(64) };
    expect(found([...chain, forged], headOf(chain))).toEqual(['CHANGED 3-3', 'BEYOND_HEAD 3-3']);
    const genuine = chainOf([{ a: '1' }, { a: '2' }, { a: '3' }]);
    expect(found(genuine, headOf(chain))).toEqual(['BEYOND_HEAD 3-3']);
  });
  it('a tail that was cut off, against the head', () => {
    fc.assert(
      fc.property(rows, position, (all, n) => {
        const chain = chainOf(all);
        const left = chain.slice(0, n % chain.length);
        expect(found(left, headOf(chain))).toEqual([`CUT_OFF ${left.length + 1}-${chain.length}`]);
      }),
    );
  });
  it('a tail that was cut off together with the head, against a head kept from earlier', () => {
    fc.assert(
      fc.property(rows, position, position, (all, n, m) => {
        const chain = chainOf(all);
        const left = chain.slice(0, n % chain.length);
        const known = chain.slice(left.length)[m % (chain.length - left.length)] ?? CHAIN_START;
        expect(found(left, headOf(left))).toEqual([]);
        expect(found(left, headOf(left), known)).toEqual([`CUT_OFF ${left.length + 1}-${known.sequence}`]);
      }),
    );
  });
  it('a chain that was made anew with the key, against a head kept from earlier', () => {
    fc.assert(
      fc.property(rows, position, position, (all, n, m) => {
        const chain = chainOf(all);
        const at = n % chain.length;
        const anew = chainOf(all.map((fields, i) => (i === at ? { ...fields, what: `${fields.what}!` } : fields)));
        const known = chain.slice(at)[m % (chain.length - at)] ?? CHAIN_START;
        expect(found(anew, headOf(anew))).toEqual([]);
        expect(found(anew, headOf(anew), known)).toEqual([`WRONG_KNOWN_HEAD ${known.sequence}-${known.sequence}`]);
      }),
    );
  });
  it('a head that was changed, set back or removed', () => {
    const chain = chainOf([{ a: '1' }, { a: '2' }, { a: '3' }]);
    const [first = CHAIN_START] = chain;
    expect(found(chain, { sequence: 3n, hash: first.hash })).toEqual(['WRONG_HEAD 3-3']);
    expect(found(chain, first)).toEqual(['BEYOND_HEAD 2-3']);
    expect(found(chain, CHAIN_START)).toEqual(['BEYOND_HEAD 1-3']);
    expect(found(chain, null)).toEqual(['WRONG_HEAD 3-3']);
    expect(found([], null)).toEqual(['WRONG_HEAD 0-0']);
    expect(found([], { sequence: 0n, hash: first.hash })).toEqual(['WRONG_HEAD 0-0']);
    expect(found(chain, { sequence: 5n, hash: first.hash })).toEqual(['CUT_OFF 4-5']);
  });
});
