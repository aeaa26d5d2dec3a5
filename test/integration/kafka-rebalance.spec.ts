import { setTimeout as sleep } from 'node:timers/promises';
import type { RecordBatch } from '@elias/kafka';
import { testStack } from '../support/stack.js';
import { gate, KafkaFixture, text, uniqueName, until } from './kafka-fixtures.js';

const kafka = new KafkaFixture(testStack().kafka.brokers);
afterAll(() => kafka.close());

const PARTITIONS = [0, 1, 2, 3];

async function filledTopic(base: string, perPartition: number): Promise<string> {
  const topic = await kafka.topic(base, { partitions: PARTITIONS.length });
  for (const partition of PARTITIONS) await kafka.produce(topic, perPartition, { partition, prefix: `${partition}:` });
  return topic;
}

it('skips nothing when a member joins while handlers wait, and what they do afterwards is not current', async () => {
  const topic = await filledTopic('rebalance', 40);
  const groupId = uniqueName('rebalance');
  const { open, opened } = gate();
  const held: RecordBatch[] = [];
  const announced: string[] = [];
  const stale: RecordBatch[] = [];
  const handler = (member: string, holding: boolean) => async (batch: RecordBatch) => {
    // the second batch of each partition waits, so that something is committed before it
    if (holding && batch.records[0]!.offset === '5') {
      held.push(batch);
      await opened;
    }
    if (!batch.isCurrent()) {
      stale.push(batch);
      return;
    }
    announced.push(...batch.records.map(text));
    await sleep(1);
  };
  const options = { maxBatchRecords: 5, concurrency: 4 };
  const first = kafka.member(topic, groupId, handler('first', true), options);
  await until('handlers that wait', () => held.length === PARTITIONS.length);
  await until('commits', async () => (await kafka.committed(groupId, topic)).join() === '5,5,5,5');
  const before = first.strategy.owned();
  const second = kafka.member(topic, groupId, handler('second', false), options);
  await until('both own two', () => [first, second].every(({ strategy }) => strategy.owned().topics[topic]?.length === 2));
  expect(first.strategy.owned().epoch).toBeGreaterThan(before.epoch);
  expect(held.slice(0, 4).map(({ signal }) => signal.aborted)).toEqual([true, true, true, true]);
  expect(held.slice(0, 4).map((batch) => batch.isCurrent())).toEqual([false, false, false, false]);
  open();
  await until('all records', () => new Set(announced).size === 160);
  await until('all commits', async () => (await kafka.committed(groupId, topic)).join() === '40,40,40,40');
  expect(stale.length).toBe(4);
  // only what was not committed before the join came twice; nothing was done before, so nothing was announced twice
  expect(announced).toHaveLength(160);
  expect([...first.fatal, ...second.fatal]).toEqual([]);
});

it('does every record at least once, and little twice, while members come and go', async () => {
  const topic = await filledTopic('come-and-go', 500);
  const groupId = uniqueName('come-and-go');
  const done = new Map<string, number>();
  const handler = async (batch: RecordBatch): Promise<void> => {
    await sleep(2);
    if (!batch.isCurrent()) return;
    for (const record of batch.records) done.set(text(record), (done.get(text(record)) ?? 0) + 1);
  };
  const options = { maxBatchRecords: 10 };
  const stable = kafka.member(topic, groupId, handler, options);
  for (let round = 0; round < 3; round += 1) {
    const guest = kafka.member(topic, groupId, handler, options);
    await until('the guest owns something', () => Object.keys(guest.strategy.owned().topics).length > 0);
    await kafka.produce(topic, 100, { partition: round, prefix: `${round}:`, from: 500 });
    await sleep(200);
    await guest.strategy.close();
  }
  await until('all records', () => done.size === 2_300);
  await until('all commits', async () => (await kafka.committed(groupId, topic)).join() === '600,600,600,500');
  expect(stable.fatal).toEqual([]);
});

it('closes while handlers run: tells them, waits, commits what they did, leaves the group', async () => {
  const topic = await filledTopic('close', 20);
  const groupId = uniqueName('close');
  const running: RecordBatch[] = [];
  const member = kafka.member(
    topic,
    groupId,
    async (batch) => {
      running.push(batch);
      if (batch.partition === 0) {
        // gives up when told
        await new Promise<void>((_, reject) =>
          batch.signal.addEventListener('abort', () => reject(batch.signal.reason as Error), { once: true }),
        );
      }
      if (batch.partition === 1) {
        // finishes although told
        await new Promise<void>((resolve) => batch.signal.addEventListener('abort', () => setTimeout(resolve, 700), { once: true }));
        expect(batch.isCurrent()).toBe(true);
      }
    },
    { maxBatchRecords: 10 },
  );
  await until('handlers that wait', () => [0, 1].every((partition) => running.some((batch) => batch.partition === partition)));
  await until('commits', async () => (await kafka.committed(groupId, topic)).slice(2).join() === '20,20');
  const began = performance.now();
  await member.strategy.close();
  expect(performance.now() - began).toBeGreaterThan(650);
  expect(await kafka.committed(groupId, topic)).toEqual(['0', '10', '20', '20']);
  const { groups } = await kafka.client.ask('description of the group', (admin) => admin.describeGroups([groupId]));
  expect(groups[0]!.members).toEqual([]);
  expect(running.filter(({ partition }) => partition < 2)).toHaveLength(2);
  expect(member.fatal).toEqual([]);
});

it('closes within its time when a handler never ends, and the records come again', async () => {
  const topic = await kafka.topic('stuck');
  const groupId = uniqueName('stuck');
  await kafka.produce(topic, 3);
  let calls = 0;
  let stuck: RecordBatch | undefined;
  const options = { closeWithinMs: 500 };
  const member = kafka.member(
    topic,
    groupId,
    (batch) => {
      calls += 1;
      stuck = batch;
      return new Promise<void>(() => undefined);
    },
    options,
  );
  await until('a call', () => calls === 1);
  const began = performance.now();
  await member.strategy.close();
  expect(performance.now() - began).toBeLessThan(3_000);
  expect(stuck!.isCurrent()).toBe(false);
  const seen: string[] = [];
  kafka.member(topic, groupId, async ({ records }) => void seen.push(...records.map(text)));
  await until('the records again', () => seen.length === 3);
});
