import { bestRevision, compareRevisions } from '@elias/market-data';
import type { Revision } from '@elias/market-data';
import type { Fact, LoadedStage, Problem } from './fact.js';

/** `skipped`: there is nothing for it to do. */
export type StageState = 'waiting' | 'running' | 'done' | 'failed' | 'skipped';
/** `cancelled`: its run was, before the task was asked for. */
export type TaskState = 'waiting' | 'running' | 'succeeded' | 'partial' | 'failed' | 'cancelled';

/** Stages of a task. A task is one window of one run. */
export interface Stages {
  readonly collect: StageState;
  readonly archive: StageState;
  readonly load_warehouse: StageState;
  readonly load_rds: StageState;
}

/** Stages that close a day's run, of its tasks of minutes. */
export interface ClosingStages {
  readonly stats: StageState;
  readonly discounts: StageState;
  readonly checks: StageState;
}

export interface Assessment {
  readonly state: TaskState;
  readonly stages: Stages;
  /** the telling that has to be in both stores; null while there is none */
  readonly target: Revision | null;
  readonly problem: Problem | null;
  /** what it comes to once its target is in both stores; null while nothing was answered */
  readonly settlesAs: 'succeeded' | 'partial' | 'failed' | null;
  /** when to ask the exchange again, counted from now; null when not, or when the next daily run will */
  readonly askAgainAfterMs: number | null;
}

/** A window with unknown periods, or that the exchange did not answer for, is asked for again after these waits (design §3). */
export const ASK_AGAIN_AFTER_MS = [60_000, 300_000, 1_800_000] as const;
/** A telling that a stage refused is asked for again at once, this often. */
export const REFUSALS_MAX = 3;
/** What the exchange will not give is asked for once more at most (design §3). */
const PERMANENT_REQUESTS_MAX = 2;

/** What bounds the asking. */
export interface AskingRules {
  /** requests that were made before the task was retried by hand; the waits begin anew after them */
  readonly requestsBefore: number;
  /** false once the run is cancelled: what is under way ends by itself, nothing more is asked */
  readonly mayAsk: boolean;
}

/**
 * Where a task stands, from its requests and every fact of its window; independent of the order in which facts arrived.
 * @param requestIds this task's requests, oldest first; empty while it waits for its turn
 */
export function assessTask(
  requestIds: readonly string[],
  facts: readonly Fact[],
  { requestsBefore, mayAsk }: AskingRules = { requestsBefore: 0, mayAsk: true },
): Assessment {
  const lastRequest = requestIds.at(-1);
  const requests = requestIds.length - requestsBefore;
  if (lastRequest === undefined) return waiting;

  const refused = refusedTellings(facts);
  const stands = (revision: Revision): boolean => !refused.has(revision.collectionId);
  const sealed = sealedTellings(facts);
  const published = facts.flatMap((fact) =>
    fact.stage === 'collected' && fact.published && requestIds.includes(fact.requestId) && stands(fact.revision) ? [fact] : [],
  );
  const answer = facts.find((fact) => (fact.stage === 'collected' || fact.stage === 'collection_failed') && fact.requestId === lastRequest);
  const target = bestRevision([...sealed, ...published].map(({ revision }) => revision)) ?? null;
  const lastRefused = answer?.stage === 'collected' && answer.published && !stands(answer.revision);
  const problem = problemOf(facts, answer, target, lastRefused);
  const base = { target, problem, settlesAs: null };

  if (answer === undefined) return { ...base, state: 'running', stages: stagesOf('running', facts, null), askAgainAfterMs: null };
  if (lastRefused && mayAsk && requests <= REFUSALS_MAX) {
    return { ...base, state: 'running', stages: stagesOf('running', facts, null), askAgainAfterMs: 0 };
  }
  const askAgainAfterMs = mayAsk ? waitBeforeAsking(requests, answer, target) : null;
  if (target === null) return { ...base, settlesAs: 'failed', state: 'failed', stages: stagesOf('failed', facts, null), askAgainAfterMs };
  const stages = stagesOf(answer.stage === 'collection_failed' ? 'failed' : 'done', facts, target);
  const arrived = stages.archive === 'done' && stages.load_warehouse === 'done' && stages.load_rds === 'done';
  const settlesAs = target.unknown > 0 || answer.stage === 'collection_failed' ? 'partial' : 'succeeded';
  return { ...base, settlesAs, state: arrived ? settlesAs : 'running', stages, askAgainAfterMs };
}

