import { ObjectMissingError, ObjectRangeError, ObjectStoreUnavailableError, PreconditionFailedError } from './object-store-errors.js';

export interface StoreCall {
  operation: 'put' | 'get' | 'head' | 'list' | 'delete' | 'create' | 'presign';
  bucket: string;
  key: string;
  range?: readonly [first: number, last: number] | undefined;
}

export type StoreError = ObjectStoreUnavailableError | ObjectMissingError | ObjectRangeError | PreconditionFailedError;

/**
 * What a failed call means, by HTTP status and the error's own name, never by its message.
 *
 * Whatever is not about this object (network, time-out, 5xx, 429, a missing bucket, missing rights, an expired token, a disabled key)
 * may pass once somebody mends it, so it is retried and nothing is lost meanwhile.
 */
export function storeError(call: StoreCall, cause: unknown): StoreError {
  const { operation, bucket, key, range } = call;
  const status = statusOf(cause);
  const name = nameOf(cause);
  if (status === 412 || status === 409) return new PreconditionFailedError(bucket, key, cause);
  if (status === 416) return new ObjectRangeError(bucket, key, range ?? [0, 0], cause);
  if (status === 404 && name !== 'NoSuchBucket') return new ObjectMissingError(bucket, key, cause);
  return new ObjectStoreUnavailableError(operation, bucket, key, status === undefined ? name : `${status} ${name}`, cause);
}

function statusOf(error: unknown): number | undefined {
  if (typeof error !== 'object' || error === null || !('$metadata' in error)) return undefined;
  const metadata = error.$metadata;
  if (typeof metadata !== 'object' || metadata === null || !('httpStatusCode' in metadata)) return undefined;
  return typeof metadata.httpStatusCode === 'number' ? metadata.httpStatusCode : undefined;
}

/** The SDK's error name, or the system's code (`ECONNREFUSED`) for faults below HTTP. */
function nameOf(error: unknown): string {
  if (typeof error !== 'object' || error === null) return 'unknown';
  if ('code' in error && typeof error.code === 'string') return error.code;
  return 'name' in error && typeof error.name === 'string' ? error.name : 'unknown';
}
