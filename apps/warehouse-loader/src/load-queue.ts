import { windowId } from '@elias/market-data';
import type { OwedEvent } from './owed-event.js';

export interface LoadQueueOptions {
  /** a load begins this long after its first event came: each one wakes the warehouse, which bills a minute at least */
  readonly intervalMs: number;
  /** events and bytes of archives that make a load begin at once, and that one load holds at most */
  readonly eventsMax: number;
  readonly bytesMax: number;
  readonly nowMs: () => number;
}

interface Waiting {
  readonly event: OwedEvent;
  readonly bytes: number;
  readonly cameAtMs: number;
}

/** Events of all partitions that wait for the next load. They stay here until they are answered. */
export class LoadQueue {
  private waiting: Waiting[] = [];
  private bytes = 0;
  private readonly watchers = new Set<() => void>();

  constructor(private readonly options: LoadQueueOptions) {}

  get size(): number {
    return this.waiting.length;
  }

  /** Windows whose events wait. */
  windowIds(): Set<string> {
    return new Set(this.waiting.map(({ event }) => windowId(event.window)));
  }

  add(events: readonly OwedEvent[]): void {
    const cameAtMs = this.options.nowMs();
    for (const event of events) {
      this.waiting.push({ event, bytes: bytesOf(event), cameAtMs });
      this.bytes += bytesOf(event);
    }
    this.changed();
  }

  /** Milliseconds until a load is due; null while nothing waits. */
  dueInMs(): number | null {
    const first = this.waiting[0];
    if (first === undefined) return null;
    const { intervalMs, eventsMax, bytesMax, nowMs } = this.options;
    if (this.waiting.length >= eventsMax || this.bytes >= bytesMax) return 0;
    return Math.max(0, first.cameAtMs + intervalMs - nowMs());
  }

  /** Waits until a load is due, and gives its events, the oldest first. Those that are no longer owed are dropped. */
  async next(signal: AbortSignal): Promise<OwedEvent[]> {
    for (;;) {
      signal.throwIfAborted();
      this.keep(({ event }) => event.isOwed());
      const dueInMs = this.dueInMs();
      if (dueInMs === 0) return this.head();
      await this.change(signal, dueInMs);
    }
  }

  /** Forgets events that were answered. */
  remove(events: readonly OwedEvent[]): void {
    const answered = new Set(events);
    this.keep(({ event }) => !answered.has(event));
  }

  /** Waits while two loads' worth of events wait, so that memory has a bound; no longer than the signal lasts. */
  async room(signal: AbortSignal): Promise<void> {
    const { eventsMax, bytesMax } = this.options;
    while (!signal.aborted && (this.waiting.length >= 2 * eventsMax || this.bytes >= 2 * bytesMax)) await this.change(signal, null);
  }

  private head(): OwedEvent[] {
    const { eventsMax, bytesMax } = this.options;
    let bytes = 0;
    let count = 0;
    for (const waiting of this.waiting) {
      bytes += waiting.bytes;
      if (count > 0 && (count >= eventsMax || bytes > bytesMax)) break;
      count += 1;
    }
    return this.waiting.slice(0, count).map(({ event }) => event);
  }

  private keep(wanted: (waiting: Waiting) => boolean): void {
    this.waiting = this.waiting.filter(wanted);
    this.bytes = this.waiting.reduce((sum, { bytes }) => sum + bytes, 0);
    this.changed();
  }

  private changed(): void {
    const watchers = [...this.watchers];
    this.watchers.clear();
    for (const watcher of watchers) watcher();
  }

  /** Resolves at the next change, after `afterMs`, or when aborted. */
  private change(signal: AbortSignal, afterMs: number | null): Promise<void> {
    return new Promise((resolve) => {
      const timer = afterMs === null ? undefined : setTimeout(() => end(), afterMs);
      const end = (): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', end);
        this.watchers.delete(end);
        resolve();
      };
      signal.addEventListener('abort', end, { once: true });
      this.watchers.add(end);
    });
  }
}

function bytesOf(event: OwedEvent): number {
  return event.kind === 'sealed' ? event.data.archive.bytes : 0;
}
