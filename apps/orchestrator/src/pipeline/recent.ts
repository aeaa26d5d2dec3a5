/**
 * What was read a moment ago, for everybody who asks meanwhile: one read at a time, and none while nobody asks. A failed read is not kept.
 */
export class Recent<T> {
  private value: Promise<T> | undefined;
  /** when the value is too old; never while it is still being read */
  private goodUntilMs = Number.POSITIVE_INFINITY;

  /** @param clock milliseconds that only rise */
  constructor(
    private readonly read: () => Promise<T>,
    private readonly goodForMs: number,
    private readonly clock: () => number = () => performance.now(),
  ) {}

  get(): Promise<T> {
    if (this.value !== undefined && this.clock() < this.goodUntilMs) return this.value;
    const value = this.read();
    this.value = value;
    this.goodUntilMs = Number.POSITIVE_INFINITY;
    value.then(
      () => (this.goodUntilMs = this.clock() + this.goodForMs),
      () => (this.value = undefined),
    );
    return value;
  }
}
