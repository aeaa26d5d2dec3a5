import { columnNames, DATASET_MODELS, LOAD_LEDGER_MODEL, MARKET_SCHEMA, redshiftName, REVOCATIONS_MODEL } from '@elias/contracts';
import type { Dataset } from '@elias/market-data';
import { quoteText } from '@elias/redshift';
import { STAGED_REVOCATION_COLUMNS, STAGED_WINDOW_COLUMNS } from '../staged-files.js';

export interface LoadStatement {
  readonly sql: string;
  /** it takes files, so its failure may be theirs */
  readonly copies: boolean;
  /** its rows tell what became of each window */
  readonly reports: boolean;
}

/** What the text of a load depends on; it is as long for one window as for thousands. */
export interface LoadText {
  /** of the tables; `market` when not given */
  readonly schema?: string;
  /** role that Redshift reads S3 with; null for the warehouse's default */
  readonly copyRoleArn: string | null;
  readonly revocations: { readonly url: string; readonly datasets: readonly Dataset[] } | null;
  readonly windows: {
    readonly dataset: Dataset;
    /** columns of the files, from their header */
    readonly columns: readonly string[];
    readonly windowsUrl: string;
    /** null when no window has a row */
    readonly manifestUrl: string | null;
    /** first and last instant of all windows, so that the sort key lets Redshift skip blocks: `2023-12-01 00:00:00` */
    readonly from: string;
    readonly to: string;
  } | null;
}

const ledgerOf = (schema: string): string => `${schema}.load_ledger`;
const revocationsOf = (schema: string): string => `${schema}.revocations`;

/**
 * The statements of one load, one transaction. The lock comes first and alone: every writer of `market.*` takes it before anything that
 * takes a snapshot, so overlapping loads run one after the other, each seeing what the one before left. The targets are not locked.
 */
export function loadStatements({ schema = MARKET_SCHEMA, copyRoleArn, revocations, windows }: LoadText): LoadStatement[] {
  return [
    run(`LOCK ${ledgerOf(schema)}`),
    ...(revocations === null ? [] : revocationStatements(schema, revocations, copyRoleArn)),
    ...(windows === null ? [] : windowStatements(schema, windows, copyRoleArn)),
  ];
}

function revocationStatements(
  schema: string,
  { url, datasets }: NonNullable<LoadText['revocations']>,
  copyRoleArn: string | null,
): LoadStatement[] {
  const [LEDGER, REVOCATIONS] = [ledgerOf(schema), revocationsOf(schema)];
  const columns = list(columnNames(REVOCATIONS_MODEL));
  const stagedColumns = list(Object.keys(STAGED_REVOCATION_COLUMNS));
  return [
    createTemp('staged_revocations', STAGED_REVOCATION_COLUMNS),
    copy('staged_revocations', stagedColumns, url, copyRoleArn, ''),
    run(`INSERT INTO ${REVOCATIONS} (${columns})
SELECT ${columns} FROM staged_revocations WHERE collection_id NOT IN (SELECT collection_id FROM ${REVOCATIONS})`),
    // withdrawn_windows: those whose rows are of a withdrawn revision
    run('CREATE TEMP TABLE withdrawn_windows (LIKE staged_revocations)'),
    run(`INSERT INTO withdrawn_windows (${stagedColumns})
SELECT ${list(Object.keys(STAGED_REVOCATION_COLUMNS), 'r.')} FROM staged_revocations r JOIN ${LEDGER} l ON l.window_id = r.window_id AND l.collection_id = r.collection_id
WHERE l.state = 'loaded'`),
    ...datasets.map((dataset) => {
      const { name } = DATASET_MODELS[dataset];
      const where = `w.dataset = ${quoteText(dataset)} AND ${belongs(dataset, name, 'w')}`;
      return run(`DELETE FROM ${schema}.${name} USING withdrawn_windows w WHERE ${where}`);
    }),
    run(`UPDATE ${LEDGER} SET ${BLANK_LEDGER} WHERE window_id IN (SELECT window_id FROM withdrawn_windows)`),
  ];
}

/** What the ledger says of a window that has no revision left, as Postgres has it too. */
const BLANK_LEDGER = [
  ...["unknown_periods = 0, open_periods = 0, collected_at = '1970-01-01 00:00:00', collection_id = '', no_trade_periods = 0"],
  ...["csv_sha256 = '', row_count = 0, unknown_ranges = '', open_ranges = '', archive_key = '', state = 'revoked', loaded_at = GETDATE()"],
].join(', ');

