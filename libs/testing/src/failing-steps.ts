import { Database } from '@yiditong/chassis';
import type { DataSource, QueryRunner } from 'typeorm';

/**
 * How a step fails: refused before it took effect, or its answer lost after it did, which for a commit and a call leaves nobody knowing.
 * With a crash the process that took the step does nothing more, not even what it would do about the failure.
 */
export const FAILURES = ['BEFORE', 'AFTER', 'CRASH_BEFORE', 'CRASH_AFTER'] as const;
export type FailureKind = (typeof FAILURES)[number];

/** The nth step, from 0, of those that a process takes. */
export type Failure = { readonly at: number; readonly how: FailureKind };

/** What a connection that breaks says. */
const CONNECTION_FAILURE = '08006';

/** Between two steps a process takes a few turns of the event loop, for a connection from the pool. */
const QUIET_TURNS = 20;

type Query = (...parameters: unknown[]) => Promise<unknown>;

/**
 * A process whose steps are counted, and one of which fails: every statement, commit and call to another service. A run without a failure
 * says how many there are; then each of them can be made to fail in turn.
 */
export class FailingSteps {
  readonly taken: string[] = [];
  private crashed = false;
  private running = 0;

  constructor(private readonly failure: Failure | null = null) {}

  /** The same database, through connections whose statements fail as said. */
  database({ dataSource, auditMac }: Database): Database {
    const failing = new Proxy(dataSource, {
      get: (target, property) =>
        property === 'createQueryRunner' ? () => this.runner(target) : boundTo(target, property),
    });
    return new Database(failing, auditMac);
  }

  /** One step. Throws what `fault` makes where it is the one to fail, and ever after a crash. */
  async take<T>(name: string, step: () => Promise<T>, fault: () => Error): Promise<T> {
    if (this.crashed) throw fault();
    const how = this.failure?.at === this.taken.length ? this.failure.how : null;
    this.taken.push(name);
    this.running += 1;
    try {
      if (how === null) return await step();
      this.crashed = how.startsWith('CRASH');
      if (how.endsWith('AFTER')) await step();
      throw fault();
    } finally {
      this.running -= 1;
    }
  }

  /** When nothing that the process began is under way any more, its work behind an answer included. */
  async idle(): Promise<void> {
    for (let quiet = 0; quiet < QUIET_TURNS; quiet = this.running === 0 ? quiet + 1 : 0)
      await new Promise((resolve) => setImmediate(resolve));
  }

  private runner(dataSource: DataSource): QueryRunner {
    const runner = dataSource.createQueryRunner();
    const connect = runner.connect.bind(runner) as () => Promise<{ query: Query }>;
    runner.connect = async () => {
      const client = await connect();
      return new Proxy(client, {
        get: (target, property) =>
          property === 'query' ? (...asked: unknown[]) => this.query(target, asked) : boundTo(target, property),
      });
    };
    return runner;
  }

  private query(client: { query: Query }, asked: unknown[]): Promise<unknown> {
    const [first] = asked;
    const sql = typeof first === 'string' ? first : (first as { readonly text: string }).text;
    // A connection that breaks rolls back, whatever becomes of the process.
    if (sql === 'ROLLBACK') return client.query(...asked);
    return this.take(sql.trim().slice(0, 60), () => client.query(...asked), brokenConnection);
  }
}

function brokenConnection(): Error {
  return Object.assign(new Error('the connection broke, as the test wants it'), { code: CONNECTION_FAILURE });
}

function boundTo<T extends object>(target: T, property: string | symbol): unknown {
  const value: unknown = Reflect.get(target, property, target);
  return typeof value === 'function' ? (value as (...args: unknown[]) => unknown).bind(target) : value;
}
