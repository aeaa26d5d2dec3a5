import 'reflect-metadata';
import { setTimeout as sleep } from 'node:timers/promises';
import { Controller, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { BatchHandler, decodeDeadLetter, ensureTopics, KafkaBatchStrategy, KafkaUnavailableError, originalHeaders } from '@elias/kafka';
import type { OffsetsLost, RecordBatch } from '@elias/kafka';
import { Metrics, Readiness } from '@elias/telemetry';
import kafkajs from 'kafkajs';
import { testStack } from '../support/stack.js';
import { gate, KafkaFixture, silent, text, uniqueName, until } from './kafka-fixtures.js';

const { brokers } = testStack().kafka;
const kafka = new KafkaFixture(brokers);
afterAll(() => kafka.close());

it('runs Nest controllers on batches, and commits what their handlers resolved', async () => {
  const topic = await kafka.topic('nest', { partitions: 3 });
  const seen: string[] = [];
  let failures = 0;
  @Controller()
  class Batches {
    @BatchHandler(topic)
    async onBatch(batch: RecordBatch): Promise<void> {
      failures += 1;
      if (failures === 1) throw new KafkaUnavailableError('a store', 'first call');
      seen.push(...batch.records.map(text));
      return Promise.resolve();
    }
  }
  @Module({ controllers: [Batches] })
  class App {}
  const groupId = uniqueName('nest');
  const strategy = new KafkaBatchStrategy({
    client: kafka.client,
    groupId,
    deadLetterTopic: 'unused',
    fromBeginning: true,
    agedTopics: [topic],
    logger: silent,
    metrics: new Metrics(),
    readiness: new Readiness(),
    retryBackoff: { initialMs: 20, maxMs: 50 },
  });
  const app = await NestFactory.createMicroservice(App, { strategy, logger: false });
  await app.listen();
  for (const partition of [0, 1, 2]) await kafka.produce(topic, 100, { partition, prefix: `p${partition}-` });
  await until('all records', () => seen.length >= 300);
  await app.close();
  expect(new Set(seen).size).toBe(300);
  expect(await kafka.committed(groupId, topic)).toEqual(['100', '100', '100']);
});

it('hands out a partition in order, one call at a time, several partitions at once', async () => {
  const topic = await kafka.topic('order', { partitions: 4 });
  for (const partition of [0, 1, 2, 3]) await kafka.produce(topic, 50, { partition, prefix: '' });
  const seen = new Map<number, number[]>([0, 1, 2, 3].map((partition) => [partition, []]));
  const running = new Set<number>();
  let most = 0;
  const { fatal } = kafka.member(
    topic,
    uniqueName('order'),
    async ({ partition, records }) => {
      expect(running.has(partition)).toBe(false);
      running.add(partition);
      most = Math.max(most, running.size);
      await sleep(5);
      seen.get(partition)!.push(...records.map((record) => Number(text(record))));
      running.delete(partition);
    },
    { maxBatchRecords: 7, concurrency: 3 },
  );
  await until('all records', () => [...seen.values()].every(({ length }) => length === 50));
  for (const numbers of seen.values()) expect(numbers).toEqual(Array.from({ length: 50 }, (_, index) => index));
  expect(most).toBe(3);
  expect(fatal).toEqual([]);
});

it('brings the same records again while the handler asks for it, and is not ready meanwhile', async () => {
  const topic = await kafka.topic('retry', { partitions: 2 });
  await kafka.produce(topic, 5);
  await kafka.produce(topic, 5, { partition: 1 });
  const calls: string[][] = [];
  let away = true;
  const others: string[] = [];
  const groupId = uniqueName('retry');
  const { readiness, fatal } = kafka.member(topic, groupId, async ({ partition, records, attempt }) => {
    if (partition === 1) return void others.push(...records.map(text));
    calls.push([String(attempt), ...records.map(text)]);
    if (away) throw new KafkaUnavailableError('a store', 'away');
    return Promise.resolve();
  });
  await until('several attempts', () => calls.length >= 3);
  const { ready, reasons } = await readiness.report();
  expect({ ready, reasons }).toEqual({
    ready: false,
    reasons: [{ check: expect.any(String), reason: expect.stringMatching(/try again.*attempt \d+.*a store: away/) }],
  });
  expect(others).toHaveLength(5);
  await until('the commit of the other partition', async () => (await kafka.committed(groupId, topic)).join() === '0,5');
  away = false;
  await until('ready again', async () => (await readiness.report()).ready);
  expect(calls.map(([, ...values]) => values)).toEqual(calls.map(() => ['v0', 'v1', 'v2', 'v3', 'v4']));
  expect(calls.map(([attempt]) => Number(attempt))).toEqual(calls.map((_, index) => index));
  await until('commit', async () => (await kafka.committed(groupId, topic))[0] === '5');
  expect(fatal).toEqual([]);
});

it('puts a poison record aside as it came, and goes on', async () => {
  const topic = await kafka.topic('poison');
  const groupId = uniqueName('poison');
  const dlq = await kafka.topic('dlq', { partitions: 1 });
  const bare = new kafkajs.Kafka({ brokers, logLevel: kafkajs.logLevel.NOTHING }).producer({
    createPartitioner: kafkajs.Partitioners.DefaultPartitioner,
  });
  await bare.connect();
  const binary = Buffer.from([0xff, 0xfe, 0x00, 0x80]);
  await bare.send({
    topic,
    messages: [
      { key: 'a', value: 'good 0' },
      { key: binary, value: binary, headers: { trace: binary, twice: ['x', 'y'], ce_id: '1' } },
      { key: 'c', value: 'bad', headers: { ce_id: '2' } },
      { key: 'd', value: 'good 3' },
    ],
  });
  await bare.disconnect();
  const good: string[] = [];
  const { metrics, fatal } = kafka.member(
    topic,
    groupId,
    async (batch) => {
      for (const record of batch.records) {
        if (text(record).startsWith('good')) good.push(text(record));
        else await batch.deadLetter(record, 'not-json', new Error('outer', { cause: new Error('inner') }));
      }
    },
    { deadLetterTopic: dlq, agedTopics: [topic] },
  );
  await until('commit', async () => (await kafka.committed(groupId, topic))[0] === '4');
  expect(good).toEqual(['good 0', 'good 3']);
  const letters = await kafka.all(dlq);
  expect(letters.map((letter) => decodeDeadLetter(letter))).toEqual([
    {
      group: groupId,
      topic,
      partition: 0,
      offset: '1',
      reason: 'not-json',
      cause: 'outer: inner',
      attempts: 1,
      key: binary.toString(),
      omittedValueBytes: null,
    },
    {
      group: groupId,
      topic,
      partition: 0,
      offset: '2',
      reason: 'not-json',
      cause: 'outer: inner',
      attempts: 1,
      key: 'c',
      omittedValueBytes: null,
    },
  ]);
  expect(letters.map(({ key }) => key)).toEqual([`${groupId}+${topic}+0+1`, `${groupId}+${topic}+0+2`]);
  expect(originalHeaders(letters[1]!)).toEqual({ ce_id: '2' });
  expect(letters[0]!.value!.equals(binary)).toBe(true);
  expect(await metrics.text()).toContain(`elias_kafka_dead_letters_total{group="${groupId}",topic="${topic}"} 2`);
  expect(fatal).toEqual([]);
  // bytes that are no text arrive unchanged too
  const reader = new kafkajs.Kafka({ brokers, logLevel: kafkajs.logLevel.NOTHING }).consumer({
    groupId: uniqueName('raw'),
    maxWaitTimeInMs: 100,
  });
  const raw: kafkajs.KafkaMessage[] = [];
  await reader.connect();
  await reader.subscribe({ topic: dlq, fromBeginning: true });
  await reader.run({ eachMessage: async ({ message }) => void raw.push(message) });
  await until('raw dead letters', () => raw.length === 2);
  await reader.disconnect();
  expect(raw[0]!.headers).toMatchObject({ trace: binary, twice: [Buffer.from('x'), Buffer.from('y')], elias_dlq_key: binary });
});

it('keeps a dead letter without its value where the value is too large for the topic', async () => {
  const topic = await kafka.topic('large-poison', { maxMessageBytes: 2_000_000 });
  const dlq = await kafka.topic('small-dlq', { maxMessageBytes: 50_000 });
  const groupId = uniqueName('large-poison');
  await kafka.client.producer().send([{ topic, partition: 0, key: 'big', value: Buffer.alloc(200_000) }]);
  const { fatal } = kafka.member(topic, groupId, async (batch) => batch.deadLetter(batch.records[0]!, 'wrong-shape', null), {
    deadLetterTopic: dlq,
  });
  await until('commit', async () => (await kafka.committed(groupId, topic))[0] === '1');
  const [letter] = await kafka.all(dlq);
  expect(letter!.value).toBeNull();
  expect(decodeDeadLetter(letter!)).toMatchObject({ offset: '0', reason: 'wrong-shape', omittedValueBytes: 200_000 });
  expect(fatal).toEqual([]);
});

it('does not count a record as done before its dead letter is durable', async () => {
  const topic = await kafka.topic('dlq-missing');
  const groupId = uniqueName('dlq-missing');
  const dlq = uniqueName('dlq-late');
  await kafka.produce(topic, 1);
  let tries = 0;
  const { readiness } = kafka.member(
    topic,
    groupId,
    async (batch) => {
      tries += 1;
      await batch.deadLetter(batch.records[0]!, 'wrong-shape', null);
    },
    { deadLetterTopic: dlq },
  );
  await until('two tries', () => tries >= 2);
  expect((await readiness.report()).ready).toBe(false);
  await until('the commit of the beginning', async () => (await kafka.committed(groupId, topic))[0] === '0');
  await ensureTopics(kafka.client, [{ name: dlq, partitions: 1, cleanup: 'delete' }]);
  await until('commit', async () => (await kafka.committed(groupId, topic))[0] === '1');
  expect((await kafka.all(dlq)).map((letter) => decodeDeadLetter(letter)?.offset)).toContain('0');
});

it('ends on a bug without committing past it', async () => {
  const topic = await kafka.topic('bug');
  const groupId = uniqueName('bug');
  await kafka.produce(topic, 10);
  const bug = new TypeError('undefined is not a function');
  const seen: string[] = [];
  const { fatal, strategy } = kafka.member(
    topic,
    groupId,
    async ({ records }) => {
      seen.push(...records.map(text));
      if (seen.includes('v4')) throw bug;
      return Promise.resolve();
    },
    { maxBatchRecords: 1 },
  );
  await until('the end', () => fatal.length > 0);
  await sleep(300);
  await strategy.close();
  expect(fatal).toEqual([bug]);
  expect(seen).toEqual(['v0', 'v1', 'v2', 'v3', 'v4']);
  expect(await kafka.committed(groupId, topic)).toEqual(['4']);
});

it('commits the low watermark of records that are done out of order', async () => {
  const topic = await kafka.topic('manual');
  const groupId = uniqueName('manual');
  await kafka.produce(topic, 6);
  const batches: RecordBatch[] = [];
  const { strategy } = kafka.member(
    topic,
    groupId,
    async (batch) => {
      batches.push(batch);
      return Promise.resolve();
    },
    { manualDone: [topic], maxBatchRecords: 2 },
  );
  await until('all batches', () => batches.length === 3);
  const mark = (index: number): void => batches[index >> 1]!.done(batches[index >> 1]!.records[index % 2]!);
  for (const index of [5, 1, 3]) mark(index);
  await sleep(1_300);
  expect(await kafka.committed(groupId, topic)).toEqual(['0']);
  mark(0);
  mark(0);
  await until('the first two', async () => (await kafka.committed(groupId, topic))[0] === '2');
  mark(2);
  await until('the next two', async () => (await kafka.committed(groupId, topic))[0] === '4');
  mark(4);
  await strategy.close();
  expect(await kafka.committed(groupId, topic)).toEqual(['6']);
});

it('bounds what it holds by bytes while a handler is stuck, and loses nothing', async () => {
  const topic = await kafka.topic('bounded', { partitions: 2 });
  const groupId = uniqueName('bounded');
  const records = Array.from({ length: 120 }, (_, index) => ({
    topic,
    partition: index % 2,
    key: null,
    value: Buffer.alloc(100_000, index),
  }));
  await kafka.client.producer().send(records);
  const { open, opened } = gate();
  let seen = 0;
  const { metrics } = kafka.member(
    topic,
    groupId,
    async (batch) => {
      await opened;
      for (const { value, offset } of batch.records)
        expect(value!.equals(Buffer.alloc(100_000, Number(offset) * 2 + batch.partition))).toBe(true);
      seen += batch.records.length;
    },
    { maxQueuedBytesPerPartition: 300_000, maxBatchBytes: 100_000, releaseValues: true },
  );
  await sleep(2_500);
  const queued = Number(/elias_kafka_queued_bytes\{[^}]*\} (\d+)/.exec(await metrics.text())?.[1] ?? 'NaN');
  expect(queued).toBeGreaterThan(0);
  expect(queued).toBeLessThan(2 * (300_000 + 1_400_000));
  open();
  await until('all records', () => seen === 120);
  await until('commit', async () => (await kafka.committed(groupId, topic)).join() === '60,60');
});

