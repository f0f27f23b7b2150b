import {
  ACCOUNT_KINDS,
  BENEFIT_LEVELS,
  CLEARED_FUNDS,
  CONFLICT_KINDS,
  CONFLICT_STATES,
  DECIDER_KINDS,
  DELIVERY_STATES,
  DRAFT_FORMS,
  DRAFT_STATES,
  FAMILY_RELATIONS,
  FILING_CATEGORIES,
  FILING_EVENTS,
  FILING_SOURCES,
  FILING_STATES,
  FUNDS,
  HOSPITAL_LEVELS,
  IMPORT_STATES,
  INSURANCES,
  isReason,
  ITEM_CLASSES,
  ITEM_KINDS,
  ITEM_ORIGINS,
  LINE_RULES,
  LIST_STATES,
  MATCH_STATES,
  MATERIAL_KINDS,
  OVER_CAP_RULES,
  PERSON_TYPES,
  Rejection,
  REVIEW_DECISIONS,
  RULE_KINDS,
  VERSION_ORIGINS,
  VISIT_KINDS,
  type ClearedFund,
  type Fund,
  type Reason,
} from '@yiditong/codes';
import type { commonV1, Timestamp } from '@yiditong/contracts';
import { fen, type Fen } from '@yiditong/money';
import { validate as isUuid } from 'uuid';

type EnumCodec<P extends string, T extends string> = {
  encode: (value: T) => `${P}_${T}`;
  /** Rejects with REQUEST_MALFORMED where the field is unset or unknown. */
  decode: (wire: string) => T;
  /** Null where the field is unset. Rejects with REQUEST_MALFORMED where it is unknown. */
  decodeOptional: (wire: string) => T | null;
  encodeOptional: (value: T | null) => `${P}_${T}` | `${P}_UNSPECIFIED`;
};

/** A dictionary value and its proto enum name, such as EMPLOYEE and INSURANCE_EMPLOYEE. */
export function enumCodec<P extends string, T extends string>(prefix: P, values: readonly T[]): EnumCodec<P, T> {
  const byName = new Map<string, T>(values.map((value) => [`${prefix}_${value}`, value]));
  const names = Object.fromEntries(values.map((value) => [value, `${prefix}_${value}`])) as Record<T, `${P}_${T}`>;
  const decode = (wire: string): T => {
    const value = byName.get(wire);
    if (value === undefined)
      throw new Rejection('REQUEST_MALFORMED', { problem: `${prefix.toLowerCase()} is missing or unknown` });
    return value;
  };
  return {
    encode: (value) => names[value],
    decode,
    decodeOptional: (wire) => (wire === `${prefix}_UNSPECIFIED` ? null : decode(wire)),
    encodeOptional: (value) => (value === null ? `${prefix}_UNSPECIFIED` : names[value]),
  };
}

export const insuranceCodec = enumCodec('INSURANCE', INSURANCES);
export const personTypeCodec = enumCodec('PERSON_TYPE', PERSON_TYPES);
export const visitKindCodec = enumCodec('VISIT_KIND', VISIT_KINDS);
export const hospitalLevelCodec = enumCodec('HOSPITAL_LEVEL', HOSPITAL_LEVELS);
export const filingCategoryCodec = enumCodec('FILING_CATEGORY', FILING_CATEGORIES);
export const benefitLevelCodec = enumCodec('BENEFIT_LEVEL', BENEFIT_LEVELS);
export const itemClassCodec = enumCodec('ITEM_CLASS', ITEM_CLASSES);
export const fundCodec = enumCodec('FUND', FUNDS);
export const clearedFundCodec = enumCodec('FUND', CLEARED_FUNDS);
export const accountKindCodec = enumCodec('ACCOUNT_KIND', ACCOUNT_KINDS);
export const filingStateCodec = enumCodec('FILING_STATE', FILING_STATES);
export const filingEventCodec = enumCodec('FILING_EVENT', FILING_EVENTS);
export const filingSourceCodec = enumCodec('FILING_SOURCE', FILING_SOURCES);
export const materialKindCodec = enumCodec('MATERIAL_KIND', MATERIAL_KINDS);
export const reviewDecisionCodec = enumCodec('REVIEW_DECISION', REVIEW_DECISIONS);
export const familyRelationCodec = enumCodec('FAMILY_RELATION', FAMILY_RELATIONS);
export const ruleKindCodec = enumCodec('RULE_KIND', RULE_KINDS);
export const importStateCodec = enumCodec('IMPORT_STATE', IMPORT_STATES);
export const deliveryStateCodec = enumCodec('DELIVERY_STATE', DELIVERY_STATES);
export const itemKindCodec = enumCodec('ITEM_KIND', ITEM_KINDS);
export const itemOriginCodec = enumCodec('ITEM_ORIGIN', ITEM_ORIGINS);
export const overCapRuleCodec = enumCodec('OVER_CAP_RULE', OVER_CAP_RULES);
export const lineRuleCodec = enumCodec('LINE_RULE', LINE_RULES);
export const versionOriginCodec = enumCodec('VERSION_ORIGIN', VERSION_ORIGINS);
export const draftFormCodec = enumCodec('DRAFT_FORM', DRAFT_FORMS);
export const draftStateCodec = enumCodec('DRAFT_STATE', DRAFT_STATES);
export const listStateCodec = enumCodec('LIST_STATE', LIST_STATES);
export const matchStateCodec = enumCodec('MATCH_STATE', MATCH_STATES);
export const deciderKindCodec = enumCodec('DECIDER_KIND', DECIDER_KINDS);
export const conflictKindCodec = enumCodec('CONFLICT_KIND', CONFLICT_KINDS);
export const conflictStateCodec = enumCodec('CONFLICT_STATE', CONFLICT_STATES);

