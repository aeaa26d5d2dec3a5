import pLimit from 'p-limit';
import { gzipSync } from 'node:zlib';
import { csvSha256, encodeCandlesCsv, encodeDayCsv, TRADES_CSV_HEADER, twinKey } from '@elias/archive';
import { ObjectMissingError, PreconditionFailedError } from '@elias/object-store';
import type { ObjectFacts } from '@elias/object-store';
import { windowId } from '@elias/market-data';
import { durableStep } from '@elias/telemetry';
import type { Window } from '@elias/market-data';
import { pause } from './backoff.js';
import type { Backoff } from './backoff.js';
import type { Objects } from './objects.js';
import { BUCKET_REQUESTS_AT_ONCE } from './stage-load.js';
import type { LedgerRow, Warehouse } from './warehouse.js';

/** Metadata field of a twin: hash of the CSV that its gzip member holds. */
export const TWIN_CSV_SHA256 = 'csv_sha256';

/** The bytes that a window's twin is to hold as long as the ledger names this collection. */
export interface WantedTwin {
  readonly window: Window;
  readonly collectionId: string;
  readonly csvSha256: string;
  readonly gzip: Uint8Array;
}

/** Twins as they were at one moment, by window id; null where there was none. */
export type TwinsSeen = ReadonlyMap<string, ObjectFacts | null>;
/** The ledger as it was at a later moment. */
export type LedgerSeen = ReadonlyMap<string, LedgerRow>;

/** What the ledger has as collection of a window without a revision. */
const NO_COLLECTION = '';

/**
 * Keeps the gzip twin of each window at what the ledger names. Loaders may overlap, so the order is: the twin's ETag first, then the
 * ledger, then a put on the condition that the twin is still the one seen. A loader that was overtaken finds another ledger or another
 * ETag, and starts again.
 */
export class KeepTwins {
  constructor(
    private readonly objects: Objects,
    private readonly prefix: string,
    private readonly warehouse: Pick<Warehouse, 'ledger'>,
    private readonly contended: Backoff = { firstMs: 50, longestMs: 5_000 },
  ) {}

  /** The twins of windows as they are now: first step, before the ledger is read. */
  async look(windows: readonly Window[]): Promise<Map<string, ObjectFacts | null>> {
    const limit = pLimit(BUCKET_REQUESTS_AT_ONCE);
    const distinct = new Map(windows.map((window) => [windowId(window), window]));
    const seen = [...distinct].map(([id, window]) =>
      limit(async () => [id, await this.objects.head(twinKey(this.prefix, window))] as const),
    );
    return new Map(await Promise.all(seen));
  }

  /**
   * Puts the twins that are not yet what the ledger names. A window whose ledger names another collection is left to its loader.
   * @param twins seen before `ledger` was read
   * @returns how many were written
   * @throws ObjectStoreUnavailableError, RedshiftUnavailableError; doing all of it again is right
   */
  async update(wanted: readonly WantedTwin[], twins: TwinsSeen, ledger: LedgerSeen, signal: AbortSignal): Promise<number> {
    let written = 0;
    let open = wanted;
    let seen = twins;
    let named = ledger;
    for (let tries = 1; ; tries += 1) {
      const due = open.filter((twin) => isDue(twin, seen, named));
      const put = await this.putAll(due, seen);
      written += due.length - put.contended.length;
      open = put.contended;
      if (open.length === 0) return written;
      await pause(this.contended, tries, signal);
      seen = await this.look(open.map(({ window }) => window));
      named = await this.warehouse.ledger(
        open.map(({ window }) => windowId(window)),
        signal,
      );
    }
  }

  private async putAll(due: readonly WantedTwin[], seen: TwinsSeen): Promise<{ contended: WantedTwin[] }> {
    const limit = pLimit(BUCKET_REQUESTS_AT_ONCE);
    const puts = await Promise.all(due.map((twin) => limit(async () => ((await this.put(twin, seen)) ? [] : [twin]))));
    return { contended: puts.flat() };
  }

  /** @returns false when the twin is no longer the one seen (404, 409, 412) */
  private async put({ window, csvSha256, gzip }: WantedTwin, seen: TwinsSeen): Promise<boolean> {
    const etag = seen.get(windowId(window))?.etag;
    const condition = etag === undefined ? ({ ifNoneMatch: '*' } as const) : { ifMatch: etag };
    try {
      const options = { ...condition, contentType: 'application/gzip', metadata: { [TWIN_CSV_SHA256]: csvSha256 } };
      await durableStep('warehouse-loader.put-twin', () => this.objects.put(twinKey(this.prefix, window), gzip, options));
      return true;
    } catch (error) {
      if (error instanceof PreconditionFailedError || error instanceof ObjectMissingError) return false;
      throw error;
    }
  }
}

/**
 * The twin of a window that has no revision left: the header alone, so that whoever reads the table finds no rows. Overwritten rather
 * than deleted, since a put can be made on a condition everywhere.
 */
export function emptyTwin(window: Window): WantedTwin {
  const csv = headerOnly(window);
  return { window, collectionId: NO_COLLECTION, csvSha256: csvSha256(csv), gzip: gzipSync(csv) };
}

/** Whether the ledger still names this revision, and the twin is not its bytes yet. */
function isDue(wanted: WantedTwin, seen: TwinsSeen, ledger: LedgerSeen): boolean {
  const id = windowId(wanted.window);
  const row = ledger.get(id);
  const empty = wanted.collectionId === NO_COLLECTION;
  if (row === undefined || row.revoked !== empty || row.revision.collectionId !== wanted.collectionId) return false;
  const twin = seen.get(id) ?? null;
  return twin === null ? !empty : twin.metadata[TWIN_CSV_SHA256] !== wanted.csvSha256;
}

function headerOnly(window: Window): Buffer {
  if (window.dataset === 'candles') return encodeCandlesCsv(window, []);
  return window.dataset === 'trades' ? Buffer.from(`${TRADES_CSV_HEADER}\n`) : encodeDayCsv(window, []);
}
