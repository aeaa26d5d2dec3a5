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
  /** of each run that changed, the pulse that told so */
  readonly runs: ReadonlyMap<string, number>;
  /** the last pulse that was about everything */
  readonly wholePulse: number;
}

const PULSE_MS = 1_000;
const POLL_MS = 15_000;
const SILENT: Live = { status: 'connecting', services: null, alarms: null, pulse: 0, runs: new Map(), wholePulse: 0 };

const LiveContext = createContext<Live>(SILENT);

export const useLive = (): Live => useContext(LiveContext);

/** Moves when this very run changed. */
export function useRunPulse(runId: string): number {
  const { runs, wholePulse } = useLive();
  return Math.max(runs.get(runId) ?? 0, wholePulse);
}

/** Everything is to be asked for again. */
const moved = (known: Live): Live => ({ ...known, pulse: known.pulse + 1, wholePulse: known.pulse + 1 });

/** These runs are to be asked for again. */
function movedBy(known: Live, runIds: readonly string[]): Live {
  const pulse = known.pulse + 1;
  return { ...known, pulse, runs: new Map([...known.runs, ...runIds.map((id) => [id, pulse] as const)]) };
}

/** One stream for the whole page. While it does not stand, its last words do not count and everything is asked for now and then. */
export function LiveProvider({ children }: { children: ComponentChildren }): VNode {
  const [live, setLive] = useState<Live>(SILENT);
  useEffect(() => {
    let due: ReturnType<typeof setTimeout> | undefined;
    const changed = new Set<string>();
    let joined = false;
    const beat = (): void => {
      due = undefined;
      const runIds = [...changed];
      changed.clear();
      setLive((known) => movedBy(known, runIds));
    };
    const close = openEventStream('/stream', ['services', 'run', 'alarms'], {
      status: (status) => {
        joined = status === 'live';
        setLive((known) => (joined ? { ...known, status } : { ...known, status, services: null, alarms: null }));
      },
      event: (name, data) => {
        if (name === 'services') {
          // from here on runs are told of; what changed since they were asked for was not
          const first = joined;
          joined = false;
          setLive((known) => ({ ...(first ? moved(known) : known), services: data as Services }));
        } else if (name === 'alarms') setLive((known) => ({ ...known, alarms: (data as { alarms: Alarm[] }).alarms }));
        else {
          changed.add((data as { run_id: string }).run_id);
          due ??= setTimeout(beat, PULSE_MS);
        }
      },
    });
    return () => {
      clearTimeout(due);
      close();
    };
  }, []);
  useEffect(() => {
    if (live.status === 'live') return;
    const timer = setInterval(() => setLive(moved), POLL_MS);
    return () => clearInterval(timer);
  }, [live.status]);
  return <LiveContext.Provider value={live}>{children}</LiveContext.Provider>;
}
