import { marketTables } from './0001-market-tables.js';
import { statsTables } from './0002-stats-tables.js';
import { productTables } from './0003-product-tables.js';
import { tradesTable } from './0004-trades-table.js';

/** A change of the warehouse's tables. Its text never changes once it was released; a new change is a new migration. */
export interface Migration {
  /** e.g. `0001-market-tables`; applied in this order */
  readonly name: string;
  /** at most 38, each below 100 kB: lock and ledger are two more of the same batch */
  readonly statements: readonly string[];
}

export const MIGRATIONS: readonly Migration[] = [marketTables, statsTables, productTables, tradesTable];
