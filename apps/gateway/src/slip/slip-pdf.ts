import { FUNDS } from '@yiditong/codes';
import { CLASS_NAMES } from '../catalogue/catalogue-names.js';
import type { Slip, SlipAmount } from './slip.js';
import { slipFonts } from './slip-fonts.js';
import { drawHead, drawRunningHead, drawTitle, drawVoid } from './slip-head.js';
import { CELL, CONTENT_WIDTH, MARGIN, Paper, ROW_GAP, SMALL, STRONG, type Column, type Style } from './slip-paper.js';
import { label, PAGE_WORDS } from './slip-words.js';
import { printedYuan } from './written.js';

const SECTION: Style = { size: 10, bold: true };

/** The slip on A4, in black, with its fonts inside. The same slip is the same bytes. Takes 0.1 s of CPU or more, of 5,000 lines seconds: see SlipPrinter. */
export async function slipPdf(slip: Slip): Promise<Buffer> {
  const words = PAGE_WORDS[slip.language];
  const paper = new Paper({
    title: slip.title,
    createdAt: slip.settledAt,
    language: slip.language === 'zh' ? 'zh-CN' : 'en',
    fonts: await slipFonts(),
    onPage: (page, first) => {
      if (slip.state.void) drawVoid(page, words.void);
      if (!first) drawRunningHead(page, slip);
    },
  });
  drawTitle(paper, slip);
  drawHead(paper, slip.head);
  drawCategories(paper, slip);
  drawPayment(paper, slip);
  drawExplanation(paper, slip);
  drawLines(paper, slip);
  drawSignatures(paper, words.signatures);
  return paper.finish(`异地通 Yiditong  ${label('settlement', slip.language)} ${slip.settlementId}`, words.page);
}

function drawSection(paper: Paper, title: string, following: number): void {
  paper.y += 7;
  paper.keep(18 + following);
  paper.write(title, { x: MARGIN, y: paper.y, width: CONTENT_WIDTH }, SECTION);
  paper.y += 17;
  paper.rule(0.8);
}

function drawCategories(paper: Paper, { categories, categorySum, language }: Slip): void {
  const keys = ['amount', 'classA', 'classB', 'selfPay', 'other'] as const;
  const columns: Column[] = [
    { label: label('category', language), width: 131 },
    ...keys.map((key) => ({ label: label(key, language), width: 76, align: 'right' as const })),
  ];
  const amounts = (of: Slip['categorySum']): string[] =>
    [of.amountFen, of.classAFen, of.classBFen, of.selfPayFen, of.otherFen].map(printedYuan);
  const header = columns.map((column) => column.label);
  drawSection(paper, PAGE_WORDS[language].categories, 60);
  paper.row(header, columns, STRONG);
  for (const category of categories) {
    if (paper.keep(16)) paper.row(header, columns, STRONG);
    paper.row([`${category.code} ${category.name}`, ...amounts(category)], columns, CELL);
  }
  paper.keep(16);
  paper.row([label('sum', language), ...amounts(categorySum)], columns, STRONG);
}

/** What the bill consists of on the left, who pays on the right. */
function drawPayment(paper: Paper, slip: Slip): void {
  const { language, poolingRatio } = slip;
  const amounts = [...slip.totals, ...slip.split, ...slip.payment];
  const cells = (keys: readonly SlipAmount['key'][]): Pair[] =>
    keys.flatMap((key) => amounts.filter((one) => one.key === key)).map((one) => pairOf(one, slip));
  const ratio = poolingRatio && { name: poolingRatio.label, value: poolingRatio.value, strong: false };
  const left = [
    ...cells(['total', ...slip.split.map(({ key }) => key), 'deductible']),
    ...(ratio ? [ratio] : []),
    ...cells(['hospitalPart', 'balance']),
  ];
  const right = cells([...FUNDS, 'fundTotal', 'account', 'mutualAid', 'cash', 'personal']);
  drawSection(paper, PAGE_WORDS[language].payment, 16 * Math.max(left.length, right.length));
  drawPairs(paper, left, right);
  const columns = [
    { label: '', width: 110 },
    { label: '', width: CONTENT_WIDTH - 110 },
  ];
  for (const { label: name, value } of slip.inWords) paper.row([name, value], columns, STRONG);
  paper.y += 3;
  paper.write(PAGE_WORDS[language].note, { x: MARGIN, y: paper.y, width: CONTENT_WIDTH }, SMALL);
  paper.y += paper.heightOf(PAGE_WORDS[language].note, CONTENT_WIDTH, SMALL);
}

