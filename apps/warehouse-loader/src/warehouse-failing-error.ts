import { EliasError } from '@elias/errors';

/** The warehouse takes none of a batch, for a reason that is not one archive's: rights, a missing table, its own trouble. */
export class WarehouseFailingError extends EliasError {
  override readonly name = 'WarehouseFailingError';
  readonly code = 'ELIAS_WAREHOUSE_FAILING';
  readonly disposition = 'retry';
  /** @param text the database's own words */
  constructor(readonly text: string) {
    super(`the warehouse takes nothing: ${text === '' ? 'it gives no reason' : text}`);
  }
}
