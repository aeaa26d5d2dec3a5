import { once } from 'node:events';
import type { CopyStreamQuery } from 'pg-copy-streams';
import type { CatalogTable } from '../postgres/read-catalog.js';
import type { PostgresSession } from '../postgres/postgres-session.js';
import type { CopyStatement } from '../sql/read-copy.js';
import { RedshiftError } from '../sql/redshift-error.js';
import { quoteIdentifier, quoteLiteral, quoteTable } from '../sql/sql-reader.js';
import type { CopySource } from './copy-source.js';
import { fileUrl } from './copy-source.js';
import { decompressed } from './decompress.js';
import { outputDelimiter } from './encode-row.js';
import { JsonRows } from './json-rows.js';
import { listFiles } from './list-files.js';
import type { LoadColumn } from './load-column.js';
import type { LoadError, LoadFacts, LoadJournal, LoadTotals } from './load-journal.js';
import { openAhead } from './open-ahead.js';
import type { RejectRow, RowReader } from './row-reader.js';
import { TextRows } from './text-rows.js';

export interface CopyContext {
  session: PostgresSession;
  table: CatalogTable;
  database: string;
  queryId: number;
  signal: AbortSignal;
}

/** The load stops here: the row that was one too many is in the journal. */
class TooManyErrors extends Error {}

/** Loads files from S3 into a table, inside the transaction of `session`. */
export class RunCopy {
  constructor(
    private readonly source: CopySource,
    private readonly journal: LoadJournal,
  ) {}

  /**
   * @returns rows loaded
   * @throws RedshiftError nothing of it stands once the transaction is rolled back; the journal keeps the bad rows
   */
  async run(copy: CopyStatement, context: CopyContext): Promise<number> {
    const { session, table, database, queryId, signal } = context;
    const columns = targetColumns(copy, table);
    const facts: LoadFacts = {
      queryId,
      pid: session.pid,
      database,
      tableId: table.oid,
      tableName: copy.table.name,
      source: fileUrl(copy.from),
      format: copy.options.format.kind === 'delimited' ? 'txt' : copy.options.format.kind,
      startedAt: new Date(),
    };
    const load = new Load(copy, columns, context);
    try {
      await load.files(await listFiles(copy, this.source, signal), this.source);
      await this.journal.addErrors(facts, load.errors);
      await this.journal.addLoad(facts, 'completed', load.totals);
      return load.totals.rows;
    } catch (error) {
      await this.journal.addErrors(facts, load.errors);
      await this.journal.addLoad(facts, 'aborted', load.totals);
      if (!(error instanceof TooManyErrors)) throw error;
      throw new RedshiftError(`Load into table '${copy.table.name}' failed.  Check 'sys_load_error_detail' system table for details.`);
    }
  }
}

/** One run of COPY: rows of all its files into one stream to PostgreSQL. */
class Load {
  readonly errors: LoadError[] = [];
  readonly totals: LoadTotals = { rows: 0, bytes: 0, files: 0, fileBytes: 0, errors: 0 };
  private readonly delimiter: string;
  private sink: CopyStreamQuery | null = null;
  /** what PostgreSQL said while the stream was open */
  private failure: Error | null = null;

  constructor(
    private readonly copy: CopyStatement,
    private readonly columns: readonly LoadColumn[],
    private readonly context: CopyContext,
  ) {
    const { format } = copy.options;
    this.delimiter = outputDelimiter(format.kind === 'json' ? null : format.delimiter);
  }

  async files(files: Parameters<typeof openAhead>[0], source: CopySource): Promise<void> {
    const { signal } = this.context;
    try {
      for await (const { file, open } of openAhead(files, source, signal)) {
        const url = fileUrl(file);
        const rows = this.rowReader(url);
        this.totals.files += 1;
        this.totals.fileBytes += open.bytes ?? 0;
        const before = this.totals.rows;
        for await (const chunk of decompressed(open.body, this.copy.options.compression, url)) {
          signal.throwIfAborted();
          this.totals.bytes += chunk.length;
          await this.write(rows.push(chunk));
          this.totals.rows = before + rows.rowCount;
        }
        await this.write(rows.finish());
        this.totals.rows = before + rows.rowCount;
      }
      await this.end();
    } catch (error) {
      await this.abandon();
      throw error;
    }
  }

  private rowReader(url: string): RowReader {
    const reject: RejectRow = (fault, line, column) => {
      this.errors.push({ ...fault, file: url, line, column });
      this.totals.errors += 1;
      if (this.totals.errors > this.copy.options.maxErrors) throw new TooManyErrors();
    };
    const { options } = this.copy;
    return options.format.kind === 'json'
      ? new JsonRows(this.columns, options, this.delimiter, reject)
      : new TextRows(this.columns, options, this.delimiter, reject);
  }

  private async write(buffers: readonly Buffer[]): Promise<void> {
    if (buffers.length === 0 || this.copy.options.noLoad) return;
    this.sink ??= this.open();
    let free = true;
    for (const buffer of buffers) {
      if (this.failure !== null) throw this.failure;
      free = this.sink.write(buffer);
    }
    if (!free) await once(this.sink, 'drain');
  }

  private open(): CopyStreamQuery {
    const names = this.columns.map(({ name }) => quoteIdentifier(name)).join(', ');
    const options = `FORMAT text, DELIMITER ${quoteLiteral(this.delimiter)}, NULL '\\N', ENCODING 'UTF8'`;
    const sink = this.context.session.copyFrom(`COPY ${quoteTable(this.copy.table)} (${names}) FROM STDIN (${options})`);
    sink.on('error', (error) => {
      this.failure ??= error;
      // pg-copy-streams 7 lets go of its connection after an error and would trip over what is still buffered
      sink.destroy();
    });
    return sink;
  }

  private async end(): Promise<void> {
    if (this.failure !== null) throw this.failure;
    if (this.sink === null) return;
    this.sink.end();
    await once(this.sink, 'finish');
  }

  /** PostgreSQL hears CopyFail; its answer only repeats that. Where it refused by itself, the stream is over already. */
  private async abandon(): Promise<void> {
    if (this.sink === null || this.failure !== null || this.sink.writableFinished) return;
    const closed = once(this.sink, 'close').catch(() => undefined);
    this.sink.destroy(new Error('load given up'));
    await closed;
  }
}

/** @throws RedshiftError a column that the table lacks, or named twice */
function targetColumns(copy: CopyStatement, table: CatalogTable): LoadColumn[] {
  if (copy.columns === null) return table.columns;
  const seen = new Set<string>();
  return copy.columns.map((name) => {
    const column = table.columns.find((candidate) => candidate.name === name);
    if (column === undefined) throw new RedshiftError(`column "${name}" of relation "${copy.table.name}" does not exist`);
    if (seen.has(name)) throw new RedshiftError(`column "${name}" specified more than once`);
    seen.add(name);
    return column;
  });
}
