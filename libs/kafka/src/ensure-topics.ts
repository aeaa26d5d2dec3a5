import { setTimeout as sleep } from 'node:timers/promises';
import kafkajs from 'kafkajs';
import type { Admin, DescribeConfigResponse, ITopicConfig } from 'kafkajs';
import { isRetryable } from '@elias/errors';
import type { KafkaClient } from './kafka-client.js';
import { TopicMismatchError } from './kafka-errors.js';
import type { TopicSpec } from './topic-spec.js';

/** How long a start waits for Kafka, or for topics that others are creating at this moment to be known to every broker. */
const PATIENCE_MS = 60_000;
const PAUSE_MS = 500;

/**
 * Creates what is missing, then compares what stands. Several apps may do so at once. A retention or size that differs
 * is kept (someone may have chosen it) and told in a warning.
 * @throws TopicMismatchError another partition count or cleanup policy: keys would move, or history would be deleted
 * @throws KafkaUnavailableError after a minute of trying
 */
export async function ensureTopics(client: KafkaClient, specs: readonly TopicSpec[]): Promise<void> {
  for (const deadlineMs = performance.now() + PATIENCE_MS; ; await sleep(PAUSE_MS)) {
    try {
      return await createAndCompare(client, specs);
    } catch (error) {
      if (!isRetryable(error) || performance.now() > deadlineMs) throw error;
      client.options.logger.warn({ error }, 'topics are not ready, asking again');
    }
  }
}

/**
 * What of the topics is not as this version of Elias creates them, a line each; nothing is changed.
 * @throws KafkaUnavailableError
 */
export async function topicDifferences(client: KafkaClient, specs: readonly TopicSpec[]): Promise<string[]> {
  const existing = new Set(await client.ask('list of topics', (admin) => admin.listTopics()));
  const there = specs.filter(({ name }) => existing.has(name));
  const missing = specs.filter(({ name }) => !existing.has(name)).map(({ name }) => `${name} is not there; its service creates it`);
  const { fatal, tolerable } = await client.ask('description of topics', (admin) => compareTopics(admin, there));
  return [...fatal, ...missing, ...tolerable.map(({ topic, setting, wanted, found }) => `${topic} has ${setting} ${found}, not ${wanted}`)];
}

async function createAndCompare(client: KafkaClient, specs: readonly TopicSpec[]): Promise<void> {
  const { logger } = client.options;
  const existing = new Set(await client.ask('list of topics', (admin) => admin.listTopics()));
  const missing = specs.filter(({ name }) => !existing.has(name));
  if (missing.length > 0) {
    const topics = missing.map(topicConfig);
    // false: another app created one of them meanwhile
    const created = await client.ask('creation of topics', (admin) =>
      admin.createTopics({ topics, waitForLeaders: true, timeout: 30_000 }),
    );
    logger.info({ topics: missing.map(({ name }) => name), created }, 'topics created');
  }
  const differences = await client.ask('description of topics', (admin) => compareTopics(admin, specs));
  for (const difference of differences.tolerable) logger.warn({ ...difference }, 'topic differs from what this version of Elias creates');
  if (differences.fatal.length > 0) throw new TopicMismatchError(differences.fatal);
}

/** Configuration entries of a topic. `LogAppendTime`: event time must never decide retention. */
export function configEntries(spec: TopicSpec): Record<string, string> {
  return {
    'cleanup.policy': spec.cleanup,
    'message.timestamp.type': 'LogAppendTime',
    ...(spec.retentionMs === undefined ? {} : { 'retention.ms': String(spec.retentionMs) }),
    ...(spec.minCompactionLagMs === undefined ? {} : { 'min.compaction.lag.ms': String(spec.minCompactionLagMs) }),
    ...(spec.maxMessageBytes === undefined ? {} : { 'max.message.bytes': String(spec.maxMessageBytes) }),
  };
}

function topicConfig(spec: TopicSpec): ITopicConfig {
  const entries = Object.entries(configEntries(spec)).map(([name, value]) => ({ name, value }));
  return { topic: spec.name, numPartitions: spec.partitions, configEntries: entries };
}

interface Differences {
  fatal: string[];
  tolerable: { topic: string; setting: string; wanted: string; found: string }[];
}

async function compareTopics(admin: Admin, specs: readonly TopicSpec[]): Promise<Differences> {
  const differences: Differences = { fatal: [], tolerable: [] };
  const { topics } = await admin.fetchTopicMetadata({ topics: specs.map(({ name }) => name) });
  const { resources } = await admin.describeConfigs({
    includeSynonyms: false,
    resources: specs.map((spec) => ({
      type: kafkajs.ConfigResourceTypes.TOPIC,
      name: spec.name,
      configNames: Object.keys(configEntries(spec)),
    })),
  });
  for (const spec of specs) {
    const partitions = topics.find(({ name }) => name === spec.name)?.partitions.length ?? 0;
    if (partitions !== spec.partitions) differences.fatal.push(`${spec.name} has ${partitions} partitions, not ${spec.partitions}`);
    for (const [setting, wanted] of Object.entries(configEntries(spec))) {
      const found = configValue(resources, spec.name, setting);
      if (found === wanted || found === null) continue;
      if (setting === 'cleanup.policy') differences.fatal.push(`${spec.name} has cleanup.policy ${found}, not ${wanted}`);
      else differences.tolerable.push({ topic: spec.name, setting, wanted, found });
    }
  }
  return differences;
}

function configValue(resources: DescribeConfigResponse['resources'], topic: string, setting: string): string | null {
  const entries = resources.find(({ resourceName }) => resourceName === topic)?.configEntries ?? [];
  return entries.find(({ configName }) => configName === setting)?.configValue ?? null;
}
