import { useCallback, useEffect, useState } from 'preact/hooks';
import { ask } from './ask.js';

/** What is known of an answer: a value stays shown while it is asked for again, and when that fails. */
export interface Resource<T> {
  readonly value: T | null;
  readonly error: Error | null;
  readonly reload: () => void;
}

/**
 * Asks at once, again when `load` or `pulse` is another, and when told to.
 * @param load must stay the same between renders as long as the same is asked for; null asks for nothing yet
 */
export function useLoaded<T>(load: ((signal: AbortSignal) => Promise<T>) | null, pulse: number | string | null = 0): Resource<T> {
  const [state, setState] = useState<{ of: unknown; value: T | null; error: Error | null }>({ of: load, value: null, error: null });
  const [again, setAgain] = useState(0);
  useEffect(() => {
    if (load === null) return;
    const asking = new AbortController();
    load(asking.signal).then(
      (value) => setState({ of: load, value, error: null }),
      (error: Error) => {
        if (!asking.signal.aborted) setState((known) => ({ of: load, value: known.of === load ? known.value : null, error }));
      },
    );
    return () => asking.abort();
  }, [load, pulse, again]);
  const reload = useCallback(() => setAgain((times) => times + 1), []);
  return state.of === load ? { value: state.value, error: state.error, reload } : { value: null, error: null, reload };
}

/** The answer to one path. */
export function useResource<T>(path: string | null, pulse: number | string | null = 0): Resource<T> {
  const load = useCallback((signal: AbortSignal) => ask<T>(path ?? '', { signal }), [path]);
  return useLoaded<T>(path === null ? null : load, pulse);
}
