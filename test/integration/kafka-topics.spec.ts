import { ensureTopics, TopicMismatchError } from '@elias/kafka';
import type { TopicSpec } from '@elias/kafka';
import { testStack } from '../support/stack.js';
import { KafkaFixture, uniqueName } from './kafka-fixtures.js';

const kafka = new KafkaFixture(testStack().kafka.brokers);
afterAll(() => kafka.close());

async function settings(topic: string): Promise<Record<string, string>> {
  const { resources } = await kafka.client.ask('description', (admin) =>
    admin.describeConfigs({ includeSynonyms: false, resources: [{ type: 2, name: topic }] }),
  );
  return Object.fromEntries(resources[0]!.configEntries.map(({ configName, configValue }) => [configName, configValue]));
}

it('creates what is missing with its settings, and may be called again', async () => {
  const windows: TopicSpec = {
    name: uniqueName('windows'),
    partitions: 12,
    cleanup: 'compact',
    minCompactionLagMs: 604_800_000,
    maxMessageBytes: 8_388_608,
  };
  const events: TopicSpec = { name: uniqueName('events'), partitions: 3, cleanup: 'delete', retentionMs: 2_592_000_000 };
  await ensureTopics(kafka.client, [windows]);
  await ensureTopics(kafka.client, [windows, events]);
  await ensureTopics(kafka.client, [windows, events]);
  expect(await settings(windows.name)).toMatchObject({
    'cleanup.policy': 'compact',
    'message.timestamp.type': 'LogAppendTime',
    'min.compaction.lag.ms': '604800000',
    'max.message.bytes': '8388608',
  });
  expect(await settings(events.name)).toMatchObject({
    'cleanup.policy': 'delete',
    'message.timestamp.type': 'LogAppendTime',
    'retention.ms': '2592000000',
  });
  expect(await kafka.client.endOffsets(windows.name)).toHaveLength(12);
  expect(await kafka.client.partitionCount(events.name)).toBe(3);
});

it('may be called by several apps at once', async () => {
  const specs = ['a', 'b', 'c'].map((base): TopicSpec => ({ name: uniqueName(base), partitions: 2, cleanup: 'delete' }));
  const apps = [0, 1, 2].map(() => new KafkaFixture(testStack().kafka.brokers));
  await Promise.all(apps.map(({ client }, index) => ensureTopics(client, [...specs.slice(index), ...specs.slice(0, index)])));
  for (const { name } of specs) expect(await kafka.client.partitionCount(name)).toBe(2);
  await Promise.all(apps.map((app) => app.close()));
});

it('stops where a topic has other partitions or another cleanup policy, and names each', async () => {
  const [first, second] = [await kafka.topic('six', { partitions: 6 }), await kafka.topic('aged', { cleanup: 'delete' })];
  const specs: TopicSpec[] = [
    { name: first, partitions: 12, cleanup: 'delete' },
    { name: second, partitions: 1, cleanup: 'compact' },
  ];
  const stopped = ensureTopics(kafka.client, specs);
  await expect(stopped).rejects.toBeInstanceOf(TopicMismatchError);
  await expect(stopped).rejects.toMatchObject({
    disposition: 'stop',
    differences: [`${first} has 6 partitions, not 12`, `${second} has cleanup.policy delete, not compact`],
  });
});

it('keeps a retention that someone has chosen', async () => {
  const topic = await kafka.topic('kept', { retentionMs: 1_000_000 });
  await ensureTopics(kafka.client, [{ name: topic, partitions: 1, cleanup: 'delete', retentionMs: 2_000_000 }]);
  expect(await settings(topic)).toMatchObject({ 'retention.ms': '1000000' });
});
