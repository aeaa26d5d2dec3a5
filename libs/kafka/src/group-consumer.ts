import type { Consumer, ConsumerCrashEvent, ConsumerGroupJoinEvent, EachBatchPayload, InstrumentationEvent } from 'kafkajs';
import { describeError } from '@elias/errors';
import type { Logger } from '@elias/telemetry';
import { Assignment } from './assignment.js';
import type { OwnedPartition } from './assignment.js';
import { backoffMs, waitMs } from './backoff.js';
import { consumedRecord } from './consumed-record.js';
import { EmptyFetches, endOfBatch } from './fetched-batch.js';
import type { EmptyFetch, FetchedBatch } from './fetched-batch.js';
import type { KafkaClient } from './kafka-client.js';
import { PartitionLocator } from './partition-locator.js';
import type { PartitionLocatorParts } from './partition-locator.js';
import { FetchedAnswers } from './released-memory.js';

export interface GroupConsumerOptions {
  client: KafkaClient;
  groupId: string;
  topics: string[];
  agedTopics: readonly string[];
  sessionTimeoutMs: number;
  maxQueuedBytesPerPartition: number;
  /** where partitions go on; by default where the group committed */
  committed?: PartitionLocatorParts['committed'];
  logger: Logger;
  /** in the join itself; must not wait */
  onJoined: (assignment: Assignment) => void;
  /** the partition has records queued */
  onQueued: (assignment: Assignment, partition: OwnedPartition) => void;
  /** tried again until it resolves */
  onLost: PartitionLocatorParts['onLost'];
  onFatal: (error: unknown) => void;
}

/**
 * Bounds of one fetch. A record batch above the partition's bound is sent for the first partition of a fetch only, so
 * the bound lies above a part of a window (1 MiB and headers). An answer is held twice while kafkajs decodes it.
 */
export const FETCH_LIMITS = { maxBytes: 4 * 1024 * 1024, maxBytesPerPartition: 1_310_720 };
/** Longest wait of an idle fetch, and so the longest that a resumed partition waits for its first fetch. */
export const FETCH_WAIT_MS = 50;
/** In full, as kafkajs changes its defaults under NODE_ENV=test. For about three minutes a broker may be away before the consumer crashes, begins anew, and has to wait for its old self's session. */
export const CONSUMER_RETRY = { initialRetryTime: 200, maxRetryTime: 3_000, factor: 0.2, multiplier: 2, retries: 60 };

/**
 * What kafkajs calls final though it passes: a cluster that makes its offsets topic at its first group, or elects that partition's
 * leader, has no coordinator for some seconds.
 */
const PASSING_ERRORS: ReadonlySet<string> = new Set(['KafkaJSGroupCoordinatorNotFound']);

const START_BACKOFF = { initialMs: 200, maxMs: 5_000 };

/**
 * A member of a consumer group that only reads and queues: `eachBatch` never waits for a store, so that the fetch
 * loop keeps the heartbeat. kafkajs may not be trusted with positions across joins; each partition's position is kept
 * here, and a batch that was not fetched exactly there is dropped.
 */
export class GroupConsumer {
  assignment: Assignment | null = null;
  private readonly consumer: Consumer;
  private readonly locator: PartitionLocator;
  private readonly emptyFetches = new EmptyFetches();
  private readonly answers = new FetchedAnswers();
  private readonly starting = new AbortController();
  private readonly heartbeatIntervalMs: number;
  private joining: Promise<void> | undefined;
  private epoch = 0;
  private stopped = false;
  private heardAtMs = 0;
  private trouble: string | null = 'not a member of the group yet';

