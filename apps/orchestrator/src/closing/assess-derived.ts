import { compareRevisions } from '@elias/market-data';
import type { Revision } from '@elias/market-data';
import type { StageState } from '../tasks/assess-task.js';
import type { Fact, LoadedStage } from '../tasks/fact.js';

/** What is known of a window that the transformer makes. */
export interface DerivedWindow {
  /** its computation is still to come, or to be done again; it was marked once when a run looks */
  readonly marked: boolean;
  /** what the last computation came to; null when there was none */
  readonly outcome: { readonly kind: 'published' | 'unchanged' | 'not_due' | 'failed'; readonly detail: string | null } | null;
  /** what was published last */
  readonly published: { readonly revision: Revision; readonly refused: boolean } | null;
  readonly facts: readonly Fact[];
}

export interface DerivedState {
  readonly state: Exclude<StageState, 'waiting' | 'skipped'>;
  /** for people; null when all is well */
  readonly detail: string | null;
}

/** How far a computed window is: done when both stores told of what was published last, or of something better. */
export function assessDerived({ marked, outcome, published, facts }: DerivedWindow): DerivedState {
  if (marked) return { state: 'running', detail: null };
  // a mark goes with the transaction that notes the outcome, save where an older transformer works, which notes none
  if (outcome === null) return { state: 'failed', detail: 'the transformer did not say what it came to; is it of an older version?' };
  // a run has it computed once its candles are there, so what is not due lacks something that nobody noticed
  if (outcome.kind === 'failed' || outcome.kind === 'not_due') return { state: 'failed', detail: outcome.detail };
  if (published === null) return { state: 'running', detail: null };
  if (published.refused) return { state: 'failed', detail: refusalOf(facts) };
  const loaded = (stage: LoadedStage): boolean =>
    facts.some((fact) => fact.stage === stage && compareRevisions(fact.revision, published.revision) >= 0);
  return { state: loaded('warehouse_loaded') && loaded('rds_loaded') ? 'done' : 'running', detail: null };
}

/** The worst of several windows that make one stage; they are done when all are. */
export function worstOf(states: readonly DerivedState[]): DerivedState {
  const order = ['failed', 'running', 'done'];
  return [...states].sort((a, b) => order.indexOf(a.state) - order.indexOf(b.state))[0] ?? { state: 'done', detail: null };
}

function refusalOf(facts: readonly Fact[]): string {
  const problems = facts.flatMap((fact) => ('problem' in fact ? [fact.problem.detail] : []));
  return problems.at(-1) ?? 'a stage refused it';
}
