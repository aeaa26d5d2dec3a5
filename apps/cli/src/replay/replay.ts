import { setTimeout as sleep } from 'node:timers/promises';
import { loadConfig } from '@elias/config';
import { TOPICS, WINDOW_TOPICS } from '@elias/contracts';
import { kafkaConnection, ensureTopics, KafkaClient, kafkaSettings } from '@elias/kafka';
import type { ObjectStore } from '@elias/object-store';
import { v7 as uuidv7 } from 'uuid';
import { z } from 'zod';
import type { CommandContext } from '../terminal/command-context.js';
import { prepareShadow } from './afterwards.js';
import { archiveItems, planArchives } from './archive-source.js';
import type { ArchivePlan } from './archive-source.js';
import { explodeItems } from './explode-items.js';
import { LoaderSink } from './loader-sink.js';
import { NullSink } from './null-sink.js';
import { Pace } from './pace.js';
import { newCounts, ReplayRefusedError } from './replay-item.js';
import type { ReplayCounts, ReplayItem, ReplaySink } from './replay-item.js';
import type { ReplaySource, ReplayTarget } from './replay-plan.js';
import { resolveRange } from './resolve-range.js';
import { runReplay } from './run-replay.js';
import { topicItems } from './topic-source.js';
import { TopicSink } from './topic-sink.js';
import type { TopicRange } from './topic-range.js';
import { withArchives } from './with-archives.js';

/** What was to be replayed, and what came of it. */
export interface ReplayReport extends ReplayCounts {
  readonly planned: Omit<ArchivePlan, 'series'> | Pick<TopicRange, 'records'>;
  /** nothing was done */
  readonly dryRun: boolean;
  readonly seconds: number;
}

/** How it is done: where to, how fast, and for archives as of when. */
export interface ReplayManner {
  readonly target: ReplayTarget;
  readonly speed: number;
  /** milliseconds since the epoch; null for now */
  readonly asOfMs?: number | null;
}

/** A topic that a replay makes has as many partitions as those of Elias, and keeps what it is told for a week. */
const MADE_TOPIC = { partitions: 12, cleanup: 'delete', retentionMs: 7 * 86_400_000, maxMessageBytes: 8 * 1024 * 1024 } as const;

/** @throws ReplayRefusedError, ReplayFailedError, and what Kafka, the bucket and the stores throw */
export async function replay(source: ReplaySource, manner: ReplayManner, dryRun: boolean, context: CommandContext): Promise<ReplayReport> {
  const needsKafka = source.kind === 'topic' || manner.target.kind === 'topic';
  if (!needsKafka)
    return withArchives(context, (bucket, prefix) => replayBetween(source, manner, dryRun, { context, bucket, prefix, kafka: null }));
  const connection = kafkaConnection(loadConfig(z.object(kafkaSettings), context.settings()));
  const kafka = new KafkaClient({ ...connection, clientId: 'elias-replay', logger: context.logger });
  try {
    return await withArchives(context, (bucket, prefix) => replayBetween(source, manner, dryRun, { context, bucket, prefix, kafka }));
  } finally {
    await kafka.close();
  }
}

interface ReplayParts {
  readonly context: CommandContext;
  readonly bucket: ObjectStore;
  readonly prefix: string;
  readonly kafka: KafkaClient | null;
}

async function replayBetween(source: ReplaySource, manner: ReplayManner, dryRun: boolean, parts: ReplayParts): Promise<ReplayReport> {
  const { target, speed } = manner;
  const counts = newCounts();
  const { planned, items } = await openSource(source, manner, counts, parts);
  if (dryRun) return { ...counts, planned, dryRun, seconds: 0 };
  const startedMs = performance.now();
  const sink = await openSink(source, manner, counts, parts);
  const inTime = speed !== Infinity;
  const exploded = target.kind === 'topic' && target.as === 'events' ? explodeItems(items(), inTime) : items();
  const pace = new Pace(speed, { nowMs: () => performance.now(), sleep: (ms) => sleep(ms) });
  await runReplay(exploded, sink, pace);
  return { ...counts, planned, dryRun, seconds: (performance.now() - startedMs) / 1_000 };
}

async function openSource(
  source: ReplaySource,
  { target, speed, asOfMs = null }: ReplayManner,
  counts: ReplayCounts,
  { bucket, prefix, kafka }: ReplayParts,
): Promise<{ planned: ReplayReport['planned']; items: () => AsyncGenerator<ReplayItem, void, undefined> }> {
  const inTime = speed !== Infinity;
  if (source.kind === 'archives') {
    const archives = { bucket, prefix, filter: source.filter, asOfMs };
    const { series, ...planned } = await planArchives(archives);
    return { planned, items: () => archiveItems(archives, { ...planned, series }, inTime, counts) };
  }
  if (target.kind === 'store' && target.store === 'redshift' && source.topic !== TOPICS.archiveObjects.name) {
    throw new ReplayRefusedError(`Redshift loads archives: --from-archives, or --from-topic ${TOPICS.archiveObjects.name}`);
  }
  const range = await resolveRange(source, target, kafka!);
  const topic = { kafka: kafka!, topic: source.topic, partitions: range.partitions, filter: source.filter };
  return { planned: { records: range.records }, items: () => topicItems(topic, inTime, counts) };
}

async function openSink(
  source: ReplaySource,
  { target, speed }: ReplayManner,
  counts: ReplayCounts,
  parts: ReplayParts,
): Promise<ReplaySink> {
  const { context, bucket, kafka } = parts;
  const ids = { requestId: uuidv7(), runId: uuidv7() };
  if (target.kind === 'none') return new NullSink(counts);
  if (target.kind === 'store') {
    await prepareShadow(target, context);
    return new LoaderSink({ store: target.store, schema: target.schema, env: context.settings(), bucket: bucket.bucket, ids, counts });
  }
  const known = [...WINDOW_TOPICS].some(({ name }) => name === target.topic);
  if (known && (target.as === 'events' || source.kind === 'topic')) {
    throw new ReplayRefusedError(`${target.topic} holds settled windows, as the archives have them, and nothing else`);
  }
  const isTaken = Object.values(TOPICS).some(({ name }) => name === target.topic) && !known;
  if (isTaken) throw new ReplayRefusedError(`${target.topic} is a topic of Elias; a replay goes into one of its own`);
  if (!known) await ensureTopic(kafka!, target.topic);
  const partitions = await kafka!.partitionCount(target.topic);
  return new TopicSink({ producer: kafka!.producer(), topic: target.topic, partitions, ids, counts, atOnce: speed !== Infinity });
}

async function ensureTopic(kafka: KafkaClient, name: string): Promise<void> {
  const topics = await kafka.ask('list of topics', (admin) => admin.listTopics());
  if (!topics.includes(name)) await ensureTopics(kafka, [{ name, ...MADE_TOPIC }]);
}
