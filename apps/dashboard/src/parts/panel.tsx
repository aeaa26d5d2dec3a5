import type { ComponentChildren, VNode } from 'preact';
import { useId } from 'preact/hooks';
import type { Resource } from '../api/use-resource.js';
import { ApiError } from '../api/ask.js';
import { Icon } from './icon.js';

interface PanelProps {
  title: string;
  /** beside the title, e.g. a day */
  note?: ComponentChildren;
  actions?: ComponentChildren;
  class?: string;
  children: ComponentChildren;
}

/** A part of a page under a heading of its own. */
export function Panel({ title, note, actions, class: extra = '', children }: PanelProps): VNode {
  const id = useId();
  return (
    <section class={`panel ${extra}`} aria-labelledby={id}>
      <header class="panel-head">
        <h2 id={id}>{title}</h2>
        {note !== undefined && <p class="panel-note">{note}</p>}
        {actions !== undefined && <div class="panel-actions">{actions}</div>}
      </header>
      {children}
    </section>
  );
}

interface LoadedProps<T> {
  resource: Resource<T>;
  /** what is loaded, e.g. "runs" */
  what: string;
  /** lines of the placeholder, near the height of what comes */
  lines?: number;
  children: (value: T) => ComponentChildren;
}

/** What was loaded; until then a placeholder, after a failure the reason and a way to try again. */
export function Loaded<T>({ resource: { value, error, reload }, what, lines = 3, children }: LoadedProps<T>): VNode {
  if (value === null && error === null) return <Placeholder what={what} lines={lines} />;
  if (value === null) return <Failure error={error!} what={what} retry={reload} />;
  return (
    <>
      {error !== null && (
        <p class="stale" role="status">
          <Icon name="warning" /> Not up to date: {sentence(error)}
        </p>
      )}
      {children(value)}
    </>
  );
}

export function Placeholder({ what, lines }: { what: string; lines: number }): VNode {
  return (
    <div class="placeholder" role="status">
      <span class="visually-hidden">Loading {what}…</span>
      {Array.from({ length: lines }, (_, i) => (
        <span key={i} class="placeholder-line" aria-hidden="true" />
      ))}
    </div>
  );
}

export function Failure({ error, what, retry }: { error: Error; what: string; retry: () => void }): VNode {
  return (
    <div class="notice tone-bad" role="alert">
      <Icon name="warning" />
      <div>
        <p>
          <strong>
            {what[0]!.toUpperCase()}
            {what.slice(1)} cannot be shown.
          </strong>{' '}
          {sentence(error)}
        </p>
        <button type="button" class="button" onClick={retry}>
          Try again
        </button>
      </div>
    </div>
  );
}

export function Empty({ children }: { children: ComponentChildren }): VNode {
  return <p class="empty">{children}</p>;
}

export function sentence(error: Error): string {
  if (error instanceof ApiError && error.status === 404) return 'This orchestrator does not know it.';
  const text = error.message;
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
