import { parseRanges } from '@elias/contracts';
import { bestRevision, candleWindowAt, parseWindowId, windowId } from '@elias/market-data';
import type { Revision } from '@elias/market-data';
import type { PoolClient } from '@elias/postgres';
import { sealedTellings } from '../tasks/assess-task.js';
import { dayStartMs } from '../schedule/due-daily-runs.js';
import type { Fact, Holds, LoadedStage } from '../tasks/fact.js';
import type { DayToCheck } from './check-day.js';
import type { WindowInStores } from './check-equality.js';
import type { Prices, ProductDay } from './check-product.js';
import type { MinutesTraded } from './find-halts.js';

const DAYS_BEFORE = 31;
const [MINUTE, DAY] = [60, 86_400] as const;

export interface DayOfRun {
  readonly date: string;
  readonly productIds: readonly string[];
  /** loaded windows by product, and those of all products */
  readonly windowsOf: (productId: string) => readonly string[];
  readonly shared: readonly string[];
}

interface MinutesRow extends Prices {
  product_id: string;
  traded: number[];
}
interface DayRow extends Prices {
  product_id: string;
  days_before: number;
}
interface LedgerRow {
  window_id: string;
  row_count: number;
  csv_sha256: string;
  unknown_periods: number;
  unknown_ranges: string;
  collection_id: string;
}

const PRICES = ['open', 'high', 'low', 'close'].map((name) => `${name}::float8 AS ${name}`).join(', ');

/**
 * Reads what a day's checks look at: candles and the ledger of Postgres, and what the warehouse-loader told. Nothing is asked of Redshift.
 * @param facts of every window named, by id
 */
export async function readDayToCheck(client: PoolClient, day: DayOfRun, facts: ReadonlyMap<string, readonly Fact[]>): Promise<DayToCheck> {
  const dayMs = dayStartMs(day.date);
  const minutesId = (productId: string): string => windowId(candleWindowAt(productId, MINUTE, dayMs));
  const named = [...day.productIds.flatMap((id) => [minutesId(id), ...day.windowsOf(id)]), ...day.shared];
  const ledger = await readLedger(client, [...new Set(named)]);
  const minutes = await readMinutes(client, day);
  const days = await readDays(client, day);
  const inStores = (id: string): WindowInStores => windowInStores(id, ledger.get(id), facts.get(id) ?? []);
  return {
    dayMs,
    products: day.productIds.map((productId) => {
      const window = ledger.get(minutesId(productId));
      const given = minutes.get(productId);
      const daily = days.get(productId) ?? [];
      return {
        ...productDay(productId, window, given, daily),
        minutesTraded: window === undefined ? null : minutesTraded(dayMs, window, given),
        windows: day.windowsOf(productId).map(inStores),
      };
    }),
    shared: day.shared.map(inStores),
  };
}

function productDay(
  productId: string,
  window: LedgerRow | undefined,
  minutes: MinutesRow | undefined,
  days: readonly DayRow[],
): ProductDay {
  return {
    productId,
    window: window === undefined ? null : { present: window.row_count, unknown: window.unknown_periods, rows: minutes?.traded.length ?? 0 },
    minutes: minutes === undefined ? null : { ...prices(minutes), lastMinute: minutes.traded.at(-1)! },
    day: days.filter((one) => one.days_before === 0).map(prices)[0] ?? null,
    before: days.filter((one) => one.days_before > 0).map(({ days_before: daysBefore, close, volume }) => ({ daysBefore, close, volume })),
  };
}

function prices({ open, high, low, close, volume }: Prices): Prices {
  return { open, high, low, close, volume };
}

function minutesTraded(dayMs: number, window: LedgerRow, minutes: MinutesRow | undefined): MinutesTraded {
  const ranges = parseRanges(parseWindowId(window.window_id), window.unknown_ranges);
  const minute = (ms: number): number => (ms - dayMs) / 60_000;
  return { traded: minutes?.traded ?? [], unknown: ranges.map(({ fromMs, toMs }) => [minute(fromMs), minute(toMs)]) };
}

/**
 * What both stores hold of a window: Postgres by its ledger, the warehouse by what it told of the same revision. While a newer one is on its
 * way one store has it before the other; then what both told of the newest that they have in common.
 */
