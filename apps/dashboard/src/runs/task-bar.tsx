import type { VNode } from 'preact';
import type { RunSummary } from '../api/shapes.js';
import { STATE_LOOKS } from '../parts/state-mark.js';
import { countsText, TASK_STATES, taskCount } from './run-words.js';

/** Tasks of a run by state, as a bar with the same in words. */
export function TaskBar({ counts }: { counts: RunSummary['counts'] }): VNode {
  const total = taskCount(counts);
  return (
    <div class="task-bar">
      <div class="task-bar-line" aria-hidden="true">
        {TASK_STATES.map((state) => {
          const count = counts[state] ?? 0;
          return count === 0 ? null : (
            <span key={state} class={`tone-${STATE_LOOKS[state].tone} task-${state}`} style={{ flexGrow: count / Math.max(1, total) }} />
          );
        })}
      </div>
      <span class="task-bar-text">{countsText(counts)}</span>
    </div>
  );
}
