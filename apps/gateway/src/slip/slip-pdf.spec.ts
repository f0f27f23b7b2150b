import type { settlementV1 } from '@yiditong/contracts';
import { extractText, getDocumentProxy } from 'unpdf';
import { describe, expect, it } from 'vitest';
import { decodeSettledBill, type SettledBill } from './settled-bill.js';
import { slipOf } from './slip.js';
import { slipPdf } from './slip-pdf.js';
import { LINES, SETTLEMENT, settledLine } from './spec-bill.js';

const A4 = [0, 0, 595.28, 841.89];

const billOf = (changes: Partial<settlementV1.Settlement> = {}): SettledBill =>
  decodeSettledBill({ ...SETTLEMENT, ...changes }, LINES);

/** The text of each page, by a reader that knows nothing of how it was written. Blanks are where it guesses words to end. */
async function pagesOf(pdf: Buffer): Promise<string[]> {
  const { text } = await extractText(await getDocumentProxy(new Uint8Array(pdf)), { mergePages: false });
  return text.map((page) => page.replaceAll(/\s+/g, ' '));
}

/** A bill of so many lines, the longest that there are. */
function longBill(count: number): SettledBill {
  const lines = Array.from({ length: count }, (_, index) =>
    settledLine(index + 1, 'ITEM_CLASS_B', '09', [0n, 0n, 10n, 100n + BigInt(index)]),
  );
  const totalFen = lines.reduce((sum, { line }) => sum + (line?.amountFen ?? 0n), 0n);
  const firstSelfPayFen = 10n * BigInt(count);
  const split = { fullSelfPayFen: 0n, overCeilingFen: 0n, firstSelfPayFen, inScopeFen: totalFen - firstSelfPayFen };
  const paid = { funds: [], fundTotalFen: 0n, accountFen: 0n, mutualAidFen: 0n, hospitalPartFen: 0n };
  const wire = { ...SETTLEMENT, ...paid, totalFen, split, personalFen: totalFen, cashFen: totalFen };
  return decodeSettledBill(wire, lines);
}

describe('the slip on paper', () => {
  it('is one page of A4 that says it all, to be copied out', async () => {
    const pdf = await slipPdf(slipOf(billOf(), 'zh', false));
    const document = await getDocumentProxy(new Uint8Array(pdf));
    expect([document.numPages, (await document.getPage(1)).view]).toEqual([1, A4]);
    const [text = ''] = await pagesOf(pdf);
    for (const said of [
      '跨省异地就医住院费用结算单',
      '已结算',
      '北京市示例医科大学附属第一医院 H11010500001',
      '2026-11-13 至 2026-11-20，7 天',
      '高血压病2级（I10.x00x002）',
      '04 化验费 6,000.00 6,000.00 0.00 0.00 0.00',
      '09 西药费 6,045.67 0.00 6,000.00 0.00 45.67',
      '合计 12,345.67 6,000.00 6,000.00 300.00 45.67',
      '医疗费用总额 12,345.67 基本医疗保险统筹基金 8,000.00',
      '个人负担合计 3,840.67',
      '壹万贰仟叁佰肆拾伍元陆角柒分',
      '叁仟捌佰肆拾元陆角柒分',
      '统筹基金按 78.43% 支付 8,000.00 元。：10,200.00 × 78.43% → 8,000.00',
      '参保人（代办人）签名',
      '第 1 页 共 1 页',
    ])
      expect(text).toContain(said);
    expect(text).not.toContain('作 废');
  });

  it('is in black, with its fonts inside', async () => {
    const pdf = (await slipPdf(slipOf(billOf(), 'zh', false))).toString('latin1');
    expect(pdf.match(/\/FontFile3 \d+ 0 R/g)).toHaveLength(2);
    expect(pdf.match(/\/BaseFont \/[A-Z]{6}\+NotoSansHans-(Regular|Bold)/g)?.length).toBeGreaterThanOrEqual(2);
    expect(pdf).not.toMatch(/\/BaseFont \/(Helvetica|Times)/);
  });

  it('is the same bytes each time, and others once the settlement is taken back', async () => {
    const [one, again] = [await slipPdf(slipOf(billOf(), 'zh', false)), await slipPdf(slipOf(billOf(), 'zh', false))];
    expect(one.equals(again)).toBe(true);
    const cancelled = billOf({ state: 'SETTLEMENT_STATE_CANCELLED' });
    expect((await slipPdf(slipOf(cancelled, 'zh', false))).equals(one)).toBe(false);
  });

  it.each<[settlementV1.SettlementState, string]>([
    ['SETTLEMENT_STATE_CANCELLED', '已撤销 · 作废'],
    ['SETTLEMENT_STATE_REVERSED', '已冲正 · 作废'],
  ])('of a settlement in %s says so at its head and across each page', async (state, name) => {
    const pages = await pagesOf(await slipPdf(slipOf(billOf({ state }), 'zh', true)));
    expect(pages.length).toBeGreaterThan(1);
    for (const page of pages) expect([page.includes('作 废'), page.includes(name)]).toEqual([true, true]);
  });

  it('says the same in English', async () => {
    const [text = ''] = await pagesOf(await slipPdf(slipOf(billOf(), 'en', false)));
    for (const said of ['Settlement Slip: Inpatient', 'Laboratory 6,000.00', "Employees' basic", 'Page 1 of 1'])
      expect(text).toContain(said);
  });

  it('of many lines repeats its heads, numbers its pages and leaves no line out', async () => {
    const pages = await pagesOf(await slipPdf(slipOf(longBill(400), 'zh', true)));
    expect(pages.length).toBeGreaterThan(5);
    pages.forEach((page, index) => {
      expect(page).toContain(`第 ${index + 1} 页 共 ${pages.length} 页`);
      expect(page).toContain(SETTLEMENT.settlementId);
      expect(page.includes('序号 日期')).toBe(/ 2026-11-14 /.test(page));
    });
    const listed = [...pages.join(' ').matchAll(/(\d+) 2026-11-14 001102/g)].map(([, number]) => Number(number));
    expect(listed).toEqual(Array.from({ length: 400 }, (_, index) => index + 1));
  });

  it('without the lines is no longer for a bill of five thousand', async () => {
    expect(await pagesOf(await slipPdf(slipOf(longBill(5_000), 'zh', false)))).toHaveLength(1);
  });

  it('wraps what is long, and cuts nothing off', async () => {
    const name = '库尔勒市第一人民医院'.repeat(20);
    const diagnoses = Array.from({ length: 10 }, (_, n) => ({ code: `I10.x00x00${n}`, name: '诊断名称'.repeat(25) }));
    const explanation = SETTLEMENT.explanation.map((step) => ({ ...step, textZh: '说明'.repeat(300) }));
    const bill = billOf({ institutionName: name, diagnoses, explanation });
    const pages = await pagesOf(await slipPdf(slipOf(bill, 'zh', false)));
    const text = pages.join('').replaceAll(' ', '');
    expect(text.split('库尔勒市第一人民医院')).toHaveLength(21);
    expect(text.split('诊断名称')).toHaveLength(251);
    expect(text.split('说明')).toHaveLength(2 * 300 + 2);
    expect(pages.at(-1)).toContain('经办人');
  });
});
