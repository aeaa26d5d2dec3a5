import { GetObjectCommand, ListObjectsV2Command, S3Client, S3ServiceException } from '@aws-sdk/client-s3';
import type { Readable } from 'node:stream';
import { S3ReadError } from '../copy/copy-source.js';
import type { CopySource, OpenFile, SourceFile } from '../copy/copy-source.js';
import type { S3Location } from '../sql/read-copy.js';

export interface S3Settings {
  region: string;
  /** an S3 of another make, addressed path style; AWS's own without it */
  endpoint?: string | undefined;
}

/** Files that COPY reads, from any S3. */
export class S3Files implements CopySource {
  private readonly client: S3Client;

  constructor(settings: S3Settings) {
    this.client = new S3Client({
      region: settings.region,
      responseChecksumValidation: 'WHEN_REQUIRED',
      ...(settings.endpoint === undefined ? {} : { endpoint: settings.endpoint, forcePathStyle: true }),
    });
  }

  async list({ bucket, key }: S3Location, signal: AbortSignal): Promise<SourceFile[]> {
    const files: SourceFile[] = [];
    let token: string | undefined;
    do {
      const command = new ListObjectsV2Command({ Bucket: bucket, Prefix: key, ContinuationToken: token });
      const page = await this.client.send(command, { abortSignal: signal }).catch((error: unknown) => {
        throw s3Error(error);
      });
      for (const { Key, Size } of page.Contents ?? []) {
        if (Key !== undefined && !Key.endsWith('/')) files.push({ bucket, key: Key, bytes: Size ?? null, mandatory: true });
      }
      token = page.NextContinuationToken;
    } while (token !== undefined);
    return files;
  }

  async open({ bucket, key }: S3Location, signal: AbortSignal): Promise<OpenFile> {
    try {
      const { Body, ContentLength } = await this.client.send(new GetObjectCommand({ Bucket: bucket, Key: key }), { abortSignal: signal });
      return { body: Body as Readable, bytes: ContentLength ?? null };
    } catch (error) {
      throw s3Error(error);
    }
  }

  close(): void {
    this.client.destroy();
  }
}

/** Texts: seen on real AWS. */
const TEXTS: Readonly<Record<string, [message: string, status: number]>> = {
  NoSuchKey: ['The specified key does not exist.', 404],
  NoSuchBucket: ['The specified bucket does not exist', 404],
  AccessDenied: ['Access Denied', 403],
};

const requestId = (error: unknown): string => (error instanceof S3ServiceException ? error.$metadata.requestId : undefined) ?? 'none';

function s3Error(error: unknown): unknown {
  if (error instanceof Error && error.name === 'AbortError') return error;
  const status = error instanceof S3ServiceException ? (error.$metadata.httpStatusCode ?? 500) : 503;
  const code = error instanceof Error ? error.name : 'Unknown';
  const [text, knownStatus] = TEXTS[code] ?? [error instanceof Error ? error.message : String(error), status];
  return new S3ReadError(code, knownStatus, text, requestId(error), error);
}
