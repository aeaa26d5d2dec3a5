import type { VNode } from 'preact';
import type { WindowRevision } from '../api/shapes.js';
import { useResource } from '../api/use-resource.js';
import { countText } from '../format/decimal.js';
import { instantText } from '../format/instant.js';
import { useLive } from '../live/live.js';
import { Icon } from '../parts/icon.js';
import { Empty, Loaded, Panel } from '../parts/panel.js';

/** Every telling of one window, the newest first, and how far each came. */
export function RevisionsPanel({ windowId, note }: { windowId: string; note: string }): VNode {
  const resource = useResource<{ revisions: WindowRevision[] }>(`/revisions?window=${encodeURIComponent(windowId)}`, useLive().pulse);
  return (
    <Panel title="Revisions" note={note}>
      <Loaded resource={resource} what="revisions" lines={2}>
        {({ revisions }) =>
          revisions.length === 0 ? (
            <Empty>This window was never collected.</Empty>
          ) : (
            <ul class="revisions">
              {revisions.map((revision) => (
                <RevisionItem key={revision.collection_id} revision={revision} />
              ))}
            </ul>
          )
        }
      </Loaded>
    </Panel>
  );
}

function RevisionItem({ revision }: { revision: WindowRevision }): VNode {
  const { collected_at, candles, unknown, open, csv_sha256, refused, current, archive_key } = revision;
  const steps = [
    ['published', revision.published_at],
    ['sealed', revision.sealed_at],
    ['Redshift', revision.warehouse_at],
    ['Postgres', revision.rds_at],
  ] as const;
  return (
    <li>
      <p class="revision-head">
        <strong>{instantText(collected_at)} UTC</strong>
        {current && (
          <span class="tag tone-ok">
            <Icon name="check" />
            current
          </span>
        )}
        {refused !== null && (
          <span class="tag tone-bad">
            <Icon name="cross" />
            refused by {refused.stage}: {refused.reason}
          </span>
        )}
      </p>
      <p class="quiet">
        {countText(candles)} candles, {countText(unknown)} unknown, {countText(open)} open
        {csv_sha256 !== null && (
          <>
            {', '}
            <span class="code" title={`SHA-256 of the CSV: ${csv_sha256}`}>
              {csv_sha256.slice(0, 12)}
            </span>
          </>
        )}
      </p>
      {archive_key !== null && (
        <p>
          <a href={`/archives/download?key=${encodeURIComponent(archive_key)}`} title={archive_key}>
            Download the zip
          </a>
        </p>
      )}
      <ul class="revision-steps">
        {steps.map(([name, at]) => (
          <li key={name} class={at === null ? 'tone-idle' : 'tone-ok'}>
            <Icon name={at === null ? 'ring' : 'check'} />
            {name}
            <span class="quiet">{at === null ? 'not yet' : instantText(at)}</span>
          </li>
        ))}
      </ul>
    </li>
  );
}
