import { encodeEvent, revisionToWire, windowToWire } from '@elias/contracts';
import { bestRevision, formatInstant, parseWindowId } from '@elias/market-data';
import { v7 as uuidv7 } from 'uuid';
import { sealedTellings } from './assess-task.js';
import type { RunStore } from './run-store.js';

export class ReleaseRequests {
  constructor(
    private readonly store: RunStore,
    private readonly backfillWindowsMax: number,
    private readonly clock: () => number,
  ) {}

  /**
   * Asks for the windows whose turn has come: the request is in the outbox when the task knows of it, or neither is.
   * @returns how many were asked for
   */
  async run(): Promise<number> {
    return this.store.transaction(async (client) => {
      const due = await this.store.lockDueTasks(client, this.backfillWindowsMax);
      if (due.length === 0) return 0;
      const facts = await this.store.facts([...new Set(due.map((task) => task.window_id))], client);
      const requested = due.map((task) => ({ ...task, requestId: uuidv7() }));
      const requestedAt = formatInstant(Math.floor(this.clock() / 1_000) * 1_000);
      const records = requested.map(({ run_id, window_id, request_ids, origin, requestId }) => {
        const best = bestRevision(sealedTellings(facts.get(window_id) ?? []).map(({ revision }) => revision));
        const data = {
          request_id: requestId,
          run_id,
          origin,
          window: windowToWire(parseWindowId(window_id)),
          attempt: request_ids.length + 1,
          best_known: best === undefined ? null : revisionToWire(best),
          requested_at: requestedAt,
        };
        return encodeEvent('collection.requested', data, 'orchestrator');
      });
      await this.store.markRequested(client, requested);
      await this.store.insertOutbox(client, records);
      return due.length;
    });
  }
}
