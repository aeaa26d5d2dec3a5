import type { ConsumedRecord, RecordBatch } from '@elias/kafka';
import pLimit from 'p-limit';

export interface RequestIntakeOptions {
  /** serves one record to its end */
  answer: (batch: RecordBatch, record: ConsumedRecord) => Promise<void>;
  /** requests of one partition in hand at once */
  aheadMax: number;
  /** requests served at once */
  atOnce: number;
  /** an error that nobody foresaw: the process must not go on as if nothing were */
  onBug: (error: unknown) => void;
}

/**
 * Takes requests as they come, some of each partition ahead: each is served by itself, so that a slow one does not hold up the others; of
 * one window one at a time, in order.
 */
export class RequestIntake {
  private readonly inHand = new Map<number, Set<Promise<void>>>();
  private readonly lastOfWindow = new Map<string, Promise<void>>();
  private readonly turn;

  constructor(private readonly options: RequestIntakeOptions) {
    this.turn = pLimit(options.atOnce);
  }

  /** Resolves when the last of the records is in hand; each is done when it is answered. */
  async take(batch: RecordBatch): Promise<void> {
    const inHand = this.inHandOf(batch.partition);
    for (const record of batch.records) {
      while (inHand.size >= this.options.aheadMax) await Promise.race(inHand);
      if (batch.signal.aborted) return;
      const work = this.begin(batch, record).finally(() => inHand.delete(work));
      inHand.add(work);
    }
  }

  /** Requests in hand, of all partitions. */
  get size(): number {
    return [...this.inHand.values()].reduce((sum, { size }) => sum + size, 0);
  }

  private begin(batch: RecordBatch, record: ConsumedRecord): Promise<void> {
    const window = record.key ?? `${record.partition}/${record.offset}`;
    const before = this.lastOfWindow.get(window) ?? Promise.resolve();
    const work = before
      .then(() => this.turn(() => this.serve(batch, record)))
      .finally(() => {
        if (this.lastOfWindow.get(window) === work) this.lastOfWindow.delete(window);
      });
    this.lastOfWindow.set(window, work);
    return work;
  }

  private async serve(batch: RecordBatch, record: ConsumedRecord): Promise<void> {
    if (batch.signal.aborted) return;
    try {
      await this.options.answer(batch, record);
    } catch (error) {
      // dropped: whoever owns the partition now reads the record again
      if (!batch.signal.aborted) this.options.onBug(error);
    }
  }

  private inHandOf(partition: number): Set<Promise<void>> {
    const known = this.inHand.get(partition) ?? new Set<Promise<void>>();
    this.inHand.set(partition, known);
    return known;
  }
}
