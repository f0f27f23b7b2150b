import type { ItemKind } from '@yiditong/codes';

/** An item as its owner calls it (院内目录). Texts are empty where nothing is said. */
export type OwnItem = {
  readonly itemCode: string;
  readonly name: string;
  /** Null where the owner doesn't say. */
  readonly kind: ItemKind | null;
  readonly dosageForm: string;
  readonly specification: string;
  readonly pack: string;
  readonly unit: string;
  readonly manufacturer: string;
  readonly approvalNumber: string;
  /** Millionths of a yuan, or null where unknown. */
  readonly priceMicroYuan: bigint | null;
  /** What the owner believes it to be; empty where it doesn't say. */
  readonly claimedNationalCode: string;
};

/** A national item, as far as it is compared. */
export type NationalItem = {
  readonly nationalCode: string;
  readonly kind: ItemKind;
  readonly name: string;
  readonly dosageForm: string;
  readonly specification: string;
  readonly pack: string;
  readonly unit: string;
  readonly manufacturer: string;
  readonly approvalNumber: string;
  readonly referencePriceMicroYuan: bigint | null;
};

/** What was compared for a candidate, and what it adds to the score or takes off. */
export const FEATURES = [
  'CODE',
  'NAME',
  'TRIGRAM',
  'FORM',
  'STRENGTH',
  'PACK',
  'MANUFACTURER',
  'APPROVAL',
  'STRUCTURE',
  'PRICE',
] as const;
export type Feature = (typeof FEATURES)[number];

/** One reason for or against a candidate. */
export type Evidence = {
  readonly feature: Feature;
  /** In basis points of the score. */
  readonly weightBps: number;
  readonly zh: string;
  readonly en: string;
};

/** How one feature came out, before it is put into words. */
export type Finding = { readonly feature: Feature; readonly weightBps: number; readonly finding: string };

/** A national item with what speaks for and against it. An item may have thousands, of which only the kept ones are put into words. */
export type ScoredItem = {
  readonly nationalCode: string;
  /** 0 to 10000. */
  readonly scoreBps: number;
  readonly findings: readonly Finding[];
  readonly national: NationalItem;
};

export type Candidate = {
  readonly nationalCode: string;
  /** 0 to 10000. */
  readonly scoreBps: number;
  readonly evidence: readonly Evidence[];
};

/** Above a threshold it is mapped, between two a clerk has to say, below it is refused. */
export type MatchOutcome =
  | { readonly decision: 'MAP'; readonly nationalCode: string; readonly candidates: readonly Candidate[] }
  | { readonly decision: 'QUEUE' | 'REFUSE'; readonly candidates: readonly Candidate[] };