type AmountOf<F> = { readonly fund: F; readonly amountFen: Fen };
export type FundAmount = AmountOf<Fund>;
export type ClearedFundAmount = AmountOf<ClearedFund>;

export function encodeFunds(funds: readonly ClearedFundAmount[]): commonV1.FundPayment[] {
  return funds.map(({ fund, amountFen }) => ({ fund: clearedFundCodec.encode(fund), amountFen }));
}

/** Rejects with REQUEST_MALFORMED where one is no fund, as a personal account is none. */
export function decodeFunds(wire: readonly commonV1.FundPayment[]): FundAmount[] {
  return wire.map((payment) => ({ fund: fundCodec.decode(payment.fund), amountFen: fen(payment.amountFen) }));
}

/** Rejects with REQUEST_MALFORMED. */
export function decodeClearedFunds(wire: readonly commonV1.FundPayment[]): ClearedFundAmount[] {
  return wire.map((payment) => ({ fund: clearedFundCodec.decode(payment.fund), amountFen: fen(payment.amountFen) }));
}

export type SplitFen = {
  readonly fullSelfPayFen: Fen;
  readonly overCeilingFen: Fen;
  readonly firstSelfPayFen: Fen;
  readonly inScopeFen: Fen;
};

export function decodeSplit(wire: commonV1.FeeSplit | null | undefined): SplitFen {
  const { fullSelfPayFen, overCeilingFen, firstSelfPayFen, inScopeFen } = required(wire, 'split');
  return {
    fullSelfPayFen: fen(fullSelfPayFen),
    overCeilingFen: fen(overCeilingFen),
    firstSelfPayFen: fen(firstSelfPayFen),
    inScopeFen: fen(inScopeFen),
  };
}

export function encodeRejection({ reason, params }: Pick<Rejection, 'reason' | 'params'>): commonV1.Rejection {
  return { reason, params: { ...params } };
}

export function decodeRejection(wire: commonV1.Rejection): Rejection {
  const reason: Reason = isReason(wire.reason) ? wire.reason : 'INTERNAL_FAULT';
  return new Rejection(reason, wire.params);
}

export function encodeInstant(instant: Date): Timestamp {
  const ms = instant.getTime();
  const seconds = Math.floor(ms / 1000);
  return { seconds: BigInt(seconds), nanos: (ms - seconds * 1000) * 1_000_000 };
}

/** Beyond these no visit, filing or fee has a business date of four digits, which PostgreSQL would refuse as a fault. */
const EARLIEST_MS = Date.parse('1900-01-01T00:00:00Z');
const LATEST_MS = Date.parse('3000-01-01T00:00:00Z');

/** Rejects with REQUEST_MALFORMED where the field is unset or lies outside the centuries that records are about. */
export function decodeInstant(wire: Timestamp | null | undefined, field: string): Date {
  const { seconds, nanos } = required(wire, field);
  const ms = Number(seconds) * 1000 + Math.trunc(nanos / 1_000_000);
  if (nanos < 0 || nanos >= 1_000_000_000 || !(ms >= EARLIEST_MS && ms < LATEST_MS))
    throw new Rejection('REQUEST_MALFORMED', { problem: `${field} is no instant between the years 1900 and 2999` });
  return new Date(ms);
}

/** A message field that must be set; proto-loader gives null where it is not. Rejects with REQUEST_MALFORMED. */
export function required<T>(value: T | null | undefined, field: string): T {
  if (value === null || value === undefined)
    throw new Rejection('REQUEST_MALFORMED', { problem: `${field} is missing` });
  return value;
}

/** An id as the database has it. Rejects with REQUEST_MALFORMED. */
export function uuidField(text: string, field: string): string {
  if (!isUuid(text)) throw new Rejection('REQUEST_MALFORMED', { problem: `${field} is not a UUID` });
  return text.toLowerCase();
}
