import { WHOLE_TRADES } from '../whole-trades-sql.js';

/**
 * Windows of trades that have not been held against the candles of their day as both are now. Both must be whole. Parameters: only windows
 * of which one of the two was loaded since then, and how many at most.
 */
export function comparableWindowsStatement(): string {
  return `SELECT t.window_id, t.product_id, t.from_at, t.to_at, t.collection_id AS trades_collection_id, c.collection_id AS candles_collection_id
FROM ${WHOLE_TRADES} t
JOIN market.load_ledger c ON c.window_id = live.candle_window_id(t.product_id, 60, t.from_at) COLLATE "C"
  AND c.state = 'loaded' AND c.unknown_periods = 0 AND c.open_periods = 0
WHERE greatest(t.loaded_at, c.loaded_at) >= $1::timestamptz
  AND NOT EXISTS (
    SELECT FROM market.candle_comparisons k
    WHERE k.window_id = t.window_id AND k.trades_collection_id = t.collection_id AND k.candles_collection_id = c.collection_id
  )
ORDER BY t.from_at LIMIT $2`;
}

/** Parameters: product, first instant, first instant after. */
export function deleteDifferencesStatement(): string {
  return 'DELETE FROM market.candle_differences WHERE product_id = $1 AND started_at >= $2 AND started_at < $3';
}

/**
 * Rebuilds the minutes of a window from its trades and keeps those that are not the exchange's own. Parameters: product, first instant,
 * first instant after, window id, collection ids of trades and candles.
 */
export function compareCandlesStatement(): string {
  const [fields, values] = [
    ['open', 'high', 'low', 'close', 'volume'],
    ['r.open, r.high, r.low, r.close, r.volume', 'c.open, c.high, c.low, c.close, c.volume'],
  ];
  return `WITH rebuilt AS (
  SELECT date_trunc('minute', traded_at, 'UTC') AS started_at, (array_agg(price ORDER BY trade_id))[1] AS open, max(price) AS high,
    min(price) AS low, (array_agg(price ORDER BY trade_id DESC))[1] AS close, sum(size) AS volume
  FROM market.trades WHERE product_id = $1 AND traded_at >= $2 AND traded_at < $3 GROUP BY 1
), told AS (
  SELECT started_at, ${fields.join(', ')} FROM market.candles
  WHERE product_id = $1 AND granularity = 60 AND started_at >= $2 AND started_at < $3
), paired AS (
  SELECT started_at, (${values[0]}) IS DISTINCT FROM (${values[1]}) AS differs, ${values.join(', ').replace(/(\w)\.(\w+)/g, '$1.$2 AS $1_$2')}
  FROM rebuilt r FULL JOIN told c USING (started_at)
), kept AS (
  INSERT INTO market.candle_differences (product_id, started_at, ${fields.map((field) => `rebuilt_${field}`).join(', ')}, ${fields.join(', ')})
  SELECT $1, started_at, ${[...fields.map((field) => `r_${field}`), ...fields.map((field) => `c_${field}`)].join(', ')} FROM paired WHERE differs
)
INSERT INTO market.candle_comparisons AS k (window_id, trades_collection_id, candles_collection_id, minutes, differing)
SELECT $4, $5, $6, count(*), count(*) FILTER (WHERE differs) FROM paired
ON CONFLICT (window_id) DO UPDATE SET trades_collection_id = excluded.trades_collection_id,
  candles_collection_id = excluded.candles_collection_id, minutes = excluded.minutes, differing = excluded.differing, compared_at = now()
RETURNING minutes, differing`;
}
