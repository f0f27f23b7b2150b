import { Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import {
  BackgroundLoop,
  businessDateOf,
  Clock,
  Database,
  describeFault,
  nationalActor,
  serviceActor,
  type Actor,
  type Tx,
} from '@yiditong/chassis';
import { CONFLICT_KINDS, type ConflictKind } from '@yiditong/codes';
import {
  askForScan,
  finishScan,
  scanStateOf,
  takeScan,
  type ScanLease,
  type ScanState,
} from './conflict-scan-due.store.js';
import { mergeFound, type Found, type FoundOn } from './conflict.entity.js';
import { announcedDay, beginScan, countUnresolved, endUnseen, recordFound } from './conflict.store.js';
import {
  endedEntries,
  entriesOfOtherClass,
  entriesOfOtherShare,
  entriesThatDiffer,
  entriesWithoutCategory,
} from './entry-scan.store.js';
import { contestedItems, mappedToEnded, pricesAboveCap, unmappedItems } from './mapping-scan.store.js';

export type ScanCounts = { readonly found: number; readonly gone: number; readonly open: number };
/** What the last scan came to, how many conflicts aren't resolved now, and whether another scan is due or under way. */
export type ScanOutlook = ScanCounts & Pick<ScanState, 'scanning'>;
type Search = (tx: Tx, province: string, day: string) => Promise<Found[]>;

const LOOK_EVERY_MS = 1_000;
const LEASE_MS = 15 * 60_000;
const RECORDED_AT_A_TIME = 5_000;

const SEARCHES: Readonly<Record<ConflictKind, readonly Search[]>> = {
  ONE_TO_MANY: [contestedItems, entriesThatDiffer],
  ENDED_CODE_IN_USE: [endedEntries, mappedToEnded],
  PRICE_ABOVE_CAP: [pricesAboveCap],
  CLASS_DIFFERS: [entriesOfOtherClass],
  SHARE_DIFFERS: [entriesOfOtherShare],
  NO_CHARGE_CATEGORY: [entriesWithoutCategory],
  UNMAPPED_ITEM: [unmappedItems],
};

/**
 * Finds what doesn't fit together: soon after a publication or a list, when a business day begins, and on demand. When it is due stands
 * in the database, so that no scan is lost in a crash.
 */
@Injectable()
export class ConflictService implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger('ConflictScan');
  private readonly loop = new BackgroundLoop('ConflictScan', () => this.workOff(), LOOK_EVERY_MS);

  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  onApplicationBootstrap(): void {
    this.loop.start();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.loop.stop();
  }

  nudge(): void {
    this.loop.nudge();
  }

  /** Has the caller's province looked through in the background: with much in it that takes longer than anybody waits for an answer. */
  async ask(actor: Actor): Promise<ScanOutlook> {
    const now = this.clock.now();
    const province = actor.region;
    const outlook = await this.database.transaction(actor, async (tx) => {
      await askForScan(tx, province, now);
      return { ...(await scanStateOf(tx, province, now)), open: await countUnresolved(tx, province) };
    });
    this.nudge();
    return outlook;
  }

  /** Whether a scan of the caller's province is due or under way. */
  async isScanning(actor: Actor): Promise<boolean> {
    const now = this.clock.now();
    const { scanning } = await this.database.transaction(actor, (tx) => scanStateOf(tx, actor.region, now));
    return scanning;
  }

  /** Looks through all provinces that wait, one after another: each scan holds two connections. One's trouble doesn't hold back the others: it is tried again when its lease is over. */
  async workOff(): Promise<void> {
    while (!this.loop.stopping) {
      const lease = await this.take();
      if (!lease) return;
      await this.carryOn(lease).catch((error: unknown) => {
        this.logger.warn({ ...describeFault(error), province: lease.province });
      });
    }
  }

  private async take(): Promise<ScanLease | null> {
    const now = this.clock.now();
    const until = new Date(now.getTime() + LEASE_MS);
    return this.database.transaction(nationalActor('catalogue'), (tx) => takeScan(tx, now, until));
  }

  private async carryOn(lease: ScanLease): Promise<void> {
    // Before it looks: a day that begins meanwhile is looked at again.
    const today = businessDateOf(this.clock.now());
    const counts = await this.scan(lease.province);
    await this.asProvince(lease.province, (tx) => finishScan(tx, lease, counts, today));
  }

  /** Looks through a province now. */
  async scan(province: string): Promise<ScanCounts> {
    const counts = { found: 0, gone: 0 };
    for (const kind of CONFLICT_KINDS) {
      const { found, gone } = await this.scanKind(province, kind);
      counts.found += found;
      counts.gone += gone;
    }
    return { ...counts, open: await this.asProvince(province, (tx) => countUnresolved(tx, province)) };
  }

  /**
   * Catalogues of all provinces are read as the nation, and what is found is written as the province, whose rows are all that this
   * transaction can reach. It is held meanwhile, so that no scan that looked earlier has the last word.
   */
  private async scanKind(province: string, kind: ConflictKind): Promise<{ found: number; gone: number }> {
    return this.asProvince(province, async (tx) => {
      await waitLong(tx);
      const now = await beginScan(tx, province, kind, this.clock.now());
      const found = await this.search(province, kind, businessDateOf(this.clock.now()));
      for (let from = 0; from < found.length; from += RECORDED_AT_A_TIME)
        await recordFound(tx, province, kind, found.slice(from, from + RECORDED_AT_A_TIME), now);
      return { found: found.length, gone: await endUnseen(tx, province, kind, now) };
    });
  }

  /** What is in force today, and what will be by all that is announced. */
  private async search(province: string, kind: ConflictKind, today: string): Promise<FoundOn[]> {
    return this.database.transaction(nationalActor('catalogue'), async (tx) => {
      await waitLong(tx);
      const announced = await announcedDay(tx, province, today);
      const searchOn = async (day: string): Promise<Found[]> => {
        const found: Found[] = [];
        for (const search of SEARCHES[kind]) found.push(...(await search(tx, province, day)));
        return found;
      };
      const now = await searchOn(today);
      return mergeFound(now, announced === null ? [] : await searchOn(announced), announced);
    });
  }

  private async asProvince<T>(province: string, work: (tx: Tx) => Promise<T>): Promise<T> {
    return this.database.transaction(serviceActor('catalogue', province), work);
  }
}

/** A scan compares all entries of all provinces, which takes longer than anything else may, and waits for one that is under way. */
async function waitLong(tx: Tx): Promise<void> {
  await tx.query(
    `SET LOCAL statement_timeout = '10min'; SET LOCAL lock_timeout = '10min';
     SET LOCAL idle_in_transaction_session_timeout = '10min'; SET LOCAL work_mem = '64MB'`,
  );
}
