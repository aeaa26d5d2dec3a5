import { parseRanges } from '@elias/contracts';
import type { Candle, CandleWindow, StoredWindow } from '@elias/market-data';
import { candleWindowAt, formatInstant, windowId } from '@elias/market-data';
import type { PoolClient } from '@elias/postgres';

interface CandleRow {
  product_id: string;
  started_at: Date;
  open: string;
  high: string;
  low: string;
  close: string;
  volume: string;
}

interface LedgerRow {
  window_id: string;
  unknown_ranges: string;
  open_ranges: string;
}

/** Exact values without padding: `41835.0000000000` is `41835`. */
const VALUES = ['open', 'high', 'low', 'close', 'volume'].map((name) => `trim_scale(${name})::text AS ${name}`).join(', ');

/** Settled candles, as the rds-loader left them. */
export class CandleStore {
  /** A window with its coverage; null while it is not loaded. */
  async storedWindow(client: PoolClient, window: CandleWindow): Promise<StoredWindow | null> {
    return (await this.storedWindows(client, [window]))[0] ?? null;
  }

  /** Those of the windows that are loaded. One query, so all are of one width. */
  async storedWindows(client: PoolClient, windows: readonly CandleWindow[]): Promise<StoredWindow[]> {
    const [first] = windows;
    if (first === undefined) return [];
    const ledger = await this.ledger(client, windows.map(windowId));
    const loaded = windows.filter((window) => ledger.has(windowId(window)));
    const { rows } = await client.query<CandleRow>(
      `SELECT c.product_id, c.started_at, ${VALUES.replaceAll('(', '(c.')} FROM unnest($1::text[], $3::timestamptz[], $4::timestamptz[]) AS w (product_id, from_at, to_at)
       JOIN market.candles c ON c.product_id = w.product_id AND c.granularity = $2 AND c.started_at >= w.from_at AND c.started_at < w.to_at
       ORDER BY c.product_id, c.started_at`,
      [
        loaded.map(({ productId }) => productId),
        first.granularity,
        loaded.map(({ fromMs }) => formatInstant(fromMs)),
        loaded.map(({ toMs }) => formatInstant(toMs)),
      ],
    );
    const candles = new Map<string, Candle[]>(loaded.map((window) => [windowId(window), []]));
    for (const row of rows) {
      const startedAtMs = row.started_at.getTime();
      const { open, high, low, close, volume } = row;
      candles
        .get(windowId(candleWindowAt(row.product_id, first.granularity, startedAtMs)))!
        .push({ startedAtMs, open, high, low, close, volume });
    }
    return loaded.map((window) => {
      const id = windowId(window);
      const { unknown_ranges, open_ranges } = ledger.get(id)!;
      const coverage = { unknownRanges: parseRanges(window, unknown_ranges), openRanges: parseRanges(window, open_ranges) };
      return { window, candles: candles.get(id)!, coverage };
    });
  }

  /** Products that have minutes of this day. */
  async productsOfDay(client: PoolClient, day: string): Promise<string[]> {
    const { rows } = await client.query<{ product_id: string }>(
      `SELECT split_part(window_id, '/', 3) AS product_id FROM market.load_ledger
       WHERE window_id >= 'candles/60/' AND window_id < 'candles/600' AND window_id LIKE '%/' || $1 AND state = 'loaded' ORDER BY 1`,
      [day],
    );
    return rows.map((row) => row.product_id);
  }

  /** Which of these days have minutes of the product; first instants. */
  async daysWithMinutes(client: PoolClient, productId: string, daysMs: readonly number[]): Promise<number[]> {
    const ids = new Map(daysMs.map((dayMs) => [windowId(candleWindowAt(productId, 60, dayMs)), dayMs]));
    const ledger = await this.ledger(client, [...ids.keys()]);
    return [...ids].flatMap(([id, dayMs]) => (ledger.has(id) ? [dayMs] : []));
  }

  /** When each product's daily candles begin, as far as they are stored. */
  async firstDays(client: PoolClient, productIds: readonly string[]): Promise<Map<string, number>> {
    const { rows } = await client.query<{ product_id: string; first: Date }>(
      `SELECT p.product_id, f.started_at AS first FROM unnest($1::text[]) AS p (product_id)
       CROSS JOIN LATERAL (SELECT started_at FROM market.candles c WHERE c.product_id = p.product_id AND c.granularity = 86400
         ORDER BY c.started_at LIMIT 1) f`,
      [productIds],
    );
    return new Map(rows.map(({ product_id, first }) => [product_id, first.getTime()]));
  }

  private async ledger(client: PoolClient, ids: readonly string[]): Promise<Map<string, LedgerRow>> {
    const { rows } = await client.query<LedgerRow>(
      `SELECT window_id, unknown_ranges, open_ranges FROM market.load_ledger WHERE window_id = ANY ($1::text[]) AND state = 'loaded'`,
      [ids],
    );
    return new Map(rows.map((row) => [row.window_id, row]));
  }
}
