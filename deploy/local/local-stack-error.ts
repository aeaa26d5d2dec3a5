import { EliasError } from '@elias/errors';

/** The local stack cannot start or go on. The message is one sentence for the person at the terminal. */
export class LocalStackError extends EliasError {
  override readonly name = 'LocalStackError';
  readonly code = 'ELIAS_LOCAL_STACK';
  readonly disposition = 'stop';

  constructor(message: string, options?: { cause?: unknown }) {
    super(message, options);
  }
}
