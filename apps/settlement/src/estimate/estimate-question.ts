import type { FeeSplit } from '@yiditong/adjudication';
import type {
  BenefitLevel,
  EligibilityBasis,
  FilingCategory,
  HospitalLevel,
  ItemClass,
  LineRule,
  Rejection,
  VisitKind,
} from '@yiditong/codes';
import type { benefitV1 } from '@yiditong/contracts';
import type { Fen } from '@yiditong/money';

/** One thing in the basket. */
export type BasketLine = {
  readonly nationalCode: string;
  readonly quantityE4: bigint;
  readonly unitPriceMicroYuan: bigint;
  readonly amountFen: Fen;
  readonly approved: boolean;
};

/** One place, and how the person goes there. */
export type Alternative = {
  readonly treatingRegion: string;
  readonly visitKind: VisitKind;
  readonly hospitalLevel: HospitalLevel;
  /** Null where nothing is filed. */
  readonly category: FilingCategory | null;
  readonly diseaseCode: string | null;
  readonly hospitalTags: readonly string[];
};

/** What somebody asks who names nobody. The home province reads the person by itself. */
export type EstimateQuestion = {
  readonly person: benefitV1.ModelPerson;
  /** Things with their prices, or an amount as it is divided. */
  readonly bill: { readonly basket: readonly BasketLine[] } | { readonly split: FeeSplit };
  /** A business date. */
  readonly on: string;
  readonly alternatives: readonly Alternative[];
};

/** A line of the basket as a treating place's catalogue takes it. */
export type DividedLine = BasketLine & {
  readonly itemClass: ItemClass;
  readonly rule: LineRule;
  readonly split: FeeSplit;
};

/** The bill as one alternative's place divides it. */
export type DividedBill = { readonly split: FeeSplit; readonly lines: readonly DividedLine[] };

/** What comes out for one alternative, as far as it came: a refusal ends it. */
export type EstimateResult = {
  readonly basis: EligibilityBasis | null;
  readonly benefitLevel: BenefitLevel | null;
  readonly bill: DividedBill | null;
  readonly answer: benefitV1.ModelAnswer | Rejection;
};
