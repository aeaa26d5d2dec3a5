import { deadLetterTopic, TOPICS } from '@elias/contracts';
import { KafkaBatchStrategy } from '@elias/kafka';
import type { ArchiverParts } from './archiver.module.js';

/**
 * How windows come in. Memory is bounded by what waits in each partition and what is handled at once, whatever the backlog; values are
 * given back when their record is done, since nothing reads them after.
 */
export function archiverStrategy({ config, kafka, metrics, logger, readiness }: ArchiverParts): KafkaBatchStrategy {
  return new KafkaBatchStrategy({
    client: kafka,
    groupId: config.ARCHIVER_GROUP,
    deadLetterTopic: deadLetterTopic(config.ARCHIVER_GROUP).name,
    maxBatchBytes: config.ARCHIVER_BATCH_BYTES,
    maxQueuedBytesPerPartition: config.ARCHIVER_BATCH_BYTES,
    concurrency: config.ARCHIVER_PARTITIONS_AT_ONCE,
    manualDone: true,
    releaseValues: true,
    sessionTimeoutMs: config.KAFKA_SESSION_TIMEOUT_MS,
    fromBeginning: true,
    agedTopics: [TOPICS.windowsTrades.name],
    metrics,
    logger,
    readiness,
  });
}
