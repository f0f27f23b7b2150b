import type { ClearedFund, Fund, Insurance } from '@yiditong/codes';

/** 基金支付类型 (fund_pay_type) and its name. */
export type FundCode = { readonly code: string; readonly name: string };

const SHARED = {
  LARGE_SUM: { code: '330100', name: '职工大额医疗费用补助基金' },
  CIVIL_SERVANT: { code: '320100', name: '公务员医疗补助基金' },
  EMPLOYER_SUPPLEMENT: { code: '370100', name: '企业补充医疗保险基金' },
  MEDICAL_AID: { code: '610100', name: '医疗救助基金' },
  OTHER: { code: '999997', name: '其他基金' },
} as const;

const FUND_CODES: Readonly<Record<Insurance, Readonly<Record<ClearedFund, FundCode>>>> = {
  EMPLOYEE: {
    ...SHARED,
    POOLING: { code: '310100', name: '职工基本医疗保险统筹基金' },
    CRITICAL_ILLNESS: { code: '310300', name: '职工大病保险基金' },
    PERSONAL_ACCOUNT: { code: '310200', name: '职工基本医疗保险个人账户' },
  },
  RESIDENT: {
    ...SHARED,
    POOLING: { code: '390100', name: '城乡居民基本医疗保险统筹基金' },
    CRITICAL_ILLNESS: { code: '390200', name: '城乡居民大病保险基金' },
    PERSONAL_ACCOUNT: { code: '390500', name: '城乡居民基本医疗保险家庭账户' },
  },
};

/** 医院负担. No fund, but listed among what is paid. */
export const HOSPITAL_PART: FundCode = { code: '999996', name: '医院负担' };

export function fundCodeOf(fund: ClearedFund, insurance: Insurance): FundCode {
  return FUND_CODES[insurance][fund];
}

/** The field of setlinfo that a fund's payments are in. */
export const FUND_FIELDS: Readonly<Record<Fund, string>> = {
  POOLING: 'hifp_pay',
  LARGE_SUM: 'hifob_pay',
  CRITICAL_ILLNESS: 'hifmi_pay',
  CIVIL_SERVANT: 'cvlserv_pay',
  EMPLOYER_SUPPLEMENT: 'hifes_pay',
  MEDICAL_AID: 'maf_pay',
  OTHER: 'oth_pay',
};
