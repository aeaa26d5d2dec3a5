import { createHash } from 'node:crypto';
import { windowId } from '@elias/market-data';
import type { Revision, Window } from '@elias/market-data';

/** What a load consists of, as far as its name goes. */
export interface LoadParts {
  readonly windows: readonly { readonly window: Window; readonly revision: Revision; readonly archiveKey: string }[];
  readonly revocations: readonly { readonly window: Window; readonly collectionId: string }[];
}

/** Name of a load, from what it loads alone: whoever forms the same batch again finds its own files. 32 hex. */
export function loadId(parts: LoadParts): string {
  return digest(composition(parts)).slice(0, 32);
}

/**
 * The batch's `ClientToken`: the same parts and attempt run once, however often they are sent. 64 characters, the most allowed.
 * @param attempt from 1; raised only after the attempt before was seen to have failed, since its token gives the same failure for 8 hours.
 *   After a restart it is 1 again, and the failures seen then lead to the attempt that is due.
 */
export function clientToken(parts: LoadParts, attempt: number): string {
  return digest([...composition(parts), String(attempt)]);
}

function composition({ windows, revocations }: LoadParts): string[] {
  const loaded = windows.map(({ window, revision, archiveKey }) => {
    const { unknown, open, collectedAtMs, collectionId } = revision;
    return JSON.stringify([windowId(window), archiveKey, unknown, open, collectedAtMs, collectionId]);
  });
  const revoked = revocations.map(({ window, collectionId }) => JSON.stringify(['revoked', windowId(window), collectionId]));
  return [...loaded, ...revoked].sort();
}

function digest(lines: readonly string[]): string {
  return createHash('sha256').update(lines.join('\n')).digest('hex');
}
