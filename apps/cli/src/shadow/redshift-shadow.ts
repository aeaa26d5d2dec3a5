import {
  columnNames,
  DATASET_MODELS,
  LOAD_LEDGER_MODEL,
  MARKET_SCHEMA,
  redshiftName,
  redshiftTableIn,
  REVOCATIONS_MODEL,
} from '@elias/contracts';
import { parseWindowId } from '@elias/market-data';
import type { Dataset, Window } from '@elias/market-data';
import type { RedshiftData } from '@elias/redshift';
import { quoteText, StatementFailedError } from '@elias/redshift';
import { ReplayRefusedError } from '../replay/replay-item.js';
import type { WindowStore } from '../stored-window.js';
import { redshiftStore } from '../window-stores.js';
import type { Promoted, ShadowStore } from './shadow-store.js';
import { SHADOW_MARK } from './shadow-store.js';

const MODELS = [...Object.values(DATASET_MODELS), LOAD_LEDGER_MODEL, REVOCATIONS_MODEL];
/** Windows that one statement names: some 80 kB, below what the Data API takes. */
const WINDOWS_NAMED = 600;
/** A batch has 40 statements: what is left for naming windows beside those that exchange eight datasets. */
const NAMING_STATEMENTS_MAX = 16;

export class RedshiftShadow implements ShadowStore {
  readonly name = 'Redshift';

  constructor(private readonly redshift: RedshiftData) {}

  async prepare(schema: string): Promise<void> {
    if (await this.isShadow(schema)) return;
    try {
      await this.redshift.batch([
        `CREATE SCHEMA ${schema}`,
        ...MODELS.map((model) => redshiftTableIn(schema, model).replace(/;$/, '')),
        `CREATE TABLE ${schema}.${SHADOW_MARK} (made_at TIMESTAMP NOT NULL)`,
      ]);
    } catch (error) {
      if (!(error instanceof StatementFailedError)) throw error;
      throw new ReplayRefusedError(`Redshift did not make the schema ${schema}, or has one that no replay made`, { cause: error });
    }
  }

  async drop(schema: string): Promise<void> {
    await this.mustBeShadow(schema);
    await this.redshift.execute(`DROP SCHEMA ${schema} CASCADE`);
  }

  async windowIds(schema: string): Promise<string[]> {
    await this.mustBeShadow(schema);
    const ids: string[] = [];
    for await (const row of this.redshift.query(`SELECT window_id FROM ${schema}.${LOAD_LEDGER_MODEL.name} ORDER BY window_id`)) {
      ids.push(String(row['window_id']));
    }
    return ids;
  }

  read(schema: string): WindowStore {
    return redshiftStore(this.redshift, schema);
  }

  /** One batch, the loaders' lock first. What stood goes: the archives have it. */
  async promote(schema: string): Promise<Promoted> {
    await this.mustBeShadow(schema);
    const ids: string[] = [];
    for await (const row of this.redshift.query(`SELECT window_id FROM ${schema}.load_ledger WHERE state = 'loaded' ORDER BY window_id`)) {
      ids.push(String(row['window_id']));
    }
    if (ids.length > WINDOWS_NAMED * NAMING_STATEMENTS_MAX) {
      throw new ReplayRefusedError(`one transaction of Redshift takes ${WINDOWS_NAMED * NAMING_STATEMENTS_MAX} windows, not ${ids.length}`);
    }
    const statements = promoteStatements(schema, ids.map(parseWindowId), ids);
    const { statements: done } = await this.redshift.batch(statements, { name: `elias promote ${schema}` });
    const promoted: string[] = [];
    for await (const row of this.redshift.rows(done.at(-1)!.id)) promoted.push(String(row['window_id']));
    promoted.sort();
    return { promoted, kept: ids.filter((id) => !promoted.includes(id)) };
  }

  private async mustBeShadow(schema: string): Promise<void> {
    if (!(await this.isShadow(schema))) throw new ReplayRefusedError(`Redshift has no schema ${schema} that a replay made`);
  }

  private async isShadow(schema: string): Promise<boolean> {
    try {
      await this.redshift.execute(`SELECT COUNT(*) FROM ${schema}.${SHADOW_MARK}`);
      return true;
    } catch (error) {
      if (error instanceof StatementFailedError) return false;
      throw error;
    }
  }
}

