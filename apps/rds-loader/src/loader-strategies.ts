import { deadLetterTopic, TOPICS } from '@elias/contracts';
import { KafkaBatchStrategy } from '@elias/kafka';
import type { KafkaClient } from '@elias/kafka';
import type { Logger, Metrics, Readiness } from '@elias/telemetry';
import type { RdsLoaderConfig } from './rds-loader.config.js';
import { LIVE_TRANSPORT, WINDOWS_TRANSPORT } from './transports.js';

export interface StrategyParts {
  config: RdsLoaderConfig;
  kafka: KafkaClient;
  metrics: Metrics;
  logger: Logger;
  readiness: Readiness;
}

export const LIVE_TOPICS = [TOPICS.liveTrades, TOPICS.liveTickers, TOPICS.liveCandles];

/** A stop waits for both groups, one after the other; a batch of live events takes milliseconds. */
const LIVE_CLOSE_WITHIN_MS = 2_000;
const LIVE_BACKOFF = { initialMs: 100, maxMs: 2_000 };

/** The group that fills the live tables beside the one that loads windows. */
export const liveGroup = (groupId: string): string => `${groupId}-live`;

export function windowsStrategy(groupId: string, { config, kafka: client, ...parts }: StrategyParts): KafkaBatchStrategy {
  const transactionBytes = config.RDS_LOADER_TRANSACTION_BYTES;
  return new KafkaBatchStrategy({
    ...parts,
    client,
    groupId,
    transportId: WINDOWS_TRANSPORT,
    deadLetterTopic: deadLetterTopic(groupId).name,
    sessionTimeoutMs: config.KAFKA_SESSION_TIMEOUT_MS,
    fromBeginning: true,
    agedTopics: [TOPICS.archiveObjects.name, TOPICS.windowsTrades.name],
    // a part waits for the others, longer than its batch
    manualDone: [TOPICS.windowsTrades.name],
    concurrency: config.RDS_LOADER_PARTITIONS_AT_ONCE,
    maxBatchBytes: transactionBytes,
    // A partition that is over it is fetched no further, and one fetch brings more than a megabyte: half is enough to fill the next one.
    maxQueuedBytesPerPartition: Math.ceil(transactionBytes / 2),
  });
}

export function liveStrategy(groupId: string, { config, kafka: client, ...parts }: StrategyParts): KafkaBatchStrategy {
  return new KafkaBatchStrategy({
    ...parts,
    client,
    groupId,
    transportId: LIVE_TRANSPORT,
    deadLetterTopic: deadLetterTopic(groupId).name,
    sessionTimeoutMs: config.KAFKA_SESSION_TIMEOUT_MS,
    fromBeginning: true,
    agedTopics: LIVE_TOPICS.map(({ name }) => name),
    concurrency: config.RDS_LOADER_PARTITIONS_AT_ONCE,
    closeWithinMs: LIVE_CLOSE_WITHIN_MS,
    retryBackoff: LIVE_BACKOFF,
  });
}
