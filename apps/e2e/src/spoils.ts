import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Find } from '@yiditong/testing';

/** The files below a directory in which any of the texts stands, as characters or, as dumps have bytes, in hexadecimal. */
export function findInFiles(directory: string, texts: readonly string[]): Find[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .flatMap((file) => findIn(file.slice(directory.length + 1), contentOf(file), texts));
}

export function findIn(where: string, content: Buffer, texts: readonly string[]): Find[] {
  return texts.filter((text) => formsOf(text).some((form) => content.includes(form))).map((what) => ({ where, what }));
}

function formsOf(text: string): (string | Buffer)[] {
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
