import type { RecordBatch } from '@elias/kafka';
import pLimit from 'p-limit';
import { groupByBytes } from './group-by-bytes.js';
import type { Intake } from './intake.js';
import type { LoadBatch } from './load-batch.js';
import type { SealedRecord } from './sort-archive-records.js';
import { takeSealedWindow } from './take-sealed-window.js';
import type { ArchiveReader } from './take-sealed-window.js';

/** Source `archive`: the windows lie in the archives that events tell of. Fetches one group ahead of the one that is being loaded. */
export class LoadArchives {
  private readonly fetches: ReturnType<typeof pLimit>;

  /** @param fetchesMax objects fetched at once, over all partitions */
  constructor(
    private readonly loadBatch: LoadBatch,
    private readonly archives: ArchiveReader,
    private readonly transactionBytesMax: number,
    fetchesMax: number,
  ) {
    this.fetches = pLimit(fetchesMax);
  }

  async run(batch: RecordBatch, sealed: readonly SealedRecord[]): Promise<void> {
    const groups = groupByBytes(sealed, this.transactionBytesMax, ({ event }) => event.csv_entry.bytes);
    let ahead = this.fetch(batch, groups[0]);
    for (let i = 0; i < groups.length; i += 1) {
      const intakes = await ahead;
      batch.signal.throwIfAborted();
      ahead = this.fetch(batch, groups[i + 1]);
      await this.loadBatch.run(batch, intakes);
    }
  }

  private fetch(batch: RecordBatch, group: readonly SealedRecord[] | undefined): Promise<Intake[]> {
    const { signal } = batch;
    const intakes = (group ?? []).map(({ record, event }) => this.fetches(() => takeSealedWindow(record, event, this.archives, signal)));
    const all = Promise.all(intakes);
    // Waited for later, or never when the group before it fails.
    all.catch(() => undefined);
    return all;
  }
}
