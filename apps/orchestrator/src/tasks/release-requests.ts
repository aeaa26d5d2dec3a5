import { encodeEvent, revisionToWire, windowToWire } from '@elias/contracts';
import { bestRevision, formatInstant, parseWindowId } from '@elias/market-data';
import { durableStep } from '@elias/telemetry';
import { v7 as uuidv7 } from 'uuid';
import { sealedTellings } from './assess-task.js';
import { planRequests } from './plan-requests.js';
import type { RunStore, TaskRequest } from '../runs/run-store.js';

export class ReleaseRequests {
  constructor(
    private readonly store: RunStore,
    private readonly backfillWindowsMax: number,
    private readonly clock: () => number,
  ) {}

  /**
   * Asks for the windows whose turn has come: the request is in the outbox when the tasks know of it, or neither is.
   * @returns how many were asked for
   */
  async run(): Promise<number> {
    return this.store.transaction(async (client) => {
      const due = await this.store.lockDueTasks(client, this.backfillWindowsMax);
      if (due.length === 0) return 0;
      const nowMs = this.clock();
      const windowIds = [...new Set(due.map((task) => task.window_id))];
      const { ask, join, wait } = planRequests(due, await this.store.requestsUnderWay(client, windowIds), nowMs);
      const facts = await this.store.facts(
        ask.map(({ windowId }) => windowId),
        client,
      );
      const requestedAt = formatInstant(Math.floor(nowMs / 1_000) * 1_000);
      const requests: TaskRequest[] = join.map(({ task: { run_id, window_id }, request }) => {
        return { run_id, window_id, requestId: request.request_id, requestedAt: request.requested_at };
      });
      const records = ask.map(({ windowId, tasks }) => {
        const requestId = uuidv7();
        const [{ run_id, origin, request_ids }] = tasks as [(typeof tasks)[number]];
        requests.push(...tasks.map((task) => ({ run_id: task.run_id, window_id: windowId, requestId, requestedAt: null })));
        const products = [...new Set(tasks.flatMap(({ product_ids }) => product_ids ?? []))];
        const best = bestRevision(sealedTellings(facts.get(windowId) ?? []).map(({ revision }) => revision));
        const data = {
          request_id: requestId,
          run_id,
          origin,
          window: windowToWire(parseWindowId(windowId)),
          attempt: request_ids.length + 1,
          best_known: best === undefined ? null : revisionToWire(best),
          requested_at: requestedAt,
          ...(products.length === 0 ? {} : { products }),
        };
        return encodeEvent('collection.requested', data, 'orchestrator');
      });
      await durableStep('orchestrator.release-requests', async () => {
        await this.store.markRequested(client, requests);
        await this.store.putOff(client, wait);
        await this.store.outbox.insert(client, records);
      });
      return due.length - wait.length;
    });
  }
}
