import type { RecordBatch } from '@elias/kafka';
import type { LoadArchives } from './load-archives.js';
import type { LoadBatch } from './load-batch.js';
import type { LoaderMetrics } from './loader-metrics.js';
import { sortArchiveRecords } from './sort-archive-records.js';
import type { WindowStore } from './window-store.js';

/** What loads archives, where that is the source. */
export interface ArchiveSource {
  load: LoadArchives;
  batch: LoadBatch;
}

/** Notes withdrawn revisions, whatever the source; loads sealed windows where archives are the source. */
export class FollowArchiveObjects {
  constructor(
    private readonly store: WindowStore,
    private readonly source: ArchiveSource | null,
    private readonly metrics: LoaderMetrics,
  ) {}

  /** Withdrawals first, so that a window sealed and withdrawn in one batch is not loaded in between. */
  async run(batch: RecordBatch): Promise<void> {
    const { sealed, revocations, refused } = sortArchiveRecords(batch.records);
    if (revocations.length > 0) {
      await this.store.revoke(revocations);
      this.metrics.revoked(revocations.length);
    }
    if (this.source === null) {
      for (const intake of refused) if (intake.kind === 'refused') await batch.deadLetter(intake.record, intake.reason, intake.cause);
      return;
    }
    if (refused.length > 0) await this.source.batch.run(batch, refused);
    await this.source.load.run(batch, sealed);
  }
}
