import type { ClosingStages, StageState, TaskState } from '../tasks/assess-task.js';
import type { Problem } from '../tasks/fact.js';
import type { DerivedState } from './assess-derived.js';

/** Why a task fails whose candles are in both stores, so that asking the exchange again mends nothing. */
export const COMPUTING_FAILURES = ['stats_failed', 'discounts_failed'] as const;

/** A day of minutes of a product in a daily run. */
export interface ClosingTask {
  readonly windowId: string;
  readonly productId: string;
  readonly state: TaskState;
  /** neither this task nor another one of the same product in the run can change by itself any more */
  readonly settled: boolean;
  readonly stages: ClosingStages;
}

export interface ClosingPlan {
  /** stages that move, by window */
  readonly moves: ReadonlyMap<string, Partial<ClosingStages>>;
  /** failures of what is computed, by window */
  readonly problems: ReadonlyMap<string, Problem>;
  /** products whose stats are to be computed */
  readonly computeStats: readonly string[];
  readonly computeDiscounts: boolean;
  /** everything before them is over */
  readonly checksDue: boolean;
}

/** What became of computations; asked for stages that run or failed alone. */
export interface ClosingProgress {
  /** no task of the run can change by itself any more */
  readonly settled: boolean;
  readonly statsOf: (productId: string) => DerivedState;
  readonly discounts: () => DerivedState;
}

/**
 * How a day's run goes on closing: each product's stats once its candles are in both stores, the discounts of all products once every
 * stats window is there, the checks at the end. A product that has no candles is passed over.
 */
export function planClosing(tasks: readonly ClosingTask[], { settled, statsOf, discounts }: ClosingProgress): ClosingPlan {
  const moves = new Map<string, Partial<ClosingStages>>();
  const problems = new Map<string, Problem>();
  const computeStats: string[] = [];
  const stats = tasks.map((task) => {
    const { windowId, productId } = task;
    const state = task.settled ? statsStage(task, () => statsOf(productId).state) : task.stages.stats;
    if (state !== task.stages.stats) moves.set(windowId, { stats: state });
    if (state === 'running' && task.stages.stats === 'waiting') computeStats.push(productId);
    if (state === 'failed' && !hasFailed(task)) problems.set(windowId, { reason: 'stats_failed', detail: statsOf(productId).detail ?? '' });
    return state;
  });
  const nothingMore: ClosingPlan = { moves, problems, computeStats, computeDiscounts: false, checksDue: false };
  if (!settled || !stats.every(isOver)) return nothingMore;

  let computeDiscounts = false;
  const ofDay = tasks.map((task, i) => {
    const before = task.stages.discounts;
    const due = stats[i] !== 'skipped';
    const state: StageState = !due ? 'skipped' : before === 'waiting' ? 'running' : before === 'running' ? discounts().state : before;
    if (state !== before) moves.set(task.windowId, { ...moves.get(task.windowId), discounts: state });
    computeDiscounts ||= due && before === 'waiting';
    if (due && state === 'failed' && !hasFailed(task) && !problems.has(task.windowId)) {
      problems.set(task.windowId, { reason: 'discounts_failed', detail: discounts().detail ?? '' });
    }
    return state;
  });
  return { ...nothingMore, computeDiscounts, checksDue: ofDay.every(isOver) };
}

function statsStage(task: ClosingTask, derived: () => StageState): StageState {
  const { stats } = task.stages;
  if (stats === 'waiting') return hasFailed(task) ? 'skipped' : 'running';
  return stats === 'running' ? derived() : stats;
}

/** Its candles are not in the stores. */
function hasFailed({ state }: ClosingTask): boolean {
  return state === 'failed' || state === 'cancelled';
}

function isOver(state: StageState): boolean {
  return state === 'done' || state === 'failed' || state === 'skipped';
}
