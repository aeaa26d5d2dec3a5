import type { WireCoverage, WireRevision, WireWindow } from '@elias/contracts';
import { revisionToWire, windowToWire } from '@elias/contracts';
import { bestRevision, formatInstant, parseWindowId } from '@elias/market-data';
import { sealedTellings } from './assess-task.js';
import type { Stages, TaskState } from './assess-task.js';
import type { ArchiveFacts, Fact, Problem } from './fact.js';
import type { RunRow, TaskRow } from './run-store.js';

export type RunState = 'running' | 'succeeded' | 'partial' | 'failed';

/** One window of a run as the API shows it. */
export interface WindowView {
  window: WireWindow;
  state: TaskState;
  stages: Stages;
  requests: number;
  next_request_at: string | null;
  error: Problem | null;
  /** the best telling in the bucket; null while there is none */
  best_sealed: { revision: WireRevision; candles: number; coverage: WireCoverage; csv_sha256: string; archive: ArchiveFacts } | null;
}

export interface RunView {
  run_id: string;
  state: RunState;
  dataset: string;
  granularity: number;
  products: string[];
  from: string;
  to: string;
  origin: string;
  created_at: string;
  windows: WindowView[];
}

/** A run is as far as its slowest window, and as good as its worst. */
export function runState(tasks: readonly TaskState[]): RunState {
  if (tasks.some((state) => state === 'waiting' || state === 'running')) return 'running';
  if (tasks.includes('failed')) return 'failed';
  return tasks.includes('partial') ? 'partial' : 'succeeded';
}

export function runSummary(run: RunRow, states: readonly TaskState[]): Omit<RunView, 'windows'> {
  const instant = (date: Date): string => formatInstant(Math.floor(date.getTime() / 1_000) * 1_000);
  return {
    run_id: run.run_id,
    state: runState(states),
    dataset: run.dataset,
    granularity: run.granularity,
    products: run.product_ids,
    from: instant(run.from_at),
    to: instant(run.to_at),
    origin: run.origin,
    created_at: instant(run.created_at),
  };
}

export function windowView(task: TaskRow, facts: readonly Fact[]): WindowView {
  const sealed = sealedTellings(facts);
  const best = bestRevision(sealed.map(({ revision }) => revision));
  const fact = sealed.find(({ revision }) => revision.collectionId === best?.collectionId);
  return {
    window: windowToWire(parseWindowId(task.window_id)),
    state: task.state,
    stages: task.stages,
    requests: task.request_ids.length,
    next_request_at: task.next_request_at === null ? null : task.next_request_at.toISOString(),
    error: task.problem,
    best_sealed:
      fact === undefined
        ? null
        : {
            revision: revisionToWire(fact.revision),
            candles: fact.told.rowCount,
            coverage: fact.told.coverage,
            csv_sha256: fact.told.csvSha256,
            archive: fact.archive,
          },
  };
}
