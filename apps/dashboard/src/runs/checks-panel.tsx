import type { VNode } from 'preact';
import type { Check } from '../api/shapes.js';
import { useResource } from '../api/use-resource.js';
import { useLive } from '../live/live.js';
import { Icon } from '../parts/icon.js';
import type { IconName } from '../parts/icon.js';
import { Empty, Loaded, Panel } from '../parts/panel.js';
import type { Tone } from '../parts/state-mark.js';
import { productHash } from '../shell/route.js';

const LOOKS: Readonly<Record<Check['outcome'], { tone: Tone; icon: IconName }>> = {
  passed: { tone: 'ok', icon: 'check' },
  warned: { tone: 'warn', icon: 'warning' },
  failed: { tone: 'bad', icon: 'cross' },
  skipped: { tone: 'idle', icon: 'dash' },
};
const BAD: ReadonlySet<Check['outcome']> = new Set(['warned', 'failed']);

/** The results of a day's checks, what was found first. */
export function ChecksPanel({ date }: { date: string }): VNode {
  const resource = useResource<{ checks: Check[] }>(`/checks?date=${date}`, useLive().pulse);
  return (
    <Panel title="Checks" note={date}>
      <Loaded resource={resource} what="checks" lines={4}>
        {({ checks }) => {
          if (checks.length === 0) return <Empty>The day was not checked yet.</Empty>;
          const found = checks.filter(({ outcome }) => BAD.has(outcome));
          const rest = checks.filter(({ outcome }) => !BAD.has(outcome));
          return (
            <>
              <CheckList checks={found} />
              {rest.length > 0 && (
                <details class="more-alarms">
                  <summary>
                    {rest.filter(({ outcome }) => outcome === 'passed').length} passed,{' '}
                    {rest.filter(({ outcome }) => outcome === 'skipped').length} skipped
                  </summary>
                  <CheckList checks={rest} />
                </details>
              )}
            </>
          );
        }}
      </Loaded>
    </Panel>
  );
}

function CheckList({ checks }: { checks: readonly Check[] }): VNode | null {
  if (checks.length === 0) return null;
  return (
    <ul class="alarms">
      {checks.map(({ name, product_id, outcome, text }) => (
        <li key={`${name} ${product_id}`} class={`tone-${LOOKS[outcome].tone}`}>
          <Icon name={LOOKS[outcome].icon} />
          <div>
            <p>
              <strong>{name.replaceAll('_', ' ')}</strong> {outcome}
              {product_id !== null && (
                <>
                  {', '}
                  <a href={productHash(product_id)}>{product_id}</a>
                </>
              )}
            </p>
            {text !== '' && <p class="quiet">{text}</p>}
          </div>
        </li>
      ))}
    </ul>
  );
}
