import { Injectable } from '@nestjs/common';
import type { Tx } from '@yiditong/chassis';
import { NATION } from '@yiditong/codes';
import {
  countEntryChanges,
  countItemChanges,
  entryChanges,
  itemChanges,
  type ChangePlace,
  type ChangeQuestion,
  type EntryChange,
  type ItemChange,
  type Span,
} from './change.store.js';
import { HeavyReadingService } from './heavy-reading.service.js';
import { newestSequence } from './published.store.js';
import { malformed } from './reading-fields.js';

export type Changes<T> = {
  readonly changes: readonly T[];
  /** Null on the last page. */
  readonly nextAfter: ChangePlace | null;
  readonly span: Span;
  /** Of the whole span. */
  readonly total: number;
};

/** Asked on the first page without an end, which is then the newest version. */
export type OpenQuestion = Omit<ChangeQuestion, 'span'> & {
  readonly span: { readonly since: number; readonly upTo: number | null };
};

/** What hospitals download (目录下载): what changed from the version that they have to the newest. */
@Injectable()
export class ChangeService {
  constructor(private readonly reading: HeavyReadingService) {}

  /** Rejects with CATALOGUE_NOT_PUBLISHED, or REQUEST_MALFORMED where there are no such versions. */
  entries(province: string, question: OpenQuestion): Promise<Changes<EntryChange>> {
    return this.reading.read(async (tx) => {
      const closed = { ...question, span: await closedSpan(tx, province, question.span) };
      const total = await countEntryChanges(tx, province, closed);
      return pageOf(await entryChanges(tx, province, closed), closed, total);
    });
  }

  /** Rejects as `entries` does. */
  items(question: OpenQuestion): Promise<Changes<ItemChange>> {
    return this.reading.read(async (tx) => {
      const closed = { ...question, span: await closedSpan(tx, NATION, question.span) };
      const total = await countItemChanges(tx, closed);
      return pageOf(await itemChanges(tx, closed), closed, total);
    });
  }
}

/** A span that ends beyond the newest version would say something else once there is another. */
async function closedSpan(tx: Tx, scope: string, { since, upTo }: OpenQuestion['span']): Promise<Span> {
  const newest = await newestSequence(tx, scope);
  if (since > newest) throw malformed(`since_sequence is beyond the newest version, ${newest}`);
  if (upTo !== null && (upTo > newest || upTo < since))
    throw malformed('up_to_sequence is not what the first page answered');
  return { since, upTo: upTo ?? newest };
}

function pageOf<T extends ChangePlace>(
  changes: readonly T[],
  { span, limit }: ChangeQuestion,
  total: number,
): Changes<T> {
  const last = changes.at(-1);
  const nextAfter =
    last === undefined || changes.length < limit ? null : { sequence: last.sequence, nationalCode: last.nationalCode };
  return { changes, nextAfter, span, total };
}
