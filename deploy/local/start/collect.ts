import { setTimeout as sleep } from 'node:timers/promises';
import { progressBlock, progressLine, progressOf } from './progress.js';
import type { Run, RunOrder, RunsApi, RunWindow } from './runs-api.js';
import type { Terminal } from './terminal.js';

/** How often the orchestrator is asked, milliseconds. */
const POLL_MS = 500;
/** Plain lines come no more often than this. */
const LINE_EVERY_MS = 2_000;
/** After so long without a change the person is told where it hangs. */
const STALLED_AFTER_MS = 60_000;

/** Starts the runs and follows them until each window's best sealed revision is in both stores, or failed, and the day's run has closed. */
export async function collect(
  api: RunsApi,
  orders: readonly RunOrder[],
  terminal: Terminal,
  signal: AbortSignal,
): Promise<Map<string, RunWindow>> {
  const ids: string[] = [];
  for (const order of orders) ids.push(await api.start(order));

  const startedAt = Date.now();
  let [line, changedAt, saidAt] = ['', startedAt, 0];
  for (;;) {
    const runs = await Promise.all(ids.map((id) => api.run(id)));
    const windows = windowsOf(runs);
    const progress = progressOf([...windows.values()]);
    const now = Date.now();
    const finished = runs.every(({ state }) => state !== 'running');
    const news = progressLine(progress);
    if (terminal.isInteractive) terminal.show(progressBlock(progress, Math.round((now - startedAt) / 1_000)));
    else if (news !== line && (finished || now - saidAt >= LINE_EVERY_MS)) {
      terminal.say(news);
      saidAt = now;
    }
    if (finished) {
      terminal.keepBlock();
      return windows;
    }
    if (news !== line) [line, changedAt] = [news, now];
    else if (now - changedAt >= STALLED_AFTER_MS) {
      terminal.say(stalled([...windows.values()]));
      changedAt = now;
    }
    await sleep(POLL_MS, undefined, { signal });
  }
}

/** By name; a window of two runs counts once, as far as the run that is behind. */
export function windowsOf(runs: readonly Run[]): Map<string, RunWindow> {
  const windows = new Map<string, RunWindow>();
  for (const { windows: ofRun } of runs) {
    for (const entry of ofRun) {
      const known = windows.get(entry.window.id);
      if (known === undefined || progressMade(entry) < progressMade(known)) windows.set(entry.window.id, entry);
    }
  }
  return windows;
}

const progressMade = ({ stages }: RunWindow): number => Object.values(stages).filter((stage) => stage === 'done').length;

function stalled(windows: readonly RunWindow[]): string {
  const open = windows.filter(({ state }) => state === 'running' || state === 'waiting');
  const names = open.slice(0, 3).map(({ window, error }) => (error === null ? window.id : `${window.id} (${error.reason})`));
  return `Nothing new for a minute; ${open.length} windows are under way, among them ${names.join(', ')}.`;
}
