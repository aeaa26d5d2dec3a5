import { randomUUID } from 'node:crypto';
import { TOPICS } from '@elias/contracts';
import { until } from '../support/service-process.js';
import type { CandleRow } from '../support/candle-row.js';
import { StackReaders } from '../support/stack-readers.js';
import type { WatchedWindow } from '../support/watched-window.js';
import type { DrillCase } from './drill-case.js';
import { DrillRuns } from './drill-runs.js';
import type { DrillRun } from './drill-runs.js';
import type { DrillStack } from './drill-stack.js';
import { inflictFault, untilMet } from './inflict-fault.js';
import { idOf, judgeWindow, toldWindows } from './judge-windows.js';
import { waitUntilQuiet } from './wait-until-quiet.js';

/** `not fired`: the fault was never met, so that nothing is known. */
export type Verdict = 'passed' | 'failed' | 'not fired';

export interface CaseResult {
  drillCase: DrillCase;
  verdict: Verdict;
  /** how often the fault was met */
  hits: number;
  complaints: string[];
  /** what is worth knowing though all is well */
  notes: string[];
  elapsedMs: number;
}

const FIRES_WITHIN_MS = 45_000;
const SPENT_WITHIN_MS = 20_000;
const OVER_WITHIN_MS = 150_000;
const QUIET_WITHIN_MS = 90_000;

/** One case, from a quiet stack to a quiet stack: a run of these windows, the fault in its midst, and a look at everything. */
export async function runCase(stack: DrillStack, drillCase: DrillCase, windows: readonly WatchedWindow[]): Promise<CaseResult> {
  const startedMs = performance.now();
  const notes: string[] = [];
  const complaints: string[] = [];
  const hits = await prepare(stack, drillCase, windows)
    .then(() => disturbedRun(stack, drillCase, windows, notes))
    .catch((error: unknown) => {
      complaints.push(error instanceof NotFiredError ? error.message : String(error));
      return error instanceof NotFiredError ? 0 : -1;
    });
  if (complaints.length === 0) complaints.push(...(await judgeAll(stack, windows)));
  const verdict = hits === 0 ? 'not fired' : complaints.length > 0 ? 'failed' : 'passed';
  return { drillCase, verdict, hits: Math.max(0, hits), complaints, notes, elapsedMs: performance.now() - startedMs };
}

/** Half of the cases replace what is there: the windows are loaded, then the exchange changes its mind about a row and takes one back. */
async function prepare(stack: DrillStack, { replaces }: DrillCase, windows: readonly WatchedWindow[]): Promise<void> {
  if (!replaces) return;
  const runs = new DrillRuns(stack);
  const run = await runs.over(await runs.order(windows, randomUUID()), OVER_WITHIN_MS);
  if (run?.state !== 'succeeded') throw new Error(`before the fault the run ended as ${run?.state ?? 'running'}`);
  await waitUntilQuiet(stack, QUIET_WITHIN_MS);
  for (const window of windows) {
    const [first, second] = await stack.simulator.candles(window);
    const edit = { product_id: window.productId, granularity: window.granularity };
    const seconds = (row: CandleRow | undefined): number => Date.parse(row![0]) / 1_000;
    await stack.simulator.order('edits', { ...edit, time: seconds(first), row: null });
    await stack.simulator.order('edits', { ...edit, time: seconds(second), row: [seconds(second), '1', '9', '2', '3', '4.5'] });
  }
}

