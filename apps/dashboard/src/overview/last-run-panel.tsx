import type { VNode } from 'preact';
import type { RunSummary } from '../api/shapes.js';
import type { Resource } from '../api/use-resource.js';
import { durationText, instantText, msBetween } from '../format/instant.js';
import { Dated } from '../parts/dated.js';
import { Empty, Loaded, Panel } from '../parts/panel.js';
import { StateMark } from '../parts/state-mark.js';
import { runTitle } from '../runs/run-words.js';
import { TaskBar } from '../runs/task-bar.js';
import { hashOf, runHash } from '../shell/route.js';

export function LastRunPanel({ resource }: { resource: Resource<{ runs: RunSummary[] }> }): VNode {
  return (
    <Panel title="Last run" actions={<a href={hashOf({ page: 'runs', to: null })}>All runs</a>}>
      <Loaded resource={resource} what="runs" lines={4}>
        {({ runs }) => {
          const run = runs[0];
          if (run === undefined) return <Empty>No run has started yet. The daily run starts at 00:15 UTC.</Empty>;
          const took = msBetween(run.created_at, run.ended_at);
          return (
            <div class="last-run">
              <p class="last-run-title">
                <a href={runHash(run.run_id)}>
                  <Dated text={runTitle(run)} />
                </a>{' '}
                <StateMark state={run.state} />
                {run.late && <span class="tag tone-warn">late</span>}
              </p>
              <TaskBar counts={run.counts} />
              <dl class="facts">
                <div>
                  <dt>Started</dt>
                  <dd>{instantText(run.created_at)} UTC</dd>
                </div>
                <div>
                  <dt>Took</dt>
                  <dd>{took === null ? 'not over yet' : durationText(took)}</dd>
                </div>
                <div>
                  <dt>Products</dt>
                  <dd>{run.products.length}</dd>
                </div>
              </dl>
            </div>
          );
        }}
      </Loaded>
    </Panel>
  );
}
