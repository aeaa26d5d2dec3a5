import type { PoolClient } from '@elias/postgres';
import { assessTask } from './assess-task.js';
import type { RunStore, TaskRow } from '../runs/run-store.js';

/** Moves locked tasks, each of which was asked for, to where every fact of their windows puts them. */
export async function assessAgain(store: RunStore, client: PoolClient, tasks: readonly TaskRow[]): Promise<void> {
  const known = await store.facts([...new Set(tasks.map((task) => task.window_id))], client);
  for (const task of tasks) {
    const ofWindow = known.get(task.window_id) ?? [];
    const lastRequest = task.request_ids.at(-1);
    const answered = ofWindow.some(
      (fact) => (fact.stage === 'collected' || fact.stage === 'collection_failed') && fact.requestId === lastRequest,
    );
    const assessment = assessTask(task.request_ids, ofWindow, { requestsBefore: task.requests_before, mayAsk: task.may_ask });
    await store.updateTask(client, task, assessment, !answered);
  }
}
