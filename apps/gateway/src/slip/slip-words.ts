import type { Insurance, PersonType, VisitKind, Wording } from '@yiditong/codes';
import type { SettlementState } from './settled-bill.js';

export const TITLES: Readonly<Record<VisitKind, Wording>> = {
  INPATIENT: { zh: '跨省异地就医住院费用结算单', en: 'Settlement Slip: Inpatient' },
  OUTPATIENT: { zh: '跨省异地就医门诊费用结算单', en: 'Settlement Slip: Outpatient' },
  CHRONIC: { zh: '跨省异地就医门诊慢特病费用结算单', en: 'Settlement Slip: Chronic Outpatient' },
};

export const VISIT_WORDS: Readonly<Record<VisitKind, Wording>> = {
  INPATIENT: { zh: '住院', en: 'Inpatient' },
  OUTPATIENT: { zh: '普通门诊', en: 'Outpatient' },
  CHRONIC: { zh: '门诊慢特病', en: 'Chronic outpatient' },
};

export const INSURANCE_WORDS: Readonly<Record<Insurance, Wording>> = {
  EMPLOYEE: { zh: '职工基本医疗保险', en: 'Employees’ basic medical insurance' },
  RESIDENT: { zh: '城乡居民基本医疗保险', en: 'Residents’ basic medical insurance' },
};

export const PERSON_WORDS: Readonly<Record<PersonType, Wording>> = {
  ACTIVE: { zh: '在职', en: 'Active' },
  RETIREE: { zh: '退休', en: 'Retired' },
  RESIDENT: { zh: '成年居民', en: 'Adult resident' },
  MINOR: { zh: '未成年居民', en: 'Minor' },
};

/** How a settlement stands, as it is printed. What is void says so. */
export const STATE_WORDS: Readonly<Record<SettlementState, Wording>> = {
  SETTLED: { zh: '已结算', en: 'Settled' },
  REVERSING: { zh: '冲正办理中', en: 'Being reversed' },
  REVERSED: { zh: '已冲正 · 作废', en: 'Reversed · VOID' },
  CANCELLING: { zh: '撤销办理中', en: 'Being cancelled' },
  CANCELLED: { zh: '已撤销 · 作废', en: 'Cancelled · VOID' },
  REINSTATING: { zh: '恢复办理中', en: 'Being reinstated' },
};

export const STATE_NOTES: Readonly<Record<SettlementState, Wording | null>> = {
  SETTLED: null,
  REVERSING: { zh: '冲正办理中，结果以查询为准。', en: 'A reversal is under way; query the outcome.' },
  REVERSED: {
    zh: '本次结算已冲正，本单作废，不得作为报销或记账依据。',
    en: 'This settlement was reversed. The slip is void.',
  },
  CANCELLING: { zh: '撤销（退费）办理中，结果以查询为准。', en: 'A cancellation is under way; query the outcome.' },
  CANCELLED: {
    zh: '本次结算已撤销（退费），本单作废，不得作为报销或记账依据。',
    en: 'This settlement was cancelled and refunded. The slip is void.',
  },
  REINSTATING: { zh: '撤销正在取消，结果以查询为准。', en: 'The cancellation is being undone; query the outcome.' },
};

