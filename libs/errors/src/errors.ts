/** What a consumer does next: repeat the same work, put the record aside with its reason, or end the process. */
export type Disposition = 'retry' | 'dead-letter' | 'stop';

/**
 * Base of every error that Elias throws on purpose. The disposition is decided at the edge where the vendor's
 * code is still known (SQLSTATE, HTTP status), never from a message's words.
 */
export abstract class EliasError extends Error {
  abstract readonly code: `ELIAS_${string}`;
  abstract readonly disposition: Disposition;
}

/** Whether the same work may simply be done again. */
export function isRetryable(error: unknown): error is EliasError {
  return error instanceof EliasError && error.disposition === 'retry';
}

/** Messages of an error and its causes, outermost first, joined by `: `; for logs and failure events. */
export function describeError(error: unknown): string {
  const parts: string[] = [];
  for (let current: unknown = error, depth = 0; current !== undefined && current !== null && depth < 8; depth += 1) {
    parts.push(current instanceof Error ? current.message || current.name : String(current));
    current = current instanceof Error ? current.cause : undefined;
  }
  return parts.join(': ');
}
