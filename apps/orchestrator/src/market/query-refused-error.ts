import { EliasError } from '@elias/errors';
import type { z } from 'zod';

/** A query that asks for what there cannot be. Every reason is given, not only the first. */
export class QueryRefusedError extends EliasError {
  override readonly name = 'QueryRefusedError';
  readonly code = 'ELIAS_QUERY_REFUSED';
  readonly disposition = 'dead-letter';
  constructor(readonly reasons: readonly { field: string; reason: string }[]) {
    super(reasons.map(({ field, reason }) => `${field}: ${reason}`).join('; '));
  }
}

/** @throws QueryRefusedError */
export function parseQuery<T extends z.ZodType>(schema: T, query: unknown): z.output<T> {
  const parsed = schema.safeParse(query);
  if (parsed.success) return parsed.data;
  throw new QueryRefusedError(parsed.error.issues.map(({ path, message }) => ({ field: path.join('.') || 'query', reason: message })));
}
