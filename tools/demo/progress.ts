const WIDTH = 28;
const REDRAW_EVERY_MS = 100;

/** A bar on a terminal; a line each tenth where the output goes elsewhere. */
export class Progress {
  private done = 0;
  private drawnAt = 0;
  private drawnTenth = 0;

  constructor(
    private readonly label: string,
    private readonly total: number,
    private readonly output: NodeJS.WriteStream = process.stderr,
  ) {}

  step(): void {
    this.done++;
    const last = this.done === this.total;
    if (this.output.isTTY) this.drawBar(last);
    else this.drawLine();
  }

  private drawBar(last: boolean): void {
    const now = performance.now();
    if (!last && now - this.drawnAt < REDRAW_EVERY_MS) return;
    this.drawnAt = now;
    const filled = Math.round((WIDTH * this.done) / this.total);
    const bar = '█'.repeat(filled) + '░'.repeat(WIDTH - filled);
    this.output.write(`\r  ${this.label}  ${bar}  ${this.done}/${this.total}${last ? '\n' : ''}`);
  }

  private drawLine(): void {
    const tenth = Math.floor((10 * this.done) / this.total);
    if (tenth === this.drawnTenth) return;
    this.drawnTenth = tenth;
    this.output.write(`  ${this.label}  ${tenth}0 %  ${this.done}/${this.total}\n`);
  }
}
