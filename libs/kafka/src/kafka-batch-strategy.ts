import { setTimeout as sleep } from 'node:timers/promises';
import { Server } from '@nestjs/microservices';
import type { CustomTransportStrategy } from '@nestjs/microservices';
import { isObservable, lastValueFrom } from 'rxjs';
import type { Logger, Metrics, Readiness } from '@elias/telemetry';
import type { Assignment } from './assignment.js';
import type { Backoff } from './backoff.js';
import { BatchRunner } from './batch-runner.js';
import { ConsumerMetrics } from './consumer-metrics.js';
import { DeadLetterOffice } from './dead-letter-office.js';
import { GroupConsumer } from './group-consumer.js';
import type { KafkaClient } from './kafka-client.js';
import { OffsetCommitter } from './offset-committer.js';
import type { RecordBatch } from './record-batch.js';

/** Offsets `[from, to)` that were deleted by age before this group had read them. */
export interface OffsetsLost {
  groupId: string;
  topic: string;
  partition: number;
  from: string;
  to: string;
}

/** The partitions that this member owns, by topic; `epoch` rises with each join. */
export interface OwnedPartitions {
  epoch: number;
  topics: Readonly<Record<string, number[]>>;
}

export interface KafkaBatchStrategyOptions {
  client: KafkaClient;
  groupId: string;
  deadLetterTopic: string;
  /** of an app with several strategies: those handlers are its own that name it; every handler where it is not given */
  transportId?: symbol;
  /** records in one handler call; default 500 */
  maxBatchRecords?: number;
  /** bytes in one handler call, except a single larger record; default 1 MiB */
  maxBatchBytes?: number;
  /** queued bytes per partition from which on it is paused, overstepped by one fetch at most; default 1 MiB */
  maxQueuedBytesPerPartition?: number;
  /** partitions handled at once; default 4 */
  concurrency?: number;
  /** true, or the topics, whose records are done when the handler says so, at any time and in any order */
  manualDone?: boolean | readonly string[];
  /**
   * Gives the memory of a value back as soon as its record is done, not when V8 gets to it. Only for handlers that do
   * nothing with a value afterwards, and have no compression or write of it under way; default false
   */
  releaseValues?: boolean;
  fromBeginning: true;
  /** topics deleted by age, where a hole in the offsets is a loss */
  agedTopics: readonly string[];
  metrics: Metrics;
  logger: Logger;
  readiness: Readiness;
  /** Called in the join itself, before any record of the new assignment; must not wait. */
  onAssigned?: (owned: OwnedPartitions) => void;
  /** Called until it resolves; the partition goes on, and commits, only then. */
  onOffsetsLost?: (lost: OffsetsLost) => Promise<void> | void;
  /** The consumer cannot go on, or a handler has a bug. Default: exit 1. */
  onFatal?: (error: unknown) => void;
  /** a member silent this long loses its partitions; default 30,000 */
  sessionTimeoutMs?: number;
  /** longest wait of `close` for running handlers; default 12,000 */
  closeWithinMs?: number;
  /** first and longest wait before a batch is tried again; default 500 and 30,000 */
  retryBackoff?: Backoff;
}

const LAG_INTERVAL_MS = 5_000;
/** After the handlers, each: the last commit, leaving the group, ending the producer; with them within 25 s (design §12). */
const LEAVE_WITHIN_MS = 3_000;

/**
 * Kafka for Nest, in batches. Handlers are `@BatchHandler(topic)` methods. A batch is done when its handler resolves
 * (or, with `manualDone`, when the handler says so); an `EliasError` with disposition `retry` brings the same records
 * again after a wait; anything else thrown is a bug and ends the process.
 */
export class KafkaBatchStrategy extends Server implements CustomTransportStrategy {
  override readonly propagatesEventHandlerErrors = true;
  private readonly metrics: ConsumerMetrics;
  private readonly producer;
  private readonly runner: BatchRunner;
  private readonly committer: OffsetCommitter;
  private consumer: GroupConsumer | undefined;
  private lagTimer: NodeJS.Timeout | undefined;
  private refreshing = false;
  private closing: Promise<void> | undefined;

  constructor(readonly options: KafkaBatchStrategyOptions) {
    super();
    if (options.transportId !== undefined) this.setTransportId(options.transportId);
    const { client, groupId, logger, manualDone = false } = options;
    const group = groupId;
    this.metrics = new ConsumerMetrics(options.metrics, groupId);
    this.producer = client.producer();
    this.committer = new OffsetCommitter(
      () => this.assignment,
      async (offsets) => {
        await this.consumer?.commit(offsets);
        this.metrics.show(this.assignment);
      },
      logger,
    );
    this.runner = new BatchRunner({
      maxBatchRecords: options.maxBatchRecords ?? 500,
      maxBatchBytes: options.maxBatchBytes ?? 1024 * 1024,
      concurrency: options.concurrency ?? 4,
      retryBackoff: options.retryBackoff ?? { initialMs: 500, maxMs: 30_000 },
      releaseValues: options.releaseValues ?? false,
      isManualDone: (topic) => (typeof manualDone === 'boolean' ? manualDone : manualDone.includes(topic)),
      deadLetters: new DeadLetterOffice({
        client,
        producer: this.producer,
        topic: options.deadLetterTopic,
        group,
        onKept: (topic) => this.metrics.deadLetters.inc({ group, topic }),
        logger,
      }),
      handle: (batch) => this.handle(batch),
      onTaken: (assignment, partition) => this.consumer?.refill(assignment, partition),
      onRetry: ({ topic }) => this.metrics.retries.inc({ group, topic }),
      onFatal: (error) => this.fatal(error),
      logger,
    });
    options.readiness.add(`kafka consumer ${groupId}`, () => this.whyNotReady());
  }

