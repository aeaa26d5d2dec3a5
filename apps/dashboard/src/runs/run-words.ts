import type { RunSummary, TaskState } from '../api/shapes.js';
import { lastDayBefore, widthText } from '../format/instant.js';

const AGAIN: Readonly<Record<number, string>> = { 0: '', 1: ', again after a day', 7: ', again after a week' };

/** What a run is, in a few words: `Daily run of 2023-12-28`, `1-minute candles, 2023-12-01 to 2023-12-31`. */
export function runTitle({ kind, date, days_after: daysAfter, dataset, granularity, from, to }: RunSummary): string {
  if (kind === 'daily' && date !== null)
    return `Daily run of ${date}${daysAfter === null ? '' : (AGAIN[daysAfter] ?? `, again after ${daysAfter} days`)}`;
  const [first, last] = [from.slice(0, 10), lastDayBefore(to)];
  const width = widthText(granularity);
  return `${width[0]!.toUpperCase()}${width.slice(1)} ${dataset}, ${first === last ? first : `${first} to ${last}`}`;
}

/** States from the best to what is still to come: the order of a bar of tasks. */
export const TASK_STATES: readonly TaskState[] = ['succeeded', 'partial', 'failed', 'running', 'waiting', 'cancelled'];

/** `14 succeeded, 3 running, 1 failed`; states without a task are left out. */
export function countsText(counts: RunSummary['counts']): string {
  const parts = TASK_STATES.flatMap((state) => ((counts[state] ?? 0) > 0 ? [`${counts[state]} ${state}`] : []));
  return parts.length === 0 ? 'no tasks' : parts.join(', ');
}

/** All tasks of a run. */
export function taskCount(counts: RunSummary['counts']): number {
  return TASK_STATES.reduce((sum, state) => sum + (counts[state] ?? 0), 0);
}
