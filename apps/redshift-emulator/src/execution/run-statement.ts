import type { RunCopy } from '../copy/run-copy.js';
import { readTables, tableKey, valueKinds } from '../postgres/read-catalog.js';
import type { CatalogTable } from '../postgres/read-catalog.js';
import { translateError } from '../postgres/translate-error.js';
import { guardDecimals } from '../sql/guard-decimals.js';
import type { CopyStatement } from '../sql/read-copy.js';
import { RedshiftError } from '../sql/redshift-error.js';
import type { RewrittenSql } from '../sql/source-edits.js';
import { quoteTable } from '../sql/sql-reader.js';
import type { TableName } from '../sql/sql-reader.js';
import type { Statement } from '../sql/statement.js';
import { describeColumns } from './column-metadata.js';
import type { ColumnMetadata } from './column-metadata.js';
import { ResultWriter } from './result-pages.js';
import type { ResultPages } from './result-pages.js';
import type { Transaction } from './transaction.js';

export interface StatementContext {
  id: string;
  database: string;
  queryId: number;
  resultFormat: 'JSON' | 'CSV';
  /** one of several in a transaction */
  inBatch: boolean;
  signal: AbortSignal;
}

export interface StatementResult {
  /** -1: nothing to count */
  rows: number;
  bytes: number;
  columns: ColumnMetadata[] | null;
  pageCount: number;
}

const done = (rows: number): StatementResult => ({ rows, bytes: 0, columns: null, pageCount: 0 });

/** Rows that one FETCH of a result asks for: bounds the memory of a query. */
const FETCH_ROWS = 2_000;

/** Runs one statement inside a transaction, as Redshift would. */
export class RunStatement {
  constructor(
    private readonly copies: RunCopy,
    private readonly pages: ResultPages,
    /** what DescribeStatement shows for a COPY: AWS was seen to say 0, its model promises the count */
    private readonly copyResultRows: 'zero' | 'count',
  ) {}

  /** @throws RedshiftError */
  async run(statement: Statement, transaction: Transaction, context: StatementContext): Promise<StatementResult> {
    switch (statement.kind) {
      case 'query':
        await this.guard(statement, transaction, context);
        return this.query(statement.sql, transaction, context);
      case 'show':
        return this.query(statement.sql, transaction, context);
      case 'write': {
        await this.lockTarget(statement.target, transaction, context);
        await this.guard(statement, transaction, context);
        return done(await this.execute(statement.sql, transaction, context));
      }
      case 'create-table-as':
      case 'create-view':
        await this.guard(statement, transaction, context);
        await this.execute(statement.sql, transaction, context);
        return done(-1);
      case 'copy':
        return this.copy(statement.copy, transaction, context);
      case 'lock':
        await this.execute(statement.sql, transaction, context, false);
        return done(-1);
      case 'command':
        await this.execute(statement.sql, transaction, context, statement.verb !== 'SET');
        return done(-1);
      case 'truncate':
        if (context.inBatch) {
          throw new RedshiftError('redshift-emulator refuses TRUNCATE in a batch: in Amazon Redshift it commits what ran before it');
        }
        await this.execute(statement.sql, transaction, context);
        return done(-1);
      case 'vacuum':
        if (context.inBatch) throw new RedshiftError('VACUUM cannot run inside a transaction block');
        return done(-1);
      case 'nothing':
        return done(-1);
    }
  }

  private async execute(sql: RewrittenSql, transaction: Transaction, context: StatementContext, takesSnapshot = true): Promise<number> {
    try {
      const { rowCount } = await transaction.session.query(sql.text);
      if (takesSnapshot) transaction.hasSnapshot = true;
      return rowCount;
    } catch (error) {
      throw this.translated(error, sql, transaction, context, this.seen.has(transaction));
    }
  }

  /** Through a cursor, page by page: a result may be larger than memory. */
  private async query(sql: RewrittenSql, transaction: Transaction, context: StatementContext): Promise<StatementResult> {
    const { session } = transaction;
    const isShow = /^\s*show\b/i.test(sql.text);
    const prefix = isShow ? '' : 'DECLARE emulator_result NO SCROLL CURSOR FOR ';
    const writer = new ResultWriter(context.id, context.resultFormat, this.pages);
    try {
      let result = await session.query(prefix + sql.text);
      transaction.hasSnapshot = true;
      if (!isShow) result = await session.query(`FETCH ${FETCH_ROWS} FROM emulator_result`);
      const { fields } = result;
      while (result.rows.length > 0) {
        context.signal.throwIfAborted();
        await writer.add(result.rows, fields);
        if (isShow || result.rows.length < FETCH_ROWS) break;
        result = await session.query(`FETCH ${FETCH_ROWS} FROM emulator_result`);
      }
      await writer.end();
      if (!isShow) await session.query('CLOSE emulator_result');
      const columns = await describeColumns(session, fields);
      return { rows: writer.rowCount, bytes: writer.byteCount, columns, pageCount: writer.pageCount };
    } catch (error) {
      throw this.translated(error, sql, transaction, context, this.seen.has(transaction), prefix.length);
    }
  }

