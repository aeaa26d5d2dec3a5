import { randomUUID } from 'node:crypto';
import type { Logger } from '@elias/telemetry';
import type { Assignment, OwnedPartition } from './assignment.js';
import { GroupConsumer } from './group-consumer.js';
import type { CommittedOffset, KafkaClient } from './kafka-client.js';
import { deleteReaderGroup, READER_GROUP_PREFIX } from './reader-groups.js';
import type { ConsumedRecord } from './record-batch.js';

/** Records of one partition, as one fetch brought them. */
export interface TailRecords {
  topic: string;
  partition: number;
  records: readonly ConsumedRecord[];
  /** offset behind all that was read */
  next: bigint;
}

export interface TailReaderOptions {
  client: KafkaClient;
  topics: string[];
  /** topics deleted by age, where a hole in the offsets is a loss */
  agedTopics: readonly string[];
  /** where a partition is read from; once, before its first records */
  onBegin: (place: { topic: string; partition: number; offset: bigint }) => void;
  /** each record once, in order; must not wait */
  onRecords: (read: TailRecords) => void;
  /** records that were deleted before they were read; reading goes on behind them */
  onLost: (lost: { topic: string; partition: number; from: bigint; to: bigint }) => void;
  /** the reader cannot go on */
  onFatal: (error: unknown) => void;
  logger: Logger;
}

/** Nobody else is in the group: a short one only means that whoever crashed waits less for its old self. */
const SESSION_TIMEOUT_MS = 10_000;
const QUEUED_BYTES_MAX = 8 * 1024 * 1024;

/**
 * Reads every partition of some topics from their present end on, for as long as the process lives. A group of its own, since kafkajs
 * knows no other way, which commits nothing: where each partition stands is kept here, over joins, crashes and brokers that were away.
 */
export class TailReader {
  private readonly groupId: string;
  private readonly consumer: GroupConsumer;
  private readonly positions = new Map<string, bigint>();

  constructor(private readonly options: TailReaderOptions) {
    const { client, topics, agedTopics, onLost, onFatal, logger } = options;
    this.groupId = `${READER_GROUP_PREFIX}${client.options.clientId}.${randomUUID()}`;
    this.consumer = new GroupConsumer({
      client,
      groupId: this.groupId,
      topics,
      agedTopics,
      sessionTimeoutMs: SESSION_TIMEOUT_MS,
      maxQueuedBytesPerPartition: QUEUED_BYTES_MAX,
      committed: (asked) => this.reachedOffsets(asked),
      onJoined: () => undefined,
      onQueued: (assignment, partition) => this.handOver(assignment, partition),
      onLost: (lost) => Promise.resolve(onLost(lost)),
      onFatal,
      logger,
    });
  }

  /** Begins to join, trying for ever; `whyNotReady` tells how far it is. */
  start(): void {
    this.consumer.start();
  }

  /** Null once every partition is followed. */
  whyNotReady(): string | null {
    return this.consumer.whyNotReady(performance.now());
  }

  async stop(): Promise<void> {
    await this.consumer.stop();
    await deleteReaderGroup(this.options.client, this.groupId);
  }

  /** Where each partition goes on; its present end when it is met for the first time. */
  private async reachedOffsets(topics: string[]): Promise<CommittedOffset[]> {
    const reached: CommittedOffset[] = [];
    for (const topic of topics) {
      for (const { partition, high } of await this.options.client.endOffsets(topic)) {
        const name = `${topic}/${partition}`;
        const known = this.positions.get(name);
        if (known === undefined) {
          this.positions.set(name, BigInt(high));
          this.options.onBegin({ topic, partition, offset: BigInt(high) });
        }
        reached.push({ topic, partition, offset: (known ?? BigInt(high)).toString() });
      }
    }
    return reached;
  }

  private handOver(assignment: Assignment, partition: OwnedPartition): void {
    const { topic, position } = partition;
    if (position === null) return;
    const queued = partition.queue.take(Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER);
    for (const { record } of queued) partition.watermark.done(BigInt(record.offset));
    this.consumer.refill(assignment, partition);
    this.positions.set(`${topic}/${partition.partition}`, position);
    this.options.onRecords({ topic, partition: partition.partition, records: queued.map(({ record }) => record), next: position });
  }
}
