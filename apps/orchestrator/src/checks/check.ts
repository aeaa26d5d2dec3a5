/** What is looked at once a day's run has loaded everything. */
export const CHECK_NAMES = ['freshness', 'coverage', 'volume', 'equality', 'day_candle', 'price_jump', 'halt'] as const;
export type CheckName = (typeof CHECK_NAMES)[number];

/** `failed` fails the run; `warned` is told of and shown; `skipped`: what it needs is not there. */
export type CheckOutcome = 'passed' | 'warned' | 'failed' | 'skipped';

export interface CheckResult {
  readonly name: CheckName;
  /** null for a check of the whole day */
  readonly productId: string | null;
  readonly outcome: CheckOutcome;
  /** one sentence for people */
  readonly text: string;
  /** figures behind it, for machines */
  readonly figures?: Readonly<Record<string, unknown>>;
}

/** Bounds that a run is checked against. */
export interface CheckRules {
  /** share of a day's minutes that may stay unknown, 0 to 1 */
  readonly unknownShareMax: number;
  /** share of the median volume of the days before that a day has to reach, 0 to 1 */
  readonly volumeShareMin: number;
  /** standard deviations of the daily returns before that a day's return may differ from zero before it is told of */
  readonly jumpSigmas: number;
}
