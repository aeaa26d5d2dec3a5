import type { Consumer, ConsumerCrashEvent, ConsumerGroupJoinEvent, EachBatchPayload, InstrumentationEvent } from 'kafkajs';
import { consumedRecord } from './consumed-record.js';
import { EmptyFetches, endOfBatch } from './fetched-batch.js';
import type { EmptyFetch, FetchedBatch } from './fetched-batch.js';
import { CONSUMER_RETRY, FETCH_LIMITS, FETCH_WAIT_MS } from './group-consumer.js';
import type { KafkaClient } from './kafka-client.js';
import { kafkaError, RangeLostError } from './kafka-errors.js';
import type { Goal } from './read-range.js';
import type { ConsumedRecord } from './record-batch.js';

type OnRecords = (records: ConsumedRecord[]) => Promise<void> | void;

/** Bytes read and not handed over from which on fetching pauses. */
const QUEUED_BYTES_MAX = 8 * 1024 * 1024;

/** One partition on its way to the end of its range. */
interface Progress {
  goal: Goal;
  /** next offset to be fetched */
  position: bigint;
  /** next offset to be handed over; where a join seeks to */
  handedTo: bigint;
}

interface Portion {
  records: ConsumedRecord[];
  bytes: number;
  progress: Progress;
  /** position behind it */
  next: bigint;
}

/** The consumer of a bounded read. Reads only, and hands over outside `eachBatch`, so that the heartbeat goes on. */
export class RangeReader {
  private readonly consumer: Consumer;
  private readonly progress: Map<number, Progress>;
  private queue: Portion[] = [];
  private queuedBytes = 0;
  private readonly emptyFetches = new EmptyFetches();
  private held = false;
  private handing = false;
  private settle: { resolve: () => void; reject: (error: unknown) => void } = { resolve: () => undefined, reject: () => undefined };

  constructor(
    private readonly client: KafkaClient,
    groupId: string,
    private readonly topic: string,
    goals: readonly Goal[],
    private readonly onRecords: OnRecords,
  ) {
    this.progress = new Map(goals.map((goal) => [goal.partition, { goal, position: goal.from, handedTo: goal.from }]));
    this.consumer = client.consumer({
      groupId,
      sessionTimeout: 30_000,
      rebalanceTimeout: 30_000,
      heartbeatInterval: 3_000,
      ...FETCH_LIMITS,
      minBytes: 1,
      maxWaitTimeInMs: FETCH_WAIT_MS,
      retry: CONSUMER_RETRY,
    });
    const { events } = this.consumer;
    this.consumer.on(events.GROUP_JOIN, (event) => this.onJoin(event));
    this.consumer.on(events.CRASH, (event) => this.onCrash(event));
    this.consumer.on(events.START_BATCH_PROCESS, (event) => this.onEmptyFetch(event as unknown as InstrumentationEvent<EmptyFetch>));
  }

  async run(signal: AbortSignal | undefined): Promise<void> {
    const ended = new Promise<void>((resolve, reject) => (this.settle = { resolve, reject }));
    const stop = (): void => this.settle.reject(signal?.reason);
    signal?.addEventListener('abort', stop, { once: true });
    try {
      void this.start().catch((error: unknown) => this.settle.reject(kafkaError(`read of ${this.topic}`, error)));
      await ended;
    } finally {
      signal?.removeEventListener('abort', stop);
      this.queue = [];
      await this.consumer.disconnect().catch(() => undefined);
    }
  }

