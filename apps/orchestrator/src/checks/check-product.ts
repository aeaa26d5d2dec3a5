import type { CheckOutcome, CheckResult, CheckRules } from './check.js';

const MINUTES_OF_DAY = 1_440;
/** A product that trades at all is expected to have traded in the last hours of the day, minutes. */
const QUIET_END_MINUTES = 180;
/** Days of volume and of returns that a day is measured against, and how few of them still tell something. */
const VOLUME_DAYS_MIN = 7;
const RETURN_DAYS_MIN = 20;
/** More than this many times the median is told of. */
const VOLUME_TIMES_MAX = 20;
/** Relative differences between a day's candle and its minutes: below the first they are rounding, above the second an error. */
const ROUNDING = 1e-9;
const PRICE_DIFFERENCE_MAX = 0.001;
const VOLUME_DIFFERENCE_MAX = 0.01;

export interface Prices {
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  readonly volume: number;
}

/** What is known of one product's day. */
export interface ProductDay {
  readonly productId: string;
  /** the day's window of minutes as Postgres's ledger has it; null when it is not loaded */
  readonly window: { readonly present: number; readonly unknown: number; /** that are there */ readonly rows: number } | null;
  /** what the minutes give, null without any */
  readonly minutes: (Prices & { readonly lastMinute: number }) | null;
  /** the exchange's own candle of the day; null when it is not known */
  readonly day: Prices | null;
  /** daily candles of the 31 days before, in time order, each with its day before D (1 to 31) */
  readonly before: readonly { readonly daysBefore: number; readonly close: number; readonly volume: number }[];
}

/** Checks of one product's day; its equality in both stores is `checkEquality`'s. */
export function checkProduct(product: ProductDay, rules: CheckRules): CheckResult[] {
  const { productId } = product;
  const result = (name: CheckResult['name'], [outcome, text, figures]: Finding): CheckResult => ({
    ...{ name, productId, outcome, text },
    ...(figures === undefined ? {} : { figures }),
  });
  return [
    result('freshness', freshness(product)),
    result('coverage', coverage(product, rules)),
    result('volume', volume(product, rules)),
    result('day_candle', dayCandle(product)),
    result('price_jump', priceJump(product, rules)),
  ];
}

type Finding = readonly [outcome: CheckOutcome, text: string, figures?: Record<string, unknown>];

function freshness({ window, minutes }: ProductDay): Finding {
  if (window === null) return ['failed', "the day's minutes are not loaded"];
  if (minutes === null) return ['warned', 'nothing was traded on this day'];
  const quiet = MINUTES_OF_DAY - 1 - minutes.lastMinute;
  if (quiet > QUIET_END_MINUTES)
    return ['warned', `the last candle is ${quiet} minutes older than the day's end`, { quiet_minutes: quiet }];
  return ['passed', "candles reach the day's end", { quiet_minutes: quiet }];
}

function coverage({ window }: ProductDay, { unknownShareMax }: CheckRules): Finding {
  if (window === null) return ['skipped', "the day's minutes are not loaded"];
  const { unknown, present, rows } = window;
  if (rows !== present) return ['failed', `Postgres has ${rows} minutes of the day, its ledger says ${present}`, { rows, present }];
  if (unknown === 0) return ['passed', 'every minute is accounted for', { unknown }];
  const outcome = unknown > unknownShareMax * MINUTES_OF_DAY ? 'failed' : 'warned';
  return [outcome, `${unknown} minutes of the day are unknown`, { unknown }];
}

function volume({ minutes, window, before }: ProductDay, { volumeShareMin }: CheckRules): Finding {
  if (window === null) return ['skipped', "the day's minutes are not loaded"];
  if (before.length < VOLUME_DAYS_MIN) return ['skipped', `only ${before.length} days before are known`];
  const median = medianOf(before.map((day) => day.volume));
  if (median === 0) return ['skipped', 'nothing was traded on most days before'];
  const share = (minutes?.volume ?? 0) / median;
  const figures = { volume: minutes?.volume ?? 0, median, days: before.length };
  const told = `the day's volume is ${share < 10 ? share.toPrecision(2) : Math.round(share)} times the median of ${before.length} days before`;
  if (share < volumeShareMin) return ['failed', told, figures];
  return [share > VOLUME_TIMES_MAX ? 'warned' : 'passed', told, figures];
}

function dayCandle({ window, minutes, day }: ProductDay): Finding {
  if (window === null || window.unknown > 0) return ['skipped', 'not every minute of the day is known'];
  if (day === null)
    return minutes === null ? ['passed', 'no trade, and no candle of the day'] : ['skipped', "the day's candle is not known"];
  if (minutes === null) return ['failed', 'the exchange has a candle of the day, and no minutes'];
  const prices = (['open', 'high', 'low', 'close'] as const).filter((name) => differs(minutes[name], day[name], ROUNDING));
  const volumes = differs(minutes.volume, day.volume, ROUNDING);
  const names = [...prices, ...(volumes ? ['volume'] : [])];
  if (names.length === 0) return ['passed', "the day's candle is what its minutes give"];
  const { lastMinute: _, ...given } = minutes;
  const wrong =
    prices.some((name) => differs(minutes[name], day[name], PRICE_DIFFERENCE_MAX)) ||
    differs(minutes.volume, day.volume, VOLUME_DIFFERENCE_MAX);
  return [wrong ? 'failed' : 'warned', `the day's candle and its minutes differ in ${names.join(', ')}`, { minutes: given, day }];
}

function priceJump({ minutes, day, before }: ProductDay, { jumpSigmas }: CheckRules): Finding {
  const close = minutes?.close ?? day?.close;
  const yesterday = before.find(({ daysBefore }) => daysBefore === 1);
  if (close === undefined || yesterday === undefined) return ['skipped', 'the day or the one before has no price'];
  const returns = dailyReturns(before);
  if (returns.length < RETURN_DAYS_MIN) return ['skipped', `only ${returns.length} daily returns before are known`];
  const sigma = standardDeviation(returns);
  const change = Math.log(close / yesterday.close);
  const figures = { change: close / yesterday.close - 1, sigma };
  if (Math.abs(change) <= jumpSigmas * sigma) return ['passed', 'the price moved as on the days before', figures];
  const sigmas = sigma === 0 ? 'after days without any move' : `${(Math.abs(change) / sigma).toFixed(1)} standard deviations`;
  return ['warned', `the price moved by ${(figures.change * 100).toFixed(1)} %, ${sigmas}`, figures];
}

/** Log returns of days that follow one another. */
function dailyReturns(before: ProductDay['before']): number[] {
  return before.flatMap((one, i) => {
    const previous = before[i - 1];
    return previous !== undefined && previous.daysBefore === one.daysBefore + 1 ? [Math.log(one.close / previous.close)] : [];
  });
}

function standardDeviation(values: readonly number[]): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1));
}

function medianOf(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** Whether two values are further apart than this share of the larger. */
function differs(a: number, b: number, share: number): boolean {
  return Math.abs(a - b) > share * Math.max(Math.abs(a), Math.abs(b));
}
