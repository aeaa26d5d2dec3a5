import type { VNode } from 'preact';
import type { Alarm, RunSummary, Services } from '../api/shapes.js';
import { useResource } from '../api/use-resource.js';
import { useLive } from '../live/live.js';
import { Failure, Panel } from '../parts/panel.js';
import { AlarmsPanel } from './alarms-panel.js';
import { DiscountsPanel } from './discounts-panel.js';
import { LastRunPanel } from './last-run-panel.js';
import { PipelinePicture } from './pipeline-picture.js';

/** What a person wants to know first: does it run, what did it do last, what is wrong, and the day's tables. */
export function OverviewPage(): VNode {
  const live = useLive();
  const asked = useResource<Services>('/services', live.pulse);
  const alarms = useResource<{ alarms: Alarm[] }>('/alarms', live.pulse);
  const runs = useResource<{ runs: RunSummary[] }>('/runs?limit=1', live.pulse);
  const services = live.services ?? asked.value;
  const told = live.alarms === null ? alarms : { ...alarms, value: { alarms: live.alarms }, error: null };
  return (
    <>
      <h1>Overview</h1>
      <div class="overview">
        <Panel title="Pipeline" class="overview-pipeline" note="rates and lags of this minute">
          {services === null && asked.error !== null && <Failure error={asked.error} what="health, rates and lags" retry={asked.reload} />}
          <PipelinePicture services={services} />
        </Panel>
        <LastRunPanel resource={runs} />
        <AlarmsPanel resource={told} />
        <DiscountsPanel days={7} />
        <DiscountsPanel days={30} />
      </div>
    </>
  );
}
