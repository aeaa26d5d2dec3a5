import { EliasError } from '@elias/errors';

/** The disk took or gave no bytes: full, or not there. What was to be spooled comes again. */
export class SpoolFailedError extends EliasError {
  override readonly name = 'SpoolFailedError';
  readonly code = 'ELIAS_SPOOL_FAILED';
  readonly disposition = 'retry';
  constructor(path: string, cause: unknown) {
    super(`the spool could not use "${path}"`, { cause });
  }
}

/** @throws SpoolFailedError */
export async function spooling<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    throw new SpoolFailedError(path, cause);
  }
}
