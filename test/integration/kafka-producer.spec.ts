import { KafkaUnavailableError, RecordRefusedError } from '@elias/kafka';
import { testStack } from '../support/stack.js';
import { KafkaFixture, text } from './kafka-fixtures.js';

const kafka = new KafkaFixture(testStack().kafka.brokers);
afterAll(() => kafka.close());

it('gives every record its position, in the order of the call', async () => {
  const topic = await kafka.topic('positions', { partitions: 3 });
  const producer = kafka.client.producer();
  const records = Array.from({ length: 30 }, (_, index) => ({ topic, partition: index % 3, key: null, value: `v${index}` }));
  const first = await producer.send(records);
  const second = await producer.send(records.slice(0, 4));
  expect(first).toEqual(records.map(({ partition }, index) => ({ topic, partition, offset: String(Math.floor(index / 3)) })));
  expect(second.map(({ partition, offset }) => `${partition}:${offset}`)).toEqual(['0:10', '1:10', '2:10', '0:11']);
  const stored = await kafka.all(topic);
  for (const [index, position] of first.entries()) {
    expect(text(stored.find((record) => record.partition === position.partition && record.offset === position.offset)!)).toBe(`v${index}`);
  }
});

it('splits what is larger than 4 MB, and keeps the order within a partition', async () => {
  const topic = await kafka.topic('large', { partitions: 2, maxMessageBytes: 8 * 1024 * 1024 });
  const records = Array.from({ length: 26 }, (_, index) => ({
    topic,
    partition: index % 2,
    key: `k${index}`,
    value: Buffer.alloc(index === 5 ? 5_000_000 : 700_000, `${index % 10}`),
    headers: { index: String(index) },
  }));
  const positions = await kafka.client.producer().send(records);
  expect(positions.filter(({ partition }) => partition === 0).map(({ offset }) => offset)).toEqual(
    Array.from({ length: 13 }, (_, i) => String(i)),
  );
  const stored = await kafka.all(topic);
  expect(stored).toHaveLength(26);
  for (const partition of [0, 1]) {
    const own = stored.filter((record) => record.partition === partition);
    expect(own.map(({ headers }) => Number(headers['index']))).toEqual(
      records.filter((record) => record.partition === partition).map(({ headers }) => Number(headers.index)),
    );
  }
  expect(stored.every(({ value, headers }) => value!.equals(records[Number(headers['index'])]!.value))).toBe(true);
});

it('sends 12,000 small records in one call', async () => {
  const topic = await kafka.topic('many', { partitions: 2 });
  const records = Array.from({ length: 12_000 }, (_, index) => ({
    topic,
    partition: index < 11_000 ? 0 : 1,
    key: `k${index}`,
    value: `v${index}`,
  }));
  const positions = await kafka.client.producer().send(records);
  expect(positions.slice(0, 11_000).map(({ offset }) => Number(offset))).toEqual(Array.from({ length: 11_000 }, (_, index) => index));
  const stored = await kafka.all(topic);
  expect(stored.filter(({ partition }) => partition === 0).map(text)).toEqual(records.slice(0, 11_000).map(({ value }) => value));
  expect(stored).toHaveLength(12_000);
});

it('fails when a partition did not answer, instead of taking [] for success', async () => {
  const topic = await kafka.topic('missing');
  const sent = kafka.client.producer().send([{ topic, partition: 7, key: null, value: 'v' }]);
  await expect(sent).rejects.toBeInstanceOf(KafkaUnavailableError);
  expect(await kafka.all(topic)).toEqual([]);
});

it('tells a record that is too large from a Kafka that is away', async () => {
  const topic = await kafka.topic('too-large', { maxMessageBytes: 100_000 });
  const sent = kafka.client.producer().send([{ topic, partition: 0, key: null, value: Buffer.alloc(200_000) }]);
  await expect(sent).rejects.toMatchObject({ code: 'ELIAS_KAFKA_RECORD_REFUSED', reason: 'MESSAGE_TOO_LARGE', disposition: 'dead-letter' });
  await expect(sent).rejects.toBeInstanceOf(RecordRefusedError);
});

it('sends nothing more once its signal is aborted', async () => {
  const topic = await kafka.topic('aborted');
  await expect(
    kafka.client.producer().send([{ topic, partition: 0, key: null, value: 'v' }], AbortSignal.abort(new Error('gone'))),
  ).rejects.toThrow('gone');
  expect(await kafka.all(topic)).toEqual([]);
});

it('keeps null values, null keys and headers', async () => {
  const topic = await kafka.topic('nulls', { cleanup: 'compact' });
  await kafka.client.producer().send([
    { topic, partition: 0, key: 'k', value: null, headers: { a: 'ä', b: '' } },
    { topic, partition: 0, key: 'l', value: '' },
  ]);
  const before = Date.now();
  const stored = await kafka.all(topic);
  expect(stored.map(({ key, value, headers }) => ({ key, value: value?.toString() ?? null, headers }))).toEqual([
    { key: 'k', value: null, headers: { a: 'ä', b: '' } },
    { key: 'l', value: '', headers: {} },
  ]);
  expect(Math.abs(before - stored[0]!.timestampMs)).toBeLessThan(60_000);
});
