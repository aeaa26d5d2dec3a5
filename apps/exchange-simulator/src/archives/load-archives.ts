import { EliasError } from '@elias/errors';
import type { Logger } from '@elias/telemetry';
import { indexArchives } from './archive-windows.js';
import type { ArchiveObjects } from './archive-windows.js';
import { ArchivedCandles, ArchivedWindows } from './archived-candles.js';

/** The archives could not be listed or hold no candles. */
export class ArchivesError extends EliasError {
  override readonly name = 'ArchivesError';
  readonly code = 'ELIAS_SIMULATOR_ARCHIVES_UNREADABLE';
  readonly disposition = 'stop';
}

/**
 * Finds the archived products below a prefix; `s3://bucket/prefix` names them.
 * @throws ArchivesError
 */
export async function loadArchives(objects: ArchiveObjects, prefix: string, logger: Logger): Promise<Map<string, ArchivedCandles>> {
  try {
    const products = new Map<string, ArchivedCandles>();
    for (const [productId, byGranularity] of await indexArchives(objects, prefix)) {
      const archives = new Map(
        [...byGranularity].map(([granularity, keys]) => [granularity, new ArchivedWindows(granularity, keys, objects, logger)]),
      );
      for (const windows of archives.values()) await windows.open();
      products.set(productId, new ArchivedCandles(productId, archives));
    }
    if (products.size === 0) throw new ArchivesError(`no candle archives below "${prefix}"`);
    return products;
  } catch (error) {
    if (error instanceof ArchivesError) throw error;
    throw new ArchivesError('the archives cannot be listed', { cause: error });
  }
}
