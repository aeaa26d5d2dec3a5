import type { Batch, KafkaMessage } from 'kafkajs';

/** kafkajs knows where a batch was fetched from, but its types do not say so. */
export interface FetchedBatch extends Batch {
  fetchedOffset: string;
}

/** What its event tells about a fetch; `batchSize` is 0 where compaction or transactions left no record to hand over. */
export interface EmptyFetch {
  topic: string;
  partition: number;
  batchSize: number;
  lastOffset: string;
}

interface BatchContext {
  firstOffset: string;
  lastOffsetDelta: number;
}

/**
 * Offset behind everything that a fetch held. Compaction may have emptied the end of Kafka's last record batch, which
 * kafkajs would pass one offset per fetch; the record batch itself tells where it ends.
 */
export function endOfBatch(batch: Pick<Batch, 'lastOffset'> & { messages: readonly KafkaMessage[] }): bigint {
  const next = BigInt(batch.lastOffset()) + 1n;
  const context = (batch.messages.at(-1) as { batchContext?: BatchContext } | undefined)?.batchContext;
  if (context === undefined) return next;
  const end = BigInt(context.firstOffset) + BigInt(context.lastOffsetDelta) + 1n;
  return end > next ? end : next;
}

/**
 * Whether a fetch without records moves a partition's position. kafkajs has then passed the offsets by itself; behind a
 * join, though, it may be a late answer to the assignment before. One that does not fit is doubted until the same comes
 * again after seeking.
 */
export class EmptyFetches {
  private readonly doubted = new Map<string, string>();

  fits({ topic, partition, lastOffset }: EmptyFetch, position: bigint): boolean {
    const name = `${topic}/${partition}`;
    const fits = BigInt(lastOffset) === position || (BigInt(lastOffset) > position && this.doubted.get(name) === lastOffset);
    if (fits) this.doubted.delete(name);
    else this.doubted.set(name, lastOffset);
    return fits;
  }

  forget(): void {
    this.doubted.clear();
  }
}
