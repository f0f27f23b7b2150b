import { CATEGORY_NAMES, placeName, STATE_NAMES, type FilingState } from '@yiditong/codes';
import type { FilingAnswer } from './filing.dto.js';

export type Language = 'zh' | 'en';
export type Receipt = { readonly filing: FilingAnswer; readonly token: string; readonly issuedAt: string };
/** A line of the receipt: what, and what of it. */
export type ReceiptLine = { readonly label: string; readonly value: string };

/** Enough to tell one person's receipts from another's, and not enough to look anybody up. */
const SHOWN_OF_PERSON = 8;
/** What a reviewer sent back or refused, for a reason that he gave. */
const SENT_BACK: ReadonlySet<FilingState> = new Set(['RETURNED', 'REJECTED']);
const SHANGHAI_OFFSET_MS = 8 * 3_600_000;

const LABELS = {
  zh: {
    filing: '备案编号',
    person: '人员编号',
    category: '备案类别',
    insured: '参保地',
    destination: '备案就医地',
    validity: '有效期',
    state: '备案状态',
    review: '审核意见',
    reviewDueOn: '审核时限',
    lockedUntil: '变更限制',
    owed: '待补材料',
    issuedAt: '出具时间',
  },
  en: {
    filing: 'Filing',
    person: 'Person',
    category: 'Category',
    insured: 'Insured in',
    destination: 'Treated in',
    validity: 'Valid',
    state: 'State',
    review: 'Review',
    reviewDueOn: 'Review',
    lockedUntil: 'Lock-in',
    owed: 'Papers owed',
    issuedAt: 'Issued',
  },
} as const;

/** The receipt, line by line, as it is printed. */
export function receiptLines(receipt: Receipt, language: Language): ReceiptLine[] {
  const { filing, issuedAt } = receipt;
  const label = LABELS[language];
  const place = (region: string): string => `${placeName(region)[language]} ${region}`;
  const said = condition(filing, language);
  return [
    { label: label.category, value: CATEGORY_NAMES[filing.category][language] },
    { label: label.destination, value: place(filing.destinationRegion) },
    { label: label.validity, value: validity(filing, language) },
    { label: label.insured, value: place(filing.insuredRegion) },
    { label: label.person, value: `${filing.personId.slice(0, SHOWN_OF_PERSON)}…` },
    { label: label.filing, value: filing.filingId },
    { label: label.state, value: STATE_NAMES[filing.state][language] },
    ...said,
    { label: label.issuedAt, value: inShanghai(issuedAt, language) },
  ];
}

/** Why it was sent back, what still has to happen, or may not. */
function condition(
  { state, reason, reviewDueOn, lockedUntil, owedNames }: FilingAnswer,
  language: Language,
): ReceiptLine[] {
  const label = LABELS[language];
  const zh = language === 'zh';
  const anyOne = zh ? '（任选其一）' : ' (any one of these)';
  const papers = owedNames.map((name) => name[language]).join(zh ? '、' : ', ');
  return [
    ...(SENT_BACK.has(state) && reason ? [{ label: label.review, value: reason }] : []),
    ...(state === 'SUBMITTED' && reviewDueOn
      ? [{ label: label.reviewDueOn, value: zh ? `${reviewDueOn}（含）前办结` : `decided by ${reviewDueOn}` }]
      : []),
    ...(state === 'ACTIVE' && lockedUntil
      ? [
          {
            label: label.lockedUntil,
            value: zh ? `${lockedUntil}（含）前不能变更或取消` : `no change or cancellation until ${lockedUntil}`,
          },
        ]
      : []),
    ...(owedNames.length > 0 ? [{ label: label.owed, value: `${papers}${owedNames.length > 1 ? anyOne : ''}` }] : []),
  ];
}

function validity({ validFrom, validTo }: FilingAnswer, language: Language): string {
  if (language === 'zh') return validTo === null ? `${validFrom} 起长期有效` : `${validFrom} 至 ${validTo}`;
  return validTo === null ? `from ${validFrom}, open-ended` : `${validFrom} to ${validTo}`;
}

function inShanghai(instant: string, language: Language): string {
  const local = new Date(Date.parse(instant) + SHANGHAI_OFFSET_MS).toISOString();
  return `${local.slice(0, 10)} ${local.slice(11, 16)} ${language === 'zh' ? '北京时间' : 'Beijing time'}`;
}
