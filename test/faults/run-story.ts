import type { WatchedWindow } from '../support/watched-window.js';
import type { DrillCase } from './drill-case.js';
import type { DrillStack } from './drill-stack.js';
import type { CaseResult } from './run-case.js';

export async function runStory(_stack: DrillStack, drillCase: DrillCase, _windows: readonly WatchedWindow[]): Promise<CaseResult> {
  return { drillCase, verdict: 'not fired', hits: 0, complaints: ['not written'], notes: [], elapsedMs: 0 };
}
