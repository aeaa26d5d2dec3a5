import { invalid } from './data-api-error.js';

/** Tokens of pages: opaque to callers, an offset to us. */
export const tokenOf = (offset: number): string => Buffer.from(`at:${offset}`).toString('base64url');

/** @throws DataApiError a token that is none of ours */
export function offsetOf(token: string | undefined): number {
  if (token === undefined || token === '') return 0;
  const offset = /^at:(\d{1,12})$/.exec(Buffer.from(token, 'base64url').toString())?.[1];
  if (offset === undefined) throw invalid('Invalid NextToken.');
  return Number(offset);
}

export interface Page<T> {
  items: T[];
  nextToken: string | undefined;
}

export function pageOf<T>(all: readonly T[], token: string | undefined, max: number): Page<T> {
  const offset = offsetOf(token);
  const end = offset + (max === 0 ? all.length : max);
  return { items: all.slice(offset, end), nextToken: end < all.length ? tokenOf(end) : undefined };
}
