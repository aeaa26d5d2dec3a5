import type { VNode } from 'preact';
import { useLive } from '../live/live.js';
import type { StreamStatus } from '../live/event-stream.js';

const WORDS: Readonly<Record<StreamStatus, string>> = { connecting: 'connecting…', live: 'live', reconnecting: 'reconnecting…' };

/** Whether what is shown follows the pipeline by itself. */
export function LiveBadge(): VNode {
  const { status } = useLive();
  return (
    <span
      class={`live live-${status}`}
      role="status"
      title={status === 'live' ? 'Changes arrive by themselves' : 'Asked for every 15 s meanwhile'}
    >
      <span class="live-dot" aria-hidden="true" />
      {WORDS[status]}
    </span>
  );
}
