import { deleteLiveTradesStatement } from '../postgres/load-sql.js';

/** Whether the live trades of a window were held against settled ones before. Parameter: window id. */
export function isComparedStatement(): string {
  return 'SELECT EXISTS (SELECT FROM market.feed_quality WHERE window_id = $1) AS compared';
}

/**
 * Removes the live trades of a window, and holds what is removed against the trades that have just settled, in the transaction that settles
 * them: one statement, so that no row goes that was not compared. Parameters: window id, collection id, product, first instant, first
 * instant after, and the instant from which on live trades are kept: of an older window nobody knows what was told.
 */
export function settleLiveTradesStatement(): string {
  return `WITH gone AS (
  DELETE FROM live.trades WHERE product_id = $3 AND traded_at >= $4 AND traded_at < $5
  RETURNING trade_id, price, size, side, traded_at, cardinality(told_offsets) AS tellings
), settled AS (
  SELECT trade_id, price, size, side, traded_at FROM market.trades WHERE product_id = $3 AND traded_at >= $4 AND traded_at < $5
), compared AS (
  SELECT s.trade_id, g.trade_id IS NULL AS missed,
    g.trade_id IS NOT NULL AND (g.price, g.size, g.side, g.traded_at) IS DISTINCT FROM (s.price, s.size, s.side, s.traded_at) AS altered
  FROM settled s LEFT JOIN gone g USING (trade_id)
), told AS (
  SELECT COALESCE(sum(greatest(tellings - 1, 0)), 0) AS doubled, count(*) FILTER (WHERE s.trade_id IS NULL) AS unsettled
  FROM gone g LEFT JOIN settled s USING (trade_id)
)
INSERT INTO market.feed_quality (window_id, product_id, from_at, to_at, collection_id, settled, missed, doubled, altered, unsettled, missed_ids)
SELECT $1, $3, $4, $5, $2, count(trade_id), count(*) FILTER (WHERE missed), max(told.doubled), count(*) FILTER (WHERE altered), max(told.unsettled),
  COALESCE(range_agg(int8range(trade_id, trade_id + 1)) FILTER (WHERE missed), '{}')
FROM told LEFT JOIN compared ON TRUE
WHERE $5 > $6::timestamptz
HAVING count(told.*) > 0
RETURNING settled, missed, doubled, altered, unsettled`;
}

/** Removes live trades that came after their window had settled. Parameters: product, first instant, first instant after. */
export function removeLateStatement(): string {
  return `${deleteLiveTradesStatement()} RETURNING product_id, trade_id, traded_at`;
}

/**
 * Notes live trades that came after their window had settled: those that were missed are late; one that was told before is none.
 * Parameters: arrays of product, trade id, instant.
 */
export function noteLateStatement(): string {
  return `WITH told AS (
  SELECT q.window_id, range_agg(int8range(r.trade_id, r.trade_id + 1)) AS ids, count(*)::int AS trades
  FROM (SELECT DISTINCT * FROM unnest($1::text[], $2::bigint[], $3::timestamptz[]) AS u (product_id, trade_id, traded_at)) r
  JOIN market.feed_quality q ON q.product_id = r.product_id AND r.traded_at >= q.from_at AND r.traded_at < q.to_at AND r.trade_id <@ q.missed_ids
  GROUP BY q.window_id
)
UPDATE market.feed_quality q SET missed = q.missed - told.trades, late = q.late + told.trades, missed_ids = q.missed_ids - told.ids
FROM told WHERE q.window_id = told.window_id
RETURNING told.trades`;
}
