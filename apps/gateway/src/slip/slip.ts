import {
  CATEGORY_NAMES,
  CHARGE_CATEGORY_NAMES,
  placeName,
  type Fund,
  type ItemClass,
  type Wording,
} from '@yiditong/codes';
import { amountInWords, type Fen } from '@yiditong/money';
import { FUND_NAMES } from '../estimate/estimate-words.js';
import { byChargeCategory, sumOfCategories, type CategoryAmounts, type ChargeCategory } from './charge-categories.js';
import { VOID_STATES, type SettledBill, type SettledLine, type SettlementState } from './settled-bill.js';
import { dateInShanghai, decimalText, timeInShanghai } from './written.js';
import {
  INSURANCE_WORDS,
  label,
  PERSON_WORDS,
  STATE_NOTES,
  STATE_WORDS,
  TITLES,
  VISIT_WORDS,
  type Language,
  type SlipKey,
} from './slip-words.js';

/** Something that is said, under a key that stays. */
export type SlipText = { readonly key: SlipKey; readonly label: string; readonly value: string };
/** An amount with its name; a fund's key is the fund's. */
export type SlipAmount = { readonly key: SlipKey | Fund; readonly label: string; readonly amountFen: Fen };
export type SlipCategory = ChargeCategory & { readonly name: string };
export type SlipLine = {
  readonly lineNumber: number;
  readonly occurredOn: string;
  readonly nationalCode: string;
  readonly hospitalCode: string;
  readonly category: string;
  readonly itemClass: ItemClass;
  readonly unitPriceYuan: string;
  readonly quantity: string;
  readonly amountFen: Fen;
  readonly inScopeFen: Fen;
};

/** 结算单: what a settlement comes to, for whoever keeps it on paper. */
export type Slip = {
  readonly settlementId: string;
  readonly settledAt: string;
  readonly language: Language;
  readonly title: string;
  readonly state: {
    readonly code: SettlementState;
    readonly name: string;
    readonly void: boolean;
    readonly note: string | null;
  };
  readonly head: readonly SlipText[];
  readonly categories: readonly SlipCategory[];
  readonly categorySum: CategoryAmounts;
  /** 费用四分, which sum to the total. */
  readonly split: readonly SlipAmount[];
  /** Who pays, fund by fund. */
  readonly payment: readonly SlipAmount[];
  readonly totals: readonly SlipAmount[];
  /** Share of the pooling fund; null where nothing says so. */
  readonly poolingRatio: SlipText | null;
  readonly inWords: readonly SlipText[];
  readonly explanation: readonly string[];
  /** Null where they weren't asked for. */
  readonly lines: readonly SlipLine[] | null;
};

const MS_A_DAY = 86_400_000;

export function slipOf(bill: SettledBill, language: Language, withLines: boolean): Slip {
  const amount = (key: SlipKey, amountFen: Fen): SlipAmount => ({ key, label: label(key, language), amountFen });
  const { state, split } = bill;
  const categories = byChargeCategory(bill.lines);
  return {
    settlementId: bill.settlementId,
    settledAt: bill.settledAt,
    language,
    title: TITLES[bill.visitKind][language],
    state: {
      code: state,
      name: STATE_WORDS[state][language],
      void: VOID_STATES.has(state),
      note: STATE_NOTES[state]?.[language] ?? null,
    },
    head: headOf(bill, language),
    categories: categories.map((category) => ({ ...category, name: chargeName(category.code, language) })),
    categorySum: sumOfCategories(categories),
    split: [
      amount('inScope', split.inScopeFen),
      amount('firstSelfPay', split.firstSelfPayFen),
      amount('overCeiling', split.overCeilingFen),
      amount('fullSelfPay', split.fullSelfPayFen),
    ],
    payment: [
      amount('deductible', bill.deductibleFen),
      ...bill.funds.map(({ fund, amountFen }) => ({
        key: fund,
        label: capital(FUND_NAMES[fund][language]),
        amountFen,
      })),
      amount('account', bill.accountFen),
      amount('mutualAid', bill.mutualAidFen),
      amount('cash', bill.cashFen),
      ...(bill.accountBalanceFen === null ? [] : [amount('balance', bill.accountBalanceFen)]),
    ],
    totals: [
      amount('total', bill.totalFen),
      amount('fundTotal', bill.fundTotalFen),
      amount('personal', bill.personalFen),
      amount('hospitalPart', bill.hospitalPartFen),
    ],
    poolingRatio:
      bill.poolingRatioE4 === 0
        ? null
        : said(language)('poolingRatio', `${decimalText(BigInt(bill.poolingRatioE4), 2)}%`),
    inWords: [
      said(language)('totalInWords', amountInWords(bill.totalFen)),
      said(language)('personalInWords', amountInWords(bill.personalFen)),
    ],
    explanation: bill.explanation.map(({ textZh, textEn, sum }) =>
      language === 'zh' ? `${textZh}：${sum}` : `${textEn}: ${sum}`,
    ),
    lines: withLines ? bill.lines.map((line) => lineOf(line, language)) : null,
  };
}

