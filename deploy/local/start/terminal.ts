/** Lines for a person: a block that is drawn anew in its place on a terminal, plain lines elsewhere. */
export class Terminal {
  private blockLines = 0;

  constructor(private readonly out: NodeJS.WriteStream) {}

  get isInteractive(): boolean {
    return this.out.isTTY === true && process.env.TERM !== 'dumb';
  }

  /** A line that stays, above the block. */
  say(text: string): void {
    this.eraseBlock();
    this.out.write(`${text}\n`);
  }

  /** Replaces the block. Does nothing where lines cannot be drawn over. */
  show(lines: readonly string[]): void {
    if (!this.isInteractive) return;
    this.eraseBlock();
    const width = (this.out.columns ?? 80) - 1;
    this.out.write(lines.map((line) => `${line.slice(0, width)}\n`).join(''));
    this.blockLines = lines.length;
  }

  /** The block stays as it is; what follows comes below. */
  keepBlock(): void {
    this.blockLines = 0;
  }

  private eraseBlock(): void {
    if (this.blockLines > 0) this.out.write(`\u001b[${this.blockLines}A\u001b[J`);
    this.blockLines = 0;
  }
}
