import { columnNames, DATASET_MODELS, LOAD_LEDGER_MODEL, MARKET_SCHEMA, placeConditions } from '@elias/contracts';
import type { TableModel } from '@elias/contracts';
import type { Window } from '@elias/market-data';

/**
 * `COPY` of a window's CSV, columns named by its header, so that the table may have them in another order.
 * @param header first line of the CSV
 * @throws RangeError when the header names a column that the table has not, or one twice
 */
export function copyStatement(model: TableModel, header: string, schema = MARKET_SCHEMA): string {
  const known = columnNames(model);
  const columns = header.split(',');
  const wrong = columns.find((column, i) => !known.includes(column) || columns.indexOf(column) !== i);
  if (wrong !== undefined) throw new RangeError(`${schema}.${model.name} has no column "${wrong}", or the header has it twice`);
  return `COPY ${schema}.${model.name} (${columns.join(', ')}) FROM STDIN (FORMAT csv, HEADER true)`;
}

/**
 * Deletes one window's rows. One statement per window, with its bounds as parameters, reads the primary key's range and nothing else,
 * however large the table.
 */
export function deleteRowsStatement(window: Window, schema = MARKET_SCHEMA): { text: string; values: unknown[] } {
  const place = placeConditions(window);
  const where = place.map(({ column, operator }, i) => `${column} ${operator} $${i + 1}`).join(' AND ');
  return { text: `DELETE FROM ${schema}.${DATASET_MODELS[window.dataset].name} WHERE ${where}`, values: place.map(({ value }) => value) };
}

/** Deletes the live trades of a window that is told whole. Parameters: product, first instant, first instant after. */
export function deleteLiveTradesStatement(): string {
  return 'DELETE FROM live.trades WHERE product_id = $1 AND traded_at >= $2 AND traded_at < $3';
}

/**
 * Deletes the live candles of windows that are told whole. Parameters: arrays of product, granularity, first instant, first instant after.
 */
export function deleteLiveCandlesStatement(): string {
  return `DELETE FROM live.candles l USING unnest($1::text[], $2::integer[], $3::timestamptz[], $4::timestamptz[]) AS w (product_id, granularity, from_at, to_at)
WHERE l.product_id = w.product_id AND l.granularity = w.granularity AND l.started_at >= w.from_at AND l.started_at < w.to_at`;
}

/**
 * Takes the ledger rows of windows that have none yet, in the order given: whoever comes second for one waits until the first has
 * committed, and then finds its row. Parameter: window ids, sorted. The rows are blank and never outlive the transaction so.
 */
export function claimLedgerStatement(schema = MARKET_SCHEMA): string {
  const columns = columnNames(LOAD_LEDGER_MODEL).map((name) => BLANK_LEDGER[name] ?? missing(name));
  return `INSERT INTO ${schema}.load_ledger (${columnNames(LOAD_LEDGER_MODEL).join(', ')})
SELECT ${columns.join(', ')} FROM unnest($1::text[]) WITH ORDINALITY AS w (window_id, place) ORDER BY place
ON CONFLICT (window_id) DO NOTHING RETURNING window_id`;
}

/** Locks the ledger rows of windows, in the order of their ids, and reads them as they are then. Parameter: window ids. */
export function lockLedgerStatement(schema = MARKET_SCHEMA): string {
  return `SELECT window_id, unknown_periods, open_periods, collected_at, collection_id, csv_sha256, row_count, state
FROM ${schema}.load_ledger WHERE window_id = ANY ($1::text[]) ORDER BY window_id FOR UPDATE`;
}

/** Withdrawn tellings of windows. To be asked after their ledger rows are locked: a statement sees what was committed before it began. */
export function revocationsStatement(schema = MARKET_SCHEMA): string {
  return `SELECT window_id, collection_id FROM ${schema}.revocations WHERE window_id = ANY ($1::text[])`;
}

/** Columns of the ledger that a load writes, and the type of each parameter (one array per column). */
export const LOADED_COLUMNS = [
  ['window_id', 'text'],
  ['unknown_periods', 'integer'],
  ['open_periods', 'integer'],
  ['collected_at', 'timestamptz'],
  ['collection_id', 'text'],
  ['no_trade_periods', 'integer'],
  ['csv_sha256', 'text'],
  ['row_count', 'integer'],
  ['unknown_ranges', 'text'],
  ['open_ranges', 'text'],
  ['archive_key', 'text'],
] as const;

/** Writes what the windows' rows are now of. Parameters: one array per column of `LOADED_COLUMNS`. */
export function writeLedgerStatement(schema = MARKET_SCHEMA): string {
  const [key, ...columns] = LOADED_COLUMNS.map(([name]) => name);
  const arrays = LOADED_COLUMNS.map(([, type], i) => `$${i + 1}::${type}[]`);
  const assignments = columns.map((name) => `${name} = w.${name}`);
  return `UPDATE ${schema}.load_ledger AS l SET ${assignments.join(', ')}, state = 'loaded', loaded_at = now()
FROM unnest(${arrays.join(', ')}) AS w (${[key, ...columns].join(', ')}) WHERE l.${key} = w.${key}`;
}

/** Gives claimed rows back where nothing was loaded. Parameter: window ids. */
export function unclaimLedgerStatement(schema = MARKET_SCHEMA): string {
  return `DELETE FROM ${schema}.load_ledger WHERE window_id = ANY ($1::text[]) AND state = 'new'`;
}

/** Notes withdrawn tellings. Parameters: arrays of window id, collection id, instant, reason. */
export function insertRevocationsStatement(schema = MARKET_SCHEMA): string {
  return `INSERT INTO ${schema}.revocations (window_id, collection_id, revoked_at, reason)
SELECT * FROM unnest($1::text[], $2::text[], $3::timestamptz[], $4::text[]) ON CONFLICT (window_id, collection_id) DO NOTHING`;
}

/** Windows of which no telling is left: blank, whatever was withdrawn and in which order. Parameter: window ids. */
export function revokeLedgerStatement(schema = MARKET_SCHEMA): string {
  const assignments = columnNames(LOAD_LEDGER_MODEL)
    .filter((name) => name !== 'window_id')
    .map((name) => `${name} = ${name === 'state' ? "'revoked'" : (BLANK_LEDGER[name] ?? missing(name))}`);
  return `UPDATE ${schema}.load_ledger SET ${assignments.join(', ')} WHERE window_id = ANY ($1::text[])`;
}

const BLANK_LEDGER: Readonly<Record<string, string>> = {
  window_id: 'window_id',
  unknown_periods: '0',
  open_periods: '0',
  collected_at: `'1970-01-01T00:00:00Z'::timestamptz`,
  collection_id: `''`,
  no_trade_periods: '0',
  csv_sha256: `''`,
  row_count: '0',
  unknown_ranges: `''`,
  open_ranges: `''`,
  archive_key: `''`,
  state: `'new'`,
  loaded_at: 'now()',
};

function missing(column: string): never {
  throw new RangeError(`the ledger's column ${column} has no blank value`);
}
