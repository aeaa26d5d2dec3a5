import type { Postgres } from '@elias/postgres';
import type { Warehouse } from '../warehouse.js';
import type { WatchedLedger } from './find-unloaded.js';

/** Reads Redshift: to be asked while it is awake. */
export function redshiftLedger(warehouse: Pick<Warehouse, 'ledger'>): WatchedLedger {
  return {
    store: 'redshift',
    async loaded(windowIds, signal) {
      const rows = await warehouse.ledger(windowIds, signal);
      return new Set([...rows.values()].flatMap(({ windowId, revoked }) => (revoked ? [] : [windowId])));
    },
  };
}

export function postgresLedger(postgres: Postgres): WatchedLedger {
  return {
    store: 'postgres',
    async loaded(windowIds) {
      const rows = await postgres.query<{ window_id: string }>(
        `SELECT window_id FROM market.load_ledger WHERE window_id = ANY ($1) AND state = 'loaded'`,
        [windowIds],
      );
      return new Set(rows.map(({ window_id }) => window_id));
    },
  };
}
