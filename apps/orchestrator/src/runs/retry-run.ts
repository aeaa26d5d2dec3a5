import type { RunControlStore } from './run-control-store.js';
import { RunConflictError, RunUnknownError } from './run-errors.js';
import { lockReleases } from './run-store.js';
import type { CountedRun, RunStore } from './run-store.js';

export class RetryRun {
  constructor(
    private readonly store: RunStore,
    private readonly control: RunControlStore,
    private readonly deadlineMs: number,
  ) {}

  /**
   * Asks again for tasks that failed or lack something, and for no others; their waits begin anew. Doing it twice asks once: the first
   * time left none that failed.
   * @throws RunUnknownError there is no such run
   * @throws RunConflictError it was cancelled, or it has ended and another daily run of its date is under way
   */
  async run(runId: string): Promise<{ run: CountedRun; retried: number }> {
    const retried = await this.store.transaction(async (client) => {
      await lockReleases(client);
      const run = await this.store.run(runId, client);
      if (run === undefined) throw new RunUnknownError(runId);
      if (run.cancelled_at !== null) throw new RunConflictError(runId, 'the run was cancelled, start another one');
      const other = run.date === null || run.ended_at === null ? undefined : await this.control.activeOfDay(client, run.date, true);
      if (other !== undefined) throw new RunConflictError(other, `${run.date ?? ''} is under way in run ${other}`);
      return this.control.retry(client, runId, this.deadlineMs);
    });
    return { run: (await this.store.run(runId))!, retried };
  }
}
