import { ensureTopics, RangeLostError, readRange, sweepReaderGroups } from '@elias/kafka';
import type { ConsumedRecord } from '@elias/kafka';
import { setTimeout as sleep } from 'node:timers/promises';
import { KafkaFixture, text, uniqueName, until } from './kafka-fixtures.js';
import { OwnBroker } from './kafka-own-broker.js';

// compaction soon after each roll, instead of every 15 s
let broker: OwnBroker;
let kafka: KafkaFixture;

beforeAll(async () => {
  broker = await OwnBroker.create({ 'log.cleaner.backoff.ms': 200, 'log.cleaner.min.cleanable.ratio': 0.01 });
  kafka = new KafkaFixture(broker.brokers);
}, 120_000);

afterAll(async () => {
  await kafka?.close();
  await broker?.remove();
}, 60_000);

async function read(topic: string, ranges: [partition: number, from: string, to: string][]): Promise<ConsumedRecord[]> {
  const records: ConsumedRecord[] = [];
  const partitions = ranges.map(([partition, from, to]) => ({ partition, from, to }));
  await readRange(kafka.client, { topic, partitions }, async (some) => {
    await sleep(1);
    records.push(...some);
  });
  return records;
}

const readerGroups = async (): Promise<string[]> => {
  const { groups } = await kafka.client.ask('groups', (admin) => admin.listGroups());
  return groups.map(({ groupId }) => groupId).filter((groupId) => groupId.startsWith('elias.reader.'));
};

it('reads exactly the range, each record once, and leaves no group behind', async () => {
  const topic = await kafka.topic('range', { partitions: 3 });
  for (const partition of [0, 1, 2]) await kafka.produce(topic, 3_000, { partition, prefix: `${partition}:` });
  const records = await read(topic, [
    [0, '10', '2500'],
    [1, 'earliest', 'latest'],
    [2, '7', '7'],
  ]);
  expect(records.filter(({ partition }) => partition === 0).map(text)).toEqual(
    Array.from({ length: 2_490 }, (_, index) => `0:${index + 10}`),
  );
  expect(records.filter(({ partition }) => partition === 1).map(text)).toEqual(Array.from({ length: 3_000 }, (_, index) => `1:${index}`));
  expect(records.filter(({ partition }) => partition === 2)).toEqual([]);
  expect(await readerGroups()).toEqual([]);
});

it('refuses what it cannot read in full, before it reads anything', async () => {
  const topic = await kafka.topic('refused');
  await kafka.produce(topic, 20);
  await kafka.client.ask('deletion', (admin) =>
    admin.fetchTopicOffsets(topic).then(() => admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset: '5' }] })),
  );
  await expect(read(topic, [[0, '4', '10']])).rejects.toBeInstanceOf(RangeLostError);
  await expect(read(topic, [[0, '5', '21']])).rejects.toBeInstanceOf(RangeError);
  await expect(read(topic, [[1, '0', '1']])).rejects.toBeInstanceOf(RangeError);
  expect((await read(topic, [[0, 'earliest', '7']])).map(text)).toEqual(['v5', 'v6']);
});

it('ends when its signal is aborted or its receiver throws', async () => {
  const topic = await kafka.topic('ended');
  await kafka.produce(topic, 100);
  const controller = new AbortController();
  const partitions = [{ partition: 0, from: '0', to: '100' }];
  const aborted = readRange(kafka.client, { topic, partitions, signal: controller.signal }, () => {
    controller.abort(new Error('enough'));
    return new Promise<void>(() => undefined);
  });
  await expect(aborted).rejects.toThrow('enough');
  const thrown = readRange(kafka.client, { topic, partitions }, () => Promise.reject(new Error('cannot write')));
  await expect(thrown).rejects.toThrow('cannot write');
  expect(await readerGroups()).toEqual([]);
});

