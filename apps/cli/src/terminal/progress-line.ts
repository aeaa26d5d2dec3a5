/** One line on standard error that is written over as work goes on; nothing where that is no terminal. */
export class ProgressLine {
  private shownAtMs = Number.NEGATIVE_INFINITY;
  private shown = false;

  constructor(
    private readonly stream: Pick<NodeJS.WriteStream, 'isTTY' | 'columns' | 'write'> = process.stderr,
    private readonly nowMs: () => number = () => performance.now(),
  ) {}

  /** Not more often than ten times a second. */
  show(text: string): void {
    if (!this.stream.isTTY || this.nowMs() - this.shownAtMs < 100) return;
    this.shownAtMs = this.nowMs();
    this.shown = true;
    this.stream.write(`\r\u001B[2K${text.slice(0, (this.stream.columns || 80) - 1)}`);
  }

  clear(): void {
    if (this.shown) this.stream.write('\r\u001B[2K');
    this.shown = false;
  }
}
