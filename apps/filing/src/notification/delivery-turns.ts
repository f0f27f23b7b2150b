import type { Places } from './delivery.store.js';

const MOST_IN_FLIGHT = 8;
/** So that a receiver that takes its time leaves room for the others. */
const MOST_OF_ONE = 2;

type Name = Omit<Places, 'places'>;

/** Whose turn it is: what is in flight of each webhook, and when each was last served. */
export class DeliveryTurns {
  private readonly inFlight = new Map<string, number>();
  private readonly lastServed = new Map<string, number>();
  private turn = 0;

  /** The places that are free now, first for those with the least in flight, of these for the one that was served longest ago. */
  choose(due: readonly Name[]): Places[] {
    let free = MOST_IN_FLIGHT - [...this.inFlight.values()].reduce((sum, count) => sum + count, 0);
    const chosen: Places[] = [];
    for (const name of due.toSorted((a, b) => this.compare(a, b))) {
      const places = Math.min(free, MOST_OF_ONE - this.of(name));
      if (places <= 0) continue;
      chosen.push({ ...name, places });
      free -= places;
    }
    return chosen;
  }

  begin(name: Name): void {
    this.inFlight.set(keyOf(name), this.of(name) + 1);
    this.lastServed.set(keyOf(name), ++this.turn);
  }

  end(name: Name): void {
    const left = this.of(name) - 1;
    if (left > 0) this.inFlight.set(keyOf(name), left);
    else this.inFlight.delete(keyOf(name));
  }

  private compare(a: Name, b: Name): number {
    return this.of(a) - this.of(b) || (this.lastServed.get(keyOf(a)) ?? 0) - (this.lastServed.get(keyOf(b)) ?? 0);
  }

  private of(name: Name): number {
    return this.inFlight.get(keyOf(name)) ?? 0;
  }
}

function keyOf({ province, webhookId }: Name): string {
  return `${province}:${webhookId}`;
}
