import { createHash } from 'node:crypto';
import { decodeQR } from 'qr/decode.js';
import { describe, expect, it } from 'vitest';
import { filingAnswer } from './filing.dto.js';
import { materialNames, named } from './filing-names.js';
import { qrSvg } from './qr-code.js';
import { receiptPage } from './receipt-page.js';
import { RECEIPT_STYLE_SOURCE } from './receipt-style.js';
import { receiptLines, type Receipt } from './receipt-text.js';

const PERSON = '01890a5d-ac96-774b-bcce-b302099a8057';
const CODES = {
  filingId: '01980a5d-ac96-774b-bcce-b302099a8058',
  personId: PERSON,
  insuredRegion: '131000',
  category: 'LONG_TERM_WORKER' as const,
  destinationRegion: '460000',
  validFrom: '2026-11-20',
  validTo: null,
  createdAt: '2026-11-20T10:00:00.000Z',
  state: 'ACTIVE' as const,
  version: 1,
  source: 'ONLINE',
  materials: [],
  materialNames: [],
  pledged: true,
  owed: ['DISPATCH_CERTIFICATE', 'EMPLOYER_CERTIFICATE'],
  owedNames: materialNames(['DISPATCH_CERTIFICATE', 'EMPLOYER_CERTIFICATE']),
  lockedUntil: '2027-05-19',
  reviewDueOn: null,
  reviewOverdue: false,
  updatedAt: '2026-11-20T10:00:00.000Z',
  reason: null,
};
const FILING = filingAnswer.parse(named(CODES));
const TOKEN = `${'eyJhbGciOiJFZERTQSJ9'.repeat(6)}.${'eyJmIjoiQVlrS1hheVdkMHU4'.repeat(6)}.${'aZ0_-'.repeat(17)}A`;
const RECEIPT: Receipt = { filing: FILING, token: TOKEN, issuedAt: '2026-11-20T16:30:00.000Z' };

describe('the receipt', () => {
  it('says in Chinese what was filed, where and until when', () => {
    expect(receiptLines(RECEIPT, 'zh').map(({ label, value }) => `${label}：${value}`)).toEqual([
      '备案类别：常驻异地工作人员',
      '备案就医地：海南 460000',
      '有效期：2026-11-20 起长期有效',
      '参保地：廊坊市 131000',
      '人员编号：01890a5d…',
      '备案编号：01980a5d-ac96-774b-bcce-b302099a8058',
      '备案状态：有效',
      '变更限制：2027-05-19（含）前不能变更或取消',
      '待补材料：参保地工作单位派出证明、异地工作单位证明（任选其一）',
      '出具时间：2026-11-21 00:30 北京时间',
    ]);
  });

  it('says the same in English', () => {
    expect(receiptLines(RECEIPT, 'en').map(({ label, value }) => `${label}: ${value}`)).toEqual([
      'Category: Long-term worker elsewhere',
      'Treated in: Hainan 460000',
      'Valid: from 2026-11-20, open-ended',
      'Insured in: Langfang 131000',
      'Person: 01890a5d…',
      'Filing: 01980a5d-ac96-774b-bcce-b302099a8058',
      'State: In force',
      'Lock-in: no change or cancellation until 2027-05-19',
      'Papers owed: Dispatch certificate of the employer, Certificate of the employer elsewhere (any one of these)',
      'Issued: 2026-11-21 00:30 Beijing time',
    ]);
  });

  it('tells of a review only while there is one, and of the lock-in only while it binds', () => {
    const submitted = { ...FILING, state: 'SUBMITTED' as const, reviewDueOn: '2026-11-24', owed: [], owedNames: [] };
    const lines = receiptLines({ ...RECEIPT, filing: submitted }, 'zh');
    expect(lines).toContainEqual({ label: '审核时限', value: '2026-11-24（含）前办结' });
    const labels = lines.map(({ label }) => label);
    expect(labels).not.toContain('变更限制');
    expect(labels).not.toContain('待补材料');
  });

  it.each<['RETURNED' | 'REJECTED' | 'SUBMITTED' | 'CANCELLED', boolean]>([
    ['RETURNED', true],
    ['REJECTED', true],
    ['SUBMITTED', false],
    ['CANCELLED', false],
  ])('of a filing that is %s, gives the reviewer’s reason: %s', (state, isGiven) => {
    const receipt = { ...RECEIPT, filing: { ...FILING, state, reason: '转诊证明不清晰' } };
    const given = (label: string) => (isGiven ? [{ label, value: '转诊证明不清晰' }] : []);
    expect(receiptLines(receipt, 'zh').filter(({ label }) => label === '审核意见')).toEqual(given('审核意见'));
    expect(receiptLines(receipt, 'en').filter(({ label }) => label === 'Review')).toEqual(given('Review'));
    expect(receiptPage(receipt, 'zh').includes('<dt>审核意见</dt><dd>转诊证明不清晰</dd>')).toBe(isGiven);
  });
});

describe.each(['zh', 'en'] as const)('the page in %s', (language) => {
  const page = receiptPage(RECEIPT, language);

  it('refers to nothing outside itself, runs nothing, and has no style but the one that is allowed', () => {
    expect(page).not.toMatch(
      /<script|<link|<img|<iframe|\son\w+=|\sstyle=|@import|\burl\(|https?:\/\/(?!www\.w3\.org)/i,
    );
    const styles = [...page.matchAll(/<style>([\s\S]*?)<\/style>/g)].map(([, style = '']) => style);
    expect(styles.map((style) => `'sha256-${createHash('sha256').update(style).digest('base64')}'`)).toEqual([
      RECEIPT_STYLE_SOURCE,
    ]);
  });

  it('shows no more of the person than eight characters', () => {
    expect([8, 9].map((length) => page.includes(PERSON.slice(0, length)))).toEqual([true, false]);
  });

  it('is text where a service answers with markup', () => {
    const filing = { ...FILING, validFrom: '<b onclick="x">&\'' };
    expect(receiptPage({ ...RECEIPT, filing }, language)).toContain('&lt;b onclick=&quot;x&quot;&gt;&amp;&#39;');
  });
});

describe('the code', () => {
  it('is read as the token, by a reader that knows nothing of how it was drawn', () => {
    expect(decodeQR(pictureOf(qrSvg(TOKEN, 'x'), 4))).toBe(TOKEN);
  });

  it('is read with a corner torn off', () => {
    const picture = pictureOf(qrSvg(TOKEN, 'x'), 4);
    const { width, height, data } = picture;
    for (let y = Math.floor(height * 0.86); y < height; y += 1)
      for (let x = Math.floor(width * 0.86); x < width; x += 1) data.set([128, 128, 128], (y * width + x) * 3);
    expect(decodeQR(picture)).toBe(TOKEN);
  });
});

/** The drawing as a camera would have it: each module so many pixels wide. */
function pictureOf(svg: string, scale: number): { width: number; height: number; data: Uint8Array } {
  const size = Number(/viewBox="0 0 (\d+) /.exec(svg)?.[1]);
  const side = size * scale;
  const data = new Uint8Array(side * side * 3).fill(255);
  for (const [, x, y, width] of svg.matchAll(/M(\d+) (\d+)h(\d+)v1h-\d+z/g))
    for (let row = Number(y) * scale; row < (Number(y) + 1) * scale; row += 1)
      data.fill(0, (row * side + Number(x) * scale) * 3, (row * side + (Number(x) + Number(width)) * scale) * 3);
  return { width: side, height: side, data };
}
