import { MARKET_SCHEMA } from '@elias/contracts';
import type { ResultRow } from '@elias/redshift';
import { RedshiftData, StatementFailedError } from '@elias/redshift';
import { ledgerQuery, loadErrorsQuery, loadStatements, QUERY_VALUES_MAX, withdrawnQuery } from '../sql/load-statements.js';
import type { LoadText } from '../sql/load-statements.js';
import type { LedgerRow, LoadError, LoadResult, StagedLoad, Warehouse } from '../warehouse.js';
import { WarehouseFailingError } from '../warehouse-failing-error.js';
import { ledgerRow, loadChange, loadError } from './result-fields.js';

export interface RedshiftWarehouseOptions {
  readonly bucket: string;
  /** role that Redshift reads S3 with; null for the warehouse's default */
  readonly copyRoleArn: string | null;
  /** of the tables; `market` when not given */
  readonly schema?: string;
}

/** The warehouse in Redshift: one load is one batch of the Data API, which is one transaction. */
export class RedshiftWarehouse implements Warehouse {
  constructor(
    private readonly data: RedshiftData,
    private readonly options: RedshiftWarehouseOptions,
  ) {}

  async load(load: StagedLoad, token: string, signal: AbortSignal): Promise<LoadResult> {
    const statements = loadStatements(loadText(load, this.options));
    try {
      const sqls = statements.map(({ sql }) => sql);
      const batch = await this.data.batch(sqls, { clientToken: token, name: `elias load ${load.id}`, signal });
      const report = batch.statements[statements.findIndex(({ reports }) => reports)];
      const rows = report === undefined ? [] : await allRows(this.data.rows(report.id, signal));
      return { kind: 'loaded', changes: new Map(rows.map(loadChange)), createdAtMs: batch.createdAtMs };
    } catch (error) {
      if (!(error instanceof StatementFailedError)) throw error;
      const { text, createdAtMs, failedAtMs, failedIndex } = error.failure;
      if (error.disposition === 'retry') return { kind: 'conflict', text, createdAtMs, failedAtMs };
      const copies = failedIndex === null || statements[failedIndex]?.copies === true;
      return { kind: copies ? 'copy-failed' : 'failed', text, createdAtMs, failedAtMs };
    }
  }

  async loadErrors(folder: string, sinceMs: number | null, signal: AbortSignal): Promise<LoadError[]> {
    const { bucket } = this.options;
    const sql = loadErrorsQuery(`s3://${bucket}/${folder}`, sinceMs === null ? null : timestamp(sinceMs));
    return (await this.query(sql, signal)).map((row) => loadError(row, bucket));
  }

  async ledger(windowIds: readonly string[], signal: AbortSignal): Promise<Map<string, LedgerRow>> {
    const rows = await this.queryEach(windowIds, (ids) => ledgerQuery(ids, this.options.schema), signal);
    return new Map(rows.map(ledgerRow).map((row) => [row.windowId, row]));
  }

  async withdrawn(collectionIds: readonly string[], signal: AbortSignal): Promise<Set<string>> {
    const rows = await this.queryEach(collectionIds, (ids) => withdrawnQuery(ids, this.options.schema), signal);
    return new Set(rows.map((row) => String(row['collection_id'])));
  }

  async *wholeLedger(signal: AbortSignal): AsyncGenerator<LedgerRow, void, undefined> {
    for (const row of await this.query(ledgerQuery(null, this.options.schema), signal)) yield ledgerRow(row);
  }

  private async queryEach(
    values: readonly string[],
    sqlOf: (values: readonly string[]) => string,
    signal: AbortSignal,
  ): Promise<ResultRow[]> {
    const rows: ResultRow[] = [];
    for (let at = 0; at < values.length; at += QUERY_VALUES_MAX) {
      rows.push(...(await this.query(sqlOf(values.slice(at, at + QUERY_VALUES_MAX)), signal)));
    }
    return rows;
  }

  /** @throws WarehouseFailingError the database refuses the query, e.g. for lack of rights */
  private async query(sql: string, signal: AbortSignal): Promise<ResultRow[]> {
    try {
      return await allRows(this.data.query(sql, {}, { signal }));
    } catch (error) {
      throw error instanceof StatementFailedError ? new WarehouseFailingError(error.failure.text) : error;
    }
  }
}

async function allRows(rows: AsyncIterable<ResultRow>): Promise<ResultRow[]> {
  const all: ResultRow[] = [];
  for await (const row of rows) all.push(row);
  return all;
}

/** What a staged load means for the text of its statements. */
export function loadText(load: StagedLoad, { bucket, copyRoleArn, schema = MARKET_SCHEMA }: RedshiftWarehouseOptions): LoadText {
  const url = (key: string | null): string | null => (key === null ? null : `s3://${bucket}/${key}`);
  const windowsUrl = url(load.windowsKey);
  const starts = load.windows.map(({ window }) => window.fromMs);
  const ends = load.windows.map(({ window }) => window.toMs);
  const windows =
    windowsUrl === null || load.dataset === null
      ? null
      : {
          dataset: load.dataset,
          columns: load.columns,
          windowsUrl,
          manifestUrl: url(load.manifestKey),
          from: timestamp(starts.reduce((least, at) => Math.min(least, at))),
          to: timestamp(ends.reduce((most, at) => Math.max(most, at))),
        };
  const revocationsUrl = url(load.revocationsKey);
  const datasets = [...new Set(load.revocations.map(({ window }) => window.dataset))];
  return { schema, copyRoleArn, revocations: revocationsUrl === null ? null : { url: revocationsUrl, datasets }, windows };
}

function timestamp(ms: number): string {
  return new Date(ms).toISOString().slice(0, 19).replace('T', ' ');
}
