import {
  INSURANCES,
  isCalendarDate,
  isChargeCategory,
  nationalCodeProblem,
  PERSON_TYPES_OF,
  Rejection,
  VISIT_KINDS,
  type EntryColumnName,
  type Restriction,
} from '@yiditong/codes';
import { orderedCaps, orderedShares } from '../sheet/share-cells.js';
import type { CatalogueEntryRow } from './catalogue.entity.js';

/** What is wrong with an entry, by the column in which it would stand, in Chinese and in English. */
export type EntryProblem = { readonly column: EntryColumnName; readonly problem: string };

export const NAME_MAX = 200;
export const CONDITION_MAX = 500;
export const ONE_CODE_DIFFERS =
  '同一医保目录编码的等级、比例、限价和限制须一致 entries of one provincial_code must have the same class, shares, caps and restriction';
export const ENDS_BEFORE_IT_BEGINS =
  '截止日期早于生效日期，从未生效；停用请填“停用” it lies before the effective date; use the column 停用 to withdraw the code';
const PROVINCIAL_CODE = /^[\x21-\x7e]{1,30}$/;
const WHOLE_BPS = 10_000;
const MICRO_MAX = 9_223_372_036_854_775_807n;

/**
 * The entries of a catalogue that may be published, each as `normalEntry` has it. Rejects with CATALOGUE_CODE_INVALID, which names
 * the first wrong one.
 */
export function checkedEntries(
  entries: readonly CatalogueEntryRow[],
  effectiveFrom: string,
): readonly CatalogueEntryRow[] {
  const byProvincialCode = new Map<string, CatalogueEntryRow>();
  const seen = new Set<string>();
  return entries.map((said, index) => {
    const entry = normalEntry(said);
    const [wrong] = entryProblems(entry);
    const first = byProvincialCode.get(entry.provincialCode) ?? entry;
    byProvincialCode.set(entry.provincialCode, first);
    const problem = seen.has(entry.nationalCode)
      ? '国家编码重复 national_code repeats'
      : wrong
        ? `${wrong.column} ${wrong.problem}`
        : (endProblem(entry, effectiveFrom) ?? contradiction(first, entry));
    if (problem !== null) throw new Rejection('CATALOGUE_CODE_INVALID', { position: String(index + 1), problem });
    seen.add(entry.nationalCode);
    return entry;
  });
}

/** The same entry as every equal one has it: in order, and without what says nothing. */
export function normalEntry(entry: CatalogueEntryRow): CatalogueEntryRow {
  const { shares } = entry;
  // What a class says by itself needn't be said again: 甲 nothing, 丙 all of it.
  const implied = entry.itemClass === 'A' ? 0 : entry.itemClass === 'C' ? WHOLE_BPS : null;
  return {
    ...entry,
    provincialCode: entry.provincialCode === '' ? entry.nationalCode : entry.provincialCode,
    shares: shares.every(({ bps }) => bps === implied) ? [] : orderedShares(shares),
    caps: orderedCaps(entry.caps),
    restriction: entry.restriction && normalRestriction(entry.restriction),
  };
}

/** Null where it asks and says nothing. */
function normalRestriction({ needsApproval, text, minimumLevel, ...only }: Restriction): Restriction | null {
  const visitKinds = VISIT_KINDS.filter((kind) => only.visitKinds.includes(kind));
  const insurances = INSURANCES.filter((insurance) => only.insurances.includes(insurance));
  const saysNothing =
    !needsApproval && text === '' && minimumLevel === null && visitKinds.length + insurances.length === 0;
  return saysNothing ? null : { needsApproval, text, minimumLevel, visitKinds, insurances };
}

