import type { VNode } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Task, TaskState } from '../api/shapes.js';
import { countText } from '../format/decimal.js';
import { durationText, instantText, lastDayBefore, msBetween, timeText, widthText } from '../format/instant.js';
import { Icon } from '../parts/icon.js';
import { Dated } from '../parts/dated.js';
import { Empty } from '../parts/panel.js';
import { lookOfStage, STATE_LOOKS, stagesInOrder, StateMark } from '../parts/state-mark.js';
import { productHash } from '../shell/route.js';
import { TASK_STATES } from './run-words.js';

/** More rows than this are shown when asked for. */
const ROWS = 100;
/** What needs somebody comes first. */
const ATTENTION: readonly TaskState[] = ['failed', 'partial', 'running', 'waiting', 'cancelled', 'succeeded'];

/** Tasks with their stages. @param chosen the window whose row is shown first and marked */
export function TaskTable({ tasks, chosen }: { tasks: readonly Task[]; chosen: string | null }): VNode {
  const [only, setOnly] = useState<TaskState | null>(null);
  const [rows, setRows] = useState(ROWS);
  const shown = tasks
    .filter(({ state }) => only === null || state === only)
    .sort((a, b) => ATTENTION.indexOf(a.state) - ATTENTION.indexOf(b.state));
  const ordered = [...shown.filter(({ window }) => window.id === chosen), ...shown.filter(({ window }) => window.id !== chosen)];
  return (
    <>
      <TaskFilter tasks={tasks} only={only} choose={setOnly} />
      {ordered.length === 0 ? (
        <Empty>No task is {only} any more.</Empty>
      ) : (
        <table class="table task-table">
          <caption class="visually-hidden">Tasks of the run</caption>
          <thead>
            <tr>
              <th scope="col">Window</th>
              <th scope="col">State</th>
              <th scope="col">Stages</th>
              <th scope="col" class="number">
                Candles
              </th>
              <th scope="col" class="number">
                Lacking
              </th>
              <th scope="col" class="number">
                Attempts
              </th>
              <th scope="col" class="number">
                Started (UTC)
              </th>
              <th scope="col" class="number">
                Took
              </th>
            </tr>
          </thead>
          <tbody>
            {ordered.slice(0, rows).map((task) => (
              <TaskRow key={task.window.id} task={task} chosen={task.window.id === chosen} />
            ))}
          </tbody>
        </table>
      )}
      {ordered.length > rows && (
        <button type="button" class="button more" onClick={() => setRows(rows + ROWS)}>
          Show {Math.min(ROWS, ordered.length - rows)} more of {ordered.length}
        </button>
      )}
    </>
  );
}

function TaskFilter({
  tasks,
  only,
  choose,
}: {
  tasks: readonly Task[];
  only: TaskState | null;
  choose: (state: TaskState | null) => void;
}): VNode {
  const counted = TASK_STATES.map((state) => ({ state, count: tasks.filter((task) => task.state === state).length }));
  return (
    <div class="segments" role="group" aria-label="Show tasks by state">
      <button type="button" aria-pressed={only === null} onClick={() => choose(null)}>
        All {tasks.length}
      </button>
      {counted.map(({ state, count }) =>
        count === 0 && only !== state ? null : (
          <button key={state} type="button" aria-pressed={only === state} onClick={() => choose(state)}>
            {STATE_LOOKS[state].text} {count}
          </button>
        ),
      )}
    </div>
  );
}

function TaskRow({ task, chosen }: { task: Task; chosen: boolean }): VNode {
  const { window, state, stages, attempts, started_at: startedAt, ended_at: endedAt, next_request_at: nextAt, error, counts } = task;
  const row = useRef<HTMLTableRowElement>(null);
  useEffect(() => {
    if (chosen) row.current?.querySelector<HTMLElement>('a')?.focus();
  }, [chosen]);
  const took = msBetween(startedAt, endedAt);
  const [first, last] = [window.from.slice(0, 10), lastDayBefore(window.to)];
  return (
    <tr ref={row} class={chosen ? 'chosen' : ''} aria-current={chosen ? 'true' : undefined}>
      <th scope="row">
        <a href={productHash(window.product_id, window.granularity === 60 ? first : null)}>{window.product_id}</a>
        <span class="quiet second">
          <Dated text={`${widthText(window.granularity)}, ${first === last ? first : `${first} to ${last}`}`} />
        </span>
      </th>
      <td class="task-state">
        <StateMark state={state} />
      </td>
      <td class="task-stages">
        <ol class="stages">
          {stagesInOrder(stages).map((stage) => {
            const look = lookOfStage(stage.state);
            return (
              <li key={stage.name} class={`tone-${look.tone}`} title={`${stage.name}: ${look.text}`}>
                <Icon name={look.icon} />
                {stage.name}
                <span class="visually-hidden">: {look.text}</span>
              </li>
            );
          })}
        </ol>
        {error !== null && (
          <details class="task-error">
            <summary>
              <strong>{error.reason.replaceAll('_', ' ')}</strong> {error.detail}
            </summary>
            {error.detail}
          </details>
        )}
        {nextAt !== null && state !== 'succeeded' && <p class="quiet">asked again at {instantText(nextAt)}</p>}
      </td>
      <td class="number" data-label="candles">
        {counts === null ? '–' : countText(counts.candles)}
      </td>
      <td class="number" data-label="lacking">
        {counts === null ? '–' : lackingText(counts)}
      </td>
      <td class="number" data-label="attempts">
        {attempts}
      </td>
      <td class="number" data-label="started" title={startedAt === null ? undefined : instantText(startedAt)}>
        {startedAt === null ? '–' : timeText(startedAt)}
      </td>
      <td class="number" data-label="took">
        {took === null ? '–' : durationText(took)}
      </td>
    </tr>
  );
}

function lackingText({ no_trade: noTrade, unknown, open }: NonNullable<Task['counts']>): string {
  const parts = [
    ...(noTrade > 0 ? [`${countText(noTrade)} no trade`] : []),
    ...(unknown > 0 ? [`${countText(unknown)} unknown`] : []),
    ...(open > 0 ? [`${countText(open)} open`] : []),
  ];
  return parts.length === 0 ? 'nothing' : parts.join(', ');
}
