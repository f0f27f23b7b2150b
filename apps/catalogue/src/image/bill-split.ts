import {
  classifyLine,
  selfPaid,
  type ChargedLine,
  type ClassifiedLine,
  type LineContext,
} from '@yiditong/adjudication';
import { NATION, Rejection } from '@yiditong/codes';
import type { CatalogueImage, ImageEntry } from './catalogue-image.js';

/** Of the category that is left where none is given: 其他费. */
const OTHER_CHARGES = '14';

export type BillLine = ChargedLine & {
  readonly lineNumber: number;
  /** Empty where only the hospital's own code is known. */
  readonly nationalCode: string;
  readonly hospitalCode: string;
  readonly approved: boolean;
  /** The fee's own, in days since 1970-01-01. */
  readonly businessDay: number;
};

export type Bill = {
  readonly province: string;
  readonly lines: readonly BillLine[];
  readonly context: Omit<LineContext, 'approved'>;
  readonly institutionCode: string;
};

export type LineAnswer = {
  readonly lineNumber: number;
  readonly classified: ClassifiedLine;
  /** Null where the item isn't in the catalogue. */
  readonly entry: ImageEntry | null;
  /** Of the province's catalogue, in force on the fee's day. */
  readonly versionSequence: number;
  /** As the hospital's mapping said; empty where the line named it. */
  readonly mappedCode: string;
  readonly chargeCategory: string;
};

export type BillAnswer = {
  readonly lines: readonly LineAnswer[];
  /** Of the province's catalogue, oldest first. */
  readonly versions: readonly { readonly sequence: number; readonly versionId: string }[];
  /** The latest by which codes were taken as in force; null where none is published. */
  readonly nationalVersionId: string | null;
};

/** An image and up to which sequence a catalogue is known in it. */
export type Knowledge = { readonly image: CatalogueImage; readonly sequenceOf: (scope: string) => number };

/** The catalogues that a bill's lines are looked up in, up to which sequence, and for whom, with the hospital's word and without. */
type Asked = {
  readonly image: CatalogueImage;
  readonly province: string;
  readonly upTo: number;
  readonly nationUpTo: number;
  readonly approved: LineContext;
  readonly others: LineContext;
};

/** What is in force on a day; of the nation 0 where nothing is. */
type Standing = { readonly sequence: number; readonly nationSequence: number };

/**
 * Splits each line by the catalogue in force at the fee's own time (就医地目录, as of fee_ocur_time). Rejects with
 * CATALOGUE_NOT_PUBLISHED where the province has no version for a line's day.
 */
export function splitBill(bill: Bill, codeOf: (line: BillLine) => string, known: Knowledge): BillAnswer {
  const { province, context } = bill;
  const asked: Asked = {
    image: known.image,
    province,
    upTo: known.sequenceOf(province),
    nationUpTo: known.sequenceOf(NATION),
    approved: { ...context, approved: true },
    others: { ...context, approved: false },
  };
  const days = new Map<number, Standing>();
  const lines = bill.lines.map((line) => {
    const standing = days.get(line.businessDay) ?? standingOn(line.businessDay, asked);
    days.set(line.businessDay, standing);
    return splitLine(line, codeOf(line), standing, asked);
  });
  const { history } = known.image.province(province);
  const sequences = [...new Set([...days.values()].map(({ sequence }) => sequence))].sort((a, b) => a - b);
  const nationSequence = Math.max(...[...days.values()].map((standing) => standing.nationSequence));
  return {
    lines,
    versions: sequences.map((sequence) => ({ sequence, versionId: history.version(sequence).versionId })),
    nationalVersionId: nationSequence === 0 ? null : known.image.nation.history.version(nationSequence).versionId,
  };
}

function standingOn(day: number, { image, province, upTo, nationUpTo }: Asked): Standing {
  const { history } = image.province(province);
  const sequence = history.versionInForce(day, upTo);
  if (sequence === 0) throw new Rejection('CATALOGUE_NOT_PUBLISHED', { region: province });
  const nationSequence = image.nation.history.versionInForce(day, nationUpTo);
  return { sequence, nationSequence };
}

function splitLine(
  line: BillLine,
  nationalCode: string,
  { sequence: versionSequence, nationSequence }: Standing,
  { image, province, upTo, nationUpTo, approved, others }: Asked,
): LineAnswer {
  const { lineNumber, businessDay: day } = line;
  const mappedCode = line.nationalCode === '' ? nationalCode : '';
  const code = image.codes.find(nationalCode);
  const item = nationSequence === 0 ? null : image.nation.itemInForce(code, day, nationUpTo);
  if (nationalCode === '' || (nationSequence > 0 && item === null)) {
    const classified = selfPaid(line, 'NO_NATIONAL_ITEM');
    return { lineNumber, classified, entry: null, versionSequence, mappedCode, chargeCategory: OTHER_CHARGES };
  }
  const entry = image.province(province).entryInForce(code, day, upTo);
  const classified = classifyLine(line, entry === null ? null : entry.rule, line.approved ? approved : others);
  const chargeCategory = entry?.chargeCategory ?? item?.chargeCategory ?? OTHER_CHARGES;
  return { lineNumber, classified, entry, versionSequence, mappedCode, chargeCategory };
}
