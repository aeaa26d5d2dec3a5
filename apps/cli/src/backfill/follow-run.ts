import { setTimeout as sleep } from 'node:timers/promises';
import { OrchestratorRefusedError } from '../terminal/orchestrator-api.js';
import { BackfillPace, progressBars, progressLine } from './backfill-progress.js';
import type { RunProgress } from './backfill-progress.js';

/** Where progress is shown. */
export interface ProgressView {
  /** on a terminal bars that are drawn anew; else a line now and then; false: nothing at all */
  readonly shown: 'bars' | 'lines' | false;
  readonly width: number | undefined;
  write(text: string): void;
}

const LOOK_EVERY_MS = 1_000;
/** A line off a terminal this often. */
const LINE_EVERY_MS = 15_000;
/** An orchestrator that starts anew is waited for so long; the run goes on without anybody who looks. */
const AWAY_MS_MAX = 300_000;

/**
 * Looks at a run until nothing of it waits or runs.
 * @param look asks the orchestrator
 * @param signal ends the looking, not the run
 * @returns its last state; null when the signal came first
 * @throws OrchestratorRefusedError when it refuses, or has been away for long
 */
export async function followRun(look: () => Promise<RunProgress>, view: ProgressView, signal: AbortSignal): Promise<RunProgress | null> {
  const pace = new BackfillPace();
  let [drawn, saidAtMs, answeredAtMs] = [0, Number.NEGATIVE_INFINITY, performance.now()];
  while (!signal.aborted) {
    const progress = await look().catch((error: unknown) => {
      if (error instanceof OrchestratorRefusedError && error.away && performance.now() - answeredAtMs < AWAY_MS_MAX) return null;
      throw error;
    });
    if (progress !== null) {
      const nowMs = (answeredAtMs = performance.now());
      pace.saw(progress, nowMs);
      const ended = progress.state !== 'running';
      if (view.shown === 'bars') drawn = draw(view, progressBars(progress, pace.windowsPerMinute, view.width), drawn);
      else if (view.shown === 'lines' && (ended || nowMs - saidAtMs >= LINE_EVERY_MS)) {
        view.write(`${progressLine(progress, pace.windowsPerMinute)}\n`);
        saidAtMs = nowMs;
      }
      if (ended) return progress;
    }
    await sleep(LOOK_EVERY_MS, undefined, { signal }).catch(() => undefined);
  }
  return null;
}

/** Over the lines drawn before: up, and each cleared. */
function draw(view: ProgressView, lines: readonly string[], drawnBefore: number): number {
  const up = drawnBefore === 0 ? '' : `\u001B[${drawnBefore}A`;
  view.write(`${up}${lines.map((line) => `\u001B[2K${line}\n`).join('')}`);
  return lines.length;
}
