import type { ControlEvent } from '@elias/contracts';
import { durableStep } from '@elias/telemetry';
import { assessAgain } from './assess-again.js';
import { factOf } from './fact.js';
import type { RunStore } from '../runs/run-store.js';

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
    const keep = (): Promise<void> =>
      this.store.transaction(async (client) => {
        await this.store.insertFacts(client, facts);
        await assessAgain(this.store, client, await this.store.lockOpenTasks(client, windowIds));
      });
    await durableStep('orchestrator.record-facts', keep);
  }
}
