import { redshiftName } from '@elias/contracts';
import { formatInstant, windowId } from '@elias/market-data';
import type { Window } from '@elias/market-data';
import type { Postgres } from '@elias/postgres';
import type { RedshiftData } from '@elias/redshift';
import type { StoredWindow, WindowStore } from './stored-window.js';
import { csvLine, ledgerEntry, ledgerSql, rowsSql } from './window-store-sql.js';
import type { StoreDialect, StoredValue } from './window-store-sql.js';

type Row = Record<string, StoredValue>;

const POSTGRES: StoreDialect = {
  name: (column) => column,
  parameter: (_name, position) => `$${position}`,
  text: ({ name, type }) =>
    type.kind === 'instant' ? `to_char(t.${name} AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.FF6')` : `CAST(t.${name} AS TEXT)`,
};

const REDSHIFT: StoreDialect = {
  name: redshiftName,
  parameter: (name) => `:${name}`,
  text: ({ name }) => `t.${redshiftName(name)}`,
};

/** Postgres, read through `pg`. */
export function postgresStore(postgres: Postgres): WindowStore {
  return {
    name: 'Postgres',
    async read(window: Window): Promise<StoredWindow> {
      const { productId, granularity, fromMs, toMs } = window;
      const rows = await postgres.query<Row>(rowsSql(POSTGRES), [productId, granularity, formatInstant(fromMs), formatInstant(toMs)]);
      const [ledger] = await postgres.query<Row>(ledgerSql(POSTGRES), [windowId(window)]);
      return { rows: rows.map(csvLine), ledger: ledger === undefined ? null : ledgerEntry(ledger) };
    },
  };
}

/** Redshift, read through the Data API alone. */
export function redshiftStore(redshift: RedshiftData): WindowStore {
  return {
    name: 'Redshift',
    async read(window: Window): Promise<StoredWindow> {
      const { productId, granularity, fromMs, toMs } = window;
      const range = { from: formatInstant(fromMs), to: formatInstant(toMs) };
      const rows: string[] = [];
      for await (const row of redshift.query(rowsSql(REDSHIFT), { product_id: productId, granularity, ...range })) rows.push(csvLine(row));
      let ledger: Row | undefined;
      for await (const row of redshift.query(ledgerSql(REDSHIFT), { window_id: windowId(window) })) ledger = row;
      return { rows, ledger: ledger === undefined ? null : ledgerEntry(ledger) };
    },
  };
}
