import type { ObjectStore } from '@elias/object-store';
import type { Postgres } from '@elias/postgres';
import type { RedshiftData } from '@elias/redshift';
import { findOrphans, orphan } from './find-orphans.js';
import type { Places } from './find-orphans.js';
import { mergeFolders } from './merge-folders.js';
import type { Orphan } from './orphan.js';
import { listArchives, listStaged, listTwins, postgresLedger, redshiftLedger } from './read-places.js';

export interface OrphanSources {
  readonly bucket: Pick<ObjectStore, 'list'>;
  readonly prefix: string;
  /** null: its ledger is left out, and with Redshift's the twins */
  readonly redshift: RedshiftData | null;
  readonly postgres: Postgres | null;
  /** what is younger may be under way, milliseconds since the epoch */
  readonly beforeMs: number;
}

/**
 * Everything that belongs to nothing, in the order of keys. All places are read once, side by side and sorted; of each a day of one product is
 * in memory. A load that ends meanwhile is younger than `beforeMs`.
 * @param onFolder called for each day of a product, for progress
 */
export async function* auditOrphans(sources: OrphanSources, onFolder: (folder: string) => void): AsyncGenerator<Orphan, void, undefined> {
  const { bucket, prefix, redshift, postgres, beforeMs } = sources;
  const stores = [...(redshift === null ? [] : (['redshift'] as const)), ...(postgres === null ? [] : (['postgres'] as const))];
  const groups = mergeFolders<Places>({
    archives: listArchives(bucket, prefix),
    twins: redshift === null ? nothing() : listTwins(bucket, prefix),
    redshift: redshift === null ? nothing() : redshiftLedger(redshift, prefix),
    postgres: postgres === null ? nothing() : postgresLedger(postgres, prefix),
  });
  for await (const group of groups) {
    onFolder(group.folder);
    yield* findOrphans(group, { prefix, beforeMs, stores });
  }
  for await (const { key, modifiedAtMs } of listStaged(bucket, prefix)) {
    if (modifiedAtMs < beforeMs) yield orphan('staged', { key });
  }
}

async function* nothing(): AsyncGenerator<never, void, undefined> {}
