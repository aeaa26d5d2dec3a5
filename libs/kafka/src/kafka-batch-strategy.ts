import { Server } from '@nestjs/microservices';
import type { CustomTransportStrategy } from '@nestjs/microservices';
import type { Logger, Metrics, Readiness } from '@elias/telemetry';
import type { KafkaClient } from './kafka-client.js';

/** Offsets `[from, to)` that were deleted by age before this group had read them. `from` is null if it is not known any more. */
export interface OffsetsLost {
  groupId: string;
  topic: string;
  partition: number;
  from: string | null;
  to: string;
}

/** The partitions that this member owns, by topic; `epoch` rises with each join. */
export interface OwnedPartitions {
  epoch: number;
  topics: Record<string, number[]>;
}

export interface KafkaBatchStrategyOptions {
  client: KafkaClient;
  groupId: string;
  deadLetterTopic: string;
  /** records in one handler call; default 500 */
  maxBatchRecords?: number;
  /** bytes in one handler call, except a single larger record; default 1 MiB */
  maxBatchBytes?: number;
  /** queued bytes per partition above which it is paused; default 2 MiB */
  maxQueuedBytesPerPartition?: number;
  /** partitions handled at once; default 4 */
  concurrency?: number;
  /** true, or the topics, whose records are done when the handler says so */
  manualDone?: boolean | readonly string[];
  fromBeginning: true;
  /** topics deleted by age, where a hole in the offsets is a loss */
  agedTopics: readonly string[];
  metrics: Metrics;
  logger: Logger;
  readiness: Readiness;
  /** Called in the join itself, before any record of the new assignment; must not wait. */
  onAssigned?: (owned: OwnedPartitions) => void;
  /** Called until it resolves, before the partition goes on. */
  onOffsetsLost?: (lost: OffsetsLost) => Promise<void> | void;
  /** The consumer cannot go on. Default: log, exit 1. */
  onFatal?: (error: unknown) => void;
  /** a member silent this long loses its partitions; default 30,000 */
  sessionTimeoutMs?: number;
  /** longest wait of `close` for running handlers; default 15,000 */
  closeWithinMs?: number;
  /** first and longest wait before a batch is tried again; default 500 and 30,000 */
  retryBackoff?: { initialMs: number; maxMs: number };
}

export class KafkaBatchStrategy extends Server implements CustomTransportStrategy {
  override readonly propagatesEventHandlerErrors = true;

  constructor(readonly options: KafkaBatchStrategyOptions) {
    super();
  }

  /** What this member owns now; empty while it has not joined. */
  owned(): OwnedPartitions {
    return { epoch: 0, topics: {} };
  }

  override listen(callback: (error?: unknown) => void): void {
    callback(new Error('not built yet'));
  }

  override async close(): Promise<void> {}

  override on(): void {}

  override unwrap<T>(): T {
    throw new Error('the Kafka client is not handed out');
  }
}
