import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './paths.js';

/** The one process that is no app: it is never part of an installation. */
export const DEVELOPMENT_ISSUER = join(ROOT, 'tools', 'dist', 'stack', 'issuer.js');
const REGISTER_TELEMETRY = join(ROOT, 'libs', 'chassis', 'dist', 'telemetry', 'register.js');
const STOP_WITHIN_MS = 15_000;
const RESTART_AFTER_MS = 500;

/** One service as a process of its own, which ends when this process does. */
export class ServiceProcess {
  private child: ChildProcess | null = null;
  private wanted = false;
  private restarts = false;

  constructor(
    readonly name: string,
    private readonly environment: Readonly<Record<string, string>>,
    private readonly logFile: string,
    private readonly special: { readonly program?: string; readonly told?: object } = {},
  ) {}

  get running(): boolean {
    return this.child !== null && this.child.exitCode === null && this.child.signalCode === null;
  }

  /** The process that runs now. */
  get pid(): number {
    if (this.child?.pid === undefined) throw new Error(`${this.name} is not running`);
    return this.child.pid;
  }

  /** Whether it is down for a moment only. */
  get comesBack(): boolean {
    return this.wanted && this.restarts;
  }

  /** From now on it is started again when it ends by itself, as the supervisor of a real installation would do. */
  keepRunning(): void {
    this.restarts = true;
  }

  start(): void {
    if (this.running) return;
    this.wanted = true;
    const log = openSync(this.logFile, 'a');
    // The IPC channel closes with this process, however it ends; the service takes that as its own signal to stop.
    this.child = spawn(process.execPath, ['--enable-source-maps', '--import', REGISTER_TELEMETRY, this.program], {
      cwd: ROOT,
      env: { ...process.env, ...this.environment, OTEL_SERVICE_NAME: this.name },
      stdio: ['ignore', log, log, 'ipc'],
    });
    closeSync(log);
    // What must be in no environment and no file. A process that is gone by then needs it no more.
    if (this.special.told !== undefined) this.child.send(this.special.told, () => undefined);
    this.child.once('exit', () => {
      if (this.wanted && this.restarts) setTimeout(() => this.wanted && this.start(), RESTART_AFTER_MS);
    });
  }

  /** Ends it in order; one that doesn't end in time is killed. */
  async stop(): Promise<void> {
    await this.end('SIGTERM', STOP_WITHIN_MS);
  }

  /** Kills it on the spot, as a crash would. */
  async kill(): Promise<void> {
    await this.end('SIGKILL', STOP_WITHIN_MS);
  }

  logTail(): string {
    return readFileSync(this.logFile, 'utf8').split('\n').slice(-12).join('\n');
  }

  private get program(): string {
    return this.special.program ?? join(ROOT, 'apps', this.name, 'dist', 'main.js');
  }

  private async end(signal: NodeJS.Signals, withinMs: number): Promise<void> {
    const { child } = this;
    this.wanted = false;
    if (!child || !this.running) return;
    const ended = once(child, 'exit');
    child.kill(signal);
    const timer = setTimeout(() => child.kill('SIGKILL'), withinMs);
    await ended;
    clearTimeout(timer);
  }
}
