import { createLogger } from '@elias/telemetry';
import type { ConsumerConfig, ConsumerRunConfig, EachBatchPayload } from 'kafkajs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Assignment, OwnedPartition } from './assignment.js';
import { GroupConsumer } from './group-consumer.js';
import type { GroupConsumerOptions } from './group-consumer.js';
import type { KafkaClient } from './kafka-client.js';

type Listener = (event: { payload: Record<string, unknown> }) => void;

/** kafkajs as far as a group's member sees it, driven by hand: joins and fetches come when the test says so. */
class HandDriven {
  readonly steps: string[] = [];
  readonly resolved: string[] = [];
  config: ConsumerConfig | undefined;
  running = true;
  committed: Record<number, string> = {};
  private readonly listeners = new Map<string, Listener>();
  private eachBatch: ConsumerRunConfig['eachBatch'];

  readonly client = {
    consumer: (config: ConsumerConfig) => {
      this.config = config;
      const steer = (step: string, places: { topic: string; partitions?: number[] }[]): void => {
        if (!this.running) throw new Error('no group');
        this.steps.push(...places.map(({ partitions }) => `${step} ${partitions?.join() ?? 'all'}`));
      };
      return {
        events: {
          GROUP_JOIN: 'join',
          HEARTBEAT: 'heartbeat',
          CRASH: 'crash',
          FETCH: 'fetch',
          FETCH_START: 'ask',
          START_BATCH_PROCESS: 'batch',
        },
        on: (name: string, listener: Listener) => this.listeners.set(name, listener),
        connect: () => Promise.resolve(),
        subscribe: () => Promise.resolve(),
        run: (config: ConsumerRunConfig) => {
          this.steps.push(`run autoCommit ${config.autoCommit} autoResolve ${config.eachBatchAutoResolve}`);
          this.eachBatch = config.eachBatch;
          return Promise.resolve();
        },
        disconnect: () => Promise.resolve(),
        pause: (places: { topic: string; partitions: number[] }[]) => steer('pause', places),
        resume: (places: { topic: string; partitions?: number[] }[]) => steer('resume', places),
        seek: ({ partition, offset }: { partition: number; offset: string }) => this.steps.push(`seek ${partition} to ${offset}`),
        commitOffsets: () => Promise.resolve(),
      };
    },
    partitionCount: () => Promise.resolve(2),
    fetchOffsets: () => Promise.resolve([0, 1].map((partition) => ({ topic: 't', partition, offset: this.committed[partition] ?? null }))),
    endOffsets: () => Promise.resolve([0, 1].map((partition) => ({ partition, low: '0', high: '100' }))),
  } as unknown as KafkaClient;

  emit(name: string, payload: Record<string, unknown>): void {
    this.listeners.get(name)?.({ payload });
  }

  join(...partitions: number[]): void {
    this.emit('join', { groupId: 'g', memberAssignment: { t: partitions } });
  }

  async fetched(partition: number, fetchedOffset: number, count: number, bytes = 10): Promise<void> {
    const messages = Array.from({ length: count }, (_, index) => ({
      offset: String(fetchedOffset + index),
      key: null,
      value: Buffer.alloc(bytes),
      headers: {},
      timestamp: '0',
    }));
    const last = String(fetchedOffset + count - 1);
    const batch = {
      topic: 't',
      partition,
      fetchedOffset: String(fetchedOffset),
      highWatermark: '100',
      messages,
      firstOffset: () => String(fetchedOffset),
      lastOffset: () => last,
    };
    await this.eachBatch?.({
      batch,
      resolveOffset: (offset: string) => this.resolved.push(`${partition}:${offset}`),
    } as unknown as EachBatchPayload);
  }
}

function member(kafkajs: HandDriven, options: Partial<GroupConsumerOptions> = {}) {
  const queued: { assignment: Assignment; partition: OwnedPartition }[] = [];
  const joined: number[] = [];
  const fatal: unknown[] = [];
  const consumer = new GroupConsumer({
    client: kafkajs.client,
    groupId: 'g',
    topics: ['t'],
    agedTopics: [],
    sessionTimeoutMs: 30_000,
    maxQueuedBytesPerPartition: 4_000,
    logger: createLogger({ app: 'test', level: 'silent' }),
    onJoined: ({ epoch }) => void joined.push(epoch),
    onQueued: (assignment, partition) => void queued.push({ assignment, partition }),
    onLost: () => Promise.resolve(),
    onFatal: (error) => void fatal.push(error),
    ...options,
  });
  consumer.start();
  return { consumer, queued, joined, fatal };
}

it('commits and resolves by hand, and never fetches for longer than half a second', async () => {
  const kafkajs = new HandDriven();
  member(kafkajs);
  await sleep(1);
  expect(kafkajs.steps).toEqual(['run autoCommit false autoResolve false']);
  expect(kafkajs.config!.maxWaitTimeInMs).toBeLessThanOrEqual(500);
});

