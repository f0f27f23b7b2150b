import { REASONS, type Reason } from '@yiditong/codes';
import { describe, expect, it } from 'vitest';
import { ERROR_CLASSES, errorClassOf } from './error-classes.js';

describe('the class of a refusal', () => {
  it.each<[Reason, string]>([
    ['REQUEST_MALFORMED', '参数'],
    ['MESSAGE_ID_INVALID', '参数'],
    ['IDEMPOTENCY_KEY_REUSED', '参数'],
    ['TRANSACTION_NOT_OFFERED', '参数'],
    ['REQUEST_TIMEOUT', '系统'],
    ['SERVICE_UNAVAILABLE', '系统'],
    ['HOME_PROVINCE_DOWN', '系统'],
    ['OUTCOME_UNKNOWN', '系统'],
    ['MESSAGE_REPEATED', '权限'],
    ['NOT_PERMITTED', '权限'],
    ['SIGN_IN_INVALID', '权限'],
    ['PERSON_UNKNOWN', '人员'],
    ['E_CREDENTIAL_USED', '人员'],
    ['INSURANCE_INACTIVE', '人员'],
    ['VISIT_OTHER_PERSON', '人员'],
    ['FILING_REQUIRED', '备案'],
    ['ENTITLEMENT_REQUIRED', '备案'],
    ['CATALOGUE_NOT_PUBLISHED', '目录'],
    ['INSTITUTION_NOT_NETWORKED', '机构'],
    ['MONTH_DIFFERS', '对账'],
    ['BILL_TOTAL_MISMATCH', '结算'],
    ['VISIT_NOT_FOUND', '结算'],
    ['SETTLEMENT_CANCELLED', '结算'],
  ])('%s is %s', (reason, expected) => expect(errorClassOf(reason)).toBe(expected));

  it('leaves no class empty', () => {
    const used = new Set((Object.keys(REASONS) as Reason[]).map(errorClassOf));
    expect([...used].toSorted()).toEqual([...ERROR_CLASSES].toSorted());
  });
});
