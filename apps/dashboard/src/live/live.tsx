import { createContext } from 'preact';
import type { ComponentChildren, VNode } from 'preact';
import { useContext, useEffect, useState } from 'preact/hooks';
import type { Alarm, Services } from '../api/shapes.js';
import { openEventStream } from './event-stream.js';
import type { StreamStatus } from './event-stream.js';

/** What the stream told last. */
export interface Live {
  readonly status: StreamStatus;
  readonly services: Services | null;
  readonly alarms: Alarm[] | null;
  /** moves when a run changed, at most once a second; without a stream every 15 s */
  readonly pulse: number;
}

const PULSE_MS = 1_000;
const POLL_MS = 15_000;
const SILENT: Live = { status: 'connecting', services: null, alarms: null, pulse: 0 };

const LiveContext = createContext<Live>(SILENT);

export const useLive = (): Live => useContext(LiveContext);

/** One stream for the whole page. While it does not stand, its last words do not count and everything is asked for now and then. */
export function LiveProvider({ children }: { children: ComponentChildren }): VNode {
  const [live, setLive] = useState<Live>(SILENT);
  useEffect(() => {
    let due: ReturnType<typeof setTimeout> | undefined;
    const beat = (): void => setLive((known) => ({ ...known, pulse: known.pulse + 1 }));
    const close = openEventStream('/stream', ['services', 'run', 'alarms'], {
      status: (status) =>
        setLive((known) => {
          if (status === 'live')
            return known.status === 'reconnecting' ? { ...known, status, pulse: known.pulse + 1 } : { ...known, status };
          return { ...known, status, services: null, alarms: null };
        }),
      event: (name, data) => {
        if (name === 'services') setLive((known) => ({ ...known, services: data as Services }));
        else if (name === 'alarms') setLive((known) => ({ ...known, alarms: (data as { alarms: Alarm[] }).alarms }));
        else due ??= setTimeout(() => ((due = undefined), beat()), PULSE_MS);
      },
    });
    return () => {
      clearTimeout(due);
      close();
    };
  }, []);
  useEffect(() => {
    if (live.status === 'live') return;
    const timer = setInterval(() => setLive((known) => ({ ...known, pulse: known.pulse + 1 })), POLL_MS);
    return () => clearInterval(timer);
  }, [live.status]);
  return <LiveContext.Provider value={live}>{children}</LiveContext.Provider>;
}
