import { retryWaitMs } from './retry-wait.js';

/** Where the stream stands: `connecting` until it stood for the first time. */
export type StreamStatus = 'connecting' | 'live' | 'reconnecting';

export interface StreamListener {
  status: (status: StreamStatus) => void;
  event: (name: string, data: unknown) => void;
}

/**
 * Server-sent events that come back by themselves: a browser gives up for good when the answer is an error, e.g. while the orchestrator
 * restarts behind a proxy.
 * @returns ends it
 */
export function openEventStream(url: string, names: readonly string[], listener: StreamListener): () => void {
  let source: EventSource | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let attempts = 0;

  const open = (): void => {
    const opened = new EventSource(url);
    source = opened;
    opened.onopen = () => {
      attempts = 0;
      listener.status('live');
    };
    opened.onerror = () => {
      listener.status('reconnecting');
      opened.close();
      timer = setTimeout(open, retryWaitMs(attempts));
      attempts += 1;
    };
    for (const name of names) {
      opened.addEventListener(name, (event: MessageEvent<string>) => {
        const data = parsed(event.data);
        if (data !== null) listener.event(name, data);
      });
    }
  };
  open();
  return () => {
    clearTimeout(timer);
    source?.close();
  };
}

/** What is no JSON is skipped: the page asks for the whole anew soon enough. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
}
