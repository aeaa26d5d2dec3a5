import { groupLags, topicSizes } from '@elias/kafka';
import type { GroupLag } from '@elias/kafka';
import { until } from '../support/service-process.js';
import { testStack } from '../support/stack.js';
import { KafkaFixture, uniqueName } from './kafka-fixtures.js';

const kafka = new KafkaFixture(testStack().kafka.brokers);
afterAll(() => kafka.close());

it('a lag counts what a group has not committed, also in partitions that it never met', async () => {
  const topic = await kafka.topic('lags', { partitions: 3 });
  const groupId = uniqueName('group');
  await kafka.produce(topic, 4);
  const member = kafka.member(topic, groupId, () => Promise.resolve());
  let lags: GroupLag[] = [];
  const seen = async (wanted: number): Promise<boolean> => {
    lags = await groupLags(kafka.client, [groupId]);
    return lags[0]?.lag === wanted;
  };
  await until(
    () => seen(0),
    60_000,
    () => `no lag of 0: ${JSON.stringify(lags)}`,
  );
  expect(lags).toEqual([{ groupId, topic, lag: 0, partitionLagMax: 0, members: 1 }]);
  await member.strategy.close();
  await kafka.produce(topic, 2);
  await kafka.produce(topic, 5, { partition: 2 });
  await until(
    () => seen(7),
    30_000,
    () => `no lag of 7: ${JSON.stringify(lags)}`,
  );
  expect(lags).toEqual([{ groupId, topic, lag: 7, partitionLagMax: 5, members: 0 }]);
});

it('groups and topics that are not there are left out', async () => {
  const topic = await kafka.topic('sizes', { partitions: 2 });
  await kafka.produce(topic, 3, { partition: 1 });
  expect(await groupLags(kafka.client, [uniqueName('nobody')])).toEqual([]);
  const bounds = [0, 3].map((records, partition) => ({ partition, low: '0', high: String(records) }));
  expect(await topicSizes(kafka.client, [topic, uniqueName('nothing')])).toEqual([{ topic, records: 3, bounds }]);
});
