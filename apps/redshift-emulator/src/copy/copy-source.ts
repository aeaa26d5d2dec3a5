import type { Readable } from 'node:stream';
import type { S3Location } from '../sql/read-copy.js';
import { RedshiftError } from '../sql/redshift-error.js';

/** A file to load. */
export interface SourceFile extends S3Location {
  /** as stored; null: not known before it is opened */
  bytes: number | null;
  /** without it the load fails */
  mandatory: boolean;
}

export interface OpenFile {
  body: Readable;
  bytes: number | null;
}

/** Where COPY reads from. */
export interface CopySource {
  /** Objects whose keys begin with the location's key. */
  list(location: S3Location, signal: AbortSignal): Promise<SourceFile[]>;
  /** @throws S3ReadError */
  open(location: S3Location, signal: AbortSignal): Promise<OpenFile>;
}

export const fileUrl = ({ bucket, key }: S3Location): string => `s3://${bucket}/${key}`;

/** S3 refused or did not answer. Text: seen on real AWS. */
export class S3ReadError extends RedshiftError {
  constructor(
    readonly awsCode: string,
    readonly status: number,
    text: string,
    requestId: string,
    cause: unknown,
  ) {
    super(`S3ServiceException:${text},Status ${status},Error ${awsCode},Rid ${requestId},CanRetry ${status >= 500 ? 1 : 0}`, { cause });
  }
}
