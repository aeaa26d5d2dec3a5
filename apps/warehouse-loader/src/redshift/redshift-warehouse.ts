import type { ResultRow } from '@elias/redshift';
import { RedshiftData, StatementFailedError } from '@elias/redshift';
import { ledgerQuery, LEDGER_QUERY_WINDOWS_MAX, loadErrorsQuery, loadStatements } from '../sql/load-statements.js';
import type { LoadText } from '../sql/load-statements.js';
import type { LedgerRow, LoadError, LoadResult, StagedLoad, Warehouse } from '../warehouse.js';
import { ledgerRow, loadedWindow, loadError } from './result-fields.js';

export interface RedshiftWarehouseOptions {
  readonly bucket: string;
  /** role that Redshift reads S3 with; null for the warehouse's default */
  readonly copyRoleArn: string | null;
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
      const reportRows = async (reports: 'windows' | 'revoked'): Promise<ResultRow[]> => {
        const report = batch.statements[statements.findIndex((statement) => statement.reports === reports)];
        const rows: ResultRow[] = [];
        if (report !== undefined) for await (const row of this.data.rows(report.id, signal)) rows.push(row);
        return rows;
      };
      const windows = (await reportRows('windows')).map(loadedWindow);
      const revoked = (await reportRows('revoked')).flatMap((row) => ledgerRow(row) ?? []);
      return { kind: 'loaded', windows, revoked };
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
    const errors: LoadError[] = [];
    for await (const row of this.data.query(sql, {}, { signal })) errors.push(loadError(row, bucket));
    return errors;
  }

  async ledger(windowIds: readonly string[], signal: AbortSignal): Promise<Map<string, LedgerRow>> {
    const rows = new Map<string, LedgerRow>();
    for (let at = 0; at < windowIds.length; at += LEDGER_QUERY_WINDOWS_MAX) {
      const sql = ledgerQuery(windowIds.slice(at, at + LEDGER_QUERY_WINDOWS_MAX));
      for await (const row of this.ledgerRows(sql, signal)) rows.set(row.windowId, row);
    }
    return rows;
  }

  wholeLedger(signal: AbortSignal): AsyncIterable<LedgerRow> {
    return this.ledgerRows(ledgerQuery(null), signal);
  }

  private async *ledgerRows(sql: string, signal: AbortSignal): AsyncGenerator<LedgerRow, void, undefined> {
    const rows: AsyncIterable<ResultRow> = this.data.query(sql, {}, { signal });
    for await (const fields of rows) {
      const row = ledgerRow(fields);
      if (row !== null) yield row;
    }
  }
}

/** What a staged load means for the text of its statements. */
export function loadText(load: StagedLoad, { bucket, copyRoleArn }: RedshiftWarehouseOptions): LoadText {
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
  return { copyRoleArn, revocations: revocationsUrl === null ? null : { url: revocationsUrl, datasets }, windows };
}

function timestamp(ms: number): string {
  return new Date(ms).toISOString().slice(0, 19).replace('T', ' ');
}