it('sweeps groups of readers that were killed, and spares those that read', async () => {
  const topic = await kafka.topic('swept');
  await kafka.produce(topic, 1);
  const left = `elias.reader.dead.${uniqueName('x')}`;
  const dead = kafka.client.consumer({ groupId: left });
  await dead.connect();
  await dead.subscribe({ topic });
  const joined = new Promise((resolve) => dead.on(dead.events.GROUP_JOIN, resolve));
  await dead.run({ eachBatch: () => Promise.resolve() });
  await joined;
  expect(await sweepReaderGroups(kafka.client)).toEqual([]);
  await dead.disconnect();
  expect(await sweepReaderGroups(kafka.client)).toEqual([left]);
  expect(await readerGroups()).toEqual([]);
});

describe('on a compacted topic', () => {
  let topic: string;

  /** Three record batches: [a b c c c], [a d d], then many of which the last is active and stays as it is. */
  beforeAll(async () => {
    topic = uniqueName('compacted');
    await ensureTopics(kafka.client, [{ name: topic, partitions: 1, cleanup: 'compact', minCompactionLagMs: 0 }]);
    await kafka.client.ask('small segments', (admin) =>
      admin.alterConfigs({
        validateOnly: false,
        resources: [
          {
            type: 2,
            name: topic,
            configEntries: [
              { name: 'cleanup.policy', value: 'compact' },
              { name: 'message.timestamp.type', value: 'LogAppendTime' },
              { name: 'segment.ms', value: '300' },
              { name: 'min.cleanable.dirty.ratio', value: '0.01' },
            ],
          },
        ],
      }),
    );
    const producer = kafka.client.producer();
    const send = (keys: string, prefix: string): Promise<unknown> =>
      producer.send(keys.split('').map((key, index) => ({ topic, partition: 0, key, value: `${prefix}${index}` })));
    await send('abccc', 'first'); // offsets 0 to 4
    await sleep(400);
    await send('add', 'second'); // 5 to 7
    await sleep(400);
    await send('cd', 'third'); // 8 and 9: nothing of c is left in the first batch, nor of d in the second
    await sleep(400);
    await send('e', 'fourth'); // 10, rolls the segment
    await until('compaction', async () => (await read(topic, [[0, 'earliest', 'latest']])).length === 5, 60_000);
  }, 120_000);

  it('reads what is left, with its offsets', async () => {
    const records = await read(topic, [[0, 'earliest', 'latest']]);
    expect(records.map(({ offset, key }) => `${offset}${key}`)).toEqual(['1b', '5a', '8c', '9d', '10e']);
  });

  it.each([
    { from: '0', to: '5', offsets: ['1'] },
    { from: '0', to: '3', offsets: ['1'] },
    { from: '2', to: '5', offsets: [] },
    { from: '3', to: '6', offsets: ['5'] },
    { from: '6', to: '8', offsets: [] },
    { from: '0', to: '1', offsets: [] },
    { from: '4', to: '11', offsets: ['5', '8', '9', '10'] },
  ])('ends at the end of [$from, $to), where no record is left', async ({ from, to, offsets }) => {
    expect((await read(topic, [[0, from, to]])).map(({ offset }) => offset)).toEqual(offsets);
  });

  it('a group passes the holes, and commits behind them', async () => {
    const groupId = uniqueName('holes');
    const seen: string[] = [];
    const { fatal } = kafka.member(topic, groupId, async ({ records }) => void seen.push(...records.map(({ offset }) => offset)), {
      maxBatchRecords: 1,
    });
    await until('the end', async () => (await kafka.committed(groupId, topic))[0] === '11');
    expect(seen).toEqual(['1', '5', '8', '9', '10']);
    expect(fatal).toEqual([]);
  });

  it('a group that has committed within a hole goes on behind it', async () => {
    const groupId = uniqueName('in-hole');
    await kafka.client.ask('offsets', (admin) => admin.setOffsets({ groupId, topic, partitions: [{ partition: 0, offset: '2' }] }));
    const seen: string[] = [];
    const { fatal } = kafka.member(topic, groupId, async ({ records }) => void seen.push(...records.map(({ offset }) => offset)));
    await until('the end', async () => (await kafka.committed(groupId, topic))[0] === '11');
    expect(seen).toEqual(['5', '8', '9', '10']);
    expect(fatal).toEqual([]);
  });
});
