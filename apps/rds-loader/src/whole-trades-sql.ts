/**
 * Whole windows of trades that are loaded, as a table expression: `window_id`, `product_id`, `from_at`, `to_at`, `collection_id`, `loaded_at`.
 * A window has an hour or a day, by its name.
 */
export const WHOLE_TRADES = `(
  SELECT window_id, split_part(window_id, '/', 2) COLLATE "C" AS product_id, from_at,
    from_at + CASE WHEN window_id ~ 'T[0-9]{2}$' THEN interval '1 hour' ELSE interval '1 day' END AS to_at, collection_id, loaded_at
  FROM market.load_ledger, LATERAL (
    SELECT (split_part(window_id, '/', 3) || CASE WHEN window_id ~ 'T[0-9]{2}$' THEN ':00:00Z' ELSE 'T00:00:00Z' END)::timestamptz AS from_at
  ) named
  WHERE window_id >= 'trades/' AND window_id < 'trades0' AND state = 'loaded' AND unknown_periods = 0 AND open_periods = 0
)`;
