import { WHOLE_TRADES } from '../whole-trades-sql.js';

type Columns = readonly (readonly [name: string, type: string])[];

/** Columns of each live table and the type of each parameter (one array per column). */
export const LIVE_COLUMNS = {
  trades: [
    ['product_id', 'text'],
    ['trade_id', 'bigint'],
    ['side', 'text'],
    ['price', 'numeric'],
    ['size', 'numeric'],
    ['traded_at', 'timestamptz'],
    ['told_by', 'text'],
    ['received_at', 'timestamptz'],
  ],
  tickers: [
    ['product_id', 'text'],
    ['trade_id', 'bigint'],
    ['side', 'text'],
    ['price', 'numeric'],
    ['last_size', 'numeric'],
    ['best_bid', 'numeric'],
    ['best_bid_size', 'numeric'],
    ['best_ask', 'numeric'],
    ['best_ask_size', 'numeric'],
    ['open_24h', 'numeric'],
    ['low_24h', 'numeric'],
    ['high_24h', 'numeric'],
    ['volume_24h', 'numeric'],
    ['volume_30d', 'numeric'],
    ['traded_at', 'timestamptz'],
    ['received_at', 'timestamptz'],
  ],
  candles: [
    ['product_id', 'text'],
    ['granularity', 'integer'],
    ['started_at', 'timestamptz'],
    ['open', 'numeric'],
    ['high', 'numeric'],
    ['low', 'numeric'],
    ['close', 'numeric'],
    ['volume', 'numeric'],
    ['answered_at', 'timestamptz'],
  ],
} as const satisfies Record<string, Columns>;
export type LiveTable = keyof typeof LIVE_COLUMNS;

/** What says which of two rows of one key stays: the greater one, and of equal ones the newcomer. */
const LATER = { tickers: ['trade_id', 'received_at'], candles: ['answered_at'] } as const;
const KEYS = { tickers: ['product_id'], candles: ['product_id', 'granularity', 'started_at'] } as const;

/** Writes rows of one table, each key at most once. Parameters: one array per column of `LIVE_COLUMNS`. Doing it again changes nothing. */
export function upsertStatement(table: Exclude<LiveTable, 'trades'>): string {
  const columns: Columns = LIVE_COLUMNS[table];
  const names = columns.map(([name]) => name);
  const keys: readonly string[] = KEYS[table];
  const assignments = names.filter((name) => !keys.includes(name)).map((name) => `${name} = excluded.${name}`);
  const of = (row: string): string => `(${LATER[table].map((name) => `${row}.${name}`).join(', ')})`;
  return `INSERT INTO live.${table} AS t (${names.join(', ')})
SELECT * FROM unnest(${arraysOf(columns)})
ON CONFLICT (${keys.join(', ')}) DO UPDATE SET ${assignments.join(', ')} WHERE ${of('excluded')} >= ${of('t')}`;
}

/**
 * Writes trades, each at most once: as it was told first, with the offsets of all its tellings. Parameters: one array per column of
 * `LIVE_COLUMNS`, and one of offsets, as in `{5,9}`. A record that is read again is there already and changes nothing.
 */
export function writeTradesStatement(): string {
  const columns: Columns = [...LIVE_COLUMNS.trades, ['told_offsets', 'text']];
  const names = columns.map(([name]) => name);
  return `INSERT INTO live.trades AS t (${names.join(', ')})
SELECT ${names.map((name) => (name === 'told_offsets' ? `${name}::bigint[]` : name)).join(', ')} FROM unnest(${arraysOf(columns)}) AS r (${names.join(', ')})
ON CONFLICT (product_id, trade_id) DO UPDATE SET told_offsets = ARRAY(SELECT DISTINCT unnest(t.told_offsets || excluded.told_offsets))
WHERE NOT excluded.told_offsets <@ t.told_offsets`;
}

const arraysOf = (columns: Columns): string => columns.map(([, type], i) => `$${i + 1}::${type}[]`).join(', ');

/** Rows that one statement of the sweep takes at most, so that nobody waits long for what it locks. */
export const SWEPT_ROWS_MAX = 20_000;

/**
 * Removes candles that whole windows tell by now: such as came after their window. Those that another sweep has in hand are passed over.
 */
export function sweepSettledCandlesStatement(): string {
  return swept(
    'candles',
    `EXISTS (SELECT FROM market.load_ledger w
  WHERE w.window_id = live.candle_window_id(l.product_id, l.granularity, l.started_at) COLLATE "C"
    AND w.state = 'loaded' AND w.unknown_periods = 0 AND w.open_periods = 0)`,
  );
}

/**
 * Removes trades that whole windows tell by now and gives them, which have an hour or a day each. It goes by the windows that were loaded within a day,
 * as there are many times more trades; what comes even later goes with its age.
 */
export function sweepSettledTradesStatement(): string {
  return removing(
    'trades',
    `live.trades l JOIN ${WHOLE_TRADES} w ON w.loaded_at > now() - interval '1 day'
    AND l.product_id = w.product_id AND l.traded_at >= w.from_at AND l.traded_at < w.to_at`,
    'product_id, trade_id, traded_at',
  );
}

/** Removes rows that began before `$1`. */
export function purgeStatement(table: 'trades' | 'candles'): string {
  return swept(table, `l.${{ trades: 'traded_at', candles: 'started_at' }[table]} < $1::timestamptz`);
}

function swept(table: LiveTable, condition: string): string {
  return sweptOf(table, `live.${table} l WHERE ${condition}`);
}

function sweptOf(table: LiveTable, rows: string): string {
  return `WITH gone AS (${removing(table, rows, '1')}) SELECT count(*)::int AS rows FROM gone`;
}

function removing(table: LiveTable, rows: string, returning: string): string {
  return `DELETE FROM live.${table} WHERE ctid = ANY (ARRAY(
  SELECT l.ctid FROM ${rows} LIMIT ${SWEPT_ROWS_MAX} FOR UPDATE OF l SKIP LOCKED)) RETURNING ${returning}`;
}
