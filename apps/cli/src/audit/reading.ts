import { describeError, EliasError } from '@elias/errors';
import { readAgain } from '../read-again.js';

/** What a place told, or why it did not. */
export type Reading<T> = { readonly kind: 'read'; readonly value: T } | { readonly kind: 'unread'; readonly why: string };

/** Asks again while the place does not answer. @throws what is a bug */
export async function reading<T>(read: () => Promise<T>, askAgainAfterMs?: number): Promise<Reading<T>> {
  try {
    return { kind: 'read', value: await readAgain(read, askAgainAfterMs) };
  } catch (error) {
    if (!(error instanceof EliasError)) throw error;
    return { kind: 'unread', why: describeError(error).replaceAll(/\s+/g, ' ').trim() };
  }
}
