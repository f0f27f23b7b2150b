import sax from 'sax';
import { unreadable } from './sheet-row.js';

/** The deepest part of a workbook has about ten levels. */
const MAX_DEPTH = 32;
const MAX_ATTRIBUTES = 64;

/** Without it, HTML's entities are known too. The types don't list it. */
const STRICT: sax.SAXOptions & { readonly strictEntities: true } = { strictEntities: true };

const BROKEN = '工作簿内容已损坏 the content of the workbook is damaged';

/** Names come without their prefix: programs differ in which they use. */
export type XmlHandlers = {
  readonly open: (name: string, attributes: Readonly<Record<string, string>>) => void;
  readonly close?: (name: string) => void;
  readonly text?: (text: string) => void;
};

/**
 * Tells what it meets while it is fed, and throws what its handlers throw. It holds one tag or 64 KiB of text at most, knows no
 * entities but XML's five, and refuses document types, depth and attributes that no workbook has.
 *
 * The library's events are methods here: set as properties of its parser they make it several times slower.
 */
export class XmlParser extends sax.SAXParser {
  private depth = 0;
  private attributes: Record<string, string> = {};
  private count = 0;

  constructor(private readonly handlers: XmlHandlers) {
    super(true, STRICT);
  }

  override onerror(): void {
    refuse();
  }

  override ondoctype(): void {
    refuse();
  }

  override onattribute({ name, value }: { readonly name: string; readonly value: string }): void {
    this.count += 1;
    if (this.count > MAX_ATTRIBUTES) refuse();
    this.attributes[localName(name)] = value;
  }

  override onopentag({ name }: { readonly name: string }): void {
    this.depth += 1;
    if (this.depth > MAX_DEPTH) refuse();
    this.handlers.open(localName(name), this.attributes);
    this.attributes = {};
    this.count = 0;
  }

  override onclosetag(name: string): void {
    this.depth -= 1;
    this.handlers.close?.(localName(name));
  }

  override ontext(text: string): void {
    this.handlers.text?.(text);
  }

  override oncdata(text: string): void {
    this.handlers.text?.(text);
  }
}

/** Reads a whole part. */
export async function readXml(chunks: AsyncIterable<string>, handlers: XmlHandlers): Promise<void> {
  const parser = new XmlParser(handlers);
  for await (const chunk of chunks) parser.write(chunk);
  parser.close();
}

function localName(name: string): string {
  return name.slice(name.indexOf(':') + 1);
}

function refuse(): never {
  throw unreadable(BROKEN);
}
