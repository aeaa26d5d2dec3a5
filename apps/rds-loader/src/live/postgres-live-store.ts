import { PostgresDataError } from '@elias/postgres';
import type { Postgres } from '@elias/postgres';
import { noteLate } from '../quality/settle-live-trades.js';
import type { LateTrade } from '../quality/settle-live-trades.js';
import type { LiveRow, LiveRows, RefusedRecord } from './live-rows.js';
import {
  LIVE_COLUMNS,
  purgeStatement,
  sweepSettledCandlesStatement,
  sweepSettledTradesStatement,
  upsertStatement,
  writeTradesStatement,
} from './live-sql.js';
import type { LiveTable } from './live-sql.js';
import type { LiveStore, Swept } from './live-store.js';

export class PostgresLiveStore implements LiveStore {
  constructor(private readonly postgres: Postgres) {}

  async save({ trades, tickers, candles }: LiveRows): Promise<RefusedRecord[]> {
    return [...(await this.write('trades', trades)), ...(await this.write('tickers', tickers)), ...(await this.write('candles', candles))];
  }

  async sweep(keptFrom: Date): Promise<Swept> {
    const removed = async (statement: string, params: readonly unknown[] = []): Promise<number> =>
      (await this.postgres.query<{ rows: number }>(statement, params))[0]!.rows;
    const trades = await this.postgres.transaction(async (client) => {
      const { rows } = await client.query<LateTrade>(sweepSettledTradesStatement());
      return { settled: rows.length, late: await noteLate(client, rows) };
    });
    return {
      settled: (await removed(sweepSettledCandlesStatement())) + trades.settled,
      late: trades.late,
      expired: (await removed(purgeStatement('trades'), [keptFrom])) + (await removed(purgeStatement('candles'), [keptFrom])),
    };
  }

  /** A statement with a row that does not fit writes nothing: it is halved until the row is found. */
  private async write(table: LiveTable, rows: readonly (LiveRow & { readonly offsets?: readonly string[] })[]): Promise<RefusedRecord[]> {
    const [first] = rows;
    if (first === undefined) return [];
    try {
      const values = rows.map(({ data }) => data as Record<string, unknown>);
      const columns = LIVE_COLUMNS[table].map(([name]) => values.map((row) => row[name]));
      if (table !== 'trades') await this.postgres.query(upsertStatement(table), columns);
      else await this.postgres.query(writeTradesStatement(), [...columns, rows.map(({ offsets = [] }) => `{${offsets.join()}}`)]);
      return [];
    } catch (error) {
      if (!(error instanceof PostgresDataError)) throw error;
      if (rows.length === 1) return [{ record: first.record, reason: 'refused-by-store', cause: error }];
      const middle = rows.length >> 1;
      return [...(await this.write(table, rows.slice(0, middle))), ...(await this.write(table, rows.slice(middle)))];
    }
  }
}
