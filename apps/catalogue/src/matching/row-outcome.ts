import type { MatchState } from '@yiditong/codes';
import { RULES_VERSION, type Candidate, type MatchOutcome, type OwnItem } from '@yiditong/harmonization';
import type { MatchCounts } from '../list/list.entity.js';
import { digestOf, mappingDayOf, type MappingRow } from '../mapping/mapping.entity.js';

/** What an item is mapped to on the day from which the list counts. */
export type StandingMapping = Pick<
  MappingRow,
  | 'itemName'
  | 'itemDigest'
  | 'priceMicroYuan'
  | 'nationalCode'
  | 'deciderKind'
  | 'decidedBy'
  | 'scoreBps'
  | 'evidence'
  | 'remark'
>;

/** A row that waits to be matched. */
export type WaitingRow = {
  readonly rowNumber: number;
  readonly item: OwnItem;
  /** Other rows of the list are about the same item, and claim something else. */
  readonly hasRivals: boolean;
  readonly standing: StandingMapping | null;
  /** The greatest revision of the item's mappings, or 0. */
  readonly revision: number;
};

/** How a row ends, and what mapping is made of it; null where none is. */
export type RowOutcome = {
  readonly rowNumber: number;
  readonly itemCode: string;
  readonly state: MatchState;
  readonly nationalCode: string | null;
  readonly candidates: readonly Candidate[];
  /** The rules' version, or who decided what stands; null where a clerk has to. */
  readonly decidedBy: string | null;
  readonly contested: boolean;
  readonly mapping: MappingRow | null;
};

/** When what is found, by which list, from which day on. */
export type Circumstances = {
  readonly listId: string;
  readonly listedFrom: string;
  readonly today: string;
  readonly now: Date;
};

/** Whether the mapping that stands says what the row does: of the same item, and no claim to something else. */
export function saysTheSame({ item, hasRivals, standing }: WaitingRow): boolean {
  if (hasRivals || standing === null || !isOf(standing, item)) return false;
  return item.claimedNationalCode === '' || item.claimedNationalCode === standing.nationalCode;
}

/** An own code may be given to another strength or maker. A clerk who said it without a list knew the item by its name. */
function isOf({ itemDigest, itemName }: StandingMapping, item: OwnItem): boolean {
  return itemDigest === null ? itemName === item.name : itemDigest === digestOf(item);
}

/** The row leaves the mapping as it is. A new price or description is recorded with it, as of the list's day. */
export function unchanged(row: WaitingRow, standing: StandingMapping, at: Circumstances): RowOutcome {
  const { item } = row;
  const isTheSame = isOf(standing, item) && standing.priceMicroYuan === item.priceMicroYuan;
  const said = { ...standing, ...describing(item) };
  return {
    ...ending(row, 'UNCHANGED', standing.nationalCode),
    decidedBy: standing.decidedBy,
    mapping: isTheSame ? null : mappingOf(row, said, at),
  };
}

/**
 * How a row ends by what the rules say of it. Of several rows that claim different things none is taken without a clerk, and what a
 * clerk has said of an item no rule says otherwise.
 */
export function outcomeOfRow(row: WaitingRow, judged: MatchOutcome, at: Circumstances): RowOutcome {
  const { candidates } = judged;
  const { standing, hasRivals, item } = row;
  const claimsOtherwise = (code: string | null): boolean =>
    hasRivals || (item.claimedNationalCode !== '' && code !== null && code !== item.claimedNationalCode);
  const contested = claimsOtherwise(standing?.nationalCode ?? null);
  const left = { candidates, contested };
  const isClerks = standing?.deciderKind === 'CLERK';
  if (judged.decision === 'REFUSE' && !hasRivals && !(isClerks && standing.nationalCode !== null))
    return { ...ending(row, 'REFUSED', null), ...left, decidedBy: RULES_VERSION };
  if (judged.decision !== 'MAP' || hasRivals) return { ...ending(row, 'QUEUED', null), ...left };
  const { nationalCode } = judged;
  if (standing?.nationalCode === nationalCode) return { ...unchanged(row, standing, at), ...left };
  if (isClerks) return { ...ending(row, 'QUEUED', null), ...left };
  const chosen = candidates.find((candidate) => candidate.nationalCode === nationalCode);
  const said: StandingMapping = {
    ...describing(item),
    nationalCode,
    deciderKind: 'RULE',
    decidedBy: RULES_VERSION,
    scoreBps: chosen?.scoreBps ?? 0,
    evidence: chosen?.evidence ?? [],
    remark: '',
  };
  return {
    ...ending(row, 'MAPPED', nationalCode),
    candidates,
    decidedBy: RULES_VERSION,
    contested: claimsOtherwise(nationalCode),
    mapping: mappingOf(row, said, at),
  };
}

/** How many rows ended in which way. */
export function countsOf(outcomes: readonly Pick<RowOutcome, 'state'>[]): MatchCounts {
  const count = (state: MatchState): number => outcomes.filter((outcome) => outcome.state === state).length;
  return {
    mapped: count('MAPPED'),
    queued: count('QUEUED'),
    refused: count('REFUSED'),
    unchanged: count('UNCHANGED'),
  };
}

function ending({ rowNumber, item }: WaitingRow, state: MatchState, nationalCode: string | null): RowOutcome {
  const nothing = { candidates: [], decidedBy: null, contested: false, mapping: null };
  return { ...nothing, rowNumber, itemCode: item.itemCode, state, nationalCode };
}

function describing(item: OwnItem): Pick<StandingMapping, 'itemName' | 'itemDigest' | 'priceMicroYuan'> {
  return { itemName: item.name, itemDigest: digestOf(item), priceMicroYuan: item.priceMicroYuan };
}

function mappingOf({ item, revision }: WaitingRow, said: StandingMapping, at: Circumstances): MappingRow {
  return {
    ...said,
    itemCode: item.itemCode,
    effectiveFrom: mappingDayOf(at.listedFrom, at.today, revision > 0),
    revision: revision + 1,
    decidedAt: at.now,
    listId: at.listId,
  };
}