  constructor(private readonly options: GroupConsumerOptions) {
    const { client, groupId, agedTopics, sessionTimeoutMs, onLost, logger } = options;
    const committed = options.committed ?? ((topics: string[]) => client.fetchOffsets(groupId, topics));
    this.heartbeatIntervalMs = Math.min(3_000, Math.floor(sessionTimeoutMs / 10));
    this.locator = new PartitionLocator({
      client,
      committed,
      agedTopics,
      onLost,
      onLocated: (assignment, partition, position) => this.onLocated(assignment, partition, position),
      logger,
    });
    this.consumer = client.consumer({
      groupId,
      sessionTimeout: sessionTimeoutMs,
      rebalanceTimeout: Math.max(30_000, sessionTimeoutMs),
      heartbeatInterval: this.heartbeatIntervalMs,
      ...FETCH_LIMITS,
      minBytes: 1,
      maxWaitTimeInMs: FETCH_WAIT_MS,
      retry: { ...CONSUMER_RETRY, restartOnFailure: () => Promise.resolve(!this.stopped) },
    });
    const { events } = this.consumer;
    this.consumer.on(events.GROUP_JOIN, (event) => this.onJoin(event));
    this.consumer.on(events.HEARTBEAT, () => this.heard());
    this.consumer.on(events.CRASH, (event) => this.onCrash(event));
    this.consumer.on(events.FETCH, ({ payload }) => this.answers.answered(String(payload.nodeId)));
    this.consumer.on(events.FETCH_START, ({ payload }) => this.answers.asked(String(payload.nodeId)));
    this.consumer.on(events.START_BATCH_PROCESS, (event) => this.onEmptyFetch(event as unknown as InstrumentationEvent<EmptyFetch>));
  }

  /** Joins the group, trying for ever; `whyNotReady` tells how far it is. */
  start(): void {
    this.joining = this.join();
  }

  /** No further record is queued. */
  holdBack(): void {
    this.stopped = true;
    this.starting.abort();
    for (const partition of this.assignment?.all() ?? []) this.pause(partition);
  }

  /** Leaves the group. Whoever calls it has committed before. */
  async stop(): Promise<void> {
    this.holdBack();
    this.assignment?.end('the consumer stops');
    await this.consumer.disconnect();
    // it may be about to connect just now
    void this.joining?.then(() => this.consumer.disconnect()).catch(() => undefined);
  }

  async commit(offsets: { topic: string; partition: number; offset: string }[]): Promise<void> {
    await this.consumer.commitOffsets(offsets);
  }

  /** Reads on in a partition whose queue has room again. */
  refill(assignment: Assignment, partition: OwnedPartition): void {
    if (!partition.paused || partition.position === null || this.stopped || !assignment.isCurrent) return;
    if (partition.queue.bytes * 2 <= this.options.maxQueuedBytesPerPartition) this.resume(partition);
  }

  /** Null if the group's coordinator hears this member, and every partition knows where it begins. */
  whyNotReady(nowMs: number): string | null {
    if (this.trouble !== null) return this.trouble;
    const silentMs = nowMs - this.heardAtMs;
    if (silentMs > 3 * this.heartbeatIntervalMs + 1_000) return `no heartbeat was answered for ${Math.round(silentMs / 1_000)} s`;
    const unknown = this.assignment?.all().filter(({ position }) => position === null).length ?? 0;
    return unknown === 0 ? null : `${unknown} partitions do not know yet where to begin`;
  }

  private async join(): Promise<void> {
    const { client, groupId, topics, logger } = this.options;
    for (let attempt = 1; !this.stopped; attempt += 1) {
      try {
        // kafkajs would crash on a topic that is created a moment later
        for (const topic of topics) await client.partitionCount(topic);
        if (this.stopped) return;
        await this.consumer.connect();
        await this.consumer.subscribe({ topics, fromBeginning: true });
        await this.consumer.run({
          autoCommit: false,
          eachBatchAutoResolve: false,
          eachBatch: (payload) => {
            this.onBatch(payload);
            return Promise.resolve();
          },
        });
        return;
      } catch (error) {
        this.trouble = `could not join the group: ${describeError(error)}`;
        logger.warn({ groupId, attempt, error }, 'kafka consumer could not start, trying again');
        await waitMs(backoffMs(attempt, START_BACKOFF, Math.random()), this.starting.signal);
      }
    }
  }

  /**
   * Called in the join itself, before the first fetch: every join builds a new offset manager in kafkajs, so kept
   * partitions are read again too. What was there is dropped, all pauses are cleared, and each partition waits until
   * its committed offset is known; then it is sought.
   */
  private onJoin({ payload }: ConsumerGroupJoinEvent): void {
    this.epoch += 1;
    this.assignment?.end('the group was joined anew');
    const assignment = new Assignment(this.epoch, payload.memberAssignment);
    this.assignment = assignment;
    this.emptyFetches.forget();
    this.heard();
    this.trouble = null;
    this.consumer.resume(this.options.topics.map((topic) => ({ topic })));
    for (const partition of assignment.all()) this.pause(partition);
    const { groupId, memberAssignment } = payload;
    this.options.logger.info({ groupId, epoch: this.epoch, partitions: memberAssignment }, 'kafka partitions assigned');
    this.options.onJoined(assignment);
    void this.locator.begin(assignment);
  }

