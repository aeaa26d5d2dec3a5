import { EliasError } from '@elias/errors';

/** A body that names no token. It is not repeated, as it may hold one. */
export class SessionRefusedError extends EliasError {
  override readonly name = 'SessionRefusedError';
  readonly code = 'ELIAS_SESSION_REFUSED';
  readonly disposition = 'dead-letter';
  constructor(readonly reasons: readonly { field: string; reason: string }[]) {
    super(reasons.map(({ field, reason }) => `${field}: ${reason}`).join('; '));
  }
}

/** Somebody gave a token that is not this API's. */
export class TokenRefusedError extends EliasError {
  override readonly name = 'TokenRefusedError';
  readonly code = 'ELIAS_TOKEN_REFUSED';
  readonly disposition = 'dead-letter';
  constructor() {
    super('the token is wrong');
  }
}

/** As many listen to the stream as may. */
export class StreamFullError extends EliasError {
  override readonly name = 'StreamFullError';
  readonly code = 'ELIAS_STREAM_FULL';
  readonly disposition = 'retry';
  constructor(clientsMax: number) {
    super(`${clientsMax} clients listen already, try again later`);
  }
}