it('in the join itself clears all pauses and holds every partition, then seeks to the committed offset before it reads', async () => {
  const kafkajs = new HandDriven();
  kafkajs.committed = { 0: '40' };
  const { joined } = member(kafkajs);
  await sleep(1);
  kafkajs.steps.length = 0;
  kafkajs.join(0, 1);
  expect(kafkajs.steps).toEqual(['resume all', 'pause 0', 'pause 1']);
  expect(joined).toEqual([1]);
  await kafkajs.fetched(0, 40, 3);
  expect(kafkajs.resolved).toEqual([]);
  await sleep(1);
  expect(kafkajs.steps.slice(3)).toEqual(['seek 0 to 40', 'resume 0', 'seek 1 to 0', 'resume 1']);
});

it('neither queues nor resolves a late answer to the assignment before, and seeks again', async () => {
  const kafkajs = new HandDriven();
  kafkajs.committed = { 0: '10' };
  const { queued } = member(kafkajs);
  await sleep(1);
  kafkajs.join(0, 1);
  await sleep(1);
  await kafkajs.fetched(0, 10, 5);
  expect(kafkajs.resolved).toEqual(['0:14']);
  const before = queued[0]!;
  // the other broker's answer, fetched at 15, is handled only after the join
  kafkajs.join(0);
  expect([before.assignment.isCurrent, before.assignment.signal.aborted, before.partition.queue.length]).toEqual([false, true, 0]);
  await sleep(1);
  kafkajs.steps.length = 0;
  await kafkajs.fetched(0, 15, 5);
  await kafkajs.fetched(1, 0, 5);
  await sleep(1);
  expect(queued).toHaveLength(1);
  expect(kafkajs.resolved).toEqual(['0:14']);
  expect(kafkajs.steps).toEqual(['pause 0', 'seek 0 to 10', 'resume 0']);
  await kafkajs.fetched(0, 10, 5);
  expect(kafkajs.resolved).toEqual(['0:14', '0:14']);
  expect(queued[1]!.partition.queue.length).toBe(5);
});

it('pauses a partition whose queue is full, and reads on when half of it is gone', async () => {
  const kafkajs = new HandDriven();
  const { consumer, queued } = member(kafkajs);
  await sleep(1);
  kafkajs.join(0);
  await sleep(1);
  kafkajs.steps.length = 0;
  await kafkajs.fetched(0, 0, 2, 1_000);
  expect(kafkajs.steps).toEqual([]);
  await kafkajs.fetched(0, 2, 2, 1_000);
  expect(kafkajs.steps).toEqual(['pause 0']);
  const { assignment, partition } = queued[0]!;
  partition.queue.take(1, 10_000);
  consumer.refill(assignment, partition);
  expect(kafkajs.steps).toEqual(['pause 0']);
  partition.queue.take(2, 10_000);
  consumer.refill(assignment, partition);
  consumer.refill(assignment, partition);
  expect(kafkajs.steps).toEqual(['pause 0', 'resume 0']);
});

it('goes on when kafkajs restarts by itself, and ends the process when it does not', async () => {
  const kafkajs = new HandDriven();
  const { consumer, fatal, queued } = member(kafkajs);
  await sleep(1);
  kafkajs.join(0);
  await sleep(1);
  await kafkajs.fetched(0, 0, 1);
  expect(consumer.whyNotReady(performance.now())).toBeNull();
  kafkajs.running = false;
  kafkajs.emit('crash', { restart: true, error: new Error('connection lost') });
  expect(queued[0]!.assignment.isCurrent).toBe(false);
  expect(consumer.whyNotReady(performance.now())).toMatch(/connection lost/);
  expect(consumer.assignment).toBeNull();
  consumer.refill(queued[0]!.assignment, queued[0]!.partition);
  kafkajs.running = true;
  kafkajs.join(0);
  await sleep(1);
  expect(consumer.whyNotReady(performance.now())).toBeNull();
  expect(consumer.whyNotReady(performance.now() + 20_000)).toMatch(/no heartbeat was answered for 20 s/);
  expect(fatal).toEqual([]);
  const final = new Error('not authorised');
  kafkajs.emit('crash', { restart: false, error: final });
  expect(fatal).toEqual([final]);
});

it('joins again where the cluster has no coordinator for the group yet', async () => {
  const kafkajs = new HandDriven();
  const { fatal } = member(kafkajs);
  await sleep(1);
  const error = Object.assign(new Error('no coordinator'), { name: 'KafkaJSGroupCoordinatorNotFound' });
  kafkajs.emit('crash', { restart: false, error });
  await sleep(400);
  expect(fatal).toEqual([]);
  expect(kafkajs.steps).toHaveLength(2);
});

it('queues nothing any more once it is held back', async () => {
  const kafkajs = new HandDriven();
  const { consumer, queued } = member(kafkajs);
  await sleep(1);
  kafkajs.join(0);
  await sleep(1);
  consumer.holdBack();
  await kafkajs.fetched(0, 0, 3);
  expect(queued).toEqual([]);
  expect(kafkajs.resolved).toEqual([]);
  expect(await kafkajs.config!.retry!.restartOnFailure!(new Error('x'))).toBe(false);
});
