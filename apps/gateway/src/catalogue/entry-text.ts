import { INSURANCE_NAMES, LEVEL_NAMES, OVER_CAP_NAMES, PERSON_TYPE_NAMES, VISIT_NAMES } from './catalogue-names.js';
import { percentText } from './amounts.js';
import type { EntryAnswer } from './entry.dto.js';

/** What an entry says, field by field, in the words of the template that catalogues are uploaded by. */
export function sharesText(shares: EntryAnswer['shares']): string {
  return shares
    .map(({ insurance, personType, bps }) => labelled(peopleText(insurance, personType), percentText(bps)))
    .join('; ');
}

export function capsText(caps: EntryAnswer['caps']): string {
  return caps
    .map(({ hospitalLevel, capYuan }) => labelled(hospitalLevel === null ? '' : LEVEL_NAMES[hospitalLevel].zh, capYuan))
    .join('; ');
}

export function restrictionText(restriction: EntryAnswer['restriction']): string {
  if (restriction === null) return '';
  const { needsApproval, text, minimumLevel, visitKinds, insurances } = restriction;
  return [
    ...(needsApproval ? ['须医院确认'] : []),
    ...(text === '' ? [] : [text]),
    ...(minimumLevel === null ? [] : [`${LEVEL_NAMES[minimumLevel].zh}及以上`]),
    ...(visitKinds.length === 0 ? [] : [`限${visitKinds.map((kind) => VISIT_NAMES[kind].zh).join('、')}`]),
    ...(insurances.length === 0 ? [] : [`限${insurances.map((one) => INSURANCE_NAMES[one].zh).join('、')}`]),
  ].join('；');
}

/** An entry in one line, where there is nothing to compare it with. */
export function entryText(entry: EntryAnswer): string {
  const { itemClassName, shares, caps, overCapRule, restriction, chargeCategoryName } = entry;
  return [
    itemClassName.zh,
    ...(shares.length === 0 ? [] : [`先行自付 ${sharesText(shares)}`]),
    ...(caps.length === 0 ? [] : [`限价 ${capsText(caps)}`]),
    ...(overCapRule === null ? [] : [`超限${OVER_CAP_NAMES[overCapRule].zh}`]),
    ...(restriction === null ? [] : [restrictionText(restriction)]),
    ...(chargeCategoryName === null ? [] : [chargeCategoryName.zh]),
  ].join('；');
}

function peopleText(
  insurance: EntryAnswer['shares'][number]['insurance'],
  personType: EntryAnswer['shares'][number]['personType'],
): string {
  return `${insurance === null ? '' : INSURANCE_NAMES[insurance].zh}${personType === null ? '' : PERSON_TYPE_NAMES[personType].zh}`;
}

function labelled(label: string, value: string): string {
  return label === '' ? value : `${label} ${value}`;
}
