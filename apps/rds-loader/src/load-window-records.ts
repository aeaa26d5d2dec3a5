import type { ConsumedRecord, RecordBatch } from '@elias/kafka';
import { groupByBytes } from './group-by-bytes.js';
import type { LoadBatch } from './load-batch.js';
import type { LoaderMetrics } from './loader-metrics.js';
import { takeWindowRecord } from './take-window-record.js';

/** Source `topic`: the windows are the records themselves. */
export class LoadWindowRecords {
  constructor(
    private readonly loadBatch: LoadBatch,
    private readonly transactionBytesMax: number,
    private readonly metrics: LoaderMetrics,
  ) {}

  async run(batch: RecordBatch): Promise<void> {
    const windows = batch.records.filter(hasValue);
    for (let nulls = batch.records.length - windows.length; nulls > 0; nulls -= 1) this.metrics.nullRecord();
    for (const group of groupByBytes(windows, this.transactionBytesMax, ({ value }) => value.length)) {
      batch.signal.throwIfAborted();
      await this.loadBatch.run(batch, group.map(takeWindowRecord));
    }
  }
}

/** A null value only tells the topic's compaction that no revision is left; what is loaded changes by `archive.revoked` alone. */
function hasValue(record: ConsumedRecord): record is ConsumedRecord & { value: Buffer } {
  return record.value !== null;
}
