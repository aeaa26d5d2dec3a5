import type { KafkaClient, PartitionOffsets } from './kafka-client.js';

/** How far a consumer group is behind the end of one topic. */
export interface GroupLag {
  groupId: string;
  topic: string;
  /** records between what is committed and the log end, over all partitions */
  lag: number;
  /** of the partition that is furthest behind */
  partitionLagMax: number;
  /** of the group, whichever topics they read */
  members: number;
}

/** How many records a topic holds, from its offsets: of a topic deleted by age, those that are left. */
export interface TopicSize {
  topic: string;
  records: number;
  bounds: PartitionOffsets[];
}

/**
 * Lags of groups on every topic that they have committed an offset for, by group and topic. Partitions without a committed offset count
 * from their first record. A group that never committed has none.
 * @throws KafkaUnavailableError, KafkaForbiddenError
 */
export async function groupLags(client: KafkaClient, groupIds: readonly string[]): Promise<GroupLag[]> {
  if (groupIds.length === 0) return [];
  const existing = await topicNames(client);
  const { groups } = await client.ask('states of groups', (admin) => admin.describeGroups([...groupIds]));
  const members = new Map(groups.map((group) => [group.groupId, group.members.length]));
  const ends = new Map<string, PartitionOffsets[]>();
  const lags: GroupLag[] = [];
  for (const groupId of [...groupIds].sort()) {
    const answers = await client.ask(`committed offsets of ${groupId}`, (admin) => admin.fetchOffsets({ groupId }));
    for (const { topic, partitions } of answers.sort((a, b) => (a.topic < b.topic ? -1 : 1))) {
      const committed = new Map(partitions.map(({ partition, offset }) => [partition, BigInt(offset)]));
      if (!existing.has(topic) || ![...committed.values()].some((offset) => offset >= 0n)) continue;
      const bounds = ends.get(topic) ?? (await client.endOffsets(topic));
      ends.set(topic, bounds);
      const behind = bounds.map(({ partition, low, high }) => lagOf(committed.get(partition) ?? -1n, BigInt(low), BigInt(high)));
      const [lag, partitionLagMax] = [behind.reduce((sum, one) => sum + one, 0), Math.max(...behind)];
      lags.push({ groupId, topic, lag, partitionLagMax, members: members.get(groupId) ?? 0 });
    }
  }
  return lags;
}

/** Sizes of those of the topics that exist. @throws KafkaUnavailableError, KafkaForbiddenError */
export async function topicSizes(client: KafkaClient, topics: readonly string[]): Promise<TopicSize[]> {
  const existing = await topicNames(client);
  const sizes: TopicSize[] = [];
  for (const topic of topics.filter((name) => existing.has(name))) {
    const bounds = await client.endOffsets(topic);
    sizes.push({ topic, records: Number(bounds.reduce((sum, { low, high }) => sum + BigInt(high) - BigInt(low), 0n)), bounds });
  }
  return sizes;
}

/** What retention has deleted is nobody's lag. @param committed below 0 for nothing */
export function lagOf(committed: bigint, low: bigint, high: bigint): number {
  const next = committed > low ? committed : low;
  return next > high ? 0 : Number(high - next);
}

async function topicNames(client: KafkaClient): Promise<ReadonlySet<string>> {
  return new Set(await client.ask('list of topics', (admin) => admin.listTopics()));
}
