import { gunzipSync } from 'node:zlib';
import { twinKey } from '@elias/archive';
import type { Window } from '@elias/market-data';
import { ObjectMissingError } from '@elias/object-store';
import type { ObjectStore } from '@elias/object-store';

/** What a window's twin holds; a problem when it is no gzip; null when there is none. */
export type ReadTwin = { readonly csv: Buffer } | { readonly problem: string } | null;

/** @throws ObjectStoreUnavailableError */
export async function readTwin(window: Window, bucket: Pick<ObjectStore, 'get'>, prefix: string): Promise<ReadTwin> {
  let gzip: Buffer;
  try {
    gzip = await bucket.get(twinKey(prefix, window));
  } catch (error) {
    if (error instanceof ObjectMissingError) return null;
    throw error;
  }
  try {
    return { csv: gunzipSync(gzip) };
  } catch (error) {
    return { problem: `it cannot be unpacked: ${(error as Error).message}` };
  }
}