function windowStatements(schema: string, load: NonNullable<LoadText['windows']>, copyRoleArn: string | null): LoadStatement[] {
  const [LEDGER, REVOCATIONS] = [ledgerOf(schema), revocationsOf(schema)];
  const { name, place } = DATASET_MODELS[load.dataset];
  const time = redshiftName(place.time);
  const target = `${schema}.${name}`;
  const windowColumns = list(Object.keys(STAGED_WINDOW_COLUMNS));
  return [
    createTemp('staged_windows', STAGED_WINDOW_COLUMNS),
    copy('staged_windows', windowColumns, load.windowsUrl, copyRoleArn, ''),
    run(`CREATE TEMP TABLE staged_rows (LIKE ${target})`),
    ...(load.manifestUrl === null
      ? []
      : [copy('staged_rows', list(load.columns), load.manifestUrl, copyRoleArn, ' MANIFEST GZIP EMPTYASNULL')]),
    // loaded_windows: those whose revision becomes the ledger's
    run('CREATE TEMP TABLE loaded_windows (LIKE staged_windows)'),
    run(`INSERT INTO loaded_windows (${windowColumns}) SELECT ${windowColumns} FROM staged_windows`),
    run(`DELETE FROM loaded_windows WHERE collection_id IN (SELECT collection_id FROM ${REVOCATIONS})`),
    run(`DELETE FROM loaded_windows USING ${LEDGER} l
WHERE loaded_windows.window_id = l.window_id AND l.state = 'loaded' AND l.collection_id NOT IN (SELECT collection_id FROM ${REVOCATIONS})
  AND ${atLeastAsGood('l', 'loaded_windows')}`),
    // a window whose rows did not all arrive is left out rather than loaded in part
    run('CREATE TEMP TABLE counted_windows (window_id VARCHAR(160) NOT NULL, row_count INTEGER NOT NULL)'),
    run(`INSERT INTO counted_windows (window_id, row_count)
SELECT w.window_id, COUNT(s.${time}) FROM loaded_windows w LEFT JOIN staged_rows s ON ${belongs(load.dataset, 's', 'w')} GROUP BY w.window_id`),
    run(`DELETE FROM loaded_windows USING counted_windows c
WHERE loaded_windows.window_id = c.window_id AND loaded_windows.row_count <> c.row_count`),
    // replaced_windows: those of them whose rows differ from what stands
    run('CREATE TEMP TABLE replaced_windows (LIKE staged_windows)'),
    run(`INSERT INTO replaced_windows (${windowColumns}) SELECT ${windowColumns} FROM loaded_windows`),
    run(`DELETE FROM replaced_windows USING ${LEDGER} l
WHERE replaced_windows.window_id = l.window_id AND replaced_windows.csv_sha256 = l.csv_sha256`),
    run(`DELETE FROM ${target} USING replaced_windows w
WHERE ${belongs(load.dataset, name, 'w')} AND ${name}.${time} >= ${quoteText(load.from)} AND ${name}.${time} < ${quoteText(load.to)}`),
    run(`INSERT INTO ${target} (${list(load.columns)})
SELECT ${list(load.columns, 's.')} FROM staged_rows s JOIN replaced_windows w ON ${belongs(load.dataset, 's', 'w')}`),
    run(`DELETE FROM ${LEDGER} USING loaded_windows w WHERE load_ledger.window_id = w.window_id`),
    run(ledgerInsert(LEDGER)),
    { sql: CHANGES_QUERY, copies: false, reports: true },
  ];
}

/** Whether a row lies in a window. Windows of one load never overlap, so a row lies in one at most. */
function belongs(dataset: Dataset, rows: string, windows: string): string {
  const { product, granularity, time } = DATASET_MODELS[dataset].place;
  const at = `${rows}.${redshiftName(time)}`;
  return [
    ...(product === null ? [] : [`${rows}.${redshiftName(product)} = ${windows}.product_id`]),
    ...(granularity === null ? [] : [`${rows}.${redshiftName(granularity)} = ${windows}.granularity`]),
    `${at} >= ${windows}.from_at AND ${at} < ${windows}.to_at`,
  ].join(' AND ');
}

