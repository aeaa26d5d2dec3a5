import type { ControlEvent } from '@elias/contracts';
import { assessTask } from './assess-task.js';
import { factOf } from './fact.js';
import type { RunStore } from './run-store.js';

export class RecordFacts {
  constructor(private readonly store: RunStore) {}

  /**
   * Keeps what events say and moves the tasks they concern, in one transaction. A second delivery changes nothing.
   * @throws PostgresUnavailableError nothing was kept; the events are read again
   */
  async run(events: readonly ControlEvent[]): Promise<void> {
    const facts = events.map(factOf).filter((fact) => fact !== null);
    if (facts.length === 0) return;
    const windowIds = [...new Set(facts.map(({ windowId }) => windowId))];
    await this.store.transaction(async (client) => {
      await this.store.insertFacts(client, facts);
      const tasks = await this.store.lockOpenTasks(client, windowIds);
      const known = await this.store.facts(windowIds, client);
      for (const task of tasks) {
        const ofWindow = known.get(task.window_id) ?? [];
        const lastRequest = task.request_ids.at(-1);
        const answered = ofWindow.some(
          (fact) => (fact.stage === 'collected' || fact.stage === 'collection_failed') && fact.requestId === lastRequest,
        );
        await this.store.updateTask(client, task, assessTask(task.request_ids, ofWindow), lastRequest !== undefined && !answered);
      }
    });
  }
}
