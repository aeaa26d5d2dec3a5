import type { VNode } from 'preact';
import { useCallback, useState } from 'preact/hooks';
import { send } from '../api/ask.js';
import type { Run } from '../api/shapes.js';
import { useLoaded } from '../api/use-resource.js';
import type { Resource } from '../api/use-resource.js';
import { durationText, instantText, msBetween } from '../format/instant.js';
import { useRunPulse } from '../live/live.js';
import { useAnnounce } from '../parts/announce.js';
import { Dated } from '../parts/dated.js';
import { Loaded, Panel, sentence } from '../parts/panel.js';
import { StateMark } from '../parts/state-mark.js';
import { hashOf } from '../shell/route.js';
import { CancelDialog } from './cancel-dialog.js';
import { ChecksPanel } from './checks-panel.js';
import { loadRun } from './load-run.js';
import { runTitle } from './run-words.js';
import { TaskBar } from './task-bar.js';
import { TaskTable } from './task-table.js';

/** @param task the window that the reader came for, if any */
export function RunPage({ runId, task }: { runId: string; task: string | null }): VNode {
  const load = useCallback((signal: AbortSignal) => loadRun(runId, signal), [runId]);
  const resource = useLoaded<Run>(load, useRunPulse(runId));
  const run = resource.value;
  return (
    <>
      <p class="crumb">
        <a href={hashOf({ page: 'runs', to: null })}>Runs</a>
      </p>
      <div class="page-head">
        <h1>{run === null ? 'Run' : <Dated text={runTitle(run)} />}</h1>
        {run !== null && <StateMark state={run.state} />}
        {run?.late === true && <span class="tag tone-warn">late</span>}
        {run !== null && <RunActions run={run} resource={resource} />}
      </div>
      {run === null ? (
        <Panel title="Tasks">
          <Loaded resource={resource} what="the run" lines={8}>
            {() => null}
          </Loaded>
        </Panel>
      ) : (
        <>
          <Panel title="About">
            <TaskBar counts={run.counts} />
            <RunFacts run={run} />
          </Panel>
          <Panel title="Tasks" note={`${run.windows.length}`}>
            <Loaded resource={resource} what="the run">
              {({ windows }) => <TaskTable tasks={windows} chosen={task} />}
            </Loaded>
          </Panel>
          {run.date !== null && <ChecksPanel date={run.date} />}
        </>
      )}
    </>
  );
}

/** What can be done about a run: what failed or lacks something is asked for again; what was not asked for yet is left. */
function RunActions({ run, resource }: { run: Run; resource: Resource<Run> }): VNode {
  const announce = useAnnounce();
  const [busy, setBusy] = useState(false);
  const [asking, setAsking] = useState(false);
  const [result, setResult] = useState<{ text: string; bad: boolean } | null>(null);

  const act = async (path: 'retry' | 'cancel', words: (answer: { retried?: number }) => string): Promise<void> => {
    setBusy(true);
    const told = await send<{ retried?: number }>(`/runs/${run.run_id}/${path}`).then(
      (answer) => ({ text: words(answer), bad: false }),
      (error: Error) => ({ text: sentence(error), bad: true }),
    );
    setResult(told);
    announce(told.text);
    setBusy(false);
    resource.reload();
  };
  const lacking = (run.counts.failed ?? 0) + (run.counts.partial ?? 0);
  return (
    <div class="page-actions">
      {result !== null && <p class={result.bad ? 'action-result tone-bad' : 'action-result'}>{result.text}</p>}
      <button
        type="button"
        class={lacking > 0 ? 'button button-main' : 'button'}
        disabled={busy || run.cancelled_at !== null}
        onClick={() =>
          void act('retry', ({ retried = 0 }) =>
            retried === 0 ? 'There was nothing to ask for again.' : `Asked again for ${retried} ${retried === 1 ? 'task' : 'tasks'}.`,
          )
        }
      >
        Retry{lacking > 0 ? ` ${lacking} ${lacking === 1 ? 'task' : 'tasks'}` : ''}
      </button>
      <button
        type="button"
        class="button"
        disabled={busy || run.ended_at !== null || run.cancelled_at !== null}
        onClick={() => setAsking(true)}
      >
        Cancel run
      </button>
      <CancelDialog
        open={asking}
        title={runTitle(run)}
        close={(confirmed) => {
          setAsking(false);
          if (confirmed) void act('cancel', () => 'The run is cancelled; what is under way ends by itself.');
        }}
      />
    </div>
  );
}

function RunFacts({ run }: { run: Run }): VNode {
  const took = msBetween(run.created_at, run.ended_at);
  const facts: [string, string | null][] = [
    ['Started', instantText(run.created_at)],
    ['Ended', run.ended_at === null ? 'not yet' : instantText(run.ended_at)],
    ['Took', took === null ? null : durationText(took)],
    ['Deadline', run.deadline_at === null ? null : instantText(run.deadline_at)],
    ['Cancelled', run.cancelled_at === null ? null : instantText(run.cancelled_at)],
    ['From', instantText(run.from)],
    ['To', instantText(run.to)],
    ['Products', String(run.products.length)],
    ['Run', run.run_id],
    ['Key', run.idempotency_key],
  ];
  return (
    <dl class="facts">
      {facts.map(([name, value]) =>
        value === null ? null : (
          <div key={name}>
            <dt>{name}</dt>
            <dd class={name === 'Run' || name === 'Key' ? 'code' : ''}>{value}</dd>
          </div>
        ),
      )}
    </dl>
  );
}