/** @param ids of the windows, in their order */
export function promoteStatements(schema: string, windows: readonly Window[], ids: readonly string[]): string[] {
  const [ledger, shadow, revocations] = [
    `${MARKET_SCHEMA}.load_ledger`,
    `${schema}.load_ledger`,
    `${MARKET_SCHEMA}.${REVOCATIONS_MODEL.name}`,
  ];
  const columns = columnNames(LOAD_LEDGER_MODEL).map(redshiftName);
  const values = columns.map((name) => (name === '"loaded_at"' ? 'GETDATE()' : `s.${name}`));
  const datasets = [...new Set(windows.map(({ dataset }) => dataset))];
  return [
    `LOCK ${ledger}`,
    `CREATE TEMP TABLE promoted_windows (window_id VARCHAR(160) NOT NULL, dataset VARCHAR(64) NOT NULL, product_id VARCHAR(64) NOT NULL,
  granularity INTEGER NOT NULL, from_at TIMESTAMP NOT NULL, to_at TIMESTAMP NOT NULL)`,
    ...namingStatements(windows, ids),
    `DELETE FROM promoted_windows USING ${shadow} s
WHERE promoted_windows.window_id = s.window_id AND s.collection_id IN (SELECT collection_id FROM ${revocations})`,
    `DELETE FROM promoted_windows USING ${shadow} s, ${ledger} l
WHERE promoted_windows.window_id = s.window_id AND promoted_windows.window_id = l.window_id AND l.state = 'loaded'
  AND l.collection_id NOT IN (SELECT collection_id FROM ${revocations}) AND ${isBetter('l', 's')}`,
    ...datasets.flatMap((dataset) => rowStatements(schema, dataset)),
    `DELETE FROM ${ledger} USING promoted_windows w WHERE load_ledger.window_id = w.window_id`,
    `INSERT INTO ${ledger} (${columns.join(', ')})
SELECT ${values.join(', ')} FROM ${shadow} s JOIN promoted_windows w ON w.window_id = s.window_id`,
    'SELECT window_id FROM promoted_windows',
  ];
}

function namingStatements(windows: readonly Window[], ids: readonly string[]): string[] {
  const statements: string[] = [];
  const instant = (ms: number): string => quoteText(new Date(ms).toISOString().slice(0, 19).replace('T', ' '));
  for (let at = 0; at < windows.length; at += WINDOWS_NAMED) {
    const rows = windows.slice(at, at + WINDOWS_NAMED).map(({ dataset, productId, granularity, fromMs, toMs }, i) => {
      return `(${quoteText(ids[at + i]!)}, ${quoteText(dataset)}, ${quoteText(productId)}, ${granularity}, ${instant(fromMs)}, ${instant(toMs)})`;
    });
    statements.push(
      `INSERT INTO promoted_windows (window_id, dataset, product_id, granularity, from_at, to_at) VALUES\n${rows.join(',\n')}`,
    );
  }
  return statements;
}

function rowStatements(schema: string, dataset: Dataset): string[] {
  const { name, place } = DATASET_MODELS[dataset];
  const belongs = (rows: string): string =>
    [
      `w.dataset = ${quoteText(dataset)}`,
      ...(place.product === null ? [] : [`${rows}.${redshiftName(place.product)} = w.product_id`]),
      ...(place.granularity === null ? [] : [`${rows}.${redshiftName(place.granularity)} = w.granularity`]),
      `${rows}.${redshiftName(place.time)} >= w.from_at AND ${rows}.${redshiftName(place.time)} < w.to_at`,
    ].join(' AND ');
  const columns = columnNames(DATASET_MODELS[dataset]).map(redshiftName);
  return [
    `DELETE FROM ${MARKET_SCHEMA}.${name} USING promoted_windows w WHERE ${belongs(name)}`,
    `INSERT INTO ${MARKET_SCHEMA}.${name} (${columns.join(', ')})
SELECT ${columns.map((column) => `s.${column}`).join(', ')} FROM ${schema}.${name} s JOIN promoted_windows w ON ${belongs('s')}`,
  ];
}

/** The order of revisions (`compareRevisions`) in SQL. */
function isBetter(a: string, b: string): string {
  const missing = (side: string): string => `${side}.unknown_periods + ${side}.open_periods`;
  return `(${missing(a)} < ${missing(b)} OR (${missing(a)} = ${missing(b)}
    AND (${a}.collected_at > ${b}.collected_at OR (${a}.collected_at = ${b}.collected_at AND ${a}.collection_id > ${b}.collection_id))))`;
}
