import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { groupBy } from '@yiditong/chassis';
import type { Find } from '@yiditong/testing';

/** The files below a directory in which any of the texts stands, as characters or, as dumps have bytes, in hexadecimal. */
export function findInFiles(directory: string, texts: readonly string[]): Find[] {
  const sought = beginningsOf(texts);
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .flatMap((file) => search(file.slice(directory.length + 1), contentOf(file), sought));
}

export function findIn(where: string, content: Buffer, texts: readonly string[]): Find[] {
  return search(where, content, beginningsOf(texts));
}

type Form = { readonly bytes: Buffer; readonly text: string };

/** All forms of the texts by the two bytes that they begin with, so that one pass over a file looks for hundreds at once. */
function beginningsOf(texts: readonly string[]): ReadonlyMap<number, readonly Form[]> {
  const forms = texts.flatMap((text) => formsOf(text).map((form): Form => ({ bytes: Buffer.from(form), text })));
  return groupBy(forms, ({ bytes }) => bytes.readUInt16BE());
}

function search(where: string, content: Buffer, sought: ReadonlyMap<number, readonly Form[]>): Find[] {
  const known = new Uint8Array(0x1_0000);
  for (const beginning of sought.keys()) known[beginning] = 1;
  const found = new Set<string>();
  let beginning = content[0] ?? 0;
  for (let end = 1; end < content.length; end++) {
    beginning = ((beginning & 0xff) << 8) | (content[end] ?? 0);
    if (known[beginning] === 0) continue;
    for (const { bytes, text } of sought.get(beginning) ?? []) if (stands(bytes, content, end - 1)) found.add(text);
  }
  return [...found].map((what) => ({ where, what }));
}

function stands(bytes: Buffer, content: Buffer, at: number): boolean {
  for (let index = 2; index < bytes.length; index++) if (content[at + index] !== bytes[index]) return false;
  return true;
}

function formsOf(text: string): string[] {
  return [text, hexOf(text), JSON.stringify(text).slice(1, -1), encodeURIComponent(text), escaped(text)];
}

function hexOf(text: string): string {
  return Buffer.from(text).toString('hex');
}

/** As a logger that writes ASCII only would have it. */
function escaped(text: string): string {
  return text.replace(/[^\0-\x7f]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** A file that PostgreSQL removes while it is being read held nothing that others don't hold. */
function contentOf(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch {
    return Buffer.alloc(0);
  }
}
