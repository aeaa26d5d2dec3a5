import { assessAgain } from '../tasks/assess-again.js';
import type { RunControlStore } from './run-control-store.js';
import { RunConflictError, RunUnknownError } from './run-errors.js';
import { lockReleases } from './run-store.js';
import type { CountedRun, RunStore } from './run-store.js';
import { runState } from './run-view.js';
import type { RunState } from './run-view.js';

/**
 * Why a run cannot be cancelled; null when it can. One that was cancelled before is cancelled, which is what was asked for; one that waits
 * to ask again for what it lacks has not ended.
 * @param run.ended no task can change by itself any more
 */
export function cancelRefusal(run: { state: RunState; ended: boolean }): string | null {
  return run.state !== 'cancelled' && run.ended ? `the run has ended, it ${ENDED[run.state]}` : null;
}
const ENDED: Record<RunState, string> = {
  running: 'is done',
  succeeded: 'succeeded',
  partial: 'succeeded in part',
  failed: 'failed',
  cancelled: 'was cancelled',
};

export class CancelRun {
  constructor(
    private readonly store: RunStore,
    private readonly control: RunControlStore,
  ) {}

  /**
   * Nothing more is asked for: tasks that were not requested are cancelled, those under way end by themselves. Doing it twice changes
   * nothing.
   * @throws RunUnknownError there is no such run
   * @throws RunConflictError it has ended
   */
  async run(runId: string): Promise<CountedRun> {
    await this.store.transaction(async (client) => {
      await lockReleases(client);
      const run = await this.store.run(runId, client);
      if (run === undefined) throw new RunUnknownError(runId);
      const tasks = await this.control.lockUnsettled(client, runId);
      const refusal = cancelRefusal({ state: runState(run), ended: tasks.length === 0 && !run.closing });
      if (refusal !== null) throw new RunConflictError(runId, refusal);
      if (run.cancelled_at !== null) return;
      const neverAsked = tasks.filter(({ requested }) => !requested).map((task) => task.window_id);
      await this.control.cancel(client, runId, neverAsked);
      const underWay = tasks.filter(({ requested }) => requested).map((task) => ({ ...task, may_ask: false }));
      await assessAgain(this.store, client, underWay);
    });
    return (await this.store.run(runId))!;
  }
}