/** @returns how often the fault was met */
async function disturbedRun(stack: DrillStack, drillCase: DrillCase, windows: readonly WatchedWindow[], notes: string[]): Promise<number> {
  const runs = new DrillRuns(stack);
  const lettersBefore = await stack.deadLetters();
  const ordered: { id: string | null } = { id: null };
  const over = async (withinMs: number): Promise<void> => {
    const deadline = performance.now() + withinMs;
    await until(
      () => ordered.id !== null,
      withinMs,
      () => 'the run was not taken',
    ).catch(() => undefined);
    if (ordered.id !== null) await runs.over(ordered.id, Math.max(1, deadline - performance.now()));
  };
  const infliction = await inflictFault(stack, { drillCase, productId: windows[0]!.productId, untilRunIsOver: over });
  let hits = 0;
  let refusal: unknown;
  const ordering = runs.order(windows, randomUUID()).then((id) => (ordered.id = id));
  // awaited below, when the fault is over
  ordering.catch((error: unknown) => (refusal = error));
  try {
    await untilMet(infliction, FIRES_WITHIN_MS).catch(() => {
      throw new NotFiredError(drillCase.name, refusal);
    });
    await infliction.act();
    await until(
      async () => {
        const met = await infliction.met();
        hits = met.hits;
        return (
          met.hits >= met.most || (ordered.id !== null && (await runs.run(ordered.id, 2_000).catch(() => null))?.state === 'succeeded')
        );
      },
      SPENT_WITHIN_MS,
      () => '',
    ).catch(() => undefined);
  } finally {
    await infliction.stop();
  }
  await settleRun(runs, await ordering, windows, notes);
  await waitUntilQuiet(stack, QUIET_WITHIN_MS);
  for (const [group, count] of await stack.deadLetters()) {
    const added = count - (lettersBefore.get(group) ?? count);
    if (added > 0n) throw new Error(`${added} dead letters of ${group} that nobody asked for`);
  }
  return hits;
}

/** A run that failed tells its reason, and the windows are got by asking again, as a person would. */
async function settleRun(runs: DrillRuns, runId: string, windows: readonly WatchedWindow[], notes: string[]): Promise<void> {
  const run = await runs.over(runId, OVER_WITHIN_MS);
  if (run === null) throw new Error(`run ${runId} is not over: ${statesOf(await runs.run(runId))}`);
  if (run.state === 'succeeded') return;
  const unexplained = run.windows.filter(({ state, error }) => state === 'failed' && (error === null || error.reason === ''));
  if (run.state !== 'failed' || unexplained.length > 0) throw new Error(`the run ended as ${run.state} without a reason: ${statesOf(run)}`);
  notes.push(`the run failed with its reason: ${run.windows.flatMap(({ error }) => error?.reason ?? []).join(', ')}`);
  const again = await runs.over(await runs.order(windows, randomUUID()), OVER_WITHIN_MS);
  if (again?.state !== 'succeeded') throw new Error(`asked for again, the run ended as ${again === null ? 'running' : statesOf(again)}`);
}

const statesOf = ({ windows }: DrillRun): string =>
  windows.map(({ window, state, error }) => `${window.id} ${state} ${error?.reason ?? ''} ${error?.detail ?? ''}`.trim()).join('; ');

/** Every window of a run, everywhere, against what the exchange serves. */
async function judgeAll(stack: DrillStack, windows: readonly WatchedWindow[]): Promise<string[]> {
  try {
    await tailCaughtUp(stack);
    const told = toldWindows(stack.tail.records, new Set(windows.map(({ id }) => id)));
    const readers = await StackReaders.open(stack.addresses);
    try {
      const complaints = windows.map(async (window) => {
        const rows = await stack.simulator.candles(window);
        const ofWindow = told.filter((one) => idOf(one) === window.id);
        return judgeWindow({ window, rows }, ofWindow, readers);
      });
      return (await Promise.all(complaints)).flat();
    } finally {
      await readers.close();
    }
  } catch (error) {
    return [`the judge could not look: ${String(error)}`];
  }
}

/** The drill has read of the windows' topics whatever is there. */
export async function tailCaughtUp(stack: DrillStack): Promise<void> {
  for (const topic of [TOPICS.windowsCandles.name, TOPICS.windowsTrades.name]) {
    const ends = new Map((await stack.kafka.endOffsets(topic)).map(({ partition, high }) => [partition, BigInt(high)]));
    await until(
      () => {
        const seen = new Map<number, bigint>();
        for (const record of stack.tail.records) {
          if (record.topic !== topic) continue;
          const next = BigInt(record.offset) + 1n;
          if (next > (seen.get(record.partition) ?? 0n)) seen.set(record.partition, next);
        }
        return [...ends].every(([partition, high]) => (seen.get(partition) ?? 0n) >= high);
      },
      60_000,
      () => `the drill has not read all of ${topic}`,
    );
  }
}

class NotFiredError extends Error {
  override readonly name = 'NotFiredError';
  constructor(caseName: string, cause: unknown) {
    super(`the fault of ${caseName} was not met${cause === undefined ? '' : `: ${String(cause)}`}`);
  }
}
