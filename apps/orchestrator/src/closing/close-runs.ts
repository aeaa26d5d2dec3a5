import { ALL_PRODUCTS, parseWindowId } from '@elias/market-data';
import { markTransforms } from '@elias/postgres';
import type { PoolClient } from '@elias/postgres';
import type { Logger, Metrics } from '@elias/telemetry';
import { assessTask } from '../tasks/assess-task.js';
import type { ClosingStages, StageState } from '../tasks/assess-task.js';
import { checkDay } from '../checks/check-day.js';
import type { CheckStore } from '../checks/check-store.js';
import type { CheckResult, CheckRules } from '../checks/check.js';
import { CHECK_NAMES } from '../checks/check.js';
import { readDayToCheck } from '../checks/read-day-to-check.js';
import type { Fact } from '../tasks/fact.js';
import type { NotificationStore } from '../notify/notification-store.js';
import { lockReleases } from '../runs/run-store.js';
import type { CountedRun, RunStore } from '../runs/run-store.js';
import { assessDerived, worstOf } from './assess-derived.js';
import type { DerivedState } from './assess-derived.js';
import { discountWindowIds, statsWindowId } from './derived-windows.js';
import type { ClosedTask, ClosingStore, ClosingTaskRow } from './closing-store.js';
import { planClosing } from './plan-closing.js';
import type { ClosingPlan, ClosingTask } from './plan-closing.js';

/** A run of a day that closes, as one round sees it. */
interface ClosingRun {
  readonly run: CountedRun & { date: string };
  readonly tasks: readonly ClosingTaskRow[];
  readonly closing: readonly ClosingTask[];
  readonly facts: ReadonlyMap<string, Fact[]>;
}

export interface CloseRunsParts {
  readonly store: RunStore;
  readonly closing: ClosingStore;
  readonly checks: CheckStore;
  readonly notifications: NotificationStore;
  readonly rules: CheckRules;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

/** The last stages of a day's run: stats, discounts, checks. */
export class CloseRuns {
  private readonly results;

  constructor(private readonly parts: CloseRunsParts) {
    this.results = parts.metrics.gauge(
      'elias_orchestrator_check_results',
      'results of the checks of the run that closed last, by check and outcome',
      ['check', 'outcome'],
    );
  }

  /**
   * Moves each run that closes as far as it can go now.
   * @returns how many moved
   */
  async run(): Promise<number> {
    let moved = 0;
    for (const runId of await this.parts.closing.closingRuns()) {
      const results = await this.parts.store.transaction((client) => this.advance(client, runId));
      if (results === 'waits') continue;
      moved += 1;
      if (results !== 'moved') this.tell(runId, results);
    }
    return moved;
  }

  private async advance(client: PoolClient, runId: string): Promise<'waits' | 'moved' | CheckResult[]> {
    const { store, closing } = this.parts;
    await lockReleases(client);
    const run = await store.run(runId, client);
    if (run?.closing !== true || run.date === null) return 'waits';
    const { date } = run;
    const tasks = await closing.tasks(client, runId);
    const ofDay = closingTasks(tasks);
    if (!ofDay.some(({ settled }) => settled)) return 'waits';
    const stats = new Map(ofDay.map(({ productId }) => [productId, statsWindowId(date, productId)]));
    const shared = discountWindowIds(date);
    // of what waits or is done nothing is read: a round costs what is being computed, not what the run has
    const computing = [
      ...ofDay.filter(({ stages }) => isComputing(stages.stats)).map(({ productId }) => stats.get(productId)!),
      ...(ofDay.some(({ stages }) => isComputing(stages.discounts)) ? shared : []),
    ];
    const derived = await closing.derived(client, computing, await store.facts(computing, client));
    const stateOf = (id: string): DerivedState => assessDerived(derived.get(id)!);
    const plan = planClosing(ofDay, {
      settled: tasks.every((task) => task.settled || task.carried),
      statsOf: (productId) => stateOf(stats.get(productId)!),
      discounts: () => worstOf(shared.map(stateOf)),
    });
    const computed = [...plan.computeStats.map((id) => stats.get(id)!), ...(plan.computeDiscounts ? shared : [])];
    await markTransforms(client, new Map(computed.map((id) => [id, date])));
    await closing.move(client, runId, plan.moves);
    if (!plan.checksDue) return plan.moves.size > 0 ? 'moved' : 'waits';
    const facts = await store.facts([...tasks.map((task) => task.window_id), ...stats.values(), ...shared], client);
    return this.check(client, { run: { ...run, date }, tasks, closing: ofDay, facts }, plan);
  }

