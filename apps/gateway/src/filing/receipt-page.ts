import { STATE_NAMES, type FilingState } from '@yiditong/codes';
import { qrSvg } from './qr-code.js';
import { RECEIPT_STYLE } from './receipt-style.js';
import { receiptLines, type Language, type Receipt } from './receipt-text.js';

const WORDS = {
  zh: {
    lang: 'zh-CN',
    title: '跨省异地就医备案回执',
    subtitle: 'Receipt of a cross-province filing',
    code: '备案回执二维码',
    scan: '医院和经办机构扫码核验，以扫码时的状态为准',
    notes: [
      '就医时出示医保电子凭证或社会保障卡，在备案就医地已开通跨省直接结算的定点医药机构直接结算。',
      '医疗费用执行就医地的支付范围，基金支付执行参保地的待遇标准。',
      '变更、取消备案或补交材料，请在办理备案的渠道凭备案编号办理。',
    ],
    footer: '异地通 跨省异地就医结算平台 · 本回执由平台签名，二维码不含个人信息',
  },
  en: {
    lang: 'en',
    title: 'Receipt of a Cross-Province Filing',
    subtitle: '跨省异地就医备案回执',
    code: 'QR code of the receipt',
    scan: 'Hospitals and agencies scan this. How the filing stands at that moment counts.',
    notes: [
      'Show your medical-insurance e-credential or social-security card at an institution in the destination that is networked for direct settlement.',
      'The treating place decides what is covered, the insured place how much of it is paid.',
      'Change, cancel or complete the filing where it was made, by its id.',
    ],
    footer: 'Yiditong, clearinghouse for cross-province care · signed by the platform; the code holds no personal data',
  },
} as const;

const STANDING: Readonly<Record<FilingState, 'good' | 'open' | 'over'>> = {
  DRAFT: 'open',
  SUBMITTED: 'open',
  RETURNED: 'open',
  REJECTED: 'over',
  ACTIVE: 'good',
  CANCELLED: 'over',
  EXPIRED: 'over',
  INVALIDATED: 'over',
};

/**
 * The receipt as one page, to be shown on a telephone or printed on A4. It refers to nothing outside itself and has no script; of
 * the person it says the first characters of the id.
 */
export function receiptPage(receipt: Receipt, language: Language): string {
  const words = WORDS[language];
  const { state } = receipt.filing;
  const lines = receiptLines(receipt, language)
    .map(({ label, value }) => `<dt>${escaped(label)}</dt><dd>${escaped(value)}</dd>`)
    .join('\n');
  return `<!doctype html>
<html lang="${words.lang}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${words.title}</title>
<style>${RECEIPT_STYLE}</style>
</head>
<body>
<main>
<header>
<div><h1>${words.title}</h1><p>${words.subtitle}</p></div>
<strong class="state ${STANDING[state]}">${STATE_NAMES[state][language]}</strong>
</header>
<div class="body">
<dl>
${lines}
</dl>
<figure>${qrSvg(receipt.token, words.code)}<figcaption>${words.scan}</figcaption></figure>
</div>
<ul class="notes">
${words.notes.map((note) => `<li>${note}</li>`).join('\n')}
</ul>
<footer>${words.footer}</footer>
</main>
</body>
</html>
`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Whatever a service answers, it is text here. */
function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
}
