import type { VNode } from 'preact';
import type { Grid, RunSummary } from '../api/shapes.js';
import { useResource } from '../api/use-resource.js';
import { dayAfter, durationText, instantText, msBetween } from '../format/instant.js';
import { useLive } from '../live/live.js';
import { Icon } from '../parts/icon.js';
import { Dated } from '../parts/dated.js';
import { Empty, Loaded, Panel } from '../parts/panel.js';
import { StateMark } from '../parts/state-mark.js';
import { hashOf, runHash } from '../shell/route.js';
import { GridLegend, RunGrid } from './run-grid.js';
import { runTitle } from './run-words.js';
import { TaskBar } from './task-bar.js';

const GRID_DAYS = 28;

/** @param to the last day of the grid; null for the latest that a run wanted */
export function RunsPage({ to }: { to: string | null }): VNode {
  const { pulse } = useLive();
  const runs = useResource<{ runs: RunSummary[] }>('/runs', pulse);
  const grid = useResource<Grid>(`/grid?days=${GRID_DAYS}${to === null ? '' : `&to=${to}`}`, pulse);
  const [first = null, last = null] = [grid.value?.dates[0], grid.value?.dates.at(-1)];
  return (
    <>
      <h1>Runs</h1>
      <Panel title="Days and products" note={first === null ? undefined : `${first} to ${last}`} actions={<GridPages last={last ?? to} />}>
        <Loaded resource={grid} what="the grid" lines={8}>
          {(value) =>
            value.products.length === 0 || value.cells.length === 0 ? (
              <Empty>No day of minutes was asked for in these days.</Empty>
            ) : (
              <>
                <RunGrid grid={value} />
                <GridLegend />
              </>
            )
          }
        </Loaded>
      </Panel>
      <Panel title="Newest runs">
        <Loaded resource={runs} what="runs" lines={6}>
          {({ runs: list }) =>
            list.length === 0 ? <Empty>No run has started yet. The daily run starts at 00:15 UTC.</Empty> : <RunList runs={list} />
          }
        </Loaded>
      </Panel>
    </>
  );
}

function GridPages({ last }: { last: string | null }): VNode | null {
  if (last === null) return null;
  return (
    <nav class="pager" aria-label="Days of the grid">
      <a class="icon-button" href={hashOf({ page: 'runs', to: dayAfter(last, -GRID_DAYS) })} aria-label="Earlier days" title="Earlier days">
        <Icon name="left" />
      </a>
      <a class="icon-button" href={hashOf({ page: 'runs', to: dayAfter(last, GRID_DAYS) })} aria-label="Later days" title="Later days">
        <Icon name="right" />
      </a>
    </nav>
  );
}

function RunList({ runs }: { runs: RunSummary[] }): VNode {
  return (
    <table class="table run-list">
      <caption class="visually-hidden">Runs, the newest first</caption>
      <thead>
        <tr>
          <th scope="col">Run</th>
          <th scope="col">State</th>
          <th scope="col">Tasks</th>
          <th scope="col" class="number">
            Started (UTC)
          </th>
          <th scope="col" class="number">
            Took
          </th>
        </tr>
      </thead>
      <tbody>
        {runs.map((run) => {
          const took = msBetween(run.created_at, run.ended_at);
          return (
            <tr key={run.run_id}>
              <th scope="row">
                <a href={runHash(run.run_id)}>
                  <Dated text={runTitle(run)} />
                </a>
                <span class="quiet second">{run.products.length === 1 ? run.products[0] : `${run.products.length} products`}</span>
              </th>
              <td class="run-list-state">
                <StateMark state={run.state} />
                {run.late && <span class="tag tone-warn">late</span>}
              </td>
              <td class="run-list-tasks">
                <TaskBar counts={run.counts} />
              </td>
              <td class="number run-list-started">{instantText(run.created_at)}</td>
              <td class="number run-list-took">{took === null ? '–' : durationText(took)}</td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}
