/** An element with text, or with elements in the order that its schema asks for. */
export type XmlElement = {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly content: string | readonly XmlElement[];
};

/** An element around others; null stands for an optional one that is left out. */
export function element(name: string, ...children: readonly (XmlElement | null)[]): XmlElement {
  return { name, attributes: {}, content: children.filter((child) => child !== null) };
}

export function textElement(name: string, text: string, attributes: Readonly<Record<string, string>> = {}): XmlElement {
  return { name, attributes, content: text };
}

/** The message as a document to be encoded in UTF-8: one line, no space between elements, no prefix. */
export function writeDocument(namespace: string, message: XmlElement): string {
  const document = { name: 'Document', attributes: { xmlns: namespace }, content: [message] };
  return `<?xml version="1.0" encoding="UTF-8"?>${write(document)}`;
}

function write({ name, attributes, content }: XmlElement): string {
  const inner = typeof content === 'string' ? escapeXml(content) : content.map(write).join('');
  const shown = Object.entries(attributes).map(([key, value]) => ` ${key}="${escapeXml(value)}"`);
  return `<${name}${shown.join('')}>${inner}</${name}>`;
}

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** "]]>" may not stand in text, so that ">" is written as an entity too. */
function escapeXml(text: string): string {
  return text.replaceAll(/[&<>"]/g, (sign) => ESCAPES[sign] ?? sign);
}