  private async check(client: PoolClient, closingRun: ClosingRun, plan: ClosingPlan): Promise<CheckResult[]> {
    const { closing, checks, notifications, rules } = this.parts;
    const { run, tasks, facts } = closingRun;
    const day = await readDayToCheck(client, whatIsLoaded(closingRun, plan), facts);
    const results = checkDay(day, rules);
    await checks.put(client, run.date, run.run_id, results);
    const failed = results.filter(({ outcome }) => outcome === 'failed');
    if (failed.length > 0) await notifications.checksFailed(client, run, failed);
    const closed = closingRun.closing.map((one) =>
      closedTask(
        tasks.find((task) => task.window_id === one.windowId)!,
        facts.get(one.windowId) ?? [],
        {
          problem: plan.problems.get(one.windowId) ?? null,
          failed: failed.filter(({ productId }) => productId === one.productId || productId === null),
        },
      ),
    );
    await closing.close(client, run.run_id, closed);
    return results;
  }

  private tell(runId: string, results: readonly CheckResult[]): void {
    const outcomes = ['passed', 'warned', 'failed', 'skipped'] as const;
    for (const check of CHECK_NAMES) {
      for (const outcome of outcomes) {
        this.results.set({ check, outcome }, results.filter((one) => one.name === check && one.outcome === outcome).length);
      }
    }
    for (const { name: check, productId, outcome, text } of results) {
      if (outcome === 'failed') this.parts.logger.error({ runId, check, productId }, text);
      if (outcome === 'warned') this.parts.logger.warn({ runId, check, productId }, text);
    }
  }
}

/** Whether what becomes of it is still to be seen, or is why its task fails. */
const isComputing = (state: StageState): boolean => state === 'running' || state === 'failed';

const productOf = ({ window_id }: ClosingTaskRow): string => parseWindowId(window_id).productId;

/** Tasks of a run that its closing stages hang on. */
function closingTasks(tasks: readonly ClosingTaskRow[]): ClosingTask[] {
  // windows of earlier days that the run carries are no part of its own day
  const unsettled = new Set(tasks.filter(({ settled, carried }) => !settled && !carried).map(productOf));
  return tasks.flatMap((task) => {
    const { stats, discounts, checks } = task.stages;
    if (stats === undefined || discounts === undefined || checks === undefined) return [];
    const productId = productOf(task);
    const stages: ClosingStages = { stats, discounts, checks };
    return [{ windowId: task.window_id, productId, state: task.state, settled: !unsettled.has(productId), stages }];
  });
}

/** Windows whose equality is checked: those that reached both stores. */
function whatIsLoaded({ run, tasks, closing }: ClosingRun, { moves }: ClosingPlan): Parameters<typeof readDayToCheck>[1] {
  const done = (one: ClosingTask, stage: 'stats' | 'discounts'): boolean =>
    (moves.get(one.windowId)?.[stage] ?? one.stages[stage]) === 'done';
  const arrived = tasks.filter(
    ({ state, stages, carried }) => !carried && state !== 'failed' && stages.load_warehouse === 'done' && stages.load_rds === 'done',
  );
  const arrivedOf = (productId: string): string[] => arrived.filter((task) => productOf(task) === productId).map((task) => task.window_id);
  return {
    date: run.date,
    productIds: closing.map(({ productId }) => productId),
    windowsOf: (productId) => [
      ...arrivedOf(productId),
      ...(closing.some((one) => one.productId === productId && done(one, 'stats')) ? [statsWindowId(run.date, productId)] : []),
    ],
    shared: [...arrivedOf(ALL_PRODUCTS), ...(closing.some((one) => done(one, 'discounts')) ? discountWindowIds(run.date) : [])],
  };
}

function closedTask(
  task: ClosingTaskRow,
  facts: readonly Fact[],
  { problem, failed }: { problem: ClosedTask['problem']; failed: readonly CheckResult[] },
): ClosedTask {
  const windowId = task.window_id;
  const checks = failed.length > 0 ? 'failed' : 'done';
  if (task.state === 'failed' || task.state === 'cancelled') return { windowId, state: task.state, checks, problem: null };
  if (problem !== null) return { windowId, state: 'failed', checks, problem };
  if (failed.length > 0) {
    const detail = failed.map(({ name, text }) => `${name}: ${text}`).join('; ');
    return { windowId, state: 'failed', checks, problem: { reason: 'check_failed', detail: detail.slice(0, 1_000) } };
  }
  // it had arrived; a later run may have a newer telling of the window on its way by now
  const { settlesAs } = assessTask(task.request_ids, facts, { requestsBefore: task.requests_before, mayAsk: false });
  return { windowId, state: settlesAs ?? 'succeeded', checks, problem: null };
}