it('reads records larger than a fetch, wherever they lie', async () => {
  const topic = await kafka.topic('huge', { partitions: 3, maxMessageBytes: 8 * 1024 * 1024 });
  const sizes = [7_000_000, 100, 2_000_000, 50_000, 1_400_000];
  const records = [0, 1, 2].flatMap((partition) =>
    sizes.map((size, index) => ({ topic, partition, key: null, value: Buffer.alloc(size, index) })),
  );
  await kafka.client.producer().send(records);
  const groupId = uniqueName('huge');
  const seen: string[] = [];
  kafka.member(topic, groupId, async (batch) => {
    for (const { value, offset } of batch.records) {
      expect(value!.equals(Buffer.alloc(sizes[Number(offset)]!, Number(offset)))).toBe(true);
      seen.push(`${batch.partition}:${offset}`);
    }
    return Promise.resolve();
  });
  await until('all records', () => seen.length === 15);
  await until('commit', async () => (await kafka.committed(groupId, topic)).join() === '5,5,5');
});

it('exports both lags', async () => {
  const topic = await kafka.topic('lag');
  const groupId = uniqueName('lag');
  await kafka.produce(topic, 10);
  const batches: RecordBatch[] = [];
  const { metrics } = kafka.member(topic, groupId, async (batch) => void batches.push(batch), { manualDone: true });
  await until('records', () => batches.length > 0);
  for (const record of batches[0]!.records.slice(0, 4)) batches[0]!.done(record);
  const labels = `{group="${groupId}",topic="${topic}",partition="0"}`;
  const gauges = async (): Promise<string[]> => (await metrics.text()).split('\n').filter((line) => line.includes(labels));
  await until('commit of four', async () => (await gauges()).includes(`elias_kafka_lag_done_records${labels} 6`));
  expect(await gauges()).toContain(`elias_kafka_lag_read_records${labels} 0`);
});

