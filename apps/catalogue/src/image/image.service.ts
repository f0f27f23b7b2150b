import { Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { BackgroundLoop, Clock, Database, nationalActor, type Readiness } from '@yiditong/chassis';
import { NATION } from '@yiditong/codes';
import { completeUntil, lockForReading } from '../version/effective.js';
import { dayOfDate } from './business-day.js';
import { CatalogueImage, SCOPES, type EntryImageRow, type ItemImageRow } from './catalogue-image.js';
import { selectEntriesAfter, selectItemsAfter, versionsAfter, type ImageCursor } from './image.store.js';

const EVERY_MS = 2_000;
/** So many rows are taken in at a time, in a millisecond or two; calls are answered between. */
const CHUNK = 1_000;
/** Before a catalogue's first row. */
const START: ImageCursor = { sequence: 0, nationalCode: '' };
const ACTOR = nationalActor('catalogue');

/** How far a catalogue is known. */
type Known = {
  /** Of the last version of which every row is there. */
  readonly sequence: number;
  /** The last business day for which no version can come any more. */
  readonly completeUntilDay: number;
};

const NOTHING_KNOWN: Known = { sequence: 0, completeUntilDay: -Infinity };

/**
 * The image of all published catalogues, which follows the database. What was published is there at most some seconds later, and since a
 * version is published some minutes before it is in force, the image is complete for every day that has begun. Where it can't be sure,
 * it is read again before it is used.
 */
@Injectable()
export class ImageService implements OnApplicationBootstrap, BeforeApplicationShutdown, Readiness {
  readonly image = new CatalogueImage();
  private readonly known = new Map<string, Known>();
  private readonly cursors = new Map<string, ImageCursor>();
  private readonly loop = new BackgroundLoop(ImageService.name, () => this.reread(), EVERY_MS);
  private reading: Promise<void> | null = null;
  /** The provinces that calls wait for. */
  private readonly wanted = new Set<string>();
  private waiting: (() => void)[] = [];

  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  onApplicationBootstrap(): void {
    this.loop.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.loop.stop();
  }

  /** Whether every catalogue was read once. */
  get isReady(): boolean {
    return this.known.size === SCOPES.length;
  }

  /** Says that something was published here. */
  refreshSoon(): void {
    this.loop.nudge();
  }

  /** Of the last version that counts in a catalogue; 0 where there is none. */
  sequenceOf(scope: string): number {
    return this.knownOf(scope).sequence;
  }

  /** Whether the image may answer for a province and the nation, for business days up to one. */
  isCurrent(province: string, lastDay: number): boolean {
    return this.isComplete(province, lastDay) && this.isComplete(NATION, lastDay);
  }

  /**
   * Reads again where the image may lack something. Rejects with SERVICE_UNAVAILABLE where that can't be done: an answer from a
   * version that doesn't count any more would be worse than none. Doesn't wait for the catalogues of other provinces.
   */
  async makeCurrent(province: string, lastDay: number): Promise<void> {
    const isEnough = (): boolean => this.isCurrent(province, lastDay);
    this.wanted.add(province);
    // What is under way may have begun before the caller knew of what was published, so it counts only where it is enough.
    const underWay = this.reading?.catch(() => undefined);
    if (underWay) await this.follow(underWay, isEnough);
    if (!isEnough()) await this.follow(this.reread(), isEnough);
  }

  /** Once at a time, whoever asks. */
  async reread(): Promise<void> {
    this.reading ??= this.read().finally(() => (this.reading = null));
    await this.reading;
  }

  /** Waits for the end of a reading, or for the catalogue with which there is enough. */
  private async follow(reading: Promise<void>, isEnough: () => boolean): Promise<void> {
    const end = reading.then(() => true);
    const nextCatalogue = (): Promise<boolean> => new Promise((resolve) => this.waiting.push(() => resolve(false)));
    let isOver = false;
    while (!isOver && !isEnough()) isOver = await Promise.race([end, nextCatalogue()]);
  }

  private isComplete(scope: string, lastDay: number): boolean {
    const { sequence, completeUntilDay } = this.knownOf(scope);
    // A catalogue's first version may be published for any day, so one without is never complete.
    return sequence > 0 && lastDay <= completeUntilDay;
  }

  private async read(): Promise<void> {
    const known = new Map(SCOPES.map((scope) => [scope, this.image.historyOf(scope).versionCount]));
    const { versions, readAt } = await this.database.transaction(ACTOR, async (tx) => {
      await lockForReading(tx, SCOPES);
      return { readAt: this.clock.now(), versions: await versionsAfter(tx, known) };
    });
    const completeUntilDay = dayOfDate(completeUntil(readAt));
    for (const version of versions) this.image.historyOf(version.scope).addVersion(version.sequence, version);
    for (const left = new Set(SCOPES); left.size > 0;) {
      const scope = this.mostUrgent(left);
      left.delete(scope);
      const { versionCount } = this.image.historyOf(scope);
      if (this.missing(scope) > 0) await this.readRows(scope, versionCount);
      if (this.loop.stopping) return;
      this.known.set(scope, { sequence: versionCount, completeUntilDay });
      this.wanted.delete(scope);
      for (const wake of this.waiting.splice(0)) wake();
    }
  }

  /** What needs no rows first, then the nation, without which no bill is split, then the provinces that calls wait for. */
  private mostUrgent(scopes: ReadonlySet<string>): string {
    const rank = (scope: string): number =>
      this.missing(scope) === 0 ? 0 : scope === NATION ? 1 : this.wanted.has(scope) ? 2 : 3;
    return [...scopes].reduce((first, scope) => (rank(scope) < rank(first) ? scope : first));
  }

  /** Versions whose rows aren't there yet. */
  private missing(scope: string): number {
    return this.image.historyOf(scope).versionCount - this.sequenceOf(scope);
  }

  /** In short transactions, for published rows never change; after a failure it goes on where it was. */
  private async readRows(scope: string, upTo: number): Promise<void> {
    for (let wasLast = false; !wasLast && !this.loop.stopping;) {
      const cursor = this.cursors.get(scope) ?? START;
      const select = scope === NATION ? selectItemsAfter : selectEntriesAfter;
      const [rows = []] = await this.database.readAtOnce(ACTOR, [select(scope, cursor, upTo, CHUNK)]);
      this.takeIn(scope, rows);
      wasLast = rows.length < CHUNK;
      await new Promise(setImmediate);
    }
  }

  private takeIn(scope: string, rows: readonly unknown[]): void {
    for (const row of rows) {
      if (scope === NATION) this.image.nation.add(row as ItemImageRow);
      else this.image.province(scope).add(row as EntryImageRow);
      const { sequence, nationalCode } = row as EntryImageRow;
      this.cursors.set(scope, { sequence, nationalCode });
    }
  }

  private knownOf(scope: string): Known {
    return this.known.get(scope) ?? NOTHING_KNOWN;
  }
}