function windowInStores(windowId: string, row: LedgerRow | undefined, facts: readonly Fact[]): WindowInStores {
  const [warehouse, rds] = [loadedRevisions(facts, 'warehouse_loaded'), loadedRevisions(facts, 'rds_loaded')];
  const now = row === undefined ? undefined : warehouse.get(row.collection_id);
  if (row !== undefined && now !== undefined) {
    return { windowId, moving: false, warehouse: now.holds, rds: { rows: row.row_count, csvSha256: row.csv_sha256 } };
  }
  const common = [...warehouse].filter(([id]) => rds.has(id)).map(([, { revision }]) => revision);
  const best = bestRevision(common);
  const held = (of: ReturnType<typeof loadedRevisions>): Holds | null =>
    best === undefined ? null : (of.get(best.collectionId)?.holds ?? null);
  const moving = best === undefined && row !== undefined && warehouse.size > 0 && rds.size > 0;
  return { windowId, moving, warehouse: held(warehouse), rds: row === undefined ? null : held(rds) };
}

/** What a store told that it holds, by collection; where it did not say, as it was sealed. */
function loadedRevisions(facts: readonly Fact[], stage: LoadedStage): Map<string, { revision: Revision; holds: Holds | null }> {
  const sealed = new Map(sealedTellings(facts).map(({ revision, told }) => [revision.collectionId, told]));
  const loaded = new Map<string, { revision: Revision; holds: Holds | null }>();
  for (const fact of facts) {
    if (fact.stage !== stage) continue;
    const { revision } = fact;
    const told = sealed.get(revision.collectionId);
    const asSealed = told === undefined ? null : { rows: told.rowCount, csvSha256: told.csvSha256 };
    loaded.set(revision.collectionId, { revision, holds: fact.holds ?? asSealed });
  }
  return loaded;
}

async function readLedger(client: PoolClient, ids: readonly string[]): Promise<Map<string, LedgerRow>> {
  const { rows } = await client.query<LedgerRow>(
    `SELECT window_id, row_count, csv_sha256, unknown_periods, unknown_ranges, collection_id FROM market.load_ledger
     WHERE window_id = ANY ($1) AND state = 'loaded'`,
    [ids],
  );
  return new Map(rows.map((row) => [row.window_id, row]));
}

async function readMinutes(client: PoolClient, { date, productIds }: DayOfRun): Promise<Map<string, MinutesRow>> {
  const { rows } = await client.query<MinutesRow>(
    `SELECT product_id, (array_agg(open ORDER BY started_at))[1]::float8 AS open, max(high)::float8 AS high, min(low)::float8 AS low,
       (array_agg(close ORDER BY started_at DESC))[1]::float8 AS close, sum(volume)::float8 AS volume,
       array_agg((extract(epoch FROM started_at - $2::timestamptz) / 60)::int ORDER BY started_at) AS traded
     FROM market.candles WHERE product_id = ANY ($1) AND granularity = ${MINUTE}
       AND started_at >= $2::timestamptz AND started_at < $2::timestamptz + interval '1 day' GROUP BY product_id`,
    [productIds, `${date}T00:00:00Z`],
  );
  return new Map(rows.map((row) => [row.product_id, row]));
}

/** Daily candles of the day and of the days before it, by product, in time order. */
async function readDays(client: PoolClient, { date, productIds }: DayOfRun): Promise<Map<string, DayRow[]>> {
  const { rows } = await client.query<DayRow>(
    `SELECT product_id, ${PRICES}, volume::float8 AS volume, (extract(epoch FROM $2::timestamptz - started_at) / 86400)::int AS days_before
     FROM market.candles WHERE product_id = ANY ($1) AND granularity = ${DAY}
       AND started_at >= $2::timestamptz - interval '${DAYS_BEFORE} days' AND started_at <= $2::timestamptz
     ORDER BY product_id, started_at`,
    [productIds, `${date}T00:00:00Z`],
  );
  const byProduct = new Map<string, DayRow[]>();
  for (const row of rows) byProduct.set(row.product_id, [...(byProduct.get(row.product_id) ?? []), row]);
  return byProduct;
}