  private async start(): Promise<void> {
    await this.consumer.connect();
    await this.consumer.subscribe({ topic: this.topic, fromBeginning: true });
    await this.consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      eachBatch: (payload) => {
        this.onBatch(payload);
        return Promise.resolve();
      },
    });
  }

  /** In the join itself: nothing but the open ranges is fetched, from where they were handed over. */
  private onJoin({ payload }: ConsumerGroupJoinEvent): void {
    this.emptyFetches.forget();
    this.queue = [];
    this.queuedBytes = 0;
    this.held = false;
    this.consumer.resume([{ topic: this.topic }]);
    for (const partition of payload.memberAssignment[this.topic] ?? []) {
      const progress = this.progress.get(partition);
      if (progress === undefined || progress.handedTo >= progress.goal.to) this.pause([partition]);
      else {
        progress.position = progress.handedTo;
        this.seek(progress);
      }
    }
  }

  private onBatch({ batch, resolveOffset }: EachBatchPayload): void {
    const progress = this.progress.get(batch.partition);
    if (progress === undefined || progress.position >= progress.goal.to) return;
    if (BigInt((batch as FetchedBatch).fetchedOffset) !== progress.position) return void this.seekAgain(progress);
    const records: ConsumedRecord[] = [];
    let bytes = 0;
    for (const message of batch.messages) {
      if (BigInt(message.offset) >= progress.goal.to) break;
      const consumed = consumedRecord(this.topic, batch.partition, message);
      records.push(consumed.record);
      bytes += consumed.bytes;
    }
    const next = endOfBatch(batch);
    resolveOffset((next - 1n).toString());
    this.readTo(progress, next, records, bytes);
  }

  /** A fetch whose records were all compacted away: kafkajs has passed them by itself. */
  private onEmptyFetch({ payload }: InstrumentationEvent<EmptyFetch>): void {
    const progress = this.progress.get(payload.partition);
    if (payload.batchSize !== 0 || progress === undefined || progress.position >= progress.goal.to) return;
    if (this.emptyFetches.fits(payload, progress.position)) this.readTo(progress, BigInt(payload.lastOffset) + 1n, [], 0);
    else void this.seekAgain(progress);
  }

  /** The fetch was not where it should be: an answer to an earlier join, or Kafka deleted meanwhile what was to be read. */
  private async seekAgain(progress: Progress): Promise<void> {
    const { position, goal } = progress;
    try {
      const bounds = await this.client.endOffsets(this.topic);
      const low = bounds.find(({ partition }) => partition === goal.partition)?.low ?? '0';
      if (BigInt(low) > position) throw new RangeLostError(this.topic, goal.partition, position.toString(), low);
      if (progress.position === position) this.seek(progress);
    } catch (error) {
      this.settle.reject(error);
    }
  }

  private readTo(progress: Progress, next: bigint, records: ConsumedRecord[], bytes: number): void {
    progress.position = next;
    this.queue.push({ records, bytes, progress, next });
    this.queuedBytes += bytes;
    if (next >= progress.goal.to) this.pause([progress.goal.partition]);
    if (this.queuedBytes >= QUEUED_BYTES_MAX && !this.held) {
      this.held = true;
      this.pause(this.open());
    }
    if (!this.handing) void this.handOver();
  }

  private async handOver(): Promise<void> {
    this.handing = true;
    try {
      for (let portion = this.queue.shift(); portion !== undefined; portion = this.queue.shift()) {
        this.queuedBytes -= portion.bytes;
        portion.progress.handedTo = portion.next;
        if (portion.records.length > 0) await this.onRecords(portion.records);
        if (this.held && this.queuedBytes * 2 <= QUEUED_BYTES_MAX) {
          this.held = false;
          this.resume(this.open());
        }
      }
      if ([...this.progress.values()].every(({ goal, handedTo }) => handedTo >= goal.to)) this.settle.resolve();
    } catch (error) {
      this.settle.reject(error);
    } finally {
      this.handing = false;
    }
  }

  /** Partitions that have something left to fetch. */
  private open(): number[] {
    return [...this.progress.values()].filter(({ goal, position }) => position < goal.to).map(({ goal }) => goal.partition);
  }

  private seek({ goal, position }: Progress): void {
    this.steer(() => this.consumer.seek({ topic: this.topic, partition: goal.partition, offset: position.toString() }));
  }

  private pause(partitions: number[]): void {
    this.steer(() => this.consumer.pause([{ topic: this.topic, partitions }]));
  }

  private resume(partitions: number[]): void {
    this.steer(() => this.consumer.resume([{ topic: this.topic, partitions }]));
  }

  private steer(change: () => void): void {
    try {
      change();
    } catch (error) {
      // between a crash and the next join kafkajs has no group to steer; the join seeks anew
      this.client.options.logger.debug({ error }, 'range reader is between two runs');
    }
  }

  private onCrash({ payload }: ConsumerCrashEvent): void {
    if (!payload.restart) this.settle.reject(kafkaError(`read of ${this.topic}`, payload.error));
  }
}