describe('offsets lost to retention', () => {
  const deleteUpTo = (topic: string, offset: string): Promise<void> =>
    kafka.client.ask('deletion of records', (admin) =>
      admin.fetchTopicOffsets(topic).then(() => admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset }] })),
    );

  it('are reported with their range before the group goes on behind them', async () => {
    const topic = await kafka.topic('lost');
    const groupId = uniqueName('lost');
    await kafka.produce(topic, 20);
    const seen: string[] = [];
    const first = kafka.member(topic, groupId, async ({ records }) => void seen.push(...records.map(text)), { agedTopics: [topic] });
    await until('the first records', () => seen.length === 20);
    await first.strategy.close();
    await kafka.produce(topic, 30, { from: 20 });
    await deleteUpTo(topic, '35');
    const lost: OffsetsLost[] = [];
    let refusals = 2;
    const second = kafka.member(topic, groupId, async ({ records }) => void seen.push(...records.map(text)), {
      agedTopics: [topic],
      onOffsetsLost: async (range) => {
        if (refusals-- > 0) throw new Error('nobody to tell yet');
        expect(seen).toHaveLength(20);
        expect(await kafka.committed(groupId, topic)).toEqual(['20']);
        lost.push(range);
      },
    });
    await until('the rest', () => seen.length === 35);
    expect(seen.slice(20)).toEqual(Array.from({ length: 15 }, (_, index) => `v${35 + index}`));
    expect(lost).toEqual([{ groupId, topic, partition: 0, from: '20', to: '35' }]);
    expect(await second.metrics.text()).toContain(
      `elias_kafka_consumer_offsets_lost_total{group="${groupId}",topic="${topic}",partition="0"} 15`,
    );
  });

  it('are seen while the consumer runs, too', async () => {
    const topic = await kafka.topic('lost-running');
    const groupId = uniqueName('lost-running');
    await kafka.produce(topic, 10);
    const seen: string[] = [];
    const lost: OffsetsLost[] = [];
    const { open, opened } = gate();
    kafka.member(
      topic,
      groupId,
      async ({ records }) => {
        seen.push(...records.map(text));
        await opened;
      },
      // one record fills the queue, so that the partition is paused while the rest is deleted
      {
        agedTopics: [topic],
        maxQueuedBytesPerPartition: 1,
        maxBatchRecords: 10,
        onOffsetsLost: async (range) => {
          // kafkajs by itself would have committed "earliest" by now, and a crash would forget what was lost
          expect(Number((await kafka.committed(groupId, topic))[0])).toBeGreaterThanOrEqual(10);
          lost.push(range);
        },
      },
    );
    await until('the first records', () => seen.length === 10);
    await kafka.produce(topic, 10, { from: 10 });
    await sleep(600);
    await kafka.produce(topic, 30, { from: 20 });
    await deleteUpTo(topic, '40');
    open();
    await until('the last record', () => seen.at(-1) === 'v49');
    expect(seen).toEqual([
      ...Array.from({ length: 20 }, (_, index) => `v${index}`),
      ...Array.from({ length: 10 }, (_, index) => `v${40 + index}`),
    ]);
    expect(lost).toEqual([{ groupId, topic, partition: 0, from: '20', to: '40' }]);
    await until('commit', async () => (await kafka.committed(groupId, topic))[0] === '50');
  });

  it('are no loss for a group that begins, nor on a compacted topic', async () => {
    const topic = await kafka.topic('not-lost', { cleanup: 'compact' });
    await kafka.produce(topic, 10);
    const seen: string[] = [];
    const lost: OffsetsLost[] = [];
    const groupId = uniqueName('not-lost');
    const onOffsetsLost = (range: OffsetsLost): void => void lost.push(range);
    const member = kafka.member(topic, groupId, async ({ records }) => void seen.push(...records.map(text)), {
      agedTopics: [],
      onOffsetsLost,
    });
    await until('the records', () => seen.length === 10);
    await member.strategy.close();
    expect(lost).toEqual([]);
  });
});
