import type { Checksum } from '@elias/archive';
import { withChecksum } from '@elias/archive';
import { ObjectStoreUnavailableError } from '@elias/object-store';
import type { ArchiveStore } from './archive-store.js';

/** The store's twin for tests: keeps objects in a map, and is away as often as told. */
export class InMemoryArchiveStore implements ArchiveStore {
  readonly bucket = 'in-memory';
  readonly objects = new Map<string, Buffer>();
  /** calls that fail from now on; `after` have their effect before */
  faults: { method: 'putOnce' | 'addChecksum'; when: 'before' | 'after' }[] = [];
  puts = 0;

  async putOnce(key: string, bytes: Buffer, _sha256: string, signal: AbortSignal): Promise<Buffer | null> {
    signal.throwIfAborted();
    return this.faulty('putOnce', key, () => {
      this.puts += 1;
      const standing = this.objects.get(key);
      if (standing === undefined) this.objects.set(key, bytes);
      return standing ?? null;
    });
  }

  async addChecksum(listKey: string, checksum: Checksum, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    return this.faulty('addChecksum', listKey, () => {
      this.objects.set(listKey, Buffer.from(withChecksum(this.objects.get(listKey)?.toString() ?? '', checksum)));
    });
  }

  private async faulty<T>(method: 'putOnce' | 'addChecksum', key: string, work: () => T): Promise<T> {
    await new Promise(setImmediate);
    const next = this.faults.findIndex((fault) => fault.method === method);
    const [fault] = next === -1 ? [] : this.faults.splice(next, 1);
    if (fault?.when !== 'before') {
      const result = work();
      if (fault === undefined) return result;
    }
    throw new ObjectStoreUnavailableError(method, this.bucket, key, '503 SlowDown', null);
  }
}
