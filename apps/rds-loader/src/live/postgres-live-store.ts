import { PostgresDataError } from '@elias/postgres';
import type { Postgres } from '@elias/postgres';
import type { LiveRow, LiveRows, RefusedRecord } from './live-rows.js';
import { LIVE_COLUMNS, purgeStatement, sweepSettledCandlesStatement, sweepSettledTradesStatement, upsertStatement } from './live-sql.js';
import type { LiveTable } from './live-sql.js';
import type { LiveStore } from './live-store.js';

export class PostgresLiveStore implements LiveStore {
  constructor(private readonly postgres: Postgres) {}

  async save({ trades, tickers, candles }: LiveRows): Promise<RefusedRecord[]> {
    return [...(await this.write('trades', trades)), ...(await this.write('tickers', tickers)), ...(await this.write('candles', candles))];
  }

  async sweep(keptFrom: Date): Promise<{ settled: number; expired: number }> {
    const removed = async (statement: string, params: readonly unknown[] = []): Promise<number> =>
      (await this.postgres.query<{ rows: number }>(statement, params))[0]!.rows;
    return {
      settled: (await removed(sweepSettledCandlesStatement())) + (await removed(sweepSettledTradesStatement())),
      expired: (await removed(purgeStatement('trades'), [keptFrom])) + (await removed(purgeStatement('candles'), [keptFrom])),
    };
  }

  /** A statement with a row that does not fit writes nothing: it is halved until the row is found. */
  private async write(table: LiveTable, rows: readonly LiveRow[]): Promise<RefusedRecord[]> {
    const [first] = rows;
    if (first === undefined) return [];
    try {
      const values = rows.map(({ data }) => data as Record<string, unknown>);
      await this.postgres.query(
        upsertStatement(table),
        LIVE_COLUMNS[table].map(([name]) => values.map((row) => row[name])),
      );
      return [];
    } catch (error) {
      if (!(error instanceof PostgresDataError)) throw error;
      if (rows.length === 1) return [{ record: first.record, reason: 'refused-by-store', cause: error }];
      const middle = rows.length >> 1;
      return [...(await this.write(table, rows.slice(0, middle))), ...(await this.write(table, rows.slice(middle)))];
    }
  }
}