const words = {
  state: { zh: '结算状态', en: 'State' },
  institution: { zh: '医疗机构', en: 'Institution' },
  visitKind: { zh: '医疗类别', en: 'Kind of care' },
  visitNumber: { zh: '就诊号', en: 'Visit number' },
  stay: { zh: '入出院日期', en: 'Stay' },
  visitedOn: { zh: '就诊日期', en: 'Date of visit' },
  person: { zh: '人员编号', en: 'Person' },
  insurance: { zh: '险种', en: 'Insurance' },
  personType: { zh: '人员类别', en: 'Insured as' },
  insuredPlace: { zh: '参保地', en: 'Insured in' },
  treatingPlace: { zh: '就医地', en: 'Treated in' },
  filingCategory: { zh: '备案类别', en: 'Filing' },
  settledAt: { zh: '结算时间', en: 'Settled at' },
  businessDate: { zh: '清算日', en: 'Clearing date' },
  settlement: { zh: '结算编号', en: 'Settlement' },
  message: { zh: '报文编号', en: 'Message' },
  remainderOf: { zh: '原结算编号', en: 'Remains of' },
  disease: { zh: '慢特病种', en: 'Chronic disease' },
  diagnoses: { zh: '诊断', en: 'Diagnoses' },
  cancelledAt: { zh: '撤销时间', en: 'Cancelled at' },
  cancellation: { zh: '撤销编号', en: 'Cancellation' },
  reversedOn: { zh: '冲正清算日', en: 'Reversed in cycle' },

  total: { zh: '医疗费用总额', en: 'Total' },
  fullSelfPay: { zh: '全自费', en: 'Full self-pay' },
  overCeiling: { zh: '超限价自费', en: 'Above ceiling' },
  firstSelfPay: { zh: '先行自付', en: 'First self-pay' },
  inScope: { zh: '符合政策范围', en: 'In scope' },
  deductible: { zh: '本次起付标准', en: 'Deductible' },
  poolingRatio: { zh: '统筹支付比例', en: 'Pooling ratio' },
  fundTotal: { zh: '基金支付合计', en: 'Funds, in all' },
  account: { zh: '个人账户支付', en: 'Own account' },
  mutualAid: { zh: '个人账户共济支付', en: 'Relatives’ accounts' },
  cash: { zh: '个人现金支付', en: 'Cash' },
  personal: { zh: '个人负担合计', en: 'Person, in all' },
  hospitalPart: { zh: '医院负担', en: 'Hospital' },
  balance: { zh: '个人账户余额', en: 'Account balance' },
  totalInWords: { zh: '费用总额（人民币大写）', en: 'Total in words' },
  personalInWords: { zh: '个人负担（人民币大写）', en: 'Person in words' },

  category: { zh: '费用类别', en: 'Category' },
  amount: { zh: '金额', en: 'Amount' },
  classA: { zh: '甲类', en: 'Class A' },
  classB: { zh: '乙类', en: 'Class B' },
  selfPay: { zh: '自费', en: 'Self-pay' },
  other: { zh: '其他', en: 'Other' },
  sum: { zh: '合计', en: 'Sum' },

  lineNumber: { zh: '序号', en: 'No.' },
  occurredOn: { zh: '日期', en: 'Date' },
  item: { zh: '项目编码', en: 'Item' },
  itemClass: { zh: '等级', en: 'Class' },
  unitPrice: { zh: '单价', en: 'Price' },
  quantity: { zh: '数量', en: 'Quantity' },
  inScopeShort: { zh: '政策范围内', en: 'In scope' },
} as const satisfies Readonly<Record<string, Wording>>;

export type SlipKey = keyof typeof words;
export type Language = keyof Wording;

export function label(key: SlipKey, language: Language): string {
  return words[key][language];
}

/** What only the printed page says. */
export const PAGE_WORDS = {
  zh: {
    categories: '一、费用分类（单位：元）',
    payment: '二、费用构成与支付（单位：元）',
    explanation: '三、结算说明',
    lines: '四、费用明细（单位：元）',
    continued: '（续）',
    code: '扫码取结算编号，查询现状',
    note: '自费为全自费费用，其他为超限价自费费用；甲类、乙类含先行自付。个人负担 = 个人账户 + 共济 + 现金；总额 = 基金 + 个人负担 + 医院负担。',
    signatures: ['参保人（代办人）签名', '医疗机构（盖章）', '经办人', '日期'],
    void: '作 废',
    page: (page: number, pages: number) => `第 ${page} 页  共 ${pages} 页`,
  },
  en: {
    categories: '1  Charges by category (yuan)',
    payment: '2  What the bill consists of, and who pays (yuan)',
    explanation: '3  How it was settled',
    lines: '4  Fee lines (yuan)',
    continued: ' (continued)',
    code: 'Scan for the settlement id',
    note: 'Self-pay is full self-pay; other is above a ceiling; classes A and B include first self-pay. Person = own account + relatives’ + cash; total = funds + person + hospital.',
    signatures: ['Insured person or proxy', 'Institution (seal)', 'Clerk', 'Date'],
    void: 'VOID',
    page: (page: number, pages: number) => `Page ${page} of ${pages}`,
  },
} as const;
