import { createHash } from 'node:crypto';
import { ArchiveCorruptError, archiveKey, checksumListKey, encodeManifest, sealArchive, sealStream, verifyArchive } from '@elias/archive';
import type { CsvStream, SealedArchive, TradeFacts } from '@elias/archive';
import type { WindowFacts } from '@elias/contracts';
import { windowId } from '@elias/market-data';
import { durableStep } from '@elias/telemetry';
import type { ArchiveFailure, StoredArchive } from './archive-events.js';
import type { ArchiveStore } from './archive-store.js';

/** `found`: an equal archive stood there already. `refused`: another one did, which is never overwritten; or the window itself is wrong. */
export type ArchiveOutcome =
  { kind: 'sealed' | 'found'; stored: StoredArchive } | { kind: 'refused'; reason: ArchiveFailure; cause: unknown };

export class ArchiveWindow {
  constructor(
    private readonly store: ArchiveStore,
    private readonly prefix: string,
  ) {}

  /**
   * Packs a checked window and makes it durable, with its line in the checksum list, which is written second: a list never names
   * an object that is not there. A crash in between is mended by the next delivery, since nothing was announced.
   * @returns what the store holds, which after an earlier attempt (or by another zlib) need not be our bytes
   * @throws ObjectStoreUnavailableError, PreconditionFailedError nothing may be announced; the window is read again
   */
  async run(facts: WindowFacts, csv: Buffer, signal: AbortSignal): Promise<ArchiveOutcome> {
    return this.keep(facts, await sealArchive(facts, csv), signal);
  }

  /** The same for a window of trades that is not checked yet and is read as it is packed. @throws SpoolFailedError besides */
  async runStream(facts: WindowFacts & TradeFacts, csv: CsvStream, signal: AbortSignal): Promise<ArchiveOutcome> {
    const sealed = await sealStream(facts, csv);
    if (sealed.kind !== 'ok') return { kind: 'refused', reason: sealed.reason, cause: sealed.cause };
    return this.keep(facts, sealed.value, signal);
  }

  private async keep(facts: WindowFacts, sealed: SealedArchive, signal: AbortSignal): Promise<ArchiveOutcome> {
    const key = archiveKey(this.prefix, facts.window, facts.revision, facts.csvSha256);
    signal.throwIfAborted();
    const standing = await durableStep('archiver.put-archive', () => this.store.putOnce(key, sealed.zip, sealed.sha256, signal));
    const outcome = standing === null ? this.sealed('sealed', key, sealed) : await this.compare(key, sealed, standing);
    if (outcome.kind !== 'refused') {
      const name = key.slice(key.lastIndexOf('/') + 1);
      const line = { name, sha256: outcome.stored.sha256 };
      await durableStep('archiver.list-checksum', () => this.store.addChecksum(checksumListKey(this.prefix, facts.window), line, signal));
    }
    return outcome;
  }

  private async compare(key: string, sealed: SealedArchive, standing: Buffer): Promise<ArchiveOutcome> {
    if (standing.equals(sealed.zip)) return this.sealed('found', key, sealed);
    try {
      const ours = (await verifyArchive(sealed.zip)).manifest;
      const { manifest, csvEntry } = await verifyArchive(standing);
      if (!encodeManifest(manifest).equals(encodeManifest(ours))) {
        const cause = new Error(`object "${key}" holds another telling of ${windowId(ours.window)}`);
        return { kind: 'refused', reason: 'stored-differs', cause };
      }
      const sha256 = createHash('sha256').update(standing).digest('hex');
      return this.sealed('found', key, { zip: standing, sha256, csvEntry });
    } catch (cause) {
      if (!(cause instanceof ArchiveCorruptError)) throw cause;
      return { kind: 'refused', reason: 'stored-corrupt', cause: new Error(`object "${key}" cannot be read`, { cause }) };
    }
  }

  private sealed(kind: 'sealed' | 'found', key: string, { zip, sha256, csvEntry }: SealedArchive): ArchiveOutcome {
    return { kind, stored: { bucket: this.store.bucket, key, bytes: zip.length, sha256, csvEntry } };
  }
}
