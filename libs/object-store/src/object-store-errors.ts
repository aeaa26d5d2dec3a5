import { EliasError } from '@elias/errors';

/** The store did not answer, refused for load, or refuses access for now. Safe to repeat: the key is the same. */
export class ObjectStoreUnavailableError extends EliasError {
  override readonly name = 'ObjectStoreUnavailableError';
  readonly code = 'ELIAS_OBJECT_STORE_UNAVAILABLE';
  readonly disposition = 'retry';
  /**
   * @param operation what was tried: put, get, head, list, delete, presign
   * @param reason the store's own name for it, as in `SlowDown`
   */
  constructor(
    readonly operation: string,
    readonly bucket: string,
    readonly key: string,
    readonly reason: string,
    cause: unknown,
  ) {
    super(`${operation} of "${key}" in bucket "${bucket}" did not go through (${reason})`, { cause });
  }
}

/** No object has this key. */
export class ObjectMissingError extends EliasError {
  override readonly name = 'ObjectMissingError';
  readonly code = 'ELIAS_OBJECT_MISSING';
  readonly disposition = 'dead-letter';
  constructor(
    readonly bucket: string,
    readonly key: string,
    cause?: unknown,
  ) {
    super(`no object "${key}" in bucket "${bucket}"`, { cause });
  }
}

/** The object has no byte in the range that was asked for: it is shorter than whoever asked was told. */
export class ObjectRangeError extends EliasError {
  override readonly name = 'ObjectRangeError';
  readonly code = 'ELIAS_OBJECT_RANGE';
  readonly disposition = 'dead-letter';
  constructor(
    readonly bucket: string,
    readonly key: string,
    readonly range: readonly [first: number, last: number],
    cause?: unknown,
  ) {
    super(`object "${key}" in bucket "${bucket}" is shorter than bytes ${range[0]} to ${range[1]}`, { cause });
  }
}

/** Somebody else's object stands there (or another write is on its way): look again before writing. */
export class PreconditionFailedError extends EliasError {
  override readonly name = 'PreconditionFailedError';
  readonly code = 'ELIAS_OBJECT_PRECONDITION';
  readonly disposition = 'retry';
  constructor(
    readonly bucket: string,
    readonly key: string,
    cause?: unknown,
  ) {
    super(`object "${key}" in bucket "${bucket}" is not as the write needs it`, { cause });
  }
}
