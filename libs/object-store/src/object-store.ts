import { CreateBucketCommand, DeleteObjectsCommand, GetObjectCommand, HeadBucketCommand, HeadObjectCommand } from '@aws-sdk/client-s3';
import { ListObjectsV2Command, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import type { BucketLocationConstraint, GetObjectCommandOutput, S3ClientConfig } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { describeError } from '@elias/errors';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { ObjectMissingError, ObjectStoreUnavailableError } from './object-store-errors.js';
import type { StoreCall } from './store-error.js';
import { storeError } from './store-error.js';

const CONNECT_MS = 5_000;
/** until the answer's head is there, one attempt */
const ANSWER_MS = 30_000;
/** without a byte moving, which also ends a body that stalls */
const IDLE_MS = 30_000;
/** whole call with all attempts and the body */
const CALL_MS = 120_000;
/** attempts of the SDK inside one call; after that the caller's own backoff begins */
const ATTEMPTS_MAX = 3;
const DELETE_KEYS_MAX = 1_000;

export interface ObjectStoreOptions {
  region: string;
  /** of an S3-compatible store; path style then */
  endpoint?: string | undefined;
  bucket: string;
  /** SSE-KMS with this key; SSE-S3 when not set */
  kmsKeyId?: string | undefined;
  /** only where the SDK's own chain (environment, profile, role) is not wanted */
  credentials?: { accessKeyId: string; secretAccessKey: string };
  /** time-outs, milliseconds, for tests of faults */
  timeouts?: { connectMs?: number; answerMs?: number; idleMs?: number; callMs?: number };
}

export interface PutOptions {
  /** only when there is no object yet */
  ifNoneMatch?: '*';
  /** only over the object that has this ETag */
  ifMatch?: string;
  contentType?: string;
  contentEncoding?: string;
  metadata?: Record<string, string>;
  /** hex SHA-256 of the body where it is known already; the store checks it. Else a CRC-32 is computed */
  sha256?: string;
  signal?: AbortSignal;
}

export interface ReadOptions {
  /** both ends inclusive */
  range?: readonly [first: number, last: number];
  signal?: AbortSignal;
}

export interface ObjectFacts {
  /** opaque: no MD5 under SSE-KMS */
  etag: string;
  bytes: number;
  metadata: Record<string, string>;
}

export interface ListedObject {
  key: string;
  bytes: number;
  etag: string;
  modifiedAtMs: number;
}

/** One bucket. Every failed call throws an error of `object-store-errors`, decided by status and name. */
export class ObjectStore {
  readonly bucket: string;
  private readonly client: S3Client;
  /** for parts of objects: some stores (S3Mock 5) send the whole object's checksum with a range too, which the SDK then finds wrong */
  private readonly ranges: S3Client;
  private readonly callMs: number;

  constructor(private readonly options: ObjectStoreOptions) {
    const { region, endpoint, bucket, credentials, timeouts = {} } = options;
    this.bucket = bucket;
    this.callMs = timeouts.callMs ?? CALL_MS;
    const settings: S3ClientConfig = {
      region,
      ...(endpoint === undefined ? {} : { endpoint, forcePathStyle: true }),
      ...(credentials === undefined ? {} : { credentials }),
      maxAttempts: ATTEMPTS_MAX,
      requestHandler: new NodeHttpHandler({
        connectionTimeout: timeouts.connectMs ?? CONNECT_MS,
        requestTimeout: timeouts.answerMs ?? ANSWER_MS,
        throwOnRequestTimeout: true,
        socketTimeout: timeouts.idleMs ?? IDLE_MS,
      }),
    };
    this.client = new S3Client(settings);
    this.ranges = new S3Client({ ...settings, responseChecksumValidation: 'WHEN_REQUIRED' });
  }

  /**
   * Writes a whole object; durable once it resolves.
   * @throws PreconditionFailedError another object stands there. An attempt whose answer was lost may have written it: read it
   * @throws ObjectStoreUnavailableError it may or may not have been written
   */
  async put(key: string, body: Uint8Array, options: PutOptions = {}): Promise<{ etag: string }> {
    const { ifNoneMatch, ifMatch, contentType, contentEncoding, metadata, sha256, signal } = options;
    const { kmsKeyId } = this.options;
    const command = new PutObjectCommand({
      Bucket: this.bucket,
      Key: key,
      Body: body,
      IfNoneMatch: ifNoneMatch,
      IfMatch: ifMatch,
      ContentType: contentType ?? 'application/octet-stream',
      ContentEncoding: contentEncoding,
      Metadata: metadata,
      ChecksumSHA256: sha256 === undefined ? undefined : Buffer.from(sha256, 'hex').toString('base64'),
      ServerSideEncryption: kmsKeyId === undefined ? 'AES256' : 'aws:kms',
      SSEKMSKeyId: kmsKeyId,
    });
    return this.call('put', key, signal, async (abortSignal) => {
      const { ETag = '' } = await this.client.send(command, { abortSignal });
      return { etag: ETag };
    });
  }

  /** @throws ObjectMissingError, ObjectRangeError, ObjectStoreUnavailableError */
  async get(key: string, options: ReadOptions = {}): Promise<Buffer> {
    return (await this.read(key, options)).body;
  }

  /** The object with the ETag it had when it was read; null when there is none. */
  async getWithEtag(key: string, options: ReadOptions = {}): Promise<{ body: Buffer; etag: string } | null> {
    return this.orNull(() => this.read(key, options));
  }

  /**
   * An address that anybody may read one object at, for so long. It is made here, without asking the store whether the object is there.
   * @param options.fileName what a browser saves it as
   */
  async presignGet(key: string, options: { expiresInS: number; fileName: string }): Promise<string> {
    const name = options.fileName.replaceAll(/[^A-Za-z0-9._-]/g, '_');
    const ResponseContentDisposition = `attachment; filename="${name}"`;
    const command = new GetObjectCommand({ Bucket: this.bucket, Key: key, ResponseContentDisposition });
    return this.call('presign', key, undefined, () => getSignedUrl(this.ranges, command, { expiresIn: options.expiresInS }));
  }

  /** What the store tells of an object; null when there is none. */
  async head(key: string, options: { signal?: AbortSignal } = {}): Promise<ObjectFacts | null> {
    return this.orNull(() =>
      this.call('head', key, options.signal, async (abortSignal) => {
        const facts = await this.client.send(new HeadObjectCommand({ Bucket: this.bucket, Key: key }), { abortSignal });
        return { etag: facts.ETag ?? '', bytes: facts.ContentLength ?? 0, metadata: facts.Metadata ?? {} };
      }),
    );
  }

  /** Objects whose keys begin with the prefix, in key order, page by page. */
  async *list(prefix: string, options: { signal?: AbortSignal } = {}): AsyncIterable<ListedObject> {
    let token: string | undefined;
    do {
      const command = new ListObjectsV2Command({ Bucket: this.bucket, Prefix: prefix, ContinuationToken: token });
      const page = await this.call('list', prefix, options.signal, (abortSignal) => this.client.send(command, { abortSignal }));
      for (const { Key, Size, ETag, LastModified } of page.Contents ?? []) {
        yield { key: Key ?? '', bytes: Size ?? 0, etag: ETag ?? '', modifiedAtMs: LastModified?.getTime() ?? 0 };
      }
      token = page.IsTruncated === true ? page.NextContinuationToken : undefined;
    } while (token !== undefined);
  }

  /** Removes objects; those that are not there count as removed. */
  async delete(keys: readonly string[], options: { signal?: AbortSignal } = {}): Promise<void> {
    for (let from = 0; from < keys.length; from += DELETE_KEYS_MAX) {
      const some = keys.slice(from, from + DELETE_KEYS_MAX);
      const command = new DeleteObjectsCommand({ Bucket: this.bucket, Delete: { Objects: some.map((Key) => ({ Key })), Quiet: true } });
      const answer = await this.call('delete', some[0]!, options.signal, (abortSignal) => this.client.send(command, { abortSignal }));
      const refused = answer.Errors?.find(({ Code }) => Code !== 'NoSuchKey');
      if (refused !== undefined)
        throw new ObjectStoreUnavailableError('delete', this.bucket, refused.Key ?? '', refused.Code ?? '', refused);
    }
  }

  /** Makes the bucket where it is missing; for local stacks, since elsewhere it is not a service's to make. */
  async ensureBucket(): Promise<void> {
    if ((await this.check()) === null) return;
    const elsewhere = this.options.region !== 'us-east-1';
    const CreateBucketConfiguration = { LocationConstraint: this.options.region as BucketLocationConstraint };
    const command = new CreateBucketCommand({ Bucket: this.bucket, ...(elsewhere ? { CreateBucketConfiguration } : {}) });
    await this.call('create', '', undefined, (abortSignal) => this.client.send(command, { abortSignal })).catch(async (error: unknown) => {
      if ((await this.check()) !== null) throw error;
    });
  }

  /** For readiness: null when the bucket answers, else the reason. */
  async check(options: { signal?: AbortSignal } = {}): Promise<string | null> {
    try {
      const command = new HeadBucketCommand({ Bucket: this.bucket });
      await this.call('head', '', options.signal, (abortSignal) => this.client.send(command, { abortSignal }));
      return null;
    } catch (error) {
      return error instanceof ObjectMissingError ? `there is no bucket "${this.bucket}"` : describeError(error);
    }
  }

  close(): void {
    this.client.destroy();
    this.ranges.destroy();
  }

  private read(key: string, { range, signal }: ReadOptions): Promise<{ body: Buffer; etag: string }> {
    const Range = range === undefined ? undefined : `bytes=${range[0]}-${range[1]}`;
    const command = new GetObjectCommand({ Bucket: this.bucket, Key: key, Range });
    return this.call(
      'get',
      key,
      signal,
      async (abortSignal) => {
        const answer = await (range === undefined ? this.client : this.ranges).send(command, { abortSignal });
        return { body: await bodyOf(answer), etag: answer.ETag ?? '' };
      },
      range,
    );
  }

  private async orNull<T>(read: () => Promise<T>): Promise<T | null> {
    try {
      return await read();
    } catch (error) {
      if (error instanceof ObjectMissingError) return null;
      throw error;
    }
  }

  private async call<T>(
    operation: StoreCall['operation'],
    key: string,
    signal: AbortSignal | undefined,
    run: (signal: AbortSignal) => Promise<T>,
    range?: StoreCall['range'],
  ): Promise<T> {
    const deadline = AbortSignal.timeout(this.callMs);
    try {
      return await run(signal === undefined ? deadline : AbortSignal.any([signal, deadline]));
    } catch (error) {
      throw storeError({ operation, bucket: this.bucket, key, range }, error);
    }
  }
}

async function bodyOf(answer: GetObjectCommandOutput): Promise<Buffer> {
  const bytes = (await answer.Body?.transformToByteArray()) ?? new Uint8Array();
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
