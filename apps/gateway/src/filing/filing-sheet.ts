import {
  CATEGORY_NAMES,
  MATERIAL_NAMES,
  placeName,
  STATE_NAMES,
  type FilingSource,
  type MaterialKind,
} from '@yiditong/codes';
import type { FilingAnswer } from './filing.dto.js';

const SOURCES: Readonly<Record<FilingSource, string>> = {
  INSTITUTION: '定点机构',
  BUREAU: '经办机构',
  ONLINE: '网上',
  IMPORT: '批量导入',
};

/** The columns of an exported filing. Those that an import has too are called as there. */
const COLUMNS: readonly (readonly [title: string, cell: (filing: FilingAnswer) => string])[] = [
  ['备案编号', ({ filingId }) => filingId],
  ['人员编号', ({ personId }) => personId],
  ['参保地区划', ({ insuredRegion }) => insuredRegion],
  ['参保地', ({ insuredRegion }) => placeName(insuredRegion).zh],
  ['备案类别', ({ category }) => CATEGORY_NAMES[category].zh],
  ['就医地区划', ({ destinationRegion }) => destinationRegion],
  ['就医地', ({ destinationRegion }) => placeName(destinationRegion).zh],
  ['开始日期', ({ validFrom }) => validFrom],
  ['截止日期', ({ validTo }) => validTo ?? ''],
  ['备案状态', ({ state }) => STATE_NAMES[state].zh],
  ['材料', ({ materials }) => namesOf(materials.map(({ kind }) => kind))],
  ['个人承诺', ({ pledged }) => (pledged ? '是' : '否')],
  ['待补材料', ({ owed }) => namesOf(owed)],
  ['审核时限', ({ reviewDueOn }) => reviewDueOn ?? ''],
  ['申报来源', ({ source }) => SOURCES[source]],
  ['版本', ({ version }) => String(version)],
  ['登记时间', ({ createdAt }) => createdAt],
  ['更新时间', ({ updatedAt }) => updatedAt],
];

export const FILING_TITLES: readonly string[] = COLUMNS.map(([title]) => title);

export function filingCells(filing: FilingAnswer): string[] {
  return COLUMNS.map(([, cell]) => cell(filing));
}

function namesOf(kinds: readonly MaterialKind[]): string {
  return kinds.map((kind) => MATERIAL_NAMES[kind].zh).join('、');
}