export const STAGES_WAITING: Stages = { collect: 'waiting', archive: 'waiting', load_warehouse: 'waiting', load_rds: 'waiting' };

export const CLOSING_STAGES_WAITING: ClosingStages = { stats: 'waiting', discounts: 'waiting', checks: 'waiting' };

const waiting: Assessment = {
  state: 'waiting',
  stages: STAGES_WAITING,
  target: null,
  problem: null,
  settlesAs: null,
  askAgainAfterMs: null,
};

/** The tellings that lie in the bucket and that no stage refused and nobody withdrew. */
export function sealedTellings(facts: readonly Fact[]): Extract<Fact, { stage: 'sealed' }>[] {
  const refused = refusedTellings(facts);
  return facts.flatMap((fact) => (fact.stage === 'sealed' && !refused.has(fact.revision.collectionId) ? [fact] : []));
}

/** Tellings that a stage could not take, or that were withdrawn. */
function refusedTellings(facts: readonly Fact[]): ReadonlySet<string> {
  const refused = new Set<string>();
  for (const fact of facts) {
    const gone =
      fact.stage === 'revoked' || fact.stage === 'archive_failed' || fact.stage === 'warehouse_failed' || fact.stage === 'rds_failed';
    if (gone && fact.revision !== null) refused.add(fact.revision.collectionId);
  }
  return refused;
}

/** A stage is done when it told of the target or of something better (design §4): every stage answers every telling it meets. */
function stagesOf(collect: StageState, facts: readonly Fact[], target: Revision | null): Stages {
  if (target === null) {
    const rest: StageState = collect === 'failed' ? 'failed' : 'waiting';
    return { collect, archive: rest, load_warehouse: rest, load_rds: rest };
  }
  const reached = facts.filter((fact) => 'revision' in fact && fact.revision !== null && compareRevisions(fact.revision, target) >= 0);
  const archived = reached.some((fact) => fact.stage === 'sealed' || ('impliesSealed' in fact && fact.impliesSealed));
  const loaded = (stage: LoadedStage): boolean => reached.some((fact) => fact.stage === stage);
  const state = (done: boolean, ready: boolean): StageState => (done ? 'done' : ready ? 'running' : 'waiting');
  return {
    collect,
    archive: state(archived, true),
    load_warehouse: state(loaded('warehouse_loaded'), archived),
    load_rds: state(loaded('rds_loaded'), true),
  };
}

function waitBeforeAsking(requests: number, answer: Fact, target: Revision | null): number | null {
  const wait = ASK_AGAIN_AFTER_MS[requests - 1] ?? null;
  if (answer.stage === 'collection_failed' && answer.permanent) return requests < PERMANENT_REQUESTS_MAX ? wait : null;
  const missing = target === null || target.unknown > 0 || answer.stage === 'collection_failed';
  return missing ? wait : null;
}

function problemOf(facts: readonly Fact[], answer: Fact | undefined, target: Revision | null, lastRefused: boolean): Problem | null {
  if (answer?.stage === 'collection_failed') return answer.problem;
  if (lastRefused || target === null) {
    const refusal = facts.findLast(
      (fact) => fact.stage === 'archive_failed' || fact.stage === 'warehouse_failed' || fact.stage === 'rds_failed',
    );
    return refusal !== undefined && 'problem' in refusal ? refusal.problem : null;
  }
  return null;
}
