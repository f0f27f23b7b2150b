import { encodeQR } from 'qr';
import type { Slip, SlipText } from './slip.js';
import {
  CELL,
  CONTENT_WIDTH,
  MARGIN,
  RIGHT,
  SMALL,
  STRONG,
  type Column,
  type Paper,
  type Style,
} from './slip-paper.js';
import { PAGE_WORDS, type SlipKey } from './slip-words.js';

const TITLE: Style = { size: 16, bold: true, align: 'center' };
const FINE: Style = { size: 6.5, align: 'center' };
const CODE_SIZE = 58;
/** Fits no half of a row. */
const WIDE: ReadonlySet<string> = new Set<SlipKey>(['institution', 'diagnoses']);
const LABEL_WIDTH = 74;

/** Behind everything, on each page: pale on paper, and not to be overlooked. */
export function drawVoid({ doc }: Paper, text: string): void {
  doc.save().rotate(-35, { origin: [298, 421] });
  doc.font('bold').fontSize(150).fillColor('#000000').fillOpacity(0.1);
  doc.text(text, 0, 310, { width: 596, align: 'center' }).fillOpacity(1).restore();
}

export function drawRunningHead(paper: Paper, { title, settlementId, state }: Slip): void {
  const box = { x: MARGIN, y: paper.y, width: CONTENT_WIDTH };
  paper.write(`${title}  ${state.name}`, box, SMALL);
  paper.write(settlementId, box, { ...SMALL, align: 'right' });
  paper.y += 13;
  paper.rule(0.8);
  paper.y += 6;
}

export function drawTitle(paper: Paper, { title, state, settlementId, language }: Slip): void {
  const top = paper.y;
  drawCode(paper, settlementId, top);
  const code = { x: RIGHT - 78, y: top + CODE_SIZE + 2, width: 78 };
  paper.write(PAGE_WORDS[language].code, code, FINE);
  const box = { x: MARGIN + 84, y: top + 6, width: CONTENT_WIDTH - 168 };
  paper.write(title, box, TITLE);
  paper.y = top + 8 + paper.heightOf(title, box.width, TITLE);
  drawState(paper, state);
  paper.y = Math.max(paper.y, top + CODE_SIZE + 2 + paper.heightOf(PAGE_WORDS[language].code, 78, FINE)) + 6;
  if (state.note === null) return;
  paper.write(state.note, { x: MARGIN, y: paper.y, width: CONTENT_WIDTH }, { ...STRONG, align: 'center' });
  paper.y += paper.heightOf(state.note, CONTENT_WIDTH, STRONG) + 4;
}

/** In a frame; what is void, white on black. */
function drawState(paper: Paper, state: Slip['state']): void {
  const { doc } = paper;
  const style: Style = { size: 10.5, bold: true, align: 'center' };
  const width = doc.font('bold').fontSize(style.size).widthOfString(state.name) + 24;
  const x = (MARGIN + RIGHT - width) / 2;
  doc.lineWidth(0.9).strokeColor('#000000').fillColor('#000000').rect(x, paper.y, width, 19);
  if (state.void) doc.fillAndStroke();
  else doc.stroke();
  paper.write(state.name, { x, y: paper.y + 0.5, width }, { ...style, color: state.void ? '#ffffff' : '#000000' });
  paper.y += 23;
}

/** Whoever scans it needs not type the settlement's id. */
function drawCode({ doc }: Paper, settlementId: string, y: number): void {
  const rows = encodeQR(`urn:uuid:${settlementId}`, 'raw', { ecc: 'medium', border: 2 });
  const module = CODE_SIZE / rows.length;
  const x = RIGHT - CODE_SIZE - (78 - CODE_SIZE) / 2;
  doc.fillColor('#000000');
  rows.forEach((row, line) =>
    row.forEach((dark, column) => {
      if (dark) doc.rect(x + column * module, y + line * module, module, module);
    }),
  );
  doc.fill();
}

/** Labels and what they say, two to a row where they fit. */
export function drawHead(paper: Paper, head: readonly SlipText[]): void {
  const half = CONTENT_WIDTH / 2;
  const columns = (width: number): Column[] => [
    { label: '', width: LABEL_WIDTH },
    { label: '', width: width - LABEL_WIDTH },
  ];
  paper.rule(0.8);
  const waiting: SlipText[] = [];
  const flush = (): void => {
    const cells = waiting.splice(0).flatMap(({ label: name, value }) => [name, value]);
    if (cells.length > 0) paper.row(cells, [...columns(half), ...columns(half)], CELL);
  };
  for (const text of head) {
    if (WIDE.has(text.key)) {
      flush();
      paper.row([text.label, text.value], columns(CONTENT_WIDTH), CELL);
    } else {
      waiting.push(text);
      if (waiting.length === 2) flush();
    }
  }
  flush();
}
