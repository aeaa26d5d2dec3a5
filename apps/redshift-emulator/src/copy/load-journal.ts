import type { Pool } from 'pg';
import { describeColumn } from './load-column.js';
import type { LoadColumn } from './load-column.js';
import type { LoadFault } from './field-outcome.js';

export interface LoadError extends LoadFault {
  file: string;
  line: number;
  column: LoadColumn | null;
}

/** Who loads what. */
export interface LoadFacts {
  queryId: number;
  pid: number;
  database: string;
  tableId: number;
  tableName: string;
  source: string;
  format: 'csv' | 'txt' | 'json';
  startedAt: Date;
}

export interface LoadTotals {
  rows: number;
  bytes: number;
  files: number;
  fileBytes: number;
  errors: number;
}

/**
 * The system views about COPY. Written on connections of its own, so that its rows outlive the rollback of the load.
 * The transaction number is the query's: PostgreSQL's would mean nothing here.
 */
export class LoadJournal {
  constructor(private readonly pool: Pool) {}

  async addErrors(facts: LoadFacts, errors: readonly LoadError[]): Promise<void> {
    if (errors.length === 0) return;
    const described = errors.map(({ column }) => (column === null ? { type: '', length: '' } : describeColumn(column)));
    await this.pool.query(
      `INSERT INTO emulator.sys_load_error_detail
       SELECT 100, $1, $1, $2, $3, $4, $5, e.* FROM unnest($6::text[], $7::bigint[], $8::text[], $9::text[], $10::text[], $11::int[], $12::int[], $13::text[]) AS e`,
      [
        facts.queryId,
        facts.pid,
        facts.database,
        facts.tableId,
        utc(facts.startedAt),
        errors.map(({ file }) => file.slice(0, 256)),
        errors.map(({ line }) => line),
        errors.map(({ column }) => (column?.name ?? '').slice(0, 127)),
        described.map(({ type }) => type.slice(0, 10)),
        described.map(({ length }) => length.slice(0, 10)),
        errors.map(({ position }) => position),
        errors.map(({ code }) => code),
        errors.map(({ message }) => message.slice(0, 512)),
      ],
    );
  }

  async addLoad(facts: LoadFacts, status: 'completed' | 'aborted', totals: LoadTotals): Promise<void> {
    const endedAt = new Date();
    await this.pool.query(
      `INSERT INTO emulator.sys_load_history VALUES (100, $1, $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $13, $14, $15, 0)`,
      [
        facts.queryId,
        facts.pid,
        facts.database,
        status,
        facts.tableName,
        utc(facts.startedAt),
        utc(endedAt),
        (endedAt.getTime() - facts.startedAt.getTime()) * 1_000,
        facts.source,
        facts.format,
        totals.rows,
        totals.bytes,
        totals.files,
        totals.fileBytes,
        totals.errors,
      ],
    );
  }
}

/** TIMESTAMP without zone, UTC. */
const utc = (at: Date): string => at.toISOString().slice(0, -1);
