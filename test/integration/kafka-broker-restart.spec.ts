import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isRetryable } from '@elias/errors';
import type { OutgoingRecord, RecordProducer } from '@elias/kafka';
import { startChildConsumer } from './kafka-child-process.js';
import { KafkaFixture, text, uniqueName, until } from './kafka-fixtures.js';
import { OwnBroker } from './kafka-own-broker.js';

const directory = mkdtempSync(join(tmpdir(), 'elias-closing-'));
let broker: OwnBroker;
let kafka: KafkaFixture;

beforeAll(async () => {
  broker = await OwnBroker.create();
  kafka = new KafkaFixture(broker.brokers);
}, 120_000);

afterAll(async () => {
  await kafka?.close();
  await broker?.remove();
  rmSync(directory, { recursive: true });
}, 60_000);

/** Sends until it is acknowledged, as every caller does. */
async function sendForSure(producer: RecordProducer, records: OutgoingRecord[]): Promise<number> {
  for (let failures = 0; ; failures += 1) {
    try {
      await producer.send(records);
      return failures;
    } catch (error) {
      if (!isRetryable(error)) throw error;
      await sleep(200);
    }
  }
}

it('loses nothing when the broker is killed and comes back, is not ready meanwhile, and may be started meanwhile', async () => {
  const topic = await kafka.topic('killed', { partitions: 3 });
  const groupId = uniqueName('killed');
  const seen = new Map<string, number>();
  const { readiness, fatal } = kafka.member(topic, groupId, async (batch) => {
    await sleep(5);
    for (const record of batch.records) seen.set(text(record), (seen.get(text(record)) ?? 0) + 1);
  });
  const producer = kafka.client.producer();
  const acknowledged: string[] = [];
  let producing = true;
  let failures = 0;
  const production = (async () => {
    for (let round = 0; producing; round += 1) {
      const records = [0, 1, 2].map((partition) => ({ topic, partition, key: null, value: `${round}:${partition}` }));
      failures += await sendForSure(producer, records);
      acknowledged.push(...records.map(({ value }) => value));
      await sleep(10);
    }
  })();
  await until('some records', () => seen.size > 100);
  expect((await readiness.report()).ready).toBe(true);

  await broker.kill();
  await until('not ready', async () => !(await readiness.report()).ready, 20_000);
  expect((await readiness.report()).reasons[0]!.reason).toMatch(/heartbeat|connection|committed|join/);
  const late = new KafkaFixture(broker.brokers);
  const seenLate = new Set<string>();
  const lateMember = late.member(topic, uniqueName('late'), async ({ records }) => records.forEach((record) => seenLate.add(text(record))));
  await sleep(1_000);
  expect((await lateMember.readiness.report()).reasons[0]!.reason).toMatch(/not a member|could not join/);
  expect((await readiness.report()).ready).toBe(false);
  await broker.start();

  await until('ready again', async () => (await readiness.report()).ready, 60_000);
  const atReturn = seen.size;
  await until('more records', () => seen.size > atReturn + 100, 60_000);
  producing = false;
  await production;
  await until('every acknowledged record', () => acknowledged.every((value) => seen.has(value)), 60_000);
  await until('commits up to the end', async () => {
    const [committed, ends] = [await kafka.committed(groupId, topic), await kafka.client.endOffsets(topic)];
    return ends.every(({ high }, index) => committed[index] === high);
  });
  await until('every record in the late group', () => acknowledged.every((value) => seenLate.has(value)), 60_000);
  expect(failures).toBeGreaterThan(0);
  expect([...fatal, ...lateMember.fatal]).toEqual([]);
  await late.close();
}, 240_000);

it('survives a broker that stands still for longer than the session', async () => {
  const topic = await kafka.topic('frozen');
  const groupId = uniqueName('frozen');
  const seen = new Set<string>();
  const { readiness, fatal } = kafka.member(topic, groupId, async ({ records }) => records.forEach((record) => seen.add(text(record))));
  await kafka.produce(topic, 10);
  await until('the first records', () => seen.size === 10);
  broker.freeze(true);
  await until('not ready', async () => !(await readiness.report()).ready, 20_000);
  await sleep(4_000);
  broker.freeze(false);
  const producer = kafka.client.producer();
  await sendForSure(producer, [{ topic, partition: 0, key: null, value: 'after' }]);
  await until('the record after it', () => seen.has('after'), 60_000);
  await until('ready again', async () => (await readiness.report()).ready, 60_000);
  await until('commit', async () => Number((await kafka.committed(groupId, topic))[0]) >= 11);
  expect(fatal).toEqual([]);
}, 300_000);

// In a process of its own, since kafkajs goes on leaving its group in the background after the wait is given up.
it('ends its process within its time while Kafka is away', async () => {
  const topic = await kafka.topic('closing');
  await kafka.produce(topic, 3);
  const file = join(directory, 'seen');
  const child = startChildConsumer({ brokers: broker.brokers, topic, groupId: uniqueName('closing'), file });
  try {
    await until('the records', () => existsSync(file) && readFileSync(file, 'utf8').trimEnd().split('\n').length === 3);
    await broker.kill();
    const began = performance.now();
    child.kill('SIGTERM');
    await until('its end', () => child.exitCode !== null || child.signalCode !== null);
    expect(child.exitCode).toBe(0);
    expect(performance.now() - began).toBeLessThan(25_000);
  } finally {
    child.kill('SIGKILL');
    // the members of this file leave their groups
    await broker.start();
  }
}, 180_000);
