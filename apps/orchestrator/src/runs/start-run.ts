import { durableStep } from '@elias/telemetry';
import { v7 as uuidv7 } from 'uuid';
import type { LedgerReads } from '../backfill/ledger-reads.js';
import { windowsToAsk } from '../backfill/plan-backfill.js';
import { isMinutesOf } from '../closing/derived-windows.js';
import type { RunControlStore } from './run-control-store.js';
import { RunConflictError, RunRefusedError } from './run-errors.js';
import { planRun } from './run-request.js';
import type { RunPlan } from './run-request.js';
import type { RunStore } from './run-store.js';
import type { TradedProducts } from '../schedule/daily-windows.js';

/** Which products the exchange has; `null` while it cannot be asked. */
export interface ProductCatalog {
  productIds(): Promise<ReadonlySet<string> | null>;
}

export interface StartedRun {
  runId: string;
  /** false when the same key had started it before */
  created: boolean;
}

/** What the ledger has of windows that a run wants. */
export type LoadedWindows = Pick<LedgerReads, 'loaded'>;

export class StartRun {
  constructor(
    private readonly store: RunStore,
    private readonly control: RunControlStore,
    private readonly catalog: ProductCatalog,
    private readonly ledger: LoadedWindows,
    private readonly clock: () => number,
    private readonly deadlineMs: number,
    private readonly snapshotLateMsMax: number,
    private readonly traded?: TradedProducts,
  ) {}

  /**
   * Run and tasks become durable together; requests leave later, as their turn comes.
   *
   * A key that started a run before gives that run. Without one, a run for the very same products, width and range as one that is under
   * way is a conflict, which names the other, and so is a daily run for the same date. Runs that only overlap go side by side: a window is never asked for twice at a time
   * (`planRequests`).
   * @param body of `POST /runs`
   * @throws RunRefusedError with every reason; products that the exchange does not have are refused here while it can be asked,
   *   and by the collector otherwise
   * @throws RunConflictError the same is under way
   */
  async run(body: unknown): Promise<StartedRun> {
    const wanted = planRun(body, this.clock(), this.snapshotLateMsMax, this.traded);
    // before the exchange is asked, which may be away
    const before = await this.startedBefore(wanted);
    if (before !== undefined) return before;
    await this.refuseUnknownProducts(wanted.productIds);
    const plan = wanted.skipWhole ? await this.withoutWhole(wanted) : wanted;
    const runId = uuidv7();
    const created = await durableStep('orchestrator.start-run', () => this.insert(plan, runId));
    if (created) return { runId, created };
    const meanwhile = await this.startedBefore(plan);
    if (meanwhile === undefined) throw new Error('a run with this idempotency key was there and is gone');
    return meanwhile;
  }

  /** @throws RunRefusedError for products that the exchange does not have, while it can be asked */
  private async refuseUnknownProducts(productIds: readonly string[]): Promise<void> {
    const known = await this.catalog.productIds();
    const unknown = known === null ? [] : productIds.filter((id) => !known.has(id));
    if (unknown.length > 0)
      throw new RunRefusedError(unknown.map((id) => ({ field: 'products', reason: `the exchange has no product ${id}` })));
  }

  /** @throws RunRefusedError when nothing is left to be asked for */
  private async withoutWhole(plan: RunPlan): Promise<RunPlan> {
    const windowIds = windowsToAsk(plan.windowIds, await this.ledger.loaded(plan.windowIds));
    if (windowIds.length === 0) throw new RunRefusedError([{ field: 'skip_whole', reason: 'every window of it is whole already' }]);
    return { ...plan, windowIds };
  }

  /** @returns false when the same key had started one before */
  private insert(plan: RunPlan, runId: string): Promise<boolean> {
    return this.store.transaction(async (client) => {
      const twin = await this.control.activeTwin(client, plan);
      const inserted = await this.store.insertRun(client, {
        ...{ ...plan, runId, daysAfter: null, createdAtMs: this.clock(), deadlineMs: this.deadlineMs, carriedIds: [] },
        closingIds: new Set(plan.date === null ? [] : plan.windowIds.filter((id) => isMinutesOf(plan.date!, id))),
      });
      if (inserted && twin !== undefined) throw new RunConflictError(twin, `${plan.date ?? 'the same'} is under way in run ${twin}`);
      return inserted;
    });
  }

  private async startedBefore({ idempotencyKey }: RunPlan): Promise<StartedRun | undefined> {
    const before = idempotencyKey === null ? undefined : await this.store.runByKey(idempotencyKey);
    return before === undefined ? undefined : { runId: before.run_id, created: false };
  }
}
