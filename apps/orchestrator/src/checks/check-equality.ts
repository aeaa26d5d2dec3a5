import type { Holds } from '../tasks/fact.js';
import type { CheckResult } from './check.js';

/** One window as both stores told of it; null where nothing was told. */
export interface WindowInStores {
  readonly windowId: string;
  /** each store told of another revision alone: the newer one is on its way to the other, and there is nothing to compare */
  readonly moving: boolean;
  readonly warehouse: Holds | null;
  readonly rds: Holds | null;
}

/**
 * Whether both stores hold the same rows of every window, by what each told when it committed them: nothing is asked of Redshift here.
 * @param productId null for windows of all products
 */
export function checkEquality(productId: string | null, loaded: readonly WindowInStores[]): CheckResult {
  const name = 'equality';
  const windows = loaded.filter(({ moving }) => !moving);
  const unequal = windows.filter(
    ({ warehouse, rds }) => warehouse === null || rds === null || warehouse.csvSha256 !== rds.csvSha256 || warehouse.rows !== rds.rows,
  );
  if (windows.length === 0) return { name, productId, outcome: 'skipped', text: 'nothing was loaded, or newer tellings are on their way' };
  if (unequal.length === 0) {
    const text = `${windows.length} ${windows.length === 1 ? 'window holds' : 'windows hold'} equal rows in both stores`;
    return { name, productId, outcome: 'passed', text };
  }
  const text = unequal.map(({ windowId, warehouse, rds }) => `${windowId}: Redshift ${told(warehouse)}, Postgres ${told(rds)}`).join('; ');
  return { name, productId, outcome: 'failed', text, figures: { windows: unequal.map(({ windowId }) => windowId) } };
}

function told(holds: Holds | null): string {
  return holds === null ? 'has nothing' : `has ${holds.rows} rows ${holds.csvSha256.slice(0, 12)}`;
}