  private onLocated(assignment: Assignment, partition: OwnedPartition, position: bigint): void {
    const place = { topic: partition.topic, partition: partition.partition };
    this.steer(() => this.consumer.seek({ ...place, offset: position.toString() }));
    this.refill(assignment, partition);
  }

  private onBatch({ batch, resolveOffset }: EachBatchPayload): void {
    const assignment = this.assignment;
    const partition = assignment?.find(batch.topic, batch.partition);
    // not resolved, so it is fetched again once somebody wants it
    if (assignment === null || partition === undefined || partition.position === null || this.stopped) return;
    const { position } = partition;
    if (BigInt((batch as FetchedBatch).fetchedOffset) !== position) return this.locateAgain(assignment, partition, position);
    const first = BigInt(batch.firstOffset() ?? position);
    if (first > position && this.options.agedTopics.includes(batch.topic)) {
      this.stopReading(partition);
      void this.locator.behindHole(assignment, partition, { from: position, to: first });
      return;
    }
    for (const message of batch.messages) {
      this.answers.holds(message.value);
      const { record, bytes, raw } = consumedRecord(batch.topic, batch.partition, message);
      partition.queue.push({ record, bytes, raw }, bytes);
      partition.watermark.read(BigInt(record.offset));
    }
    const next = endOfBatch(batch);
    partition.readFrom(next);
    partition.high = BigInt(batch.highWatermark);
    resolveOffset((next - 1n).toString());
    if (partition.queue.bytes >= this.options.maxQueuedBytesPerPartition) this.pause(partition);
    this.options.onQueued(assignment, partition);
  }

  /** A fetch whose records were all filtered away: kafkajs has passed them by itself. */
  private onEmptyFetch({ payload }: InstrumentationEvent<EmptyFetch>): void {
    const assignment = this.assignment;
    const partition = assignment?.find(payload.topic, payload.partition);
    if (payload.batchSize !== 0 || assignment === null || partition === undefined || partition.position === null) return;
    if (this.emptyFetches.fits(payload, partition.position)) partition.readFrom(BigInt(payload.lastOffset) + 1n);
    else this.locateAgain(assignment, partition, partition.position);
  }

  /** The fetch was not where it should be: an answer to an earlier assignment, or Kafka deleted what was to be read. */
  private locateAgain(assignment: Assignment, partition: OwnedPartition, position: bigint): void {
    this.stopReading(partition);
    void this.locator.again(assignment, partition, position);
  }

  private stopReading(partition: OwnedPartition): void {
    partition.position = null;
    this.pause(partition);
  }

  private pause(partition: OwnedPartition): void {
    partition.paused = true;
    this.steer(() => this.consumer.pause([{ topic: partition.topic, partitions: [partition.partition] }]));
  }

  private resume(partition: OwnedPartition): void {
    partition.paused = false;
    this.steer(() => this.consumer.resume([{ topic: partition.topic, partitions: [partition.partition] }]));
  }

  /** Between a crash and its event kafkajs has no group to steer; the next join starts from nothing anyway. */
  private steer(change: () => void): void {
    try {
      change();
    } catch (error) {
      this.options.logger.debug({ error }, 'kafka consumer is between two runs');
    }
  }

  private onCrash({ payload }: ConsumerCrashEvent): void {
    this.answers.forget();
    if (this.stopped) return;
    this.assignment?.end('the consumer lost its connection');
    this.assignment = null;
    this.trouble = `the consumer lost its connection: ${describeError(payload.error)}`;
    const { error } = payload;
    if (payload.restart) {
      this.options.logger.warn({ error }, 'kafka consumer crashed and starts again');
    } else if (PASSING_ERRORS.has(error.name)) {
      this.options.logger.warn({ error }, 'kafka consumer crashed and joins again');
      void waitMs(START_BACKOFF.initialMs, this.starting.signal).then(() => this.start());
    } else {
      this.options.onFatal(error);
    }
  }

  private heard(): void {
    this.heardAtMs = performance.now();
  }
}
