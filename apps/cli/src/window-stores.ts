import { MARKET_SCHEMA, redshiftName } from '@elias/contracts';
import { windowId } from '@elias/market-data';
import type { Window } from '@elias/market-data';
import type { Postgres } from '@elias/postgres';
import type { RedshiftData } from '@elias/redshift';
import type { StoredWindow, WindowStore } from './stored-window.js';
import { csvLine, ledgerEntry, ledgerSql, rowsQuery } from './window-store-sql.js';
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
export function postgresStore(postgres: Postgres, schema = MARKET_SCHEMA): WindowStore {
  return {
    name: 'Postgres',
    async read(window: Window): Promise<StoredWindow> {
      const { sql, parameters } = rowsQuery(window, POSTGRES, schema);
      const rows = await postgres.query<Row>(sql, Object.values(parameters));
      const [ledger] = await postgres.query<Row>(ledgerSql(POSTGRES, schema), [windowId(window)]);
      return { rows: rows.map((row) => csvLine(window.dataset, row)), ledger: ledger === undefined ? null : ledgerEntry(ledger) };
    },
  };
}

/** Redshift, read through the Data API alone. */
export function redshiftStore(redshift: RedshiftData, schema = MARKET_SCHEMA): WindowStore {
  return {
    name: 'Redshift',
    async read(window: Window): Promise<StoredWindow> {
      const { sql, parameters } = rowsQuery(window, REDSHIFT, schema);
      const rows: string[] = [];
      for await (const row of redshift.query(sql, parameters)) rows.push(csvLine(window.dataset, row));
      let ledger: Row | undefined;
      for await (const row of redshift.query(ledgerSql(REDSHIFT, schema), { window_id: windowId(window) })) ledger = row;
      return { rows, ledger: ledger === undefined ? null : ledgerEntry(ledger) };
    },
  };
}
