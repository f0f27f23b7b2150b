import PdfDocument from 'pdfkit';
import type { SlipFonts } from './slip-fonts.js';

/** A4 in points. */
const PAGE = { width: 595.28, height: 841.89 } as const;
export const MARGIN = 42;
export const CONTENT_WIDTH = PAGE.width - 2 * MARGIN;
export const RIGHT = PAGE.width - MARGIN;
const TOP = 34;
/** What lies below is the footer's. */
const BOTTOM = PAGE.height - 46;
const FOOTER_Y = PAGE.height - 38;
const RULE = '#666666';
const INK = '#000000';
const CELL_PADDING = 3;
/** What a row has more than its text. */
export const ROW_GAP = 0.5;
/** Of the font's size. */
const HALF_GAP = 0.2;

export type Style = {
  readonly size: number;
  readonly bold?: boolean;
  readonly align?: 'left' | 'center' | 'right';
  readonly color?: string;
};
export const CELL: Style = { size: 8.5 };
export const STRONG: Style = { size: 8.5, bold: true };
export const SMALL: Style = { size: 7.5 };

export type Box = { readonly x: number; readonly y: number; readonly width: number };
export type Column = { readonly label: string; readonly width: number; readonly align?: 'left' | 'center' | 'right' };

export type PaperOptions = {
  readonly title: string;
  /** ISO text. */
  readonly createdAt: string;
  readonly language: string;
  readonly fonts: SlipFonts;
  /** Drawn on each new page, before anything else, where `first` says whether it is the first. */
  readonly onPage: (paper: Paper, first: boolean) => void;
};

/** Sheets of A4 that are written from top to bottom; what doesn't fit goes on the next. In black only. */
export class Paper {
  readonly doc: PDFKit.PDFDocument;
  /** Where the next thing stands. */
  y = TOP;
  private readonly chunks: Buffer[] = [];

  constructor(private readonly options: PaperOptions) {
    const { title, createdAt, language, fonts } = options;
    this.doc = new PdfDocument({
      size: 'A4',
      margin: 0,
      autoFirstPage: false,
      bufferPages: true,
      lang: language,
      displayTitle: true,
      // All that would differ between two prints of one slip.
      info: { Title: title, Author: '异地通 Yiditong', CreationDate: new Date(createdAt) },
    });
    this.doc.on('data', (chunk: Buffer) => this.chunks.push(chunk));
    this.doc.registerFont('regular', fonts.regular).registerFont('bold', fonts.bold);
    this.addPage(true);
  }

  /** Begins a new page where less than that is left of this one, and says whether it did. */
  keep(height: number): boolean {
    if (this.y + height <= BOTTOM) return false;
    this.addPage(false);
    return true;
  }

  write(text: string, { x, y, width }: Box, { size, bold = false, align = 'left', color = INK }: Style): void {
    // The font's line has all of its gap below the characters; half of it belongs above them.
    const middle = y + size * HALF_GAP;
    this.style(size, bold).fillColor(color).text(this.shown(text), x, middle, { width, align });
  }

  heightOf(text: string, width: number, { size, bold = false }: Style): number {
    return this.style(size, bold).heightOfString(this.shown(text), { width });
  }

  /** A row of cells with a rule below, as high as its highest; the text of a cell wraps. */
  row(cells: readonly string[], columns: readonly Column[], style: Style): void {
    const height = this.rowHeight(cells, columns, style);
    let x = MARGIN;
    columns.forEach(({ width, align = 'left' }, index) => {
      const box = { x: x + CELL_PADDING, y: this.y, width: width - 2 * CELL_PADDING };
      this.write(cells[index] ?? '', box, { ...style, align });
      x += width;
    });
    this.y += height;
    this.rule(0.4);
  }

  /** How high {@link row} would be. */
  rowHeight(cells: readonly string[], columns: readonly Column[], style: Style): number {
    const heights = columns.map(({ width }, index) =>
      this.heightOf(cells[index] ?? '', width - 2 * CELL_PADDING, style),
    );
    return Math.max(...heights) + ROW_GAP;
  }

  rule(thickness: number): void {
    this.doc.lineWidth(thickness).strokeColor(RULE).moveTo(MARGIN, this.y).lineTo(RIGHT, this.y).stroke();
  }

  /** Ends the document: below each page stand its number and what is said on all of them. */
  async finish(left: string, pageOf: (page: number, pages: number) => string): Promise<Buffer> {
    const { start, count } = this.doc.bufferedPageRange();
    for (let page = start; page < start + count; page += 1) {
      this.doc.switchToPage(page);
      this.y = FOOTER_Y;
      this.rule(0.4);
      const box = { x: MARGIN, y: FOOTER_Y + 4, width: CONTENT_WIDTH };
      this.write(left, box, { size: 7.5 });
      this.write(pageOf(page + 1, count), box, { size: 7.5, align: 'right' });
    }
    const ended = new Promise((resolve) => this.doc.once('end', resolve));
    this.doc.end();
    await ended;
    return Buffer.concat(this.chunks);
  }

  private addPage(first: boolean): void {
    this.doc.addPage();
    this.y = TOP;
    this.options.onPage(this, first);
  }

  private style(size: number, bold: boolean): PDFKit.PDFDocument {
    return this.doc.font(bold ? 'bold' : 'regular').fontSize(size);
  }

  /** Compatibility forms become the characters that the font has; what can't be printed becomes a blank. */
  private shown(text: string): string {
    const printable = text.normalize('NFC').replace(/\p{Cc}+/gu, ' ');
    // A Chinese font has this quotation mark as wide as a character, which tears English words apart.
    return this.options.language === 'en' ? printable.replaceAll('’', "'") : printable;
  }
}
