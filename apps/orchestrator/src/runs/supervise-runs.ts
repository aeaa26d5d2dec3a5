import { durableStep } from '@elias/telemetry';
import type { Logger, Metrics } from '@elias/telemetry';
import type { NotificationStore } from '../notify/notification-store.js';
import type { EndedRun, RunControlStore } from './run-control-store.js';
import { lockReleases } from './run-store.js';
import type { RunStore } from './run-store.js';
import { runStateOf } from './run-view.js';
import type { RunState } from './run-view.js';

export class SuperviseRuns {
  private readonly ended;
  private readonly late;

  constructor(
    private readonly store: RunStore,
    private readonly control: RunControlStore,
    private readonly notifications: NotificationStore,
    private readonly logger: Logger,
    metrics: Metrics,
  ) {
    this.ended = metrics.counter('elias_orchestrator_runs_total', 'runs that came to their end; a retried one ends again', ['state']);
    this.late = metrics.counter('elias_orchestrator_runs_late_total', 'runs whose deadline passed before their end');
  }

  /**
   * Notes which runs have ended, and which are late; a late one goes on. Who is to be told of it is told, with the note.
   * @returns how many
   */
  async run(): Promise<number> {
    const { ended, late } = await this.store.transaction(async (client) => {
      await lockReleases(client);
      const [ended, late] = [await this.control.endSettled(client), await this.control.markLate(client)];
      const note = async (): Promise<void> => {
        for (const run of ended) if (stateOf(run) === 'failed') await this.notifications.runFailed(client, run, run.failed_tasks);
        for (const run of late) await this.notifications.runLate(client, run, run.deadline_at);
      };
      if (ended.length + late.length > 0) await durableStep('orchestrator.end-runs', note);
      return { ended, late };
    });
    for (const run of ended) {
      const { run_id: runId, kind } = run;
      const state = stateOf(run);
      this.ended.inc({ state });
      this.logger.info({ runId, kind, state }, 'run ended');
    }
    for (const { run_id: runId, kind, deadline_at: deadlineAt } of late) {
      this.late.inc();
      this.logger.warn({ runId, kind, deadlineAt }, 'run is late');
    }
    return ended.length + late.length;
  }
}

function stateOf({ states, cancelled_at }: EndedRun): RunState {
  return runStateOf(states, cancelled_at !== null);
}
