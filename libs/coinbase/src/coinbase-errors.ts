import { EliasError } from '@elias/errors';

/** Why the exchange gave nothing: it (or the way to it) failed, it refused for load, or there was no time left to ask. */
export type Unavailability = 'exchange_unavailable' | 'rate_limited' | 'deadline';

/** The exchange did not answer in time: 429, 5xx, a cut, a stall, a refused connection. Asking again later is right. */
export class ExchangeUnavailableError extends EliasError {
  override readonly name = 'ExchangeUnavailableError';
  readonly code = 'ELIAS_EXCHANGE_UNAVAILABLE';
  readonly disposition = 'retry';
  constructor(
    readonly path: string,
    readonly reason: Unavailability,
    readonly attempts: number,
    cause?: unknown,
  ) {
    super(`the exchange did not answer ${path} in ${attempts} attempts (${reason})`, { cause });
  }
}

/** 404 for something of a product: the exchange does not know it. */
export class UnknownProductError extends EliasError {
  override readonly name = 'UnknownProductError';
  readonly code = 'ELIAS_EXCHANGE_UNKNOWN_PRODUCT';
  readonly disposition = 'dead-letter';
  constructor(readonly productId: string) {
    super(`the exchange knows no product "${productId}"`);
  }
}

/** The exchange refuses the request as it stands (4xx but 404 of a product, 401, 403, 408 and 429). */
export class RequestRefusedError extends EliasError {
  override readonly name = 'RequestRefusedError';
  readonly code = 'ELIAS_EXCHANGE_REQUEST_REFUSED';
  readonly disposition = 'dead-letter';
  /** @param said the exchange's own message, at most 200 characters */
  constructor(
    readonly path: string,
    readonly status: number,
    said: string,
  ) {
    super(`the exchange refused ${path} with status ${status}: ${said}`);
  }
}

/** An answer that is not what the exchange documents, several times over. */
export class BadAnswerError extends EliasError {
  override readonly name = 'BadAnswerError';
  readonly code = 'ELIAS_EXCHANGE_BAD_ANSWER';
  readonly disposition = 'dead-letter';
  constructor(
    readonly path: string,
    readonly problem: string,
  ) {
    super(`the exchange's answer to ${path} is wrong: ${problem}`);
  }
}

/**
 * An answer that the exchange itself would not give: cut short, or some proxy's page. Counts as an outage, and is the cause of an
 * `ExchangeUnavailableError` when it does not end.
 */
export class ForeignAnswerError extends Error {
  override readonly name = 'ForeignAnswerError';
  constructor(
    readonly path: string,
    problem: string,
  ) {
    super(`what came for ${path} is not the exchange's: ${problem}`);
  }
}

/** A number that the stores' decimals cannot hold; it is refused, never truncated. */
export class ValueDoesNotFitError extends EliasError {
  override readonly name = 'ValueDoesNotFitError';
  readonly code = 'ELIAS_EXCHANGE_VALUE_DOES_NOT_FIT';
  readonly disposition = 'dead-letter';
  constructor(
    readonly path: string,
    readonly column: string,
    /** the candle's start, or the product */
    readonly at: string,
    value: string,
  ) {
    super(`the exchange's answer to ${path} has a ${column} that cannot be stored, at ${at}: ${value.slice(0, 100)}`);
  }
}