/** The order of revisions (`compareRevisions` of `@elias/market-data`) in SQL: `a` is better than `b`, or the same telling. */
function atLeastAsGood(a: string, b: string): string {
  const missing = (side: string): string => `${side}.unknown_periods + ${side}.open_periods`;
  return `(${missing(a)} < ${missing(b)}
    OR (${missing(a)} = ${missing(b)}
      AND (${a}.collected_at > ${b}.collected_at OR (${a}.collected_at = ${b}.collected_at AND ${a}.collection_id >= ${b}.collection_id))))`;
}

function ledgerInsert(ledger: string): string {
  const columns = columnNames(LOAD_LEDGER_MODEL);
  const valueOf = (column: string): string => {
    if (column === 'state') return "'loaded'";
    return column === 'loaded_at' ? 'GETDATE()' : redshiftName(column);
  };
  return `INSERT INTO ${ledger} (${list(columns)})\nSELECT ${columns.map(valueOf).join(', ')} FROM loaded_windows`;
}

const CHANGES_QUERY = `SELECT s.window_id AS window_id,
  CASE WHEN p.window_id IS NOT NULL THEN 'replaced' WHEN m.window_id IS NOT NULL THEN 'ledger_moved' ELSE 'unchanged' END AS change
FROM staged_windows s
LEFT JOIN loaded_windows m ON m.window_id = s.window_id
LEFT JOIN replaced_windows p ON p.window_id = s.window_id`;

/** Values that one query names at most, so that its text stays below 100 kB. */
export const QUERY_VALUES_MAX = 500;

/** @param windowIds null for all */
export function ledgerQuery(windowIds: readonly string[] | null, schema = MARKET_SCHEMA): string {
  const where = windowIds === null ? '' : `\nWHERE l.window_id IN (${values(windowIds)})`;
  return `SELECT l.window_id, l.unknown_periods, l.open_periods, l.collected_at, l.collection_id, l.csv_sha256, l.archive_key,
  CASE WHEN l.state = 'loaded' AND r.collection_id IS NULL THEN 0 ELSE 1 END AS revoked
FROM ${ledgerOf(schema)} l LEFT JOIN (SELECT DISTINCT collection_id FROM ${revocationsOf(schema)}) r ON r.collection_id = l.collection_id${where}`;
}

export function withdrawnQuery(collectionIds: readonly string[], schema = MARKET_SCHEMA): string {
  return `SELECT DISTINCT collection_id FROM ${revocationsOf(schema)} WHERE collection_id IN (${values(collectionIds)})`;
}

function values(texts: readonly string[]): string {
  if (texts.length === 0 || texts.length > QUERY_VALUES_MAX) throw new RangeError(`${texts.length} values in one query`);
  return texts.map(quoteText).join(', ');
}

/**
 * Rows that COPY refused of files below an address. The columns are blank-padded CHARs.
 * Source: Amazon Redshift Database Developer Guide, "SYS_LOAD_ERROR_DETAIL".
 * @param since `2023-12-01 00:00:00`; null for all
 */
export function loadErrorsQuery(folderUrl: string, since: string | null): string {
  const recent = since === null ? '' : ` AND start_time >= ${quoteText(since)}`;
  return `SELECT TRIM(file_name) AS file_name, line_number, TRIM(column_name) AS column_name, TRIM(error_message) AS error_message
FROM sys_load_error_detail WHERE LEFT(file_name, ${folderUrl.length}) = ${quoteText(folderUrl)}${recent}
ORDER BY start_time DESC, line_number LIMIT 1000`;
}

function createTemp(table: string, columns: Readonly<Record<string, string>>): LoadStatement {
  const definitions = Object.entries(columns).map(([name, type]) => `${redshiftName(name)} ${type} NOT NULL`);
  return run(`CREATE TEMP TABLE ${table} (${definitions.join(', ')})`);
}

function copy(table: string, columns: string, url: string, copyRoleArn: string | null, files: string): LoadStatement {
  const role = copyRoleArn === null ? 'default' : quoteText(copyRoleArn);
  const format = `FORMAT AS CSV IGNOREHEADER 1 TIMEFORMAT 'auto' COMPUPDATE OFF STATUPDATE OFF`;
  return { sql: `COPY ${table} (${columns})\nFROM ${quoteText(url)}\nIAM_ROLE ${role}${files} ${format}`, copies: true, reports: false };
}

function run(sql: string): LoadStatement {
  return { sql, copies: false, reports: false };
}

function list(columns: readonly string[], of = ''): string {
  return columns.map((column) => `${of}${redshiftName(column)}`).join(', ');
}
