import { v7 as uuidv7 } from 'uuid';
import { planRun, RunRefusedError } from './run-request.js';
import type { RunStore } from './run-store.js';

/** Which products the exchange has; `null` while it cannot be asked. */
export interface ProductCatalog {
  productIds(): Promise<ReadonlySet<string> | null>;
}

export interface StartedRun {
  runId: string;
  /** false when the same key had started it before */
  created: boolean;
}

export class StartRun {
  constructor(
    private readonly store: RunStore,
    private readonly catalog: ProductCatalog,
    private readonly clock: () => number,
  ) {}

  /**
   * Run and tasks become durable together; requests leave later, as their turn comes.
   * @param body of `POST /runs`
   * @throws RunRefusedError with every reason; products that the exchange does not have are refused here while it can be asked,
   *   and by the collector otherwise
   */
  async run(body: unknown): Promise<StartedRun> {
    const plan = planRun(body, this.clock());
    const known = await this.catalog.productIds();
    const unknown = known === null ? [] : plan.productIds.filter((id) => !known.has(id));
    if (unknown.length > 0)
      throw new RunRefusedError(unknown.map((id) => ({ field: 'products', reason: `the exchange has no product ${id}` })));
    const runId = uuidv7();
    const created = await this.store.transaction((client) => this.store.insertRun(client, runId, plan));
    if (created) return { runId, created };
    const before = await this.store.runByKey(plan.idempotencyKey!);
    if (before === undefined) throw new Error('a run with this idempotency key was there and is gone');
    return { runId: before.run_id, created };
  }
}
