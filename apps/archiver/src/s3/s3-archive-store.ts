import { setTimeout as sleep } from 'node:timers/promises';
import type { Checksum } from '@elias/archive';
import { withChecksum } from '@elias/archive';
import type { ObjectStore } from '@elias/object-store';
import { ObjectMissingError, PreconditionFailedError } from '@elias/object-store';
import type { ArchiveStore } from '../archive-store.js';
import { OneAtATime } from './one-at-a-time.js';

/** Times that others may come first before the window is put off; one folder has one window, so contenders are few. */
const TRIES_MAX = 8;
const PAUSE_MS = 50;

/** Archives in a bucket. Writes are conditional, so that no writer, however late, replaces what another wrote. */
export class S3ArchiveStore implements ArchiveStore {
  readonly bucket: string;
  private readonly lists = new OneAtATime();

  constructor(private readonly store: ObjectStore) {
    this.bucket = store.bucket;
  }

  async putOnce(key: string, bytes: Buffer, sha256: string, signal: AbortSignal): Promise<Buffer | null> {
    return this.contended(signal, async () => {
      try {
        await this.store.put(key, bytes, { ifNoneMatch: '*', contentType: 'application/zip', sha256, signal });
        return { value: null };
      } catch (error) {
        if (!(error instanceof PreconditionFailedError)) throw error;
        const standing = await this.standing(key, signal);
        return standing === null ? error : { value: standing };
      }
    });
  }

  /** Revisions of one window that come together wait for each other here, instead of losing against each other in the store. */
  async addChecksum(listKey: string, checksum: Checksum, signal: AbortSignal): Promise<void> {
    await this.lists.run(listKey, () => this.addLine(listKey, checksum, signal));
  }

  /** First as if there were no list yet, which is so for a window's first revision; then over the list that stands. */
  private async addLine(listKey: string, checksum: Checksum, signal: AbortSignal): Promise<void> {
    let list: { body: Buffer; etag: string } | null = null;
    await this.contended(signal, async () => {
      const text = list?.body.toString('utf8') ?? '';
      const wanted = withChecksum(text, checksum);
      if (list !== null && wanted === text) return { value: undefined };
      const condition = list === null ? { ifNoneMatch: '*' as const } : { ifMatch: list.etag };
      try {
        await this.store.put(listKey, Buffer.from(wanted), { ...condition, contentType: 'text/plain', signal });
        return { value: undefined };
      } catch (error) {
        // 404: S3's answer to If-Match when the list was removed meanwhile
        if (!(error instanceof PreconditionFailedError || error instanceof ObjectMissingError)) throw error;
        list = await this.store.getWithEtag(listKey, { signal });
        return error;
      }
    });
  }

  /** Null while another put of this key is under way (409), or after the object was removed. */
  private async standing(key: string, signal: AbortSignal): Promise<Buffer | null> {
    return (await this.store.getWithEtag(key, { signal }))?.body ?? null;
  }

  /** Repeats work that others came before, with a pause that differs for each; gives up with what it met last. */
  private async contended<T>(signal: AbortSignal, work: () => Promise<{ value: T } | Error>): Promise<T> {
    for (let attempt = 1; ; attempt += 1) {
      const result = await work();
      if ('value' in result) return result.value;
      if (attempt === TRIES_MAX) throw result;
      if (attempt > 1) await sleep(PAUSE_MS * attempt * Math.random(), undefined, { signal });
    }
  }
}