  /** Transactions whose last guarded statement found all its tables in the snapshot. */
  private readonly seen = new WeakSet<Transaction>();

  /** Decimal arithmetic; runs after the statement's own lock, since it takes the snapshot. */
  private async guard(
    statement: Extract<Statement, { tables: TableName[] }>,
    transaction: Transaction,
    context: StatementContext,
  ): Promise<void> {
    if (statement.tables.length === 0) return;
    const tables = await this.tables(statement.tables, transaction, context);
    if (statement.tables.every((table) => tables.has(tableKey(table)))) this.seen.add(transaction);
    else this.seen.delete(transaction);
    if (statement.kind === 'write') transaction.tableId = tables.get(tableKey(statement.target))?.oid ?? transaction.tableId;
    guardDecimals(statement, valueKinds(tables));
  }

  private async tables(
    names: readonly TableName[],
    transaction: Transaction,
    context: StatementContext,
  ): Promise<Map<string, CatalogTable>> {
    try {
      const tables = await readTables(transaction.session, names);
      transaction.hasSnapshot = true;
      return tables;
    } catch (error) {
      throw this.translated(error, null, transaction, context, false);
    }
  }

  /**
   * Writers of one table run one after another. Source: AWS, "Write and read/write operations": COPY, INSERT, UPDATE and
   * DELETE hold a lock of this very name until the transaction ends.
   */
  private async lockTarget(target: TableName, transaction: Transaction, context: StatementContext): Promise<void> {
    const known = transaction.hasSnapshot && (await this.tables([target], transaction, context)).has(tableKey(target));
    try {
      await transaction.session.query(`LOCK TABLE ${quoteTable(target)} IN SHARE ROW EXCLUSIVE MODE`);
    } catch (error) {
      throw this.translated(error, null, transaction, context, known);
    }
  }

  private async copy(copy: CopyStatement, transaction: Transaction, context: StatementContext): Promise<StatementResult> {
    const { database, queryId, signal } = context;
    try {
      await this.lockTarget(copy.table, transaction, context);
    } catch (error) {
      if (isUndefinedTable(error)) throw new RedshiftError(`Cannot COPY into nonexistent table ${copy.table.name}`, { cause: error });
      throw error;
    }
    const table = (await this.tables([copy.table], transaction, context)).get(tableKey(copy.table));
    if (table === undefined) throw new RedshiftError(`Cannot COPY into nonexistent table ${copy.table.name}`);
    transaction.tableId = table.oid;
    try {
      const rows = await this.copies.run(copy, { session: transaction.session, table, database, queryId, signal });
      const loaded = copy.options.noLoad ? 0 : rows;
      await transaction.session.query(
        `SELECT set_config('emulator.last_copy_count', $1, false), set_config('emulator.last_copy_id', $2, false)`,
        [String(loaded), String(queryId)],
      );
      // statistics come with a first load by default, and plans over staging tables need them
      if (copy.options.statUpdate || copy.table.schema === null) await transaction.session.query(`ANALYZE ${quoteTable(copy.table)}`);
      return done(this.copyResultRows === 'count' ? loaded : 0);
    } catch (error) {
      throw this.translated(error, null, transaction, context, true);
    }
  }

  private translated(
    error: unknown,
    sql: RewrittenSql | null,
    transaction: Transaction,
    context: StatementContext,
    tableInSnapshot: boolean,
    prefixLength = 0,
  ): unknown {
    if (context.signal.aborted) return error;
    const { session, tableId } = transaction;
    return translateError(error, { sql, prefixLength, pid: session.pid, queryId: context.queryId, tableInSnapshot, tableId });
  }
}

const isUndefinedTable = (error: unknown): boolean =>
  error instanceof RedshiftError && (error.cause as { code?: string } | undefined)?.code === '42P01' && error.message !== '1018';