  /** What this member owns now; nothing while it is not a member of the group. */
  owned(): OwnedPartitions {
    const assignment = this.assignment;
    return assignment === null ? { epoch: 0, topics: {} } : { epoch: assignment.epoch, topics: assignment.owned };
  }

  /** Begins to join and returns: Kafka being away must not keep the app from serving its health. */
  override listen(callback: (error?: unknown) => void): void {
    const { client, groupId, agedTopics, logger, onOffsetsLost, onAssigned } = this.options;
    const topics = [...this.messageHandlers.keys()];
    if (topics.length === 0) return callback(new Error('no @BatchHandler is registered'));
    this.consumer = new GroupConsumer({
      client,
      groupId,
      topics,
      agedTopics,
      sessionTimeoutMs: this.options.sessionTimeoutMs ?? 30_000,
      maxQueuedBytesPerPartition: this.options.maxQueuedBytesPerPartition ?? 1024 * 1024,
      logger,
      onJoined: ({ epoch, owned }) => onAssigned?.({ epoch, topics: owned }),
      onQueued: (assignment, partition) => this.runner.wake(assignment, partition),
      onLost: async ({ topic, partition, from, to }) => {
        const lost: OffsetsLost = { groupId, topic, partition, from: from.toString(), to: to.toString() };
        await onOffsetsLost?.(lost);
        this.metrics.offsetsLost.inc({ group: groupId, topic, partition: String(partition) }, Number(to - from));
        logger.error({ event: 'consumer.offsets_lost', ...lost }, 'records were deleted by age before they were read');
      },
      onFatal: (error) => this.fatal(error),
    });
    this.consumer.start();
    this.committer.start();
    this.lagTimer = setInterval(() => void this.refreshLag(), LAG_INTERVAL_MS);
    callback();
  }

  /**
   * Hands out nothing more, tells running handlers by their signal, waits for them up to `closeWithinMs`, commits what
   * is done, and leaves the group. What is not done is read again by whoever owns the partition next.
   */
  override close(): Promise<void> {
    return (this.closing ??= this.shutDown());
  }

  override on(): void {
    throw new Error('the batch transport emits no events');
  }

  override unwrap<T>(): T {
    throw new Error('kafkajs is not handed out');
  }

  private get assignment(): Assignment | null {
    return this.consumer?.assignment ?? null;
  }

  private async shutDown(): Promise<void> {
    const { logger, closeWithinMs = 12_000 } = this.options;
    clearInterval(this.lagTimer);
    this.consumer?.holdBack();
    this.assignment?.controller.abort(new Error('the app stops'));
    if (!(await within(closeWithinMs, this.runner.stop())))
      logger.warn({ closeWithinMs }, 'handlers still run at the end of the wait, their records will be read again');
    await within(LEAVE_WITHIN_MS, this.committer.stop());
    if (this.consumer !== undefined && !(await within(LEAVE_WITHIN_MS, this.consumer.stop())))
      logger.warn('the group could not be left, it will miss this member after its session');
    await within(LEAVE_WITHIN_MS, this.producer.disconnect());
  }

  private async handle(batch: RecordBatch): Promise<{ error: unknown } | undefined> {
    const { topic } = batch;
    const bytes = batch.records.reduce((sum, { value }) => sum + (value?.length ?? 0), 0);
    try {
      const handler = this.messageHandlers.get(topic);
      if (handler === undefined) throw new Error(`no handler for ${topic}`);
      const result: unknown = await handler(batch);
      if (isObservable(result)) await lastValueFrom(result, { defaultValue: undefined });
    } catch (error) {
      batch.fail(error);
    }
    if (batch.failure === undefined) this.count(batch, bytes);
    return batch.failure;
  }

  private count({ topic, records }: RecordBatch, bytes: number): void {
    const labels = { group: this.options.groupId, topic };
    this.metrics.records.inc(labels, records.length);
    this.metrics.bytes.inc(labels, bytes);
  }

  private whyNotReady(): string | null {
    if (this.closing !== undefined) return 'stopping';
    if (this.consumer === undefined) return 'not listening yet';
    return this.consumer.whyNotReady(performance.now()) ?? this.runner.whyNotReady() ?? this.committer.whyNotReady();
  }

  private async refreshLag(): Promise<void> {
    const assignment = this.assignment;
    if (this.refreshing) return;
    this.refreshing = true;
    try {
      for (const topic of Object.keys(assignment?.owned ?? {})) {
        const offsets = await this.options.client.endOffsets(topic);
        for (const { partition, high } of offsets) {
          const owned = assignment?.find(topic, partition);
          if (owned !== undefined) owned.high = BigInt(high);
        }
      }
    } catch (error) {
      this.options.logger.debug({ error }, 'ends of partitions are not known, lags are as last heard of');
    }
    this.refreshing = false;
    this.metrics.show(this.assignment);
  }

  private fatal(error: unknown): void {
    this.options.logger.fatal({ error }, 'kafka consumer cannot go on');
    void this.runner.stop();
    if (this.options.onFatal !== undefined) this.options.onFatal(error);
    else process.exit(1);
  }
}

/** Whether the work ended in time; its failure counts as an end. */
async function within(ms: number, work: Promise<unknown>): Promise<boolean> {
  const timer = new AbortController();
  const ended = work.then(
    () => true,
    () => true,
  );
  const late = sleep(ms, false, { signal: timer.signal }).catch(() => false);
  try {
    return await Promise.race([ended, late]);
  } finally {
    timer.abort();
  }
}
