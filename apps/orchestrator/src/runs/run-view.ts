import type { WireCoverage, WireRevision, WireWindow } from '@elias/contracts';
import { revisionToWire, windowToWire } from '@elias/contracts';
import { bestRevision, formatInstant, parseWindowId } from '@elias/market-data';
import type { Revision } from '@elias/market-data';
import { sealedTellings } from '../tasks/assess-task.js';
import type { ClosingStages, Stages, TaskState } from '../tasks/assess-task.js';
import type { ArchiveFacts, Fact, Problem, Told } from '../tasks/fact.js';
import type { CountedRun, RunKind, TaskCounts, TaskRow } from './run-store.js';

export type RunState = 'running' | 'succeeded' | 'partial' | 'failed' | 'cancelled';

/** Candles that the best telling holds, and periods by what is known of them. */
export interface PeriodCounts {
  candles: number;
  no_trade: number;
  unknown: number;
  open: number;
}

/** One window of a run, a task, as the API shows it. Times are RFC 3339. */
export interface WindowView {
  window: WireWindow;
  state: TaskState;
  /** of a day's minutes in a daily run `stats`, `discounts` and `checks` besides */
  stages: Stages & Partial<ClosingStages>;
  /** since when each stage is in its state; what is not known is left out */
  stages_since: Record<string, string>;
  /** how often this run asked for it */
  requests: number;
  /** the same as `requests` */
  attempts: number;
  /** first asked for; null while it waits for its turn */
  started_at: string | null;
  /** came to its state; null while it waits or runs */
  ended_at: string | null;
  next_request_at: string | null;
  error: Problem | null;
  /** of the best telling that was published or sealed; null while there is none */
  counts: PeriodCounts | null;
  /** the best telling in the bucket; null while there is none */
  best_sealed: { revision: WireRevision; candles: number; coverage: WireCoverage; csv_sha256: string; archive: ArchiveFacts } | null;
}

export interface RunView {
  run_id: string;
  /** `daily`: of the schedule; `range`: asked for */
  kind: RunKind;
  /** UTC day of a daily run, and how many days after its first run it was collected again; null of others */
  date: string | null;
  days_after: number | null;
  idempotency_key: string | null;
  state: RunState;
  dataset: string;
  /** of a daily run the width of its day windows; it holds the years of daily candles besides */
  granularity: number;
  products: string[];
  from: string;
  to: string;
  origin: string;
  created_at: string;
  deadline_at: string | null;
  /** the deadline passed before its end; it went on */
  late: boolean;
  cancelled_at: string | null;
  /** nothing is asked for any more; null while a partial run waits to ask again */
  ended_at: string | null;
  /** tasks by state */
  counts: TaskCounts;
  windows: WindowView[];
  /** where the next page of windows begins; null at the end */
  next: string | null;
}
export type RunSummary = Omit<RunView, 'windows' | 'next'>;

/** How far a run is: its tasks by product and state. */
export interface RunProgress {
  run_id: string;
  state: RunState;
  /** nothing is asked for any more */
  ended_at: string | null;
  /** by their ids */
  products: { product_id: string; counts: TaskCounts }[];
}

/** A run is as far as its slowest window, and as good as its worst; a cancelled one stays cancelled while the rest ends by itself. */
export function runStateOf(tasks: readonly TaskState[], cancelled: boolean): RunState {
  if (cancelled) return 'cancelled';
  if (tasks.some((state) => state === 'waiting' || state === 'running')) return 'running';
  if (tasks.includes('failed')) return 'failed';
  return tasks.includes('partial') ? 'partial' : 'succeeded';
}

/** A run that closes has not ended, even when none of its tasks waits for that. */
export function runState({ counts, cancelled_at, closing }: Pick<CountedRun, 'counts' | 'cancelled_at' | 'closing'>): RunState {
  return closing ? 'running' : runStateOf(Object.keys(counts) as TaskState[], cancelled_at !== null);
}

export function runSummary(run: CountedRun): RunSummary {
  const { run_id, kind, date, days_after, idempotency_key, dataset, granularity, product_ids, origin, counts } = run;
  return {
    ...{ run_id, kind, date, days_after, idempotency_key, state: runState(run), dataset, granularity, products: product_ids },
    ...{ from: wholeSecond(run.from_at), to: wholeSecond(run.to_at), origin, created_at: wholeSecond(run.created_at) },
    deadline_at: instantOf(run.deadline_at),
    late: run.late_at !== null,
    cancelled_at: instantOf(run.cancelled_at),
    ended_at: instantOf(run.ended_at),
    counts,
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
    stages_since: task.stages_since,
    requests: task.request_ids.length,
    attempts: task.request_ids.length,
    started_at: instantOf(task.started_at),
    ended_at: instantOf(task.ended_at),
    next_request_at: instantOf(task.next_request_at),
    error: task.problem,
    counts: countsOf(facts),
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

function countsOf(facts: readonly Fact[]): PeriodCounts | null {
  const published = facts.flatMap((fact) => (fact.stage === 'collected' && fact.published ? [fact] : []));
  const told: { revision: Revision; told: Told }[] = [...sealedTellings(facts), ...published];
  const best = bestRevision(told.map(({ revision }) => revision));
  const held = told.find(({ revision }) => revision === best)?.told;
  if (held === undefined) return null;
  const { no_trade, unknown, open } = held.coverage;
  return { candles: held.rowCount, no_trade, unknown, open };
}

const instantOf = (date: Date | null): string | null => date?.toISOString() ?? null;
const wholeSecond = (date: Date): string => formatInstant(Math.floor(date.getTime() / 1_000) * 1_000);
