import type { Logger } from '@elias/telemetry';
import type { LoadQueue } from '../load-queue.js';
import type { LoaderMetrics } from '../loader-metrics.js';
import type { Objects } from '../objects.js';
import type { SealedEvent } from '../owed-event.js';
import { eventOfArchive } from './event-of-archive.js';
import type { FindUnloaded } from './find-unloaded.js';

export interface WatchArchivesParts {
  readonly find: Pick<FindUnloaded, 'run'>;
  readonly objects: Pick<Objects, 'bucket' | 'get'>;
  readonly queue: Pick<LoadQueue, 'windowIds'>;
  readonly metrics: LoaderMetrics;
  readonly logger: Logger;
  /** whether Redshift's are given to be loaded; Postgres's are told alone: its loader takes them when they are replayed */
  readonly loads: boolean;
}

/** Archives named in the log by one look. */
const LOGGED_MAX = 20;

/** Tells of archives that a store never loaded, and gives those that Redshift lacks to be loaded. */
export class WatchArchives {
  constructor(private readonly parts: WatchArchivesParts) {}

  /** @returns what is to be loaded now. Another instance may load the same: the ledger knows. */
  async run(signal: AbortSignal): Promise<SealedEvent[]> {
    const { find, objects, queue, metrics, logger, loads } = this.parts;
    const { windows, counts, first } = await find.run(signal);
    for (const [store, count] of Object.entries(counts)) metrics.unloaded.set({ store }, count);
    logger.info({ windows, unloaded: counts }, 'archives compared with the ledgers');
    for (const { store, windowId, key } of first.slice(0, LOGGED_MAX)) {
      logger.error({ store, window: windowId, key }, 'archive was never loaded');
    }
    if (!loads) return [];
    const queued = queue.windowIds();
    const events: SealedEvent[] = [];
    for (const { store, windowId, key } of first) {
      if (store !== 'redshift' || queued.has(windowId)) continue;
      signal.throwIfAborted();
      const event = await eventOfArchive(objects, key, logger);
      if (event !== null) events.push(event);
    }
    return events;
  }
}
