import type { Difference } from './comparison.dto.js';

/** Whom the two columns of a comparison are about. */
export type Sides = { readonly first: string; readonly second: string };

export function comparisonTitles({ first, second }: Sides): string[] {
  return ['国家编码', '名称', '差异', '项目', first, second];
}

/** A row for each field that differs, so that it reads from left to right: what, before, after. */
export function comparisonRows(difference: Difference, sides: Sides): string[][] {
  const { nationalCode, name, changes } = difference;
  return changes.map(({ fieldName, first, second }) => [
    nationalCode,
    name,
    kindOf(difference, sides),
    fieldName.zh,
    first ?? '',
    second ?? '',
  ]);
}

function kindOf({ first, second, firstItem, secondItem }: Difference, sides: Sides): string {
  if ((first ?? firstItem) === null) return `仅${sides.second}`;
  if ((second ?? secondItem) === null) return `仅${sides.first}`;
  return '不同';
}
