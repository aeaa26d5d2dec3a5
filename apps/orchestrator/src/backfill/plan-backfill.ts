import { checksumListKey } from '@elias/archive';
import { isWhole, parseWindowId, planCandlePages } from '@elias/market-data';
import type { Window } from '@elias/market-data';

/** What the ledger says of a window that is loaded. */
export interface LedgerEntry {
  readonly unknown: number;
  readonly open: number;
  readonly rows: number;
}

/** What bounds a backfill. */
export interface BackfillPace {
  /** requests/s that all collectors together aim at; `Infinity` without a limit */
  readonly requestsPerSecond: number;
  /** milliseconds from the first archive to the load that takes it */
  readonly loadIntervalMs: number;
  readonly loadWindowsMax: number;
}

/** What the number of a plan's requests rests on: pages counted, or trades guessed. */
export type RequestsBasis = 'pages' | 'trades_in_ledger' | 'probes_alone';

export interface ProductPlan {
  readonly product_id: string;
  readonly windows: number;
  readonly whole: number;
  /** loaded, but something is unknown or was open */
  readonly partial: number;
  readonly requests: number;
}

/** What a backfill will take, before anything of it is asked for. */
export interface BackfillPlan {
  /** windows that the range has */
  readonly windows: number;
  /** of them in the ledger with nothing missing */
  readonly whole: number;
  readonly partial: number;
  /** windows that are asked for */
  readonly asked: number;
  readonly requests: number;
  readonly requests_basis: RequestsBasis;
  /** null without a limit */
  readonly requests_per_second: number | null;
  /** how long the exchange takes, seconds: what the rest waits for; 0 without a limit */
  readonly seconds: number;
  /** objects that are written: an archive and a gzip twin each, and their checksum lists */
  readonly objects: number;
  /** loads of Redshift, if it takes no longer */
  readonly loads: number;
  /** that Redshift bills at least: one for each load, when it sleeps between two */
  readonly redshift_minutes: number;
  readonly products: readonly ProductPlan[];
}

/** Questions by id that find the ends of a window of trades, a guess: the newest trade, the oldest, some five for each end. */
const TRADE_PROBES = 12;
/** Trades of one answer. */
const PAGE_TRADES = 1_000;
const MINUTE_MS = 60_000;

/** The windows that a backfill asks for: those that the ledger does not have whole, in the order in which they came. */
export function windowsToAsk(windowIds: readonly string[], ledger: ReadonlyMap<string, LedgerEntry>): string[] {
  return windowIds.filter((id) => {
    const entry = ledger.get(id);
    return entry === undefined || !isWhole(entry);
  });
}

/** A run's windows, and what is known of them. */
export interface WantedWindows {
  readonly windowIds: readonly string[];
  /** those of them that the run asks for */
  readonly askIds: readonly string[];
  /** those of them that are loaded */
  readonly ledger: ReadonlyMap<string, LedgerEntry>;
  /** of trades: mean of what the ledger has by product; a product without takes the mean of the others */
  readonly tradesPerHour: ReadonlyMap<string, number>;
}

/**
 * What a run over these windows takes. It pages through each as `planCandlePages` has it, so that plan and run differ by repeated requests
 * alone: refusals, cached answers. Trades have no pages that could be counted before: their number is guessed from the windows of trades
 * that the ledger has; without any only the questions that find a window's ends are counted, which is too few.
 * @param nowMs our clock: candles that are not over are not asked for
 */
export function planBackfill(wanted: WantedWindows, pace: BackfillPace, nowMs: number): BackfillPlan {
  const { windowIds, ledger, tradesPerHour } = wanted;
  const asked = new Set(wanted.askIds);
  const products = new Map<string, { windows: number; whole: number; partial: number; requests: number }>();
  const lists = new Set<string>();
  let trades = false;
  for (const id of windowIds) {
    const window = parseWindowId(id);
    trades ||= window.dataset === 'trades';
    const product = products.get(window.productId) ?? { windows: 0, whole: 0, partial: 0, requests: 0 };
    products.set(window.productId, product);
    const entry = ledger.get(id);
    product.windows += 1;
    if (entry !== undefined) product[isWhole(entry) ? 'whole' : 'partial'] += 1;
    if (!asked.has(id)) continue;
    product.requests += requestsOf(window, nowMs, tradesPerHour);
    lists.add(checksumListKey('', window));
  }
  const planned = [...products].map(([product_id, counts]) => ({ product_id, ...counts }));
  const total = (count: 'whole' | 'partial' | 'requests'): number => planned.reduce((sum, product) => sum + product[count], 0);
  const requests = total('requests');
  const limited = pace.requestsPerSecond !== Number.POSITIVE_INFINITY;
  const seconds = limited ? Math.ceil(requests / pace.requestsPerSecond) : 0;
  const loads = loadsOf(asked.size, seconds * 1_000, pace);
  return {
    windows: windowIds.length,
    whole: total('whole'),
    partial: total('partial'),
    asked: asked.size,
    requests,
    requests_basis: trades ? (tradesPerHour.size > 0 ? 'trades_in_ledger' : 'probes_alone') : 'pages',
    requests_per_second: limited ? pace.requestsPerSecond : null,
    seconds,
    objects: 2 * asked.size + lists.size,
    loads,
    redshift_minutes: loads,
    products: planned,
  };
}

function requestsOf(window: Window, nowMs: number, tradesPerHour: ReadonlyMap<string, number>): number {
  if (window.dataset !== 'trades') return planCandlePages(window, nowMs).length;
  const known = [...tradesPerHour.values()];
  const mean = known.length === 0 ? 0 : known.reduce((sum, trades) => sum + trades, 0) / known.length;
  const trades = ((tradesPerHour.get(window.productId) ?? mean) * (window.toMs - window.fromMs)) / (60 * MINUTE_MS);
  return TRADE_PROBES + Math.ceil(trades / PAGE_TRADES);
}

/** A load takes what came within its interval of the first archive, or is full before. */
function loadsOf(windows: number, durationMs: number, { loadIntervalMs, loadWindowsMax }: BackfillPace): number {
  if (windows === 0) return 0;
  const byTime = loadIntervalMs === 0 ? windows : Math.ceil(durationMs / loadIntervalMs);
  return Math.min(windows, Math.max(1, byTime, Math.ceil(windows / loadWindowsMax)));
}
