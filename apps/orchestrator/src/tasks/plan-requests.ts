import { parseWindowId, SETTLE_DELAY_MS } from '@elias/market-data';
import type { DueTask, RequestUnderWay } from '../runs/run-store.js';

export interface RequestPlan {
  /** one request each, which all of these tasks share */
  readonly ask: readonly { windowId: string; tasks: readonly DueTask[] }[];
  /** tasks that take the answer to a request that is under way already */
  readonly join: readonly { task: DueTask; request: RequestUnderWay }[];
  /** tasks that ask once the request under way is answered */
  readonly wait: readonly DueTask[];
}

/**
 * How runs that overlap share their windows: a window has one request under way at most. Tasks whose turn comes together share it. A task
 * that comes later takes its answer too when the window was over when that was asked, so that it holds everything; while the window was
 * still open, the answer may lack what the later run is for, so that one waits, and asks anew.
 * @param underWay requests without an answer; of one window the newest counts
 * @param nowMs the clock by which windows open and end
 */
export function planRequests(due: readonly DueTask[], underWay: readonly RequestUnderWay[], nowMs: number): RequestPlan {
  const requests = new Map<string, RequestUnderWay>();
  for (const request of underWay) {
    const known = requests.get(request.window_id);
    if (known === undefined || known.age_ms > request.age_ms) requests.set(request.window_id, request);
  }
  const ask = new Map<string, DueTask[]>();
  const join: RequestPlan['join'][number][] = [];
  const wait: DueTask[] = [];
  for (const task of due) {
    const request = requests.get(task.window_id);
    if (request === undefined) ask.set(task.window_id, [...(ask.get(task.window_id) ?? []), task]);
    else if (holdsTheWholeWindow(request, nowMs)) join.push({ task, request });
    else wait.push(task);
  }
  return { ask: [...ask].map(([windowId, tasks]) => ({ windowId, tasks })), join, wait };
}

function holdsTheWholeWindow({ window_id, age_ms }: RequestUnderWay, nowMs: number): boolean {
  return nowMs - age_ms >= parseWindowId(window_id).toMs + SETTLE_DELAY_MS;
}
