import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** Noto Sans Hans, which has every character of GB 2312 and, but for eighteen compatibility forms, of GBK. */
const PACKAGE = '@embedpdf/fonts-sc';
const FILES = { regular: 'NotoSansHans-Regular.otf', bold: 'NotoSansHans-Bold.otf' } as const;

export type SlipFonts = Readonly<Record<keyof typeof FILES, Buffer>>;

let loaded: Promise<SlipFonts> | null = null;

/** The fonts that slips are set in, read once: they have 8 MiB each, of which a slip embeds what it uses. */
export function slipFonts(): Promise<SlipFonts> {
  loaded ??= readFonts();
  return loaded;
}

async function readFonts(): Promise<SlipFonts> {
  const directory = join(dirname(createRequire(import.meta.url).resolve(PACKAGE)), '..', 'fonts');
  const [regular, bold] = await Promise.all([
    readFile(join(directory, FILES.regular)),
    readFile(join(directory, FILES.bold)),
  ]);
  return { regular, bold };
}
