import type { ConflictKind, ConflictState, HospitalLevel, ItemClass } from '@yiditong/codes';

/** What a conflict is about, within its province and kind. Empty texts where it is about none. */
export type ConflictSubject = {
  /** Whose item; empty for the province's own. */
  readonly institutionCode: string;
  /** The owner's item, or for a province's entries under one code of its own that code. */
  readonly itemCode: string;
  readonly nationalCode: string;
};

/** What was found, as JSON has it: amounts are texts of whole millionths of a yuan. */
export type Findings = {
  /** The national codes that one item stands for, or the entries under one provincial code that differ. */
  readonly ONE_TO_MANY: { readonly codes: readonly string[] };
  readonly ENDED_CODE_IN_USE: {
    readonly name: string;
    /** Null where it was withdrawn, or never there. */
    readonly endedOn: string | null;
    readonly isKnown: boolean;
  };
  readonly PRICE_ABOVE_CAP: {
    readonly name: string;
    readonly priceMicroYuan: string;
    readonly capMicroYuan: string;
    /** The levels of hospitals that the cap is for; null where it is for all. */
    readonly levels: readonly HospitalLevel[] | null;
  };
  readonly CLASS_DIFFERS: Deviation & { readonly own: ItemClass; readonly usual: ItemClass };
  readonly SHARE_DIFFERS: Deviation & { readonly ownBps: number; readonly usualBps: number };
  readonly NO_CHARGE_CATEGORY: {
    readonly name: string;
    /** What the nation says, by which charges are classified then; null where it says nothing either. */
    readonly national: string | null;
  };
  readonly UNMAPPED_ITEM: { readonly name: string; readonly state: 'QUEUED' | 'REFUSED' };
};
/** With the announced business date from which on it is so; null where it is so today. */
export type FindingOn<Kind extends ConflictKind> = Findings[Kind] & { readonly announcedFor: string | null };

/** Of so many other provinces that have the item, these agree with each other. */
type Deviation = { readonly name: string; readonly agreeing: readonly string[]; readonly others: number };

/** One of a kind, as a scan finds it. */
export type Found = ConflictSubject & { readonly finding: Findings[ConflictKind] };

export type FoundOn = ConflictSubject & { readonly finding: FindingOn<ConflictKind> };

/** Of one subject counts what is found today, before what is found on the announced day. */
export function mergeFound(today: readonly Found[], later: readonly Found[], announced: string | null): FoundOn[] {
  const subjects = new Set(today.map(subjectOf));
  const added = later.filter((found) => !subjects.has(subjectOf(found)));
  return [...today.map((found) => on(found, null)), ...added.map((found) => on(found, announced))];
}

function on({ finding, ...subject }: Found, announcedFor: string | null): FoundOn {
  return { ...subject, finding: { ...finding, announcedFor } };
}

function subjectOf({ institutionCode, itemCode, nationalCode }: ConflictSubject): string {
  return JSON.stringify([institutionCode, itemCode, nationalCode]);
}

/** A row of `catalogue_conflict`. */
export type ConflictRow = ConflictSubject & {
  readonly conflictId: string;
  readonly province: string;
  readonly kind: ConflictKind;
  readonly state: ConflictState;
  readonly finding: FindingOn<ConflictKind>;
  readonly foundAt: Date;
  readonly lastSeenAt: Date;
  /** An account; null where it has none. */
  readonly owner: string | null;
  readonly resolution: string;
  readonly resolvedBy: string | null;
  readonly resolvedAt: Date | null;
};

/** States in which a conflict is not done with. */
export const UNRESOLVED: readonly ConflictState[] = ['OPEN', 'ASSIGNED'];
