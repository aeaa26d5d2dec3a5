import type { Metrics } from '@elias/telemetry';
import type { Assignment } from './assignment.js';

const PARTITION = ['group', 'topic', 'partition'] as const;
const TOPIC = ['group', 'topic'] as const;

/** What a consumer group's member tells Prometheus. */
export class ConsumerMetrics {
  readonly records;
  readonly bytes;
  readonly retries;
  readonly deadLetters;
  readonly offsetsLost;
  private readonly lagRead;
  private readonly lagDone;
  private readonly queuedBytes;
  private readonly openRecords;
  private shown: { topic: string; partition: string }[] = [];

  constructor(
    metrics: Metrics,
    private readonly group: string,
  ) {
    this.records = metrics.counter('elias_kafka_consumed_records_total', 'records handed to a handler and not given back', TOPIC);
    this.bytes = metrics.counter('elias_kafka_consumed_bytes_total', 'bytes of the values of those records', TOPIC);
    this.retries = metrics.counter('elias_kafka_batch_retries_total', 'batches that a handler asked to have again', TOPIC);
    this.deadLetters = metrics.counter('elias_kafka_dead_letters_total', 'records put aside', TOPIC);
    this.offsetsLost = metrics.counter(
      'elias_kafka_consumer_offsets_lost_total',
      'offsets deleted by age before they were read',
      PARTITION,
    );
    this.lagRead = metrics.gauge('elias_kafka_lag_read_records', 'high watermark less position read: what scaling goes by', PARTITION);
    this.lagDone = metrics.gauge('elias_kafka_lag_done_records', 'high watermark less committed offset: what is truly done', PARTITION);
    this.queuedBytes = metrics.gauge('elias_kafka_queued_bytes', 'bytes read and not handed to a handler yet', ['group']);
    this.openRecords = metrics.gauge('elias_kafka_open_records', 'records read and not done yet', ['group']);
  }

  /** Sets the gauges of the partitions owned now, and removes those of partitions owned before. */
  show(assignment: Assignment | null): void {
    const partitions = assignment?.all() ?? [];
    const { group } = this;
    const shown = partitions.map(({ topic, partition }) => ({ topic, partition: String(partition) }));
    for (const gone of this.shown.filter(
      (before) => !shown.some((now) => now.topic === before.topic && now.partition === before.partition),
    )) {
      this.lagRead.remove({ group, ...gone });
      this.lagDone.remove({ group, ...gone });
    }
    this.shown = shown;
    for (const { topic, partition, high, position, committed } of partitions) {
      if (high === null) continue;
      const labels = { group, topic, partition: String(partition) };
      if (position !== null) this.lagRead.set(labels, lag(high, position));
      if (committed !== null) this.lagDone.set(labels, lag(high, committed));
    }
    this.queuedBytes.set(
      { group },
      partitions.reduce((sum, { queue }) => sum + queue.bytes, 0),
    );
    this.openRecords.set(
      { group },
      partitions.reduce((sum, { watermark }) => sum + watermark.openRecords, 0),
    );
  }
}

/** Never negative: `high` may have been heard of before the position moved past it. */
function lag(high: bigint, offset: bigint): number {
  return offset > high ? 0 : Number(high - offset);
}
