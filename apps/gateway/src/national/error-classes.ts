import type { Reason } from '@yiditong/codes';

/** What a refusal is about, as clerks at a hospital's counter sort it. */
export const ERROR_CLASSES = ['参数', '权限', '人员', '备案', '目录', '机构', '对账', '系统', '结算'] as const;
export type ErrorClass = (typeof ERROR_CLASSES)[number];

/** The first that fits; whatever is left is about the settlement or visit itself. */
const RULES: readonly (readonly [ErrorClass, RegExp])[] = [
  ['系统', /^(SERVICE_|INTERNAL_FAULT|OUTCOME_UNKNOWN|HOME_|TOO_MANY_REQUESTS|REQUEST_TIMEOUT)/],
  [
    '参数',
    /^(REQUEST_|PAYLOAD_|ADDRESS_|HEADERS_|ROUTE_|MESSAGE_ID_|IDEMPOTENCY_|TRANSACTION_|REGION_UNKNOWN|FORMAT_)/,
  ],
  ['人员', /^(PERSON_|ID_NUMBER_|INSURANCE_|INSURED_|E_CREDENTIAL_|BILL_INSURED_|VISIT_OTHER_PERSON|ACCOUNT_)/],
  ['权限', /^(CREDENTIAL_|SIGNATURE_|SIGNING_|SIGN_IN_|MESSAGE_|NOT_PERMITTED|SUPERVISOR_|MAKER_|PURPOSE_)/],
  ['备案', /^(FILING_|FAMILY_|ENTITLEMENT_|DISEASE_|NOT_CROSS_PROVINCE|CHOSEN_|RECEIPT_)/],
  ['目录', /^(CATALOGUE_|NATIONAL_|ITEM_|DRAFT_|MATCH_|MAPPING_|CHARGE_|CONFLICT_|ROW_|UPLOAD_|SPREADSHEET_)/],
  ['机构', /^(INSTITUTION_|PHARMACY_)/],
  ['对账', /^(MONTH_|DETAIL_|LEDGER_|KEPT_|CYCLE_)/],
];

export function errorClassOf(reason: Reason): ErrorClass {
  return RULES.find(([, pattern]) => pattern.test(reason))?.[0] ?? '结算';
}