/** All that is wrong with an entry in normal form. */
export function entryProblems(entry: CatalogueEntryRow): EntryProblem[] {
  const code = nationalCodeProblem(entry.nationalCode);
  const found: readonly (readonly [EntryColumnName, string | null])[] = [
    ['national_code', code && `${code.zh} ${code.en}`],
    [
      'provincial_code',
      PROVINCIAL_CODE.test(entry.provincialCode)
        ? null
        : '应为 1 至 30 个字母、数字或符号 not 1 to 30 letters, digits or signs',
    ],
    ['name', textProblem(entry.name, NAME_MAX) ?? (entry.name === '' ? '不能为空 it is empty' : null)],
    ['first_self_pay', shareProblem(entry)],
    ['price_cap', capProblem(entry)],
    ['over_cap_rule', overCapProblem(entry)],
    [
      'charge_category',
      entry.chargeCategory === null || isChargeCategory(entry.chargeCategory) ? null : '应为 01 至 14 not 01 to 14',
    ],
    ['restriction', textProblem(entry.restriction?.text ?? '', CONDITION_MAX)],
    ['ends_on', entry.endsOn === null || isCalendarDate(entry.endsOn) ? null : '不是日期 not a date'],
  ];
  return found.flatMap(([column, problem]) => (problem === null ? [] : [{ column, problem }]));
}

/** In what two entries under one provincial code (医保目录编码) differ that must be the same, or null. */
export function contradiction(first: CatalogueEntryRow, entry: CatalogueEntryRow): string | null {
  const same = (field: 'itemClass' | 'shares' | 'caps' | 'overCapRule' | 'restriction'): boolean =>
    textOf(first[field]) === textOf(entry[field]);
  if (same('itemClass') && same('shares') && same('caps') && same('overCapRule') && same('restriction')) return null;
  return ONE_CODE_DIFFERS;
}

function endProblem({ endsOn }: CatalogueEntryRow, effectiveFrom: string): string | null {
  return endsOn !== null && endsOn < effectiveFrom ? `ends_on ${ENDS_BEFORE_IT_BEGINS}` : null;
}

function shareProblem({ itemClass, shares }: CatalogueEntryRow): string | null {
  if (itemClass === 'A') return shares.length === 0 ? null : '甲类没有先行自付 class A has no first self-pay';
  if (itemClass === 'C')
    return shares.length === 0 ? null : '丙类全额自费，不填比例 class C is full self-pay and has no share';
  const general = shares.find(({ insurance, personType }) => insurance === null && personType === null);
  if (!general || general.bps < 1)
    return '乙类须有适用于所有人的比例，大于 0% class B needs a share above 0% that fits everybody';
  if (shares.some(({ bps }) => !Number.isInteger(bps) || bps < 0 || bps > WHOLE_BPS))
    return '比例须在 0% 至 100% 之间 a share is not between 0% and 100%';
  if (new Set(shares.map(({ insurance, personType }) => `${insurance} ${personType}`)).size < shares.length)
    return '同一人群有两个比例 two shares are for the same persons';
  const impossible = shares.some(
    ({ insurance, personType }) =>
      insurance !== null && personType !== null && !PERSON_TYPES_OF[insurance].includes(personType),
  );
  return impossible ? '该险种没有此类人员 the insurance has no such persons' : null;
}

function capProblem({ caps }: CatalogueEntryRow): string | null {
  if (caps.some(({ microYuan }) => microYuan <= 0n || microYuan > MICRO_MAX))
    return '限价须大于 0 a cap is not above 0';
  if (new Set(caps.map(({ hospitalLevel }) => hospitalLevel)).size < caps.length)
    return '同一等级有两个限价 two caps are for the same level';
  return null;
}

function overCapProblem({ caps, overCapRule }: CatalogueEntryRow): string | null {
  if (caps.length > 0 && overCapRule === null) return '有限价时须填超限处理方式 a cap needs it';
  return caps.length === 0 && overCapRule !== null ? '没有限价，不填超限处理方式 there is no cap for it' : null;
}

function textProblem(text: string, longest: number): string | null {
  if (text.length > longest) return `多于 ${longest} 个字符 more than ${longest} characters`;
  return /\p{Cc}/u.test(text) ? '含有控制字符 it holds control characters' : null;
}

function textOf(value: unknown): string {
  return JSON.stringify(value, (_, member: unknown) => (typeof member === 'bigint' ? member.toString() : member));
}
