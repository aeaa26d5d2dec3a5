import { gzipFromDeflate, twinKey, verifyArchive } from '@elias/archive';
import { describeError, isRetryable } from '@elias/errors';
import { parseWindowId, windowId } from '@elias/market-data';
import type { Logger } from '@elias/telemetry';
import type { KeepTwins, WantedTwin } from './keep-twins.js';
import { emptyTwin, TWIN_CSV_SHA256 } from './keep-twins.js';
import type { Objects } from './objects.js';
import { loadsFolder } from './staged-files.js';
import type { LedgerRow, Warehouse } from './warehouse.js';

export interface SweepParts {
  readonly objects: Objects;
  readonly prefix: string;
  readonly warehouse: Pick<Warehouse, 'wholeLedger' | 'ledger'>;
  readonly twins: KeepTwins;
  readonly logger: Logger;
  readonly nowMs: () => number;
  /** staged files younger than this may belong to a load under way */
  readonly stagingKeepMs: number;
}

export interface SweepResult {
  readonly windows: number;
  readonly mended: number;
  /** twins that are wrong and whose archive cannot be read */
  readonly unmendable: number;
}

/** Windows looked at together, which bounds memory: only wrong twins are read. */
const WINDOWS_AT_ONCE = 200;
const DELETE_AT_ONCE = 1_000;

/** Finds what crashes left: twins that are not the ledger's, and staged files that nobody reads any more. */
export class SweepLeftovers {
  constructor(private readonly parts: SweepParts) {}

  /** Compares every twin with the ledger and mends the wrong ones from their archives. Reads Redshift: to be done while it is awake. */
  async mendTwins(signal: AbortSignal): Promise<SweepResult> {
    const result = { windows: 0, mended: 0, unmendable: 0 };
    for await (const rows of inChunks(this.parts.warehouse.wholeLedger(signal), WINDOWS_AT_ONCE)) {
      result.windows += rows.length;
      const wrong = await this.wrongTwins(rows);
      if (wrong.length === 0) continue;
      const wanted: WantedTwin[] = [];
      for (const row of wrong) {
        const twin = await this.twinOf(row, signal);
        if (twin === null) result.unmendable += 1;
        else wanted.push(twin);
      }
      const seen = await this.parts.twins.look(wanted.map(({ window }) => window));
      const ids = wanted.map(({ window }) => windowId(window));
      const ledger = ids.length === 0 ? new Map<string, LedgerRow>() : await this.parts.warehouse.ledger(ids, signal);
      result.mended += await this.parts.twins.update(wanted, seen, ledger, signal);
    }
    return result;
  }

  /** Removes staged files that are too old for any load to read them. @returns how many */
  async removeStaging(): Promise<number> {
    const { objects, prefix, nowMs, stagingKeepMs } = this.parts;
    const before = nowMs() - stagingKeepMs;
    let removed = 0;
    for await (const stale of inChunks(objects.list(loadsFolder(prefix)), DELETE_AT_ONCE)) {
      const keys = stale.filter(({ modifiedAtMs }) => modifiedAtMs < before).map(({ key }) => key);
      if (keys.length > 0) await objects.delete(keys);
      removed += keys.length;
    }
    return removed;
  }

  private async wrongTwins(rows: readonly LedgerRow[]): Promise<LedgerRow[]> {
    const twins = await this.parts.twins.look(rows.map((row) => parseWindowId(row.windowId)));
    return rows.filter((row) => {
      const twin = twins.get(row.windowId) ?? null;
      if (row.revoked) return twin !== null && twin.metadata[TWIN_CSV_SHA256] !== emptyTwin(parseWindowId(row.windowId)).csvSha256;
      return twin?.metadata[TWIN_CSV_SHA256] !== row.csvSha256;
    });
  }

  /** The twin that the ledger's archive gives; null when the archive is gone or not the ledger's. */
  private async twinOf(row: LedgerRow, signal: AbortSignal): Promise<WantedTwin | null> {
    const window = parseWindowId(row.windowId);
    if (row.revoked) return emptyTwin(window);
    try {
      const { manifest, csvEntry, deflated } = await verifyArchive(await this.parts.objects.get(row.archiveKey, { signal }));
      if (manifest.csvSha256 !== row.csvSha256) throw new RangeError(`the archive's CSV has sha256 ${manifest.csvSha256}`);
      return { window, collectionId: row.revision.collectionId, csvSha256: row.csvSha256, gzip: gzipFromDeflate(deflated, csvEntry) };
    } catch (error) {
      if (isRetryable(error) || signal.aborted) throw error;
      const fields = { twin: twinKey(this.parts.prefix, window), archive: row.archiveKey, reason: describeError(error) };
      this.parts.logger.error(fields, 'twin is not what the ledger names, and its archive cannot be read');
      return null;
    }
  }
}

async function* inChunks<T>(items: AsyncIterable<T>, size: number): AsyncGenerator<T[], void, undefined> {
  let chunk: T[] = [];
  for await (const item of items) {
    chunk.push(item);
    if (chunk.length < size) continue;
    yield chunk;
    chunk = [];
  }
  if (chunk.length > 0) yield chunk;
}
