/** What became of a request: its status, or that the connection was cut or never answered. */
export type Outcome = number | 'cut' | 'stalled';

export interface RequestReport {
  total: number;
  by_status: Record<string, number>;
  rate_limited: number;
  /** candles, trades, ticker, stats, product, products, time, other */
  by_endpoint: Record<string, number>;
  /** instants of the machine's clock */
  first_at: string | null;
  last_at: string | null;
  /** between the first and the last request, milliseconds of a clock that only moves forward */
  elapsed_ms: number;
}

/** Counts requests, so that a client's use of the allowance can be proved. */
export class RequestCounts {
  private byStatus = new Map<string, number>();
  private byEndpoint = new Map<string, number>();
  private total = 0;
  private first: { wallMs: number; elapsedMs: number } | null = null;
  private last: { wallMs: number; elapsedMs: number } | null = null;

  constructor(
    private readonly onEnded: (outcome: Outcome) => void = () => {},
    private readonly wallMs: () => number = () => Date.now(),
    private readonly elapsedMs: () => number = () => performance.now(),
  ) {}

  arrived(endpoint: string): void {
    this.total += 1;
    this.byEndpoint.set(endpoint, (this.byEndpoint.get(endpoint) ?? 0) + 1);
    this.last = { wallMs: this.wallMs(), elapsedMs: this.elapsedMs() };
    this.first ??= this.last;
  }

  ended(outcome: Outcome): void {
    this.onEnded(outcome);
    this.byStatus.set(String(outcome), (this.byStatus.get(String(outcome)) ?? 0) + 1);
  }

  reset(): void {
    this.byStatus = new Map();
    this.byEndpoint = new Map();
    this.total = 0;
    this.first = null;
    this.last = null;
  }

  report(): RequestReport {
    const instant = (at: { wallMs: number } | null): string | null => (at === null ? null : new Date(at.wallMs).toISOString());
    return {
      total: this.total,
      by_status: Object.fromEntries([...this.byStatus].sort(([one], [other]) => one.localeCompare(other))),
      rate_limited: this.byStatus.get('429') ?? 0,
      by_endpoint: Object.fromEntries(this.byEndpoint),
      first_at: instant(this.first),
      last_at: instant(this.last),
      elapsed_ms: this.first === null || this.last === null ? 0 : Math.round(this.last.elapsedMs - this.first.elapsedMs),
    };
  }
}
