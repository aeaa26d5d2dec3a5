import { createHash } from 'node:crypto';
import { ObjectMissingError, PreconditionFailedError } from '@elias/object-store';
import type { ListedObject, ObjectFacts } from '@elias/object-store';
import type { Objects } from './objects.js';

interface Stored {
  body: Buffer;
  etag: string;
  metadata: Record<string, string>;
  modifiedAtMs: number;
}

type PutArguments = Parameters<Objects['put']>;

/** A bucket for tests: conditional puts as S3 does them. */
export class InMemoryObjects implements Objects {
  readonly bucket = 'elias-test';
  readonly stored = new Map<string, Stored>();
  puts: string[] = [];
  nowMs = 0;
  /** Called before each put, for what happens meanwhile. */
  beforePut: (key: string) => void | Promise<void> = () => undefined;

  async get(key: string): Promise<Buffer> {
    const stored = this.stored.get(key);
    if (stored === undefined) throw new ObjectMissingError(this.bucket, key);
    return stored.body;
  }

  async head(key: string): Promise<ObjectFacts | null> {
    const stored = this.stored.get(key);
    return stored === undefined ? null : { etag: stored.etag, bytes: stored.body.length, metadata: stored.metadata };
  }

  async put(key: PutArguments[0], body: PutArguments[1], options: PutArguments[2] = {}): Promise<{ etag: string }> {
    await this.beforePut(key);
    const standing = this.stored.get(key);
    if (options.ifNoneMatch === '*' && standing !== undefined) throw new PreconditionFailedError(this.bucket, key);
    if (options.ifMatch !== undefined && standing === undefined) throw new ObjectMissingError(this.bucket, key);
    if (options.ifMatch !== undefined && standing?.etag !== options.ifMatch) throw new PreconditionFailedError(this.bucket, key);
    const etag = createHash('md5').update(body).digest('hex');
    this.stored.set(key, { body: Buffer.from(body), etag, metadata: options.metadata ?? {}, modifiedAtMs: this.nowMs });
    this.puts.push(key);
    return { etag };
  }

  async *list(prefix: string): AsyncGenerator<ListedObject, void, undefined> {
    for (const [key, { body, etag, modifiedAtMs }] of [...this.stored]) {
      if (key.startsWith(prefix)) yield { key, bytes: body.length, etag, modifiedAtMs };
    }
  }

  async delete(keys: readonly string[]): Promise<void> {
    for (const key of keys) this.stored.delete(key);
  }
}
