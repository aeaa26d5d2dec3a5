import { archiveRoots, dateFolderOf, listedArchives } from '@elias/archive';
import type { ListedObject } from '@elias/object-store';
import type { Objects } from '../objects.js';

/** A store's ledger, as far as the watch needs it. */
export interface WatchedLedger {
  readonly store: 'redshift' | 'postgres';
  /** Which of these windows it has rows of. */
  loaded(windowIds: readonly string[], signal: AbortSignal): Promise<ReadonlySet<string>>;
}

/** An archive of a window that a store's ledger does not have. */
export interface Unloaded {
  readonly store: WatchedLedger['store'];
  readonly windowId: string;
  /** of the window's last archive that stands */
  readonly key: string;
}

export interface FoundUnloaded {
  readonly windows: number;
  readonly counts: Readonly<Record<WatchedLedger['store'], number>>;
  /** the first of them */
  readonly first: readonly Unloaded[];
}

export interface FindUnloadedParts {
  readonly objects: Pick<Objects, 'list'>;
  readonly prefix: string;
  readonly ledgers: readonly WatchedLedger[];
  /** what is younger may be under way, milliseconds */
  readonly afterMs: number;
  readonly nowMs: () => number;
}

/** Windows that a ledger is asked for at once. */
const WINDOWS_AT_ONCE = 1_000;
/** Most that are named and loaded by one look; the next one goes on. */
const NAMED_MAX = 500;

/**
 * Looks for archives that were never loaded. The whole bucket is listed: keys begin with the product, so that a day's would be a request for
 * each product, and one request lists a thousand objects. A window counts as loaded, whichever of its archives it was.
 */
export class FindUnloaded {
  constructor(private readonly parts: FindUnloadedParts) {}

  /** @throws ObjectStoreUnavailableError, and what a ledger throws; doing it again later is right */
  async run(signal: AbortSignal): Promise<FoundUnloaded> {
    const counts = { redshift: 0, postgres: 0 };
    const first: Unloaded[] = [];
    let windows = 0;
    let waiting = new Map<string, string>();
    const ask = async (): Promise<void> => {
      const ids = [...waiting.keys()];
      windows += ids.length;
      for (const ledger of ids.length === 0 ? [] : this.parts.ledgers) {
        const loaded = await ledger.loaded(ids, signal);
        for (const [windowId, key] of waiting) {
          if (loaded.has(windowId)) continue;
          counts[ledger.store] += 1;
          if (first.length < NAMED_MAX) first.push({ store: ledger.store, windowId, key });
        }
      }
      waiting = new Map();
    };
    for await (const objects of this.folders(signal)) {
      for (const [windowId, key] of this.oldIn(objects)) waiting.set(windowId, key);
      if (waiting.size >= WINDOWS_AT_ONCE) await ask();
    }
    await ask();
    return { windows, counts, first };
  }

  /** Objects of one product and date at a time. */
  private async *folders(signal: AbortSignal): AsyncGenerator<ListedObject[], void, undefined> {
    let folder = '';
    let objects: ListedObject[] = [];
    for (const root of archiveRoots(this.parts.prefix)) {
      for await (const object of this.parts.objects.list(root, { signal })) {
        const next = dateFolderOf(object.key);
        if (next !== folder && objects.length > 0) {
          yield objects;
          objects = [];
        }
        folder = next;
        objects.push(object);
      }
    }
    if (objects.length > 0) yield objects;
  }

  private oldIn(objects: readonly ListedObject[]): [windowId: string, key: string][] {
    const { prefix, nowMs, afterMs } = this.parts;
    const before = nowMs() - afterMs;
    return [...listedArchives(prefix, objects).standing].flatMap(([windowId, standing]): [string, string][] => {
      const old = standing.findLast(({ modifiedAtMs }) => modifiedAtMs < before);
      return old === undefined ? [] : [[windowId, old.key]];
    });
  }
}