function pairOf({ key, label: name, amountFen }: SlipAmount, { totals }: Slip): Pair {
  return { name, value: printedYuan(amountFen), strong: totals.some((one) => one.key === key) };
}

type Pair = { readonly name: string; readonly value: string; readonly strong: boolean };

function drawPairs(paper: Paper, left: readonly Pair[], right: readonly Pair[]): void {
  const [half, amount] = [CONTENT_WIDTH / 2, 84];
  for (let index = 0; index < Math.max(left.length, right.length); index += 1) {
    const { y } = paper;
    [left[index], right[index]].forEach((pair, side) => {
      if (!pair) return;
      const style = pair.strong ? STRONG : CELL;
      const x = MARGIN + side * (half + 6) + 3;
      paper.write(pair.name, { x, y, width: half - amount - 12 }, style);
      paper.write(pair.value, { x: x + half - amount - 12, y, width: amount }, { ...style, align: 'right' });
    });
    paper.y += ROW_GAP + paper.heightOf('元', half, CELL);
    paper.rule(0.4);
  }
}

function drawExplanation(paper: Paper, { explanation, language }: Slip): void {
  if (explanation.length === 0) return;
  drawSection(paper, PAGE_WORDS[language].explanation, 30);
  paper.y += 2;
  explanation.forEach((text, index) => {
    const height = paper.heightOf(text, CONTENT_WIDTH - 22, CELL);
    paper.keep(height);
    paper.write(`${index + 1}.`, { x: MARGIN, y: paper.y, width: 16 }, { ...CELL, align: 'right' });
    paper.write(text, { x: MARGIN + 22, y: paper.y, width: CONTENT_WIDTH - 22 }, CELL);
    paper.y += height + 1;
  });
}

function drawLines(paper: Paper, { lines, language }: Slip): void {
  if (lines === null) return;
  const words = PAGE_WORDS[language];
  const columns: Column[] = [
    { label: label('lineNumber', language), width: 28, align: 'right' },
    { label: label('occurredOn', language), width: 53 },
    { label: label('item', language), width: 145 },
    { label: label('category', language), width: 57 },
    { label: label('itemClass', language), width: 36 },
    { label: label('unitPrice', language), width: 46, align: 'right' },
    { label: label('quantity', language), width: 40, align: 'right' },
    { label: label('amount', language), width: 53, align: 'right' },
    { label: label('inScopeShort', language), width: 53, align: 'right' },
  ];
  const header = columns.map((column) => column.label);
  drawSection(paper, words.lines, 60);
  paper.row(header, columns, { ...SMALL, bold: true });
  for (const line of lines) {
    const cells = [
      String(line.lineNumber),
      line.occurredOn,
      [line.nationalCode, line.hospitalCode].filter((code) => code !== '').join(' / '),
      line.category,
      CLASS_NAMES[line.itemClass][language],
      line.unitPriceYuan,
      line.quantity,
      printedYuan(line.amountFen),
      printedYuan(line.inScopeFen),
    ];
    if (paper.keep(paper.rowHeight(cells, columns, SMALL))) paper.row(header, columns, { ...SMALL, bold: true });
    paper.row(cells, columns, SMALL);
  }
}

function drawSignatures(paper: Paper, names: readonly string[]): void {
  paper.keep(44);
  paper.y += 12;
  const width = CONTENT_WIDTH / names.length;
  names.forEach((name, index) => {
    const x = MARGIN + index * width;
    paper.write(name, { x, y: paper.y, width: width - 8 }, CELL);
    paper.doc
      .lineWidth(0.6)
      .strokeColor('#000000')
      .moveTo(x, paper.y + 30)
      .lineTo(x + width - 14, paper.y + 30)
      .stroke();
  });
  paper.y += 32;
}