function said(language: Language): (key: SlipKey, value: string) => SlipText {
  return (key, value) => ({ key, label: label(key, language), value });
}

function headOf(bill: SettledBill, language: Language): SlipText[] {
  const say = said(language);
  const place = (region: string): string => `${placeName(region)[language]} ${region}`;
  return [
    say('institution', `${bill.institutionName} ${bill.institutionCode}`.trim()),
    say('visitKind', visitOf(bill, language)),
    say('visitNumber', bill.visitNumber),
    ...when(bill, language),
    say('person', bill.personId),
    say('insurance', INSURANCE_WORDS[bill.insurance][language]),
    say('personType', PERSON_WORDS[bill.personType][language]),
    say('insuredPlace', place(bill.insuredRegion)),
    say('treatingPlace', place(bill.treatingRegion)),
    say('filingCategory', CATEGORY_NAMES[bill.filingCategory][language]),
    say('settledAt', timeInShanghai(bill.settledAt)),
    say('businessDate', bill.businessDate),
    say('settlement', bill.settlementId),
    say('message', bill.messageId),
    ...sayIf('remainderOf', bill.remainderOf),
    ...sayIf('disease', bill.diseaseCode),
    ...sayIf('diagnoses', bill.diagnoses.map(({ code, name }) => `${name}（${code}）`).join('；')),
    ...sayIf('cancelledAt', bill.cancelledAt === null ? '' : timeInShanghai(bill.cancelledAt)),
    ...sayIf('cancellation', bill.cancellationId),
    ...sayIf('reversedOn', bill.reversalBusinessDate),
  ];

  function sayIf(key: SlipKey, value: string): SlipText[] {
    return value === '' ? [] : [say(key, value)];
  }
}

/** Which kind of care, and what is special about it. */
function visitOf({ visitKind, emergency, trauma, midStay, stayPart }: SettledBill, language: Language): string {
  const zh = language === 'zh';
  const part: Wording = midStay
    ? { zh: `中途结算（第 ${stayPart} 次）`, en: `interim settlement ${stayPart}` }
    : { zh: `出院结算（第 ${stayPart} 次）`, en: `final settlement, ${stayPart} in all` };
  const special = [
    ...(emergency ? [zh ? '急诊' : 'emergency'] : []),
    ...(trauma ? [zh ? '外伤' : 'trauma'] : []),
    ...(stayPart > 0 ? [part[language]] : []),
  ];
  return [VISIT_WORDS[visitKind][language], ...special].join(zh ? '、' : ', ');
}

/** The day of admission counts, the day of discharge doesn't; a stay is a day at least. */
function when({ visitKind, admittedAt, endedAt }: SettledBill, language: Language): SlipText[] {
  if (admittedAt === null || endedAt === null) return [];
  const [from, to] = [dateInShanghai(admittedAt), dateInShanghai(endedAt)];
  if (visitKind !== 'INPATIENT') return [said(language)('visitedOn', from === to ? from : `${from} – ${to}`)];
  const days = Math.max(1, Math.round((Date.parse(to) - Date.parse(from)) / MS_A_DAY));
  const length = language === 'zh' ? `${from} 至 ${to}，${days} 天` : `${from} to ${to}, ${days} days`;
  return [said(language)('stay', length)];
}

function lineOf(line: SettledLine, language: Language): SlipLine {
  return {
    lineNumber: line.lineNumber,
    occurredOn: dateInShanghai(line.occurredAt),
    nationalCode: line.nationalCode,
    hospitalCode: line.hospitalCode,
    category: chargeName(line.chargeCategory, language),
    itemClass: line.itemClass,
    unitPriceYuan: decimalText(line.unitPriceMicroYuan, 6),
    quantity: decimalText(line.quantityE4, 4),
    amountFen: line.amountFen,
    inScopeFen: line.split.inScopeFen,
  };
}

function chargeName(code: string, language: Language): string {
  return capital((CHARGE_CATEGORY_NAMES[code] ?? CHARGE_CATEGORY_NAMES['14'])?.[language] ?? code);
}

/** Names stand in sentences elsewhere, here they begin a row. */
function capital(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}
