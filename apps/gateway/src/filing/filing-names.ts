import {
  CATEGORY_NAMES,
  MATERIAL_NAMES,
  placeName,
  STATE_NAMES,
  type FilingCategory,
  type FilingState,
  type MaterialKind,
} from '@yiditong/codes';
import { z } from 'zod';

/** What people call something that answers name by its code. */
export const bilingual = z.object({ zh: z.string(), en: z.string() });
type Bilingual = z.infer<typeof bilingual>;

/** What goes with the codes of a filing, so that whoever shows it needs no dictionary. */
export const namesOfFiling = {
  insuredPlace: bilingual.describe('参保地'),
  destinationPlace: bilingual.describe('备案就医地'),
  categoryName: bilingual.describe('备案类别'),
  stateName: bilingual.describe('备案状态'),
};

type Codes = {
  readonly insuredRegion: string;
  readonly destinationRegion: string;
  readonly category: FilingCategory;
  readonly state: FilingState;
};

/** The codes, and their names beside them. */
export function named<T extends Codes>(filing: T): T & Record<keyof typeof namesOfFiling, Bilingual> {
  return {
    ...filing,
    insuredPlace: placeName(filing.insuredRegion),
    destinationPlace: placeName(filing.destinationRegion),
    categoryName: CATEGORY_NAMES[filing.category],
    stateName: STATE_NAMES[filing.state],
  };
}

export function materialNames(kinds: readonly MaterialKind[]): Bilingual[] {
  return kinds.map((kind) => MATERIAL_NAMES[kind]);
}
