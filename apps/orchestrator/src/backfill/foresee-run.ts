import { formatInstant } from '@elias/market-data';
import type { RunControlStore } from '../runs/run-control-store.js';
import { RunRefusedError } from '../runs/run-errors.js';
import { planRun } from '../runs/run-request.js';
import type { RunStore } from '../runs/run-store.js';
import type { LedgerReads } from './ledger-reads.js';
import { planBackfill, windowsToAsk } from './plan-backfill.js';
import type { BackfillPace, BackfillPlan } from './plan-backfill.js';

/** What a run over a range would take. */
export interface ForeseenRun extends BackfillPlan {
  dataset: string;
  granularity: number;
  /** the range, rounded outward to whole windows by the run */
  from: string;
  to: string;
  /** a run for the very same that is under way; null while there is none */
  run_id: string | null;
}

export class ForeseeRun {
  constructor(
    private readonly store: RunStore,
    private readonly control: RunControlStore,
    private readonly ledger: LedgerReads,
    private readonly pace: BackfillPace,
    private readonly clock: () => number,
  ) {}

  /**
   * Asks for nothing and keeps nothing. It goes by the functions that start the run, over the same ledger.
   * @param body of `POST /runs`, for a range
   * @throws RunRefusedError with every reason
   */
  async run(body: unknown): Promise<ForeseenRun> {
    const nowMs = this.clock();
    const plan = planRun(body, nowMs, 0);
    if (plan.kind !== 'range') throw new RunRefusedError([{ field: 'kind', reason: 'is not range: a day is not planned before' }]);
    const { windowIds, productIds, dataset, granularity, fromMs, toMs } = plan;
    const ledger = await this.ledger.loaded(windowIds);
    const askIds = plan.skipWhole ? windowsToAsk(windowIds, ledger) : windowIds;
    const tradesPerHour = dataset === 'trades' ? await this.ledger.tradesPerHour(productIds) : new Map<string, number>();
    const runId = await this.store.transaction((client) => this.control.activeTwin(client, plan));
    return {
      ...{ dataset, granularity, from: formatInstant(fromMs), to: formatInstant(toMs), run_id: runId ?? null },
      ...planBackfill({ windowIds, askIds, ledger, tradesPerHour }, this.pace, nowMs),
    };
  }
}
