import type { VNode } from 'preact';
import type { Alarm } from '../api/shapes.js';
import type { Resource } from '../api/use-resource.js';
import { instantText } from '../format/instant.js';
import { Icon } from '../parts/icon.js';
import { Empty, Loaded, Panel } from '../parts/panel.js';
import { productHash, runHash } from '../shell/route.js';

/** So many are shown before the reader asks for all. */
const SHOWN = 6;

export function AlarmsPanel({ resource }: { resource: Resource<{ alarms: Alarm[] }> }): VNode {
  const count = resource.value?.alarms.length ?? 0;
  return (
    <Panel title="Alarms" note={count === 0 ? undefined : `${count}`}>
      <Loaded resource={resource} what="alarms" lines={3}>
        {({ alarms }) =>
          alarms.length === 0 ? (
            <Empty>
              <span class="mark tone-ok">
                <Icon name="check" />
                Nothing needs attention.
              </span>
            </Empty>
          ) : (
            <>
              <AlarmList alarms={alarms.slice(0, SHOWN)} />
              {alarms.length > SHOWN && (
                <details class="more-alarms">
                  <summary>{alarms.length - SHOWN} more</summary>
                  <AlarmList alarms={alarms.slice(SHOWN)} />
                </details>
              )}
            </>
          )
        }
      </Loaded>
    </Panel>
  );
}

function AlarmList({ alarms }: { alarms: Alarm[] }): VNode {
  return (
    <ul class="alarms">
      {alarms.map((alarm, i) => (
        <li
          key={`${alarm.kind} ${alarm.run_id} ${alarm.product_id} ${alarm.date} ${i}`}
          class={alarm.severity === 'error' ? 'tone-bad' : 'tone-warn'}
        >
          <Icon name={alarm.severity === 'error' ? 'cross' : 'warning'} />
          <div>
            <p>
              <span class="visually-hidden">{alarm.severity}: </span>
              {alarm.text}
            </p>
            <p class="quiet">
              {alarm.since !== null && <span>since {instantText(alarm.since)}</span>}
              {alarm.run_id !== null && <a href={runHash(alarm.run_id)}>Run</a>}
              {alarm.product_id !== null && <a href={productHash(alarm.product_id, alarm.date)}>{alarm.product_id}</a>}
            </p>
          </div>
        </li>
      ))}
    </ul>
  );
}
